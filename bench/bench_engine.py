"""How many callout lives a second the real desks carry: opened, asked, handed over, answered or climbed; durable.

    python bench/bench_engine.py [--places 2000] [--rounds 3] [--history 1000000] [--only sqlite]

One warning opens a callout at every place of an invented county; escalate makes the asks, dispatch their calls (a
channel that takes everything at once), every second phone answers by text and is heard, the others climb to their
deputies. Journal written and sealed. Beside it stands what `bench_store.py` measures on the same database: the same
sort of rows written by bare statements, the bound no desk above them can beat. Only the ratios mean something on a
shared machine.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from pathlib import Path

import bench_store

from dutydesk import store as stores
from dutydesk.content.texts import SiteTexts
from dutydesk.domain.playbook import Playbook, Step, Whom
from dutydesk.domain.records import Inbound
from dutydesk.domain.setup import Config, Setup
from dutydesk.domain.site import Desk, Number, Person, Place, Post, Shift, Site
from dutydesk.domain.values import Colour, Kind, Outcome, Role, Via
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.context import Context
from dutydesk.engine.rounds import Rounds
from dutydesk.feeds.registry import feed
from dutydesk.ports.channel import Handed, Limits, Outgoing

START = datetime(2021, 7, 20, tzinfo=UTC)
TEXTS = Path(__file__).parents[1] / "playbooks" / "texts"
MINUTE = timedelta(minutes=1)


class Taker:
    """A channel that takes everything at once."""

    real = False
    limits = Limits(per_second=1_000_000, lines=1_000_000, max_in_flight=1_000_000)

    def __init__(self, via: Via) -> None:
        self.name, self.via = f"taker-{via}", via
        self.taken: list[Outgoing] = []

    async def send(self, message: Outgoing) -> Handed:
        self.taken.append(message)
        return Handed(Outcome.HANDED_OVER)


class HandClock:
    """Shows what it was told."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def seconds_until(self, moment: datetime) -> float:
        return 0.0


def site(places: int) -> Setup:
    """A county of so many villages, each with a holder and a deputy of one number each."""
    ground = {"990102": Place("990102", "清河区", "county", desk="990102")}
    posts, people = {}, {}
    for number in range(places):
        place = Place(f"990102{number:06}", f"{number}号村", "village", ("990102",), desk="990102")
        ground[place.id] = place
        seats = (f"p{number}a", f"p{number}b")
        posts[f"{place.id}/flood"] = Post(place.id, "flood", seats)
        for rank, person in enumerate(seats):
            people[person] = Person(person, person, numbers=(
                Number(person, "mobile", f"+999{rank}{number:07}"),))
    red = (Step((Whom.HOLDER,), (Via.SMS,), 1, 5 * MINUTE), Step((Whom.DEPUTY,), (Via.SMS,), 1, 5 * MINUTE))
    flood = Playbook("flood", {"village": ("flood",)}, {Colour.ORANGE: red}, {"village": {Colour.ORANGE: "on_post"}},
                     texts={"sms": "flood.sms", "voice": "flood.voice"})
    config = Config("bench", "bench", "0990-5550000", "", (120.0, 36.0, 123.0, 38.0))
    texts = {path.name[:-4]: path.read_text() for path in TEXTS.glob("*.txt")}
    people["officer"] = Person("officer", "officer")   # without a phone: no alarm mixes with the lives
    shift = Shift("990102", Role.OFFICER, frozenset(range(1, 8)), day_time(8), day_time(8), "officer")
    desks = {"990102": Desk("990102", "清河区")}
    return Setup(config, Site(desks, ground, people, posts, (shift,)), {"flood": flood}, texts)


def lives(url: str, setup: Setup) -> float:
    """Let the desks carry every place once through its life; returns lives a second."""
    sms = Taker(Via.SMS)
    store = stores.open(url, key=bench_store.KEY)
    ctx = Context(setup, SiteTexts(setup.texts), {}, feed, {Via.SMS: sms})
    clock = HandClock(START)
    rounds, hand = Rounds(ctx, store), Hand(ctx, store, clock)
    places = [place for place in setup.site.places if place != "990102"]
    begun = time.perf_counter()
    hand.open_incident(Kind.REAL, "flood", Colour.ORANGE, places, "officer", "暴雨")
    _turn(rounds, clock.now())
    replies = [Inbound(f"in-{call.id}", sms.name, "reply", call.number, "1", "", START + MINUTE)
               for rank, call in enumerate(sms.taken) if rank % 2]
    clock.time += 2 * MINUTE
    store.write(lambda tx: tx.add_inbound(replies))
    _turn(rounds, clock.now())
    clock.time += 4 * MINUTE
    _turn(rounds, clock.now())
    spent = time.perf_counter() - begun
    assert sum(message.asks for message in sms.taken) == len(places) + len(places) // 2
    store.close()
    return len(places) / spent


def _turn(rounds: Rounds, now: datetime) -> None:
    while rounds.run_once(now):
        pass
    rounds.supervise.seal(now)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--history", type=int, default=0)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    args = parser.parse_args()
    setup = site(args.places)
    bare = argparse.Namespace(lives=args.places, batch=500, rounds=args.rounds)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for kind in (bench_store.Sqlite, bench_store.Postgresql):
            if args.only not in (None, kind.name):
                continue
            place = kind(Path(folder))
            for history in dict.fromkeys((0, args.history)):
                found = []
                for _ in range(args.rounds):
                    url = place.fresh()
                    bench_store.fill(place, url, history)
                    found.append(lives(url, setup))
                _, bound = bench_store.measure(place, bare, history)
                ours = statistics.median(found)
                print(f"{place.name:11} history {history:>9,}: {ours:>7,.0f} lives/s through the desks; bare SQL "
                      f"{bound:>7,.0f}; ratio {ours / bound:.2f}")


if __name__ == "__main__":
    main()
