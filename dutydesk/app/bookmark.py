"""The place up to which something was told, kept in the database: whoever goes on begins there, and only one tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from dutydesk.ports.clock import Clock
from dutydesk.ports.store import Tx
from dutydesk.store.store import SqlStore

_LEASE = timedelta(minutes=1)     # longer than any send takes


class Bookmark:
    """One place under `key`. `begin` gives it where there is none yet; `worker` is who holds it."""

    def __init__(self, key: str, store: SqlStore, clock: Clock, worker: str, begin: Callable[[], int]) -> None:
        self._key, self._store, self._clock, self._worker, self._begin = key, store, clock, worker, begin

    def at(self) -> int:
        """Return up to which row everything was told."""
        with self._store.read() as reads:
            known = reads.setting(self._key)
        if known is None:
            seq = self._begin()
            self.keep(seq)
            return seq
        return int(known["seq"])

    def claim(self, place: int) -> bool:
        """Of several workers one tells: hold the place for a while; False where another holds it, or moved it."""
        now = self._clock.now()

        def take(tx: Tx) -> bool:
            known = tx.setting(self._key)
            held = known["worker"] != self._worker and datetime.fromisoformat(known["until"]) > now
            if held or int(known["seq"]) != place:
                return False
            tx.set_setting(self._key, self._row(place, now + _LEASE))
            return True

        return self._store.write(take)

    def keep(self, seq: int) -> None:
        """Note that everything up to this row was told, and let go."""
        now = self._clock.now()
        self._store.write(lambda tx: tx.set_setting(self._key, self._row(seq, now)))

    def _row(self, seq: int, until: datetime) -> dict[str, Any]:
        return {"seq": seq, "worker": self._worker, "until": until.isoformat()}
