"""An invented county to measure on, and a channel that takes everything at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from pathlib import Path

from dutydesk.domain.playbook import Playbook, Step, Whom
from dutydesk.domain.setup import Config, Setup
from dutydesk.domain.site import Desk, Number, Person, Post, Shift, Site
from dutydesk.domain.site import Place as Ground
from dutydesk.domain.values import Colour, Outcome, Role, Via
from dutydesk.ports.channel import Handed, Limits, Outgoing

START = datetime(2021, 7, 20, tzinfo=UTC)
TEXTS = Path(__file__).parents[1] / "playbooks" / "texts"
MINUTE = timedelta(minutes=1)
COUNTY, OTHER = "990102", "990101"
WARM = 200   # places of the other county


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


def site(places: int) -> Setup:
    """Two counties of villages, each with a holder and a deputy of one number each; the first of `places` villages."""
    ground, posts, people = {}, {}, {}
    for county, count in ((COUNTY, places), (OTHER, WARM)):
        ground[county] = Ground(county, "清河区", "county", desk=county)
        for number in range(count):
            place = Ground(f"{county}{number:06}", f"{number}号村", "village", (county,), desk=county)
            ground[place.id] = place
            seats = [f"p{2 * (number + (places if county == OTHER else 0)) + rank}" for rank in range(2)]
            posts[f"{place.id}/flood"] = Post(place.id, "flood", tuple(seats))
            people.update((person, Person(person, person, numbers=(
                Number(person, "mobile", person.replace("p", "+999")),))) for person in seats)
    red = (Step((Whom.HOLDER,), (Via.SMS,), 1, 5 * MINUTE), Step((Whom.DEPUTY,), (Via.SMS,), 1, 5 * MINUTE))
    flood = Playbook("flood", {"village": ("flood",)}, {Colour.ORANGE: red}, {"village": {Colour.ORANGE: "on_post"}},
                     texts={"sms": "flood.sms", "voice": "flood.voice"})
    config = Config("bench", "bench", "0990-5550000", "", (120.0, 36.0, 123.0, 38.0))
    texts = {path.name[:-4]: path.read_text() for path in TEXTS.glob("*.txt")}
    people["officer"] = Person("officer", "officer")   # without a phone: no alarm mixes with the lives
    week = frozenset(range(1, 8))
    roster = tuple(Shift(county, Role.OFFICER, week, day_time(8), day_time(8), "officer") for county in (COUNTY, OTHER))
    desks = {county: Desk(county, "清河区") for county in (COUNTY, OTHER)}
    return Setup(config, Site(desks, ground, people, posts, roster), {"flood": flood}, texts)
