"""How many callout lives a second the real desks carry, on both databases; durable, the journal written and sealed.

    python bench/bench_engine.py [--places 5000] [--rounds 3] [--history 1000000] [--only sqlite] [--profile]

A life: one warning opens a callout at a place of an invented county; escalate makes its ask; dispatch its call,
with its wording and reply letter, and a channel that takes everything at once hands it over; every second phone
answers by text, is heard, and gets its line back; the others climb to their deputies, who are called too. Every
callout of a round is due at once, so the desks work in their own batches.

Beside it stand the very statements the desks sent, run again on a copy of the same database by the bare driver with
their parameters computed before (the bound no desk above them can beat), and, with --history, both on databases that
hold that many closed callouts, with their asks, calls, letters, replies, facts and journal rows, of the same phones.
The desks are warm: a small round of another county goes before, untimed. Only the ratios mean something on a
shared machine. `--profile` prints where the desks' time goes instead.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from databases import KEY, PLACES, Place, Statements, filled, recording, replay
from house import COUNTY, MINUTE, OTHER, START, Taker, site

from dutydesk import store as stores
from dutydesk.content.texts import SiteTexts
from dutydesk.domain.records import Inbound
from dutydesk.domain.setup import Setup
from dutydesk.domain.values import Colour, Kind, Via
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.context import Context
from dutydesk.engine.rounds import Rounds
from dutydesk.feeds.registry import feed
from dutydesk.store import SqlStore

AIMS = {"sqlite": 3000, "postgresql": 2000}   # lives a second


class HandClock:
    """Shows what it was told."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def seconds_until(self, moment: datetime) -> float:
        return 0.0


class House:
    """The desks around a store, with a channel that takes everything and a clock moved by hand."""

    def __init__(self, store: SqlStore, setup: Setup) -> None:
        self.store, self.setup = store, setup
        self.sms = Taker(Via.SMS)
        self.clock = HandClock(START)
        ctx = Context(setup, SiteTexts(setup.texts), {}, feed, {Via.SMS: (self.sms,)})
        self.rounds, self.hand = Rounds(ctx, store), Hand(ctx, store, self.clock)

    def warm(self) -> None:
        """Carry the other county's callouts through their lives and end them."""
        self.lives(OTHER)
        with self.store.read() as reads:
            incident = reads.incidents()[0].id
        self.hand.lift(incident, ["officer"])
        self._turn()
        self.clock.time += 60 * MINUTE

    def lives(self, county: str) -> float:
        """Let the desks carry every place of a county once through its life; returns lives a second."""
        places = len(self.setup.site.under([county])) - 1
        before = len(self.sms.taken)
        begun = time.perf_counter()
        self.hand.open_incident(Kind.REAL, "flood", Colour.ORANGE, [county], "officer", "暴雨")
        self._turn()
        replies = [Inbound(f"in-{call.id}", self.sms.name, "reply", call.number, "1", "", self.clock.time + MINUTE)
                   for rank, call in enumerate(self.sms.taken[before:]) if rank % 2]
        self.clock.time += 2 * MINUTE
        self.store.write(lambda tx: tx.add_inbound(replies))
        self._turn()
        self.clock.time += 4 * MINUTE
        self._turn()
        spent = time.perf_counter() - begun
        asked = sum(message.asks for message in self.sms.taken[before:])
        assert asked == places + places // 2, f"{asked} calls for {places} places"
        return places / spent

    def _turn(self) -> None:
        """All that is due now, the journal sealed."""
        while self.rounds.run_once(self.clock.time):
            pass
        self.rounds.supervise.seal(self.clock.time)


def measure(place: Place, setup: Setup, history: int, rounds: int) -> tuple[float, float]:
    """Return the medians of lives a second through the desks and by their bare statements."""
    ours, bound = [], []
    empty = filled(place, history)
    for _ in range(rounds):
        mine, bare = place.copy(empty), place.copy(empty)
        lives, before, timed = run(mine, setup)
        ours.append(lives)
        connection = place.bare(bare)
        replay(connection, before, place.begin)
        bound.append(len(setup.site.under([COUNTY])) / replay(connection, timed, place.begin))
        connection.close()
        place.drop(mine)
        place.drop(bare)
    place.drop(empty)
    return statistics.median(ours), statistics.median(bound)


def run(url: str, setup: Setup, profile: cProfile.Profile | None = None) -> tuple[float, Statements, Statements]:
    """Return lives a second of warm desks on a database, and the statements they sent before and in that time."""
    store = stores.open(url, key=KEY, inline=profile is not None)
    house = House(store, setup)
    with recording(store) as before:
        house.warm()
    gc.collect()
    gc.freeze()   # as a live desk does once its site is read
    with recording(store) as timed:
        if profile:
            profile.enable()
        lives = house.lives(COUNTY)
        if profile:
            profile.disable()
    store.close()
    return lives, before, timed


def tell(place: Place, setup: Setup, args: argparse.Namespace) -> None:
    """Measure on one database and print it."""
    first: float | None = None
    for history in dict.fromkeys((0, args.history)):
        ours, bound = measure(place, setup, history, args.rounds)
        first = first or ours
        print(f"{place.name:11} history {history:>9,}: {ours:>7,.0f} lives/s through the desks (aim "
              f"{AIMS[place.name]:,}); same SQL, parameters precomputed {bound:>7,.0f}; ratio {ours / bound:.2f}; "
              f"against empty {ours / first:.2f}", flush=True)


def explain(place: Place, setup: Setup) -> None:
    """Print where the desks' time goes."""
    profile = cProfile.Profile()
    run(place.copy(filled(place, 0)), setup, profile)
    pstats.Stats(profile).sort_stats("tottime").print_stats(40).sort_stats("cumulative").print_stats(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--history", type=int, default=0)
    parser.add_argument("--only", choices=tuple(PLACES))
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    setup = site(args.places)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, kind in PLACES.items():
            if args.only in (None, name):
                (explain(kind(Path(folder)), setup) if args.profile else tell(kind(Path(folder)), setup, args))


if __name__ == "__main__":
    main()
