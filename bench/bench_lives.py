"""How many callout lives a second the machine and the store carry: create, ask, answer or climb; durable, journaled.

    python bench/bench_lives.py [--lives 5000] [--batch 500] [--rounds 3] [--history 1000000] [--only sqlite]

A life: a callout is opened, the escalate desk asks its holder, the call is written as sending and as handed over, and
every second holder answers while the others' time runs out and the desk asks their deputies. Every step is a decision
of the callout machine in a transaction of its own batch, with its journal rows, which are sealed at the end. What is
around a life, the reading of warnings, wording, letters and replies, is in `bench_engine.py`.

Beside it stand the very statements, run on a copy of the database by the bare driver with their parameters computed
before (the bound nothing above it can beat), and, with --history, both on databases that hold that many closed
callouts. Only the ratios mean something on a shared machine. PostgreSQL is a server started for this run.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from databases import KEY, PLACES, TEXT, Place, filled, recording, replay
from house import START, Taker, site

from dutydesk import store as stores
from dutydesk.content.texts import SiteTexts
from dutydesk.domain.happenings import Replied
from dutydesk.domain.ids import derive
from dutydesk.domain.playbook import Policy
from dutydesk.domain.records import Call, Callout
from dutydesk.domain.setup import Setup
from dutydesk.domain.values import Colour, Outcome, Role, Via
from dutydesk.engine.books import Books
from dutydesk.engine.context import Context
from dutydesk.engine.dispatch import Told, tell_callouts
from dutydesk.engine.escalate import Escalate
from dutydesk.feeds.registry import feed
from dutydesk.ports.store import Tx
from dutydesk.store import SqlStore

AIMS = {"sqlite": 3000, "postgresql": 2000}   # lives a second
MINUTE, MILLISECOND = timedelta(minutes=1), timedelta(milliseconds=1)
WARM = 500


class Lives:
    """Carries callouts of an invented county through their lives, batch by batch."""

    def __init__(self, store: SqlStore, setup: Setup, batch: int) -> None:
        self.store, self.batch = store, batch
        self.ctx = Context(setup, SiteTexts(setup.texts), {}, feed, {Via.SMS: (Taker(Via.SMS),)})
        self.escalate = Escalate(self.ctx, store)
        self.policy: Policy = setup.playbooks["flood"].policy("village", Colour.ORANGE, at_night=False)
        self.posts = sorted(setup.site.posts)

    def run(self, first: int, lives: int) -> float:
        """Carry so many lives from that number on; returns lives a second."""
        begun = time.perf_counter()
        for start in range(first, first + lives, self.batch):
            self._batch(start, START + start * MILLISECOND)   # so that no batch is due in another
        return lives / (time.perf_counter() - begun)

    def _batch(self, first: int, now: datetime) -> None:
        """Open a batch, ask, hand over, let every second answer and the rest climb, hand over again, seal."""
        callouts = [self._callout(number, now) for number in range(first, first + self.batch)]
        self.store.write(lambda tx: self._create(tx, callouts, now))
        moved = self._due(now)
        self.store.write(lambda tx: self._call(tx, now))
        self.store.write(lambda tx: self._answer(tx, [each.id for each in callouts[::2]], now + MINUTE))
        moved += self._due(now + 6 * MINUTE)
        self.store.write(lambda tx: self._call(tx, now + 6 * MINUTE))
        self.store.write(lambda tx: tx.seal(now, 20 * self.batch))
        assert moved == self.batch + self.batch // 2, f"{moved} decisions of escalate"

    def _callout(self, number: int, now: datetime) -> Callout:
        """A callout as a round opens it."""
        post = self.posts[number % len(self.posts)]
        memo = {"family": "flood", "event": "暴雨", "office": "市气象台", "issued": "08:00"}
        return Callout(derive("c", "bench", post, number), f"i-{number // 5000}", post, post.partition("/")[0], 1,
                       Colour.ORANGE, 2, self.policy.hash, now, due_at=now, memo=memo)

    def _create(self, tx: Tx, callouts: list[Callout], now: datetime) -> None:
        books = Books(self.ctx, tx, now)
        books.add_policy(self.policy)
        for each in callouts:
            books.add_callout(each)
            books.note("colour", incident=each.incident, place=each.place, change="raised", now="orange")
        books.close()

    def _due(self, now: datetime) -> int:
        return sum(self.escalate.run_once(now, self.batch, (2,)) for _ in range(2))

    def _call(self, tx: Tx, now: datetime) -> None:
        """Write the due asks' calls as sending, and what became of them; no wording, no letters."""
        books = Books(self.ctx, tx, now)
        asks = tx.claim_asks(2, Via.SMS, now, self.batch)
        calls = [Call(derive("k", ask.id), ask.incident, 1, ask.person, ask.number, ask.via, "bench", 1, TEXT, "B",
                      (ask.id,), (ask.place,), now, "sending", "lease", now + MINUTE) for ask in asks]
        tx.start_calls(calls)
        for call in calls:
            books.note("call", incident=call.incident, person=call.person, call=call.id, asks=list(call.asks))
        tx.finish_calls([_handed(call, now) for call in calls])
        tell_callouts(books, [Told(call, Outcome.HANDED_OVER, now, (ask,))
                              for call, ask in zip(calls, asks, strict=True)])
        books.close()

    def _answer(self, tx: Tx, ids: list[str], now: datetime) -> None:
        books = Books(self.ctx, tx, now)
        for callout in books.lock(ids).values():
            holder = self.ctx.site.posts[callout.post].seats[0]
            books.advance(callout, Replied(now, "answer", holder, Role.HOLDER, Via.SMS))
        books.close()


def _handed(call: Call, now: datetime) -> Call:
    return replace(call, state="handed", outcome=Outcome.HANDED_OVER, handed_at=now)


def measure(place: Place, setup: Setup, args: argparse.Namespace, history: int) -> tuple[float, float]:
    """Return the medians of lives a second through the machine and the store, and by the bare statements."""
    ours, bound = [], []
    empty = filled(place, history)
    for _ in range(args.rounds):
        mine, bare = place.copy(empty), place.copy(empty)
        store = stores.open(mine, key=KEY)
        lives = Lives(store, setup, args.batch)
        with recording(store) as before:
            lives.run(0, WARM)
        gc.collect()
        gc.freeze()   # as a live desk does once its site is read
        with recording(store) as timed:
            ours.append(lives.run(WARM, args.lives))
        store.close()
        connection = place.bare(bare)
        replay(connection, before, place.begin)
        bound.append(args.lives / replay(connection, timed, place.begin))
        connection.close()
        place.drop(mine)
        place.drop(bare)
    place.drop(empty)
    return statistics.median(ours), statistics.median(bound)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lives", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--history", type=int, default=0)
    parser.add_argument("--only", choices=tuple(PLACES))
    args = parser.parse_args()
    setup = site(args.lives)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, kind in PLACES.items():
            if args.only in (None, name):
                place = kind(Path(folder))
                first: float | None = None
                for history in dict.fromkeys((0, args.history)):
                    ours, bound = measure(place, setup, args, history)
                    first = first or ours
                    print(f"{place.name:11} history {history:>9,}: {ours:>7,.0f} lives/s (aim {AIMS[name]:,}); same "
                          f"SQL, parameters precomputed {bound:>7,.0f}; ratio {ours / bound:.2f}; against empty "
                          f"{ours / first:.2f}", flush=True)


if __name__ == "__main__":
    main()
