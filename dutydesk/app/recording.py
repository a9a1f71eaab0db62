"""Recordings of sources: a folder with the bytes of every answer and one line about each, to be told again later.

`index.jsonl` has one line for each document: at (UTC), source, kind, name, url (secrets as `${NAME}`), hash, headers;
`bodies/HASH` are the bytes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from dutydesk.app.house import Folder
from dutydesk.clock import WallClock
from dutydesk.domain.alert import Request
from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document
from dutydesk.domain.scenario import Arrival, Scenario
from dutydesk.errors import DocumentError, DutydeskError, UsageError
from dutydesk.feeds.registry import feed
from dutydesk.fetch.http import Fetcher, Got
from dutydesk.fetch.manners import located
from dutydesk.ports.feed import Item, Source

INDEX, BODIES = "index.jsonl", "bodies"
_PRIVATE = frozenset({"set-cookie", "authorization", "www-authenticate", "proxy-authenticate"})
AFTER = timedelta(hours=1)   # of calling, behind the last document of a recording told through a desk


@dataclass(frozen=True, slots=True)
class Recorded:
    """One document of a recording."""

    at: datetime
    source: str
    kind: str
    name: str
    file: Path
    url: str = ""

    def document(self) -> Document:
        """The document as it came."""
        body = self.file.read_bytes()
        return Document(document_hash(self.source, body), self.source, self.name, self.at, body, address=self.url)


class Recorder:
    """Records sources into a folder; what is there already is added to. Safe from several threads."""

    def __init__(self, folder: Path, gap: float, told: Callable[[str], None]) -> None:
        self._folder = folder
        self._gap = gap
        self._told = told
        self._lock = threading.Lock()
        self._clock = WallClock()
        self._stopping = threading.Event()
        (folder / BODIES).mkdir(parents=True, exist_ok=True)

    def run(self, sources: Sequence[Source], lasting: timedelta | None) -> int:
        """Poll every source for a while (None: once), each in its own thread; return how many documents were kept."""
        ends = monotonic() + lasting.total_seconds() if lasting else None
        counts: dict[str, int] = {}
        threads = [threading.Thread(target=self._poll, args=(source, ends, counts), daemon=True) for source in sources]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        finally:
            self._stopping.set()
        return sum(counts.values())

    def _poll(self, source: Source, ends: float | None, counts: dict[str, int]) -> None:
        polling = source.polling
        if polling is None:
            return
        fetcher = Fetcher(polling, source.max_bytes)
        seen: dict[str, tuple[str, str, datetime | None]] = {}
        while not self._stopping.is_set():
            began = monotonic()
            for url in polling.urls:
                counts[source.id] = counts.get(source.id, 0) + self._one(source, fetcher, url, None, seen)
            left = polling.interval.total_seconds() - (monotonic() - began)
            if ends is None or monotonic() + max(left, 0) > ends:
                return
            self._stopping.wait(max(left, 0))

    def _one(self, source: Source, fetcher: Fetcher, url: str, updated: datetime | None,
             seen: dict[str, tuple[str, str, datetime | None]], depth: int = 0) -> int:
        """Fetch and keep one document, and what it names that is new; return how many were kept."""
        etag, modified, _ = seen.get(url, ("", "", None))
        try:
            got = fetcher.get(url, now=self._clock.now(), etag=etag, modified=modified, own=depth == 0)
        except DutydeskError as error:
            self._told(f"{source.id}: {url}: {error}")
            return 0
        seen[url] = (got.etag, got.modified, updated)
        if got.body is None:
            return 0
        kept = self._keep(source, url, got, got.body)
        for request in _asked(source, got.body, self._clock.now()) if depth < 1 else ():
            address = fetcher.secrets.hide(located(got.url, request.url))
            if address and (address not in seen or request.updated != seen[address][2]):
                self._stopping.wait(self._gap)
                kept += self._one(source, fetcher, address, request.updated, seen, depth + 1)
        return kept

    def _keep(self, source: Source, url: str, got: Got, body: bytes) -> int:
        hash = document_hash(source.id, body)
        file = self._folder / BODIES / hash
        line = {"at": self._clock.now().isoformat(), "source": source.id, "kind": source.kind,
                "name": url.rstrip("/").rpartition("/")[2][:200], "url": got.url, "hash": hash,
                "headers": {name: value for name, value in (got.headers or {}).items() if name.lower() not in _PRIVATE}}
        with self._lock:
            new = not file.exists()
            file.write_bytes(body)
            with (self._folder / INDEX).open("a", encoding="utf-8") as index:
                index.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
        self._told(f"{source.id}: {line['name']} {len(body)} bytes{'' if new else ' (said before)'}")
        return 1


def _asked(source: Source, body: bytes, now: datetime) -> list[Request]:
    try:
        return [each for each in feed(source.kind).parse(body, source, now) if isinstance(each, Request)]
    except DocumentError:
        return []


# -- told again ---------------------------------------------------------------------------------------
def read(folder: Path, kind: str = "") -> list[Recorded]:
    """Return the documents of a recording in the order they came. A folder without an index is taken as it is: every
    file a document of `kind`, in order of time. Raises UsageError where there is nothing, or a line is damaged.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    index = folder / INDEX
    if index.is_file():
        found = [_line(folder, number, line) for number, line in enumerate(index.read_text("utf-8").splitlines(), 1)]
    else:
        files = sorted(each for each in folder.iterdir() if each.is_file() and not each.name.startswith("."))
        found = [Recorded(datetime.fromtimestamp(each.stat().st_mtime, UTC), "recording", kind or "cap", each.name,
                          each) for each in files]
    if not found:
        raise UsageError(f"{folder} holds no documents; record some with `dutydesk feeds record DIR`")
    return sorted(found, key=lambda each: (each.at, each.name))


def _line(folder: Path, number: int, line: str) -> Recorded:
    try:
        row = json.loads(line)
        file = folder / BODIES / str(row["hash"])
        if not str(row["hash"]).isalnum() or not file.is_file():
            raise ValueError(f"{file} is missing")
        at = datetime.fromisoformat(row["at"])
        if at.tzinfo is None:
            raise ValueError("`at` has no zone")
        return Recorded(at, str(row["source"]), str(row["kind"]), str(row["name"]), file, str(row.get("url", "")))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{folder / INDEX}:{number}: the line cannot be used ({error}); take it out or record anew"
                         ) from error


def each_read(recorded: Sequence[Recorded],
              sources: Mapping[str, Source]) -> Iterator[tuple[Recorded, list[Item], str]]:
    """Yield every document with what is read from it, or why nothing is."""
    for one in recorded:
        source = sources.get(one.source) or Source(one.source, one.kind)
        try:
            yield one, list(feed(one.kind).parse(one.file.read_bytes(), source, one.at)), ""
        except DocumentError as error:
            yield one, [], f"{error.name}: {error}"


def scenario(folder: Folder, recorded: Sequence[Recorded], sources: Mapping[str, Source]) -> Scenario:
    """Make a scenario of a recording, for a desk of its own at speed: every document lands when it came.

    Raises UsageError for a source the site does not have, for nobody could say how it is to be read.
    """
    unknown = sorted({each.source for each in recorded if each.source not in sources} - {"recording"})
    if unknown:
        raise UsageError(f"the recording has sources that dutydesk.toml has not: {', '.join(unknown)}; add them there")
    start = recorded[0].at
    arrivals = tuple(Arrival(each.at - start, str(each.file), "" if each.source == "recording" else each.source)
                     for each in recorded)
    return Scenario("recording", str(folder.path), "recording", "", start, recorded[-1].at - start + AFTER, arrivals)
