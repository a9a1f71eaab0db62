"""The ways a call leaves the house. Powers beyond sending are small protocols of their own.

A channel hands over and tells the truth about it. Which channel carries what, how fast, and what follows when one
fails, is decided before and after it, never inside it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `most` calls within any span of `per`."""

    most: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can carry. `timeout` seconds a send may take; `lines` calls ringing at once (voice).

    `per_number`: quotas of calls to one number, failed ones included. `per_template`: quotas of calls to one number
    in the same wording.
    """

    per_second: float = 50.0
    lines: int = 64
    max_in_flight: int = 64
    timeout: float = 10.0
    per_number: tuple[Quota, ...] = ()
    per_template: tuple[Quota, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One call or notice ready to leave. `id` is our own key, given to the provider.

    `number` as the site writes it: +86 and the rest, or a local one. `text` begins with the signature in 【】.
    `template` names the wording and `facts` are what filled it, for providers that take only approved templates;
    a notice has no facts. `language` is a BCP 47 tag.
    """

    id: str
    via: Via
    number: str
    person: str
    text: str
    code: str = ""
    asks: bool = True
    drill: bool = False
    template: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    language: str = "zh-CN"


@dataclass(frozen=True, slots=True)
class Handed:
    """The provider's answer to a hand-over: an outcome, its own id for it, and its words where it refused."""

    outcome: Outcome
    provider: str = ""
    why: str = ""


class Channel(Protocol):
    """A way out. `name` is unique in the site, `real` says whether it reaches people."""

    name: str
    via: Via
    real: bool
    limits: Limits

    async def send(self, message: Outgoing) -> Handed:
        """Hand one message over and return what the provider said of it, a refusal included.

        Raises SendError where no word of the provider came: not permanent if the message surely did not leave
        (nobody listens there, told to come later), permanent if the number can never be called. What may have left
        is `Outcome.UNKNOWN`; so is a send that takes longer than its time-out, which is cancelled from outside.
        """
        ...


@runtime_checkable
class Tracks(Protocol):
    """Can be asked what became of a call, by our key."""

    async def status(self, call: str) -> Outcome:
        """Return what the provider knows. Raises SendError: permanent if it never had the call, which may go again;
        not permanent if it cannot be asked now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Callback:
    """One request of a provider. `url` is its path on our port with the query (what stands before it is the channel's
    to know); `path` what stands behind `/hooks/CHANNEL/`.
    """

    method: str
    url: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Sequence[tuple[str, str]]
    body: bytes
    at: datetime

    def header(self, name: str) -> str:
        """A header's value, whatever the case of its name; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider is answered with."""

    body: str = ""
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"


@runtime_checkable
class Hears(Protocol):
    """Reads the provider's call-backs (replies, keys, receipts) into durable rows."""

    def read_callback(self, callback: Callback) -> list[Inbound]:
        """Return the rows of one call-back, each with an id that is the same when it comes again; raises Refused for a
        bad signature or one too old, ValueError or KeyError for what cannot be read.
        """
        ...


@runtime_checkable
class Answers(Protocol):
    """Answers a call-back with words of its own; without this it is an empty 200."""

    def answer(self, callback: Callback, *, stored: bool) -> Reply:
        """Return what the provider hears once the rows are durable, or (not `stored`) when that takes too long."""
        ...


class Front(Protocol):
    """What a channel that speaks may ask of the house."""

    def text_of(self, call: str) -> str:
        """Return what a call says; empty for one that is unknown."""
        ...

    def sent_to(self, call: str) -> tuple[str, datetime] | None:
        """Return the number a call went to and when it was made; None for one that is unknown."""
        ...

    def called_back(self, number: str, key: str, channel: str, at: datetime) -> tuple[str, str]:
        """Somebody calls our number: return a call that carries all that is open for him, and what it says; two empty
        texts where nothing is. Durable when it returns; the same `key` gives the same call.
        """
        ...


@runtime_checkable
class Speaks(Protocol):
    """Needs to look things up while a call lasts."""

    def connect(self, front: Front) -> None:
        """Register whom it may ask."""
        ...


@runtime_checkable
class Listens(Protocol):
    """Delivers replies by itself; `take` returns only after they are stored."""

    def listen(self, take: Callable[[Sequence[Inbound]], None]) -> None:
        """Register where heard rows go."""
        ...


@runtime_checkable
class Pulls(Protocol):
    """Is asked for replies and receipts every `every` seconds: those whose push was lost, or that are never pushed."""

    every: float

    async def pull(self, take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        """Fetch what waits, hand it to `take`, which returns once it is stored, and only then confirm it to the
        provider; return how many. Raises SendError when the provider cannot be asked. Where rows come by themselves on
        a connection in the loop that sends, it stays for as long as that is kept.
        """
        ...


@runtime_checkable
class Closes(Protocol):
    """Holds connections that are to be ended."""

    async def close(self) -> None:
        """End them; runs in the loop that sent."""
        ...


@runtime_checkable
class Holds(Protocol):
    """Holds a connection on which replies arrive: while one process has it, no other may open it. `holds` is True."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at: good, bad, or (None) neither; what was found, and what to do about it."""

    what: str
    good: bool | None
    found: str
    remedy: str = ""


@runtime_checkable
class Checks(Protocol):
    """Can be looked over before it is needed, without sending anything: `dutydesk doctor`."""

    def addresses(self) -> Sequence[str]:
        """Return where it connects to, `scheme://host[:port]`, the port where the scheme does not tell it."""
        ...

    def public_address(self) -> str:
        """Return how the provider reaches our hooks, without a slash at the end; empty where it does not, or where
        nobody said.
        """
        ...

    async def look_over(self) -> Sequence[Checked]:
        """Ask the provider what can be asked without sending: whether it knows us, what it approved. Raises SendError
        where it does not answer.
        """
        ...
