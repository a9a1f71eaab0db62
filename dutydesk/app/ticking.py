"""Looks at the clock: a machine whose wall clock jumps is told to the officer, and the jump is taken up slowly."""

from __future__ import annotations

import logging
from datetime import timedelta

from dutydesk.clock import WallClock
from dutydesk.engine.books import Books
from dutydesk.engine.context import Context
from dutydesk.engine.house import house_incident
from dutydesk.errors import Refused
from dutydesk.ports.store import Store, Tx

logger = logging.getLogger(__name__)

TOO_FAR = timedelta(seconds=30)      # a drift beyond this is an alarm
WORTH = timedelta(milliseconds=100)  # a drift below this is left alone


class Ticking:
    """Keeps a desk's clock near its reference. `tick` every few seconds."""

    def __init__(self, clock: WallClock, ctx: Context, store: Store) -> None:
        self._clock = clock
        self._ctx = ctx
        self._store = store
        self._told = False

    def tick(self) -> None:
        """Look once.

        1. A drift beyond 30 s is put before the officer, once until it is taken up.
        2. Whatever drift there is, is taken up by half a second a look: no timer ever jumps.
        A reference that does not answer is looked at the next time.
        """
        try:
            drift = self._clock.drift()
        except Refused as error:
            logger.warning("%s", error)
            return
        if abs(drift) > TOO_FAR and not self._told:
            self._told = True
            self._alarm(drift)
        elif abs(drift) <= WORTH:
            self._told = False
        if abs(drift) > WORTH:
            self._clock.slew(drift)

    def _alarm(self, drift: timedelta) -> None:
        seconds = round(drift.total_seconds())
        text = f"本机时钟{'快' if seconds > 0 else '慢'}了{abs(seconds)}秒，正在缓慢校正，请检查对时"
        logger.warning("the clock drifted by %d s; taking it up slowly", seconds)

        def work(tx: Tx) -> None:
            books = Books(self._ctx, tx, self._clock.now())
            house = house_incident(books)
            books.alarm(house.id, "clock", place=house.desk, text=text, red=False)
            books.close()

        self._store.write(work)
