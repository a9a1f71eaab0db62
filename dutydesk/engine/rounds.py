"""One round of all desks in the fixed order: listen, intake, escalate, dispatch; then supervise.

After a start or a gap the order is what counts: replies are drained first, then all waiting documents are
applied as one batch, only then anything climbs. One look at the store tells which desks have anything to do.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dutydesk.engine.context import Context
from dutydesk.engine.dispatch import Dispatch
from dutydesk.engine.escalate import Escalate
from dutydesk.engine.intake import Intake
from dutydesk.engine.listen import Listen
from dutydesk.engine.supervise import Supervise
from dutydesk.ports.store import Store, Waiting

FIRST, MOST = 64, 500   # callouts moved in one transaction


class Rounds:
    """The five desks around one store. `sends` False leaves dispatch to a shell of its own."""

    def __init__(self, ctx: Context, store: Store) -> None:
        self.store = store
        self.listen = Listen(ctx, store)
        self.intake = Intake(ctx, store)
        self.escalate = Escalate(ctx, store)
        self.dispatch = Dispatch(ctx, store)
        self.supervise = Supervise(ctx, store)
        self._supervised: datetime | None = None

    def run_once(self, now: datetime, *, sends: bool = True, supervise_every: timedelta = timedelta(seconds=5)) -> int:
        """Let every desk do what is due now; return how much was done in all."""
        done, waiting = self._take_in(now)
        moved, waiting = self._climb(now, waiting)
        done += moved
        if sends:
            done += self.dispatch.run_once(now, waiting=waiting)
        if self._supervised is None or now - self._supervised >= supervise_every:
            self._supervised = now
            self.supervise.run_once(now)
        return done

    def _take_in(self, now: datetime) -> tuple[int, Waiting]:
        """Drain replies, apply every waiting document, then do the tasks that are due; tells how much, and what is
        due then. A document a task released is taken in at once: it waited its time.
        """
        done, waiting = 0, self._waiting(now)
        while waiting.inbound and (heard := self.listen.run_once(now)):
            done += heard
            waiting = self._waiting(now)
        while waiting.documents and (taken := self.intake.run_once(now)):
            done += taken
            waiting = self._waiting(now)
        if waiting.tasks and (carried := self.supervise.tasks(now)):
            more, waiting = self._take_in(now)
            done += carried + more
        return done, waiting

    def _climb(self, now: datetime, waiting: Waiting) -> tuple[int, Waiting]:
        """Move what is due, until nothing is; the first batch is small, so that its calls can leave at once."""
        done = 0
        while waiting.callouts and (moved := self.escalate.run_once(now, MOST if done else FIRST,
                                                                    classes=waiting.callouts)):
            done += moved
            waiting = self._waiting(now)
        return done, waiting

    def _waiting(self, now: datetime) -> Waiting:
        with self.store.read() as reads:
            return reads.waiting(now)
