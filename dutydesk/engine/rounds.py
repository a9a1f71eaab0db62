"""One round of all desks in the fixed order: listen, intake, escalate, dispatch; then supervise.

After a start or a gap the order is what counts: replies are drained first, then all waiting documents are
applied as one batch, only then anything climbs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dutydesk.engine.context import Context
from dutydesk.engine.dispatch import Dispatch
from dutydesk.engine.escalate import Escalate
from dutydesk.engine.intake import Intake
from dutydesk.engine.listen import Listen
from dutydesk.engine.supervise import Supervise
from dutydesk.ports.store import Store


class Rounds:
    """The five desks around one store. `sends` False leaves dispatch to a shell of its own."""

    def __init__(self, ctx: Context, store: Store) -> None:
        self.listen = Listen(ctx, store)
        self.intake = Intake(ctx, store)
        self.escalate = Escalate(ctx, store)
        self.dispatch = Dispatch(ctx, store)
        self.supervise = Supervise(ctx, store)
        self._supervised: datetime | None = None

    def run_once(self, now: datetime, *, sends: bool = True, supervise_every: timedelta = timedelta(seconds=5)) -> int:
        """Let every desk do what is due now; return how much was done in all."""
        done = 0
        while heard := self.listen.run_once(now):
            done += heard
        while taken := self.intake.run_once(now):
            done += taken
        while moved := self.escalate.run_once(now):
            done += moved
        if sends:
            done += self.dispatch.run_once(now)
        if self._supervised is None or now - self._supervised >= supervise_every:
            self._supervised = now
            self.supervise.run_once(now)
        return done
