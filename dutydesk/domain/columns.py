"""How a mapping of dutydesk.toml names a field of somebody else's document.

A column is written as the name of a field (`STCD`), a path into nested ones (`geoLocation.lon`, a number for a place
in a list), a fixed text behind `=`, two fields joined by ` + `, a table `{field = "measure", pattern = "..."}` whose
group is taken, or a list of these of which the first that is there counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Layers = Sequence[Mapping[str, Any]]
"""A row: the innermost mapping first, then those it stood in."""


@dataclass(frozen=True, slots=True)
class Field:
    """One way to find a value."""

    path: str
    pattern: re.Pattern[str] | None = None

    def find(self, row: Layers) -> str:
        """Return the text found there, outer blanks removed; empty where there is none."""
        if self.path.startswith("="):
            return self.path[1:]
        text = " ".join(filter(None, (_at(row, part.strip()) for part in self.path.split(" + "))))
        if not self.pattern or not text:
            return text
        match = self.pattern.search(text)
        groups = [group for group in (match.groups() or (match.group(),)) if group] if match else []
        return groups[0].strip() if groups else ""


@dataclass(frozen=True, slots=True)
class Column:
    """The ways to find a value, the first that finds one counts."""

    fields: tuple[Field, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields)

    def find(self, row: Layers) -> str:
        """Return the text found, empty where there is none."""
        return next((found for found in (field.find(row) for field in self.fields) if found), "")


NOTHING = Column()
"""A column that finds nothing."""


def column(written: object, where: str) -> Column:
    """Read a column as a mapping writes it; raises ValueError naming `where` and what to do."""
    ways = written if isinstance(written, list | tuple) else [written]
    return Column(tuple(_field(each, where) for each in ways))


def _field(written: object, where: str) -> Field:
    if isinstance(written, str) and written.strip():
        return Field(written)
    if isinstance(written, Mapping) and isinstance(written.get("field"), str):
        if extra := set(written) - {"field", "pattern"}:
            raise ValueError(f"{where}: {', '.join(sorted(extra))} is not known here; a column has field and pattern")
        try:
            pattern = re.compile(str(written["pattern"])) if "pattern" in written else None
        except re.error as error:
            raise ValueError(f"{where}: {written['pattern']!r} is no regular expression ({error})") from None
        return Field(str(written["field"]), pattern)
    raise ValueError(f'{where} is {written!r}; write the name of a field, or {{field = "...", pattern = "..."}}')


def _at(row: Layers, path: str) -> str:
    """Return the text at a path in the innermost layer that has it."""
    parts = path.split(".")
    for layer in row:
        found = text_of(_walk(layer, parts))
        if found:
            return found
    return ""


def _walk(value: Any, parts: Iterable[str]) -> Any:
    for part in parts:
        if isinstance(value, Mapping):
            value = value[part] if part in value else _folded(value, part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _folded(value: Mapping[str, Any], name: str) -> Any:
    """A field under its name in whatever case: the same table is exported as stcd and as STCD."""
    wanted = name.casefold()
    return next((each for key, each in value.items() if isinstance(key, str) and key.casefold() == wanted), None)


def text_of(value: object) -> str:
    """Return a text or number as text, outer blanks removed; empty for everything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) else ""
