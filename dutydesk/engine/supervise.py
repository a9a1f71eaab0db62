"""The fifth desk watches the others: calls whose sender died, tasks whose time came, warnings that ran out,
sources that fell silent, towns that cannot be reached, incidents that are over. It also seals the journal.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dutydesk.domain.records import Chain, Incident, Task
from dutydesk.domain.values import Outcome, Via
from dutydesk.engine import closing, darkness, fires, silent_gauges, sources
from dutydesk.engine.batch import Batch, kind_of
from dutydesk.engine.books import Books, is_officer
from dutydesk.engine.context import Context
from dutydesk.engine.dispatch import Told, tell_callouts
from dutydesk.engine.holding import release
from dutydesk.engine.house import FAMILY
from dutydesk.engine.openings import Cause
from dutydesk.engine.restating import follow
from dutydesk.ports.store import Store, Tx

#: Tasks the program itself carries out when their time comes; all others are people's work.
OWN_WORK = frozenset({"hold", "rest", "expire"})
LOOK = timedelta(minutes=1)   # between two looks for towns in the dark: it reads a quarter of an hour of calls
SEALED = 5000   # journal rows sealed in one transaction


class Supervise:
    """Looks after what no other desk would notice."""

    def __init__(self, ctx: Context, store: Store) -> None:
        self.ctx = ctx
        self.store = store
        self._looked: datetime | None = None
        self._began: datetime | None = None

    def run_once(self, now: datetime) -> None:
        """One round of looking after everything."""
        self._began = self._began or now
        self._silent(now, self._began)
        self.store.write(lambda tx: self._overdue(tx, now))
        self.store.write(lambda tx: self._expired(tx, now))
        self.store.write(lambda tx: self._incidents(tx, now))
        self.seal(now)

    def tasks(self, now: datetime) -> int:
        """Do our own work whose time came, and say once which of people's work is late; return how many."""
        return self.store.write(lambda tx: self._tasks(tx, now))

    def seal(self, now: datetime) -> int:
        """Seal the journal rows that are committed; return how many."""
        total = 0
        while True:
            sealed = self.store.write(lambda tx: tx.seal(now, SEALED))
            total += sealed
            if sealed < SEALED:
                return total

    # -- calls whose worker died ----------------------------------------------------------------------
    def _overdue(self, tx: Tx, now: datetime) -> None:
        """A call still sending long after its lease: nobody knows whether it went out. It waits as handed over.

        For the length of one lease more a living dispatcher may learn it from the provider.
        """
        calls = tx.claim_overdue_calls(now - self.ctx.lease(Via.VOICE), 500)
        if not calls:
            return
        books = Books(self.ctx, tx, now)
        mine = set(tx.finish_calls([replace(call, state="unknown", outcome=Outcome.UNKNOWN, handed_at=now)
                                    for call in calls]))
        for call in calls:
            if call.id in mine:
                books.note("stalled", incident=call.incident, person=call.person, call=call.id)
        tell_callouts(books, [Told(call, Outcome.UNKNOWN, now) for call in calls if call.id in mine])
        books.close()

    # -- tasks ----------------------------------------------------------------------------------------
    def _tasks(self, tx: Tx, now: datetime) -> int:
        due = tx.due_tasks(now)
        if not due:
            return 0
        books = Books(self.ctx, tx, now)
        for task in due:
            if task.what in OWN_WORK:
                tx.save_task(replace(task, state="done"))
                getattr(self, f"_{task.what}")(books, task)
            else:
                tx.save_task(replace(task, state="late"))
                if task.what == fires.VERIFY:
                    fires.late(books, task)
                books.note("task_late", incident=task.incident, task=task.id, work=task.what, place=task.place)
        books.close()
        return len(due)

    def _hold(self, books: Books, task: Task) -> None:
        """No word came in time: the document goes its way."""
        release(books, task.about)

    def _rest(self, books: Books, task: Task) -> None:
        """The rest of a raised area follows the named places."""
        follow(books, task.about)

    def _expire(self, books: Books, task: Task) -> None:
        """Nobody said that it goes on: a warning past its time is over, except what is red and unanswered."""
        for incident in _fed_by(books.tx, task.about):
            books.settle(incident.id, incident.desk, frozenset({"expired"}))
        chain = books.tx.chain(task.about)
        if chain is None or not chain.open or self._ends(chain) > books.now:
            return
        batch = Batch(books)
        moved = batch.touch(chain, {}, kind=kind_of(chain.status), cause=Cause(chain.event, "", books.now),
                            renewal=False)
        batch.keep(replace(moved, open=False))
        batch.rule(chain, {})
        books.note("expired", incident=task.incident, chain=chain.id)
        batch.carry(expired=True)

    # -- sources --------------------------------------------------------------------------------------
    def _silent(self, now: datetime, began: datetime) -> None:
        """Sources, and gauges over a threshold, that fell silent are put before the officer, each once until it speaks
        again.
        """
        with self.store.read() as reads:
            found = sources.silent(self.ctx, reads, now, began)
            gauges = silent_gauges.look(self.ctx, reads, now) if self.ctx.setup.stations else {}
            moved = silent_gauges.news(reads, gauges)
        if found:
            self.store.write(lambda tx: sources.tell_silence(Books(self.ctx, tx, now), found))
        if moved:
            self.store.write(lambda tx: silent_gauges.tell(Books(self.ctx, tx, now), gauges))

    # -- warnings past their time ---------------------------------------------------------------------
    def _expired(self, tx: Tx, now: datetime) -> None:
        """A chain past its `expires` (or a day old without one) is asked of the officer; grace, then it closes."""
        late = [chain for chain in tx.open_chains() if self._ends(chain) <= now]
        if not late:
            return
        asked = {task.about for task in tx.tasks() if task.what == "expire"}
        books = Books(self.ctx, tx, now)
        for chain in late:
            incidents = _fed_by(tx, chain.id)
            if chain.id in asked or not incidents:
                continue
            first = incidents[0]
            books.task(first.id, "expire", first.desk, "officer", now + self.ctx.rules.expiry_grace, chain.id)
            for incident in incidents:
                books.alarm(incident.id, "expired", place=incident.desk, text=chain.event, red=False)
        books.close()

    def _ends(self, chain: Chain) -> datetime:
        return chain.expires or chain.sent + self.ctx.rules.assume_expired

    # -- incidents ------------------------------------------------------------------------------------
    def _incidents(self, tx: Tx, now: datetime) -> None:
        """Close what is over; look for towns in the dark."""
        books = Books(self.ctx, tx, now)
        look = self._looked is None or now - self._looked >= LOOK
        self._looked = now if look else self._looked
        for incident in tx.incidents():
            if incident.family == FAMILY:
                continue
            if incident.colours:
                if look:
                    darkness.look(books, incident)
            else:
                self._end(books, incident)
        books.close()

    def _end(self, books: Books, incident: Incident) -> None:
        """Close an incident without any colour once its last callout is closed."""
        still_open = [each for each in books.lock_of(incident.id) if not is_officer(each)]
        locked = books.incident(incident.id)
        if not still_open and locked is not None and locked.closed_at is None:
            closing.save(books, locked, 0)


def _fed_by(tx: Tx, chain: str) -> list[Incident]:
    """The open incidents a chain feeds, one at each desk concerned."""
    return [each for each in tx.incidents() if chain in each.chains]
