"""Tries a source once, before it is believed: what it answers, how that is read, whom it would call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from dutydesk.app.house import Folder
from dutydesk.app.matching import Matched, Matching
from dutydesk.clock import WallClock
from dutydesk.domain.alert import Alert, Request
from dutydesk.errors import DocumentError, DutydeskError, FetchFailed, UsageError
from dutydesk.feeds.registry import BUILT_IN, feed, kinds
from dutydesk.fetch.http import Fetcher
from dutydesk.fetch.manners import located
from dutydesk.ports.feed import Item, Source

_PLAIN = ("cap", "text")   # read by several kinds alike: the plainest is the right name

_BY_MAPPING = frozenset({"table", "sighting"})   # they read what their mapping says: nothing tells that it is theirs


@dataclass
class Tried:
    """What came of one try. `error` is why nothing could be read; `requests` are what a list names, `followed` those
    that were fetched, with why not where they could not be.
    """

    source: Source
    size: int = 0
    seconds: float = 0.0
    repeats: bool = False          # it tells what is new, so that polling it costs little
    error: str = ""
    items: Sequence[Item] = ()
    matched: list[Matched] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    followed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Every fault of what was read, each once."""
        found = [f"{fault.name}: {fault.text}" for each in self.items for fault in each.faults]
        found += [f"{fault.name}: {fault.text}" for each in self.matched for fault in each.alert.faults]
        return list(dict.fromkeys(found))


def try_source(folder: Folder, source: Source, *, follow: int = 5) -> Tried:
    """Fetch a source's first address once, read it, and `follow` some of what it lists.

    An empty `kind` is found out: the kind that reads most of it. Raises UsageError for an unknown kind.
    """
    if source.polling is None:
        raise UsageError("the source has no address to be tried")
    tried, clock = Tried(source), WallClock()
    fetcher = Fetcher(source.polling, source.max_bytes)
    url, began = source.polling.urls[0], monotonic()
    try:
        got = fetcher.get(url, now=clock.now())
    except DutydeskError as error:
        tried.error = str(error)
        return tried
    tried.seconds = monotonic() - began
    tried.repeats = bool(got.etag or got.modified)
    _read(tried, got.body or b"", folder)
    for request in [each for each in tried.items if isinstance(each, Request)][:follow]:
        sleep(folder.setup.config.feeds.gap)
        _follow(tried, fetcher, located(got.url, request.url), folder)
    return tried


def try_file(folder: Folder, source: Source, file: Path) -> Tried:
    """Read a file as a document of the source."""
    tried = Tried(source)
    _read(tried, file.read_bytes(), folder)
    return tried


def _read(tried: Tried, body: bytes, folder: Folder) -> None:
    tried.size = len(body)
    candidates = [tried.source.kind] if tried.source.kind else [kind for kind in kinds() if kind not in _BY_MAPPING]
    found = [_as(kind, body, tried.source) for kind in candidates]
    kind, items, error = max(found, key=_worth)
    if error and not tried.source.kind:
        error = f"no kind reads it ({', '.join(kinds())}); the nearest, {kind}, says: {error}"
    tried.source, tried.items, tried.error = replace(tried.source, kind=kind), items, error
    tried.requests = [each for each in items if isinstance(each, Request)]
    tried.matched = Matching(folder).of([each for each in items if isinstance(each, Alert)])


def _as(kind: str, body: bytes, source: Source) -> tuple[str, Sequence[Item], str]:
    try:
        return kind, list(feed(kind).parse(body, replace(source, kind=kind), WallClock().now())), ""
    except DocumentError as error:
        return kind, (), f"{error.name}: {error}"


def _worth(found: tuple[str, Sequence[Item], str]) -> tuple[bool, int, int, bool, int]:
    """Most is read by the right kind, with the fewest faults."""
    kind, items, error = found
    place = list(BUILT_IN).index(kind) if kind in BUILT_IN else len(BUILT_IN)
    faults = sum(len(each.faults) for each in items)
    return not error, len(items), -faults, kind in _PLAIN, -place


def _follow(tried: Tried, fetcher: Fetcher, url: str, folder: Folder) -> None:
    shown = fetcher.secrets.hide(url)
    try:
        body = fetcher.get(shown, now=WallClock().now(), own=False).body or b""
        found = list(feed(tried.source.kind).parse(body, tried.source, WallClock().now()))
    except (FetchFailed, DocumentError) as error:
        tried.followed.append((shown, str(error)))
        return
    tried.followed.append((shown, ""))
    tried.matched += Matching(folder).of([each for each in found if isinstance(each, Alert)])


def toml_of(source: Source) -> Iterator[str]:
    """Yield the lines that add the source to dutydesk.toml, careful by default."""
    yield "[[source]]"
    yield f'id = "{source.id}"'
    yield f'kind = "{source.kind}"'
    if source.name:
        yield f'name = "{source.name}"'
    yield "auto = false              # true: calls at once, without the officer's word"
    yield 'trust = "relay"           # official: the issuing system itself; relay: passes on; outside: anybody'
    if source.polling is None:
        yield f'folder = "inbox/{source.id}"'
        return
    yield f'url = "{source.polling.urls[0]}"'
    yield f'interval = "{int(source.polling.interval.total_seconds())}s"'
    if source.polling.headers:
        told = ", ".join(f'{name} = "{value}"' for name, value in source.polling.headers.items())
        yield f"headers = {{{told}}}"
    if source.polling.allow_private:
        yield "allow_private = true"
    yield 'delay = "5m"              # from issue to receipt, as a rule'


def id_of(url: str) -> str:
    """Propose an id for a source: the most telling part of its host's name."""
    parts = (urlsplit(url).hostname or "source").split(".")
    return max(parts[:-1] or parts, key=len)
