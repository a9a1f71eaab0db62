"""Feeds declare and parse; they never fetch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from dutydesk.domain.alert import Alert, Request
from dutydesk.domain.observed import Observed
from dutydesk.domain.values import Colour


@dataclass(frozen=True, slots=True)
class Source:
    """One configured source of documents (a `[[source]]` table of dutydesk.toml).

    `auto`: calls at once without the officer's word. `folder`: where its documents are dropped.
    `zone`: zone of naive times. `language`: preferred block. `unknown_colour`: when nothing tells.
    """

    id: str
    kind: str
    name: str = ""
    auto: bool = False
    folder: str = ""
    zone: str = "Asia/Shanghai"
    language: str = "zh-CN"
    unknown_colour: Colour = Colour.ORANGE
    max_bytes: int = 5_000_000
    settings: Mapping[str, object] = field(default_factory=dict, hash=False)   # what the kind itself reads


Item = Alert | Request | Observed


class Feed(Protocol):
    """A format reader."""

    kind: str

    def parse(self, body: bytes, source: Source, received_at: datetime) -> Iterable[Item]:
        """Read one document; raises DocumentError when it cannot be read at all. Lesser faults ride along.

        A `Request` asks whoever fetched the document to fetch another one, which the same source's feed reads.
        What is no warning (`Observed`) goes to the watchers of `engine.watching`.
        """
        ...
