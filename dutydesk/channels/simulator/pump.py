"""The thread that lets a live switchboard happen and brings its rows to the desk.

Rows are given out again until the desk has stored them. A replay has no pump.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from threading import Condition, Thread
from typing import Protocol

from dutydesk.domain.records import Inbound
from dutydesk.ports.clock import Clock

log = logging.getLogger(__name__)

Take = Callable[[Sequence[Inbound]], None]
LONGEST_NAP = 1.0    # seconds; a clock may be slewed under us
AFTER_FAILURE = 0.5  # seconds until rows the desk did not take are given again


class Source(Protocol):
    """What a pump draws from: a switchboard."""

    clock: Clock

    def advance(self, now: datetime) -> list[Inbound]:
        """Return the rows heard until now."""
        ...

    def next_event(self) -> datetime | None:
        """Return when there is more to hear."""
        ...


class Pump:
    """One thread for one switchboard; `listen` starts it, `stop` ends it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._takes: dict[str, Take] = {}
        self._undelivered: list[Inbound] = []
        self._condition = Condition()
        self._changed = False
        self._stopped = False
        self._thread: Thread | None = None

    def listen(self, channel: str, take: Take) -> None:
        """Give the rows of a channel to `take` from now on; starts the thread."""
        with self._condition:
            self._takes[channel] = take
            if self._thread is None:
                self._thread = Thread(target=self._loop, name="simulated-phones", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """Look again now: something was added to the switchboard."""
        with self._condition:
            self._changed = True
            self._condition.notify()

    def stop(self) -> None:
        """End the thread; rows not taken stay here."""
        with self._condition:
            self._stopped = True
            self._condition.notify()
        if self._thread:
            self._thread.join(timeout=5)

    def deliver(self) -> bool:
        """Let due events happen and give every row to its channel; tell whether no channel failed.

        Rows of a channel nobody listens to yet are kept.
        """
        self._undelivered += self._source.advance(self._source.clock.now())
        waiting, self._undelivered = self._undelivered, []
        failed = False
        for channel, group in groupby(waiting, key=lambda row: row.channel):
            rows, take = list(group), self._takes.get(channel)
            if take is not None and self._taken(channel, rows, take):
                continue
            failed |= take is not None
            self._undelivered += rows
        return not failed

    def _taken(self, channel: str, rows: list[Inbound], take: Take) -> bool:
        try:
            take(rows)
        except Exception:   # whatever the desk's store raises, the rows must be given again
            log.warning("rows of %s were not taken; they are given again", channel, exc_info=True)
            return False
        return True

    def _loop(self) -> None:
        while not self._stopped:
            nap = self._nap() if self.deliver() else AFTER_FAILURE
            with self._condition:
                if not self._stopped and not self._changed and nap > 0:
                    self._condition.wait(min(nap, LONGEST_NAP))
                self._changed = False

    def _nap(self) -> float:
        due = self._source.next_event()
        return LONGEST_NAP if due is None else self._source.clock.seconds_until(due)
