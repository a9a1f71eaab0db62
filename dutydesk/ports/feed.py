"""Feeds declare and parse; they never fetch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from dutydesk.domain.alert import Alert, Request
from dutydesk.domain.observed import Observed
from dutydesk.domain.values import Colour


@dataclass(frozen=True, slots=True)
class Polling:
    """How a source is polled over HTTP. `${NAME}` in an address or a header stands for a secret of the environment.

    `jitter`: share of the interval by which polls are spread. `timeout`: for one whole answer. `per_poll`: documents a
    list names that are fetched before the list is polled again. `allow_private`: addresses of this machine and of
    private networks may be reached. `proxy`: the environment's proxy is used. `ca`: file of trusted certificates.
    """

    urls: tuple[str, ...]
    interval: timedelta = timedelta(seconds=60)
    jitter: float = 0.1
    timeout: timedelta = timedelta(seconds=20)
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    per_poll: int = 50
    allow_private: bool = False
    proxy: bool = False
    ca: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One configured source of documents (a `[[source]]` table of dutydesk.toml).

    `auto`: calls at once without the officer's word. `folder`: where its documents are dropped.
    `polling`: how it is polled, None where it is not. `push_key`: key of what is pushed to it, empty where nothing may
    be. `zone`: zone of naive times. `language`: preferred block. `unknown_colour`: when nothing tells.
    `expect`: a folder or a push brings something at least this often. `delay`: from `sent` to receipt, as a rule.
    `trust`: official (the issuing system itself), relay (passes on what others issue), outside (anybody).
    `lifts`: it sends the end of a warning too. `absence`: what it means that a warning is no longer listed, by the
    source's own account: nothing, or over; the desk ends nothing because of it.
    `certificates`: PEM, one of which must have signed each CAP message; what none signed waits for the officer's word.
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
    polling: Polling | None = None
    push_key: str = ""
    expect: timedelta | None = None
    delay: timedelta = timedelta(minutes=5)
    trust: str = "official"
    lifts: bool = True
    absence: str = "nothing"
    certificates: tuple[str, ...] = field(default=(), repr=False)

    @property
    def cycle(self) -> timedelta | None:
        """How often it should be heard of; None where nothing tells."""
        return self.polling.interval if self.polling else self.expect


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
