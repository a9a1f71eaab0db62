"""One thing `check` has to say about a site."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: an error makes `check` exit 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`file:line: text`; `rule` is the short name a waiver refers to, `about` the id it concerns."""

    file: str
    line: int
    level: Level
    rule: str
    text: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level}: {self.text} [{self.rule}]"
