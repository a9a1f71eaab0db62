"""Follows the sealed journal for each copy and sends digests of what is new, each in a thread of its own.

A copy that is slow, throttled or dead delays nobody: it has its own place in the journal, kept in the database, and
goes on from there. What was accepted is never sent again, unless the process dies between the acceptance and keeping
the place.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dutydesk.app.bookmark import Bookmark
from dutydesk.app.happenings import Teller
from dutydesk.domain.ids import derive
from dutydesk.domain.setup import Setup
from dutydesk.domain.values import Kind, colour
from dutydesk.engine.books import REASONS
from dutydesk.errors import SendError, Throttled
from dutydesk.ports.clock import Clock
from dutydesk.ports.copy import Copy, Digest
from dutydesk.store.store import SqlStore

logger = logging.getLogger(__name__)

USUAL = ("version", "incident", "round", "alarm", "document")
"""Kinds of happenings a copy tells if it does not say which; `fact` and `closed` are counted."""

_URGENT = frozenset({"version", "alarm"})
_SAID = {"Alert": "发布", "Update": "更新", "Cancel": "解除"}
_COUNTED = {"answered": "应答", "acted": "行动", "taken_over": "转达"}
_LOOK = 1.0                       # seconds between two looks
_LONGEST = 600.0                  # seconds after a failure, at most


class Copying:
    """One copy with its place in the journal. `every`: how long happenings that are not urgent are gathered."""

    def __init__(self, copy: Copy, setup: Setup, store: SqlStore, clock: Clock, *, what: Iterable[str] = USUAL,
                 every: timedelta = timedelta(minutes=1), worker: str = "desk") -> None:
        self._copy, self._setup, self._store, self._clock = copy, setup, store, clock
        self._bookmark = Bookmark(f"copy:{copy.name}", store, clock, worker, self._head)
        self._what = frozenset(what) | {"fact", "closed"}
        self._every = every.total_seconds()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"copy-{copy.name}", daemon=True)

    def start(self) -> None:
        """Begin where the last one stopped; a new copy begins with what happens from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End; a message that is on its way may still arrive, and then comes again."""
        self._stopping.set()
        self._thread.join(timeout=15)

    # -- the thread -----------------------------------------------------------------------------------
    def _work(self) -> None:
        failures, waited = 0, 0.0
        while not self._stopping.is_set():
            nap = _LOOK
            try:
                sent = self.turn(patient=waited < self._every)
                waited = 0.0 if sent else waited + _LOOK
                failures = 0
                nap = max(_LOOK, 60 / self._copy.per_minute) if sent else _LOOK
            except Throttled as error:
                nap = error.wait
                logger.warning("%s; it goes on in %.0f s", error, nap)
            except SendError as error:
                failures += 1
                nap = _LONGEST if error.permanent else min(_LONGEST, 2.0 ** failures)
                logger.warning("%s; it is tried again in %.0f s", error, nap)
            except Exception:  # a database that is gone for a while must not end it
                failures += 1
                nap = min(_LONGEST, 2.0 ** failures)
                logger.exception("copy %s was not told; trying again", self._copy.name)
            self._stopping.wait(nap)

    def turn(self, *, patient: bool) -> bool:
        """Send one digest if there is something to tell; tell whether one was sent.

        `patient`: what is not urgent may wait for more. Raises SendError; the place is then kept as it was.
        """
        place = self._bookmark.at()
        teller = Teller(self._setup, self._store, after=place, kinds=self._what)
        lines = list(teller.tell(most=2000))
        if lines and patient and not any(line["kind"] in _URGENT for line in lines):
            return False
        if teller.seq == place or not self._bookmark.claim(place):
            return False
        digest = self._digest(lines, place, teller.seq)
        if digest is not None:
            self._copy.send(digest)
        self._bookmark.keep(teller.seq)
        return digest is not None

    def _head(self) -> int:
        """Where a new copy begins: at the journal's head."""
        with self._store.read() as reads:
            return reads.journal_head().seq

    # -- what it says ---------------------------------------------------------------------------------
    def _digest(self, lines: list[dict[str, Any]], place: int, seq: int) -> Digest | None:
        drills = {line["incident"] for line in lines if line["incident"] and self._is_drill(line["incident"])}
        texts = list(self._texts(lines, drills))
        if not texts:
            return None
        concerned = {line["incident"] in drills or line.get("status", "Actual") != "Actual" for line in lines}
        drill = concerned == {True}
        title = f"{'【演练】' if drill else ''}{self._setup.config.name}"
        told = tuple(line for line in lines if line["kind"] in self._what)
        return Digest(derive("g", self._copy.name, place, seq), self._clock.now(), title, tuple(texts), told, drill)

    def _is_drill(self, incident: str) -> bool:
        with self._store.read() as reads:
            found = reads.incident(incident)
        return found is not None and found.kind is not Kind.REAL

    def _texts(self, lines: list[dict[str, Any]], drills: set[str]) -> Iterator[str]:
        counts: Counter[str] = Counter()
        for line in lines:
            mark = "【演练】" if line["incident"] in drills or line.get("status", "Actual") != "Actual" else ""
            if line["kind"] == "fact":
                counts[_COUNTED.get(str(line.get("fact", "")), "")] += 1
            elif line["kind"] == "closed":
                counts["结束"] += 1
            elif text := self._text(line):
                yield f"{self._time(line)} {mark}{text}"
        told = "，".join(f"{word} {count}" for word, count in sorted(counts.items()) if word)
        if told:
            yield f"其间：{told}"

    def _time(self, line: Mapping[str, Any]) -> str:
        return f"{datetime.fromisoformat(line['at']).astimezone(ZoneInfo(self._setup.config.timezone)):%H:%M}"

    def _text(self, line: Mapping[str, Any]) -> str:
        """One happening in words: no names and no numbers of persons, no counts of people harmed."""
        kind = line["kind"]
        if kind == "version":
            shade = colour(line["colour"]).zh
            return f"预警{_SAID.get(line['msg_type'], '')}：{line['event']}{shade}，涉及{line['touched']}处"
        if kind == "incident":
            return {"incident_opened": "事件开启", "incident_closed": "事件结束"}.get(str(line["what"]), "手工启动事件")
        if kind == "round":
            return f"第{line['round']}轮叫应：{line['callouts']}个岗位（{line['event']}）"
        if kind == "alarm":
            place = self._setup.site.places.get(str(line.get("place", "")))
            return f"报警：{REASONS.get(str(line['reason']), '')}{'，' + place.name if place else ''}"
        return f"收到无法读取的文件：{line.get('name', '')}" if kind == "document" else ""
