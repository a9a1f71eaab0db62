"""Tells stories at a desk: warnings land, phones ring, people answer, and the clock is moved by hand.

The phones are the judge: what a story promises is read from what arrived there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from invented_alert import BEIJING, Warn
from invented_site import CAST, CITY, SOURCES, Plan, setup

from dutydesk import store as stores
from dutydesk.channels.simulator.behaviour import SILENT, Behaviour
from dutydesk.channels.simulator.channel import SimulatorSms, SimulatorVoice
from dutydesk.channels.simulator.exchange import Exchange
from dutydesk.channels.simulator.network import Capacity
from dutydesk.channels.simulator.phone import Arrival
from dutydesk.clock import VirtualClock
from dutydesk.content.texts import SiteTexts
from dutydesk.domain.ids import derive, document_hash
from dutydesk.domain.records import Callout, Document, Fact, Inbound, Incident, JournalRow, State, Task
from dutydesk.domain.values import Colour, Outcome, Via
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.context import Context
from dutydesk.engine.rounds import Rounds
from dutydesk.feeds.registry import feed
from dutydesk.ports.channel import Limits, Outgoing
from dutydesk.ports.store import Tx
from dutydesk.store import SqlStore

NOON = datetime(2026, 7, 20, 12, tzinfo=BEIJING)
SUPERVISE = timedelta(seconds=15)


class Someone:
    """A person of the site, as the holder of phones."""

    def __init__(self, desk: Story, id: str) -> None:
        self.desk = desk
        self.id = id
        self.numbers = [number.number for number in desk.setup.site.people[id].numbers]

    def arrivals(self) -> list[Arrival]:
        """What arrived at this person since the last look."""
        return [each for each in self.desk.unseen() if each.person == self.id]

    def is_rung(self, saying: str = "") -> str:
        """His phone rang since the last look; returns what the voice says."""
        rings = [each for each in self.arrivals() if each.via is Via.VOICE and saying in each.text]
        assert rings, f"{self.id} was not rung {saying}; arrived: {self.arrivals()}"
        self.desk.see(rings)
        return rings[-1].text

    def is_texted(self, saying: str = "") -> str:
        """A message that asks him lies in his phone since the last look."""
        texts = [each for each in self.arrivals() if each.via is Via.SMS and each.asks and saying in each.text]
        assert texts, f"{self.id} was not texted {saying!r}; arrived: {self.arrivals()}"
        self.desk.see(texts)
        return texts[-1].text

    def is_told(self, saying: str = "") -> str:
        """A notice that asks nothing lies in his phone since the last look."""
        told = [each for each in self.arrivals() if not each.asks and saying in each.text]
        assert told, f"{self.id} was not told {saying!r}; arrived: {self.arrivals()}"
        self.desk.see(told)
        return told[-1].text

    def is_quiet(self) -> None:
        """Nothing asked him since the last look."""
        asked = [each for each in self.arrivals() if each.asks]
        assert not asked, f"{self.id} was asked: {asked}"

    def hears_nothing(self) -> None:
        """Nothing at all arrived since the last look, notices included."""
        assert not self.arrivals()

    def rings(self) -> int:
        """How often his phone was dialled in all."""
        return sum(1 for each in self.desk.exchange.history if each.person == self.id and each.via is Via.VOICE)

    def replies(self, text: str, *, number: str = "") -> None:
        """He sends a text from his first phone."""
        self.desk.exchange.reply(number or self.numbers[0], text)
        self.desk.settle()

    def presses(self, keys: str, *, number: str = "") -> None:
        """He lifts the phone that rings now and presses keys."""
        ringing = number or next((each for each in self.numbers if self.desk.rings_now(each)), "")
        assert ringing, f"{self.id}: no phone rings"
        self.desk.exchange.pick_up(ringing)
        self.desk.exchange.press(ringing, keys)
        self.desk.exchange.hang_up(ringing)
        self.desk.settle()

    def behaves(self, behaviour: Behaviour) -> None:
        """From now on his phone meets this."""
        self.desk.behaviours[self.id] = behaviour


def _add_inbound(rows: Sequence[Inbound], tx: Tx) -> int:
    return tx.add_inbound(rows)


@dataclass
class Story:
    """A desk on a virtual clock, with scripted phones."""

    folder: Path
    plan: Plan = field(default_factory=Plan)
    start: datetime = NOON
    limits: Limits = field(default_factory=lambda: Limits(per_second=500, lines=500))
    capacity: Capacity = field(default_factory=lambda: Capacity(lines=1000, voice_per_second=1000, sms_per_second=2000))
    url: str = ""
    sms: Sequence[str] = ("simulator-sms",)
    voice: Sequence[str] = ("simulator-voice",)
    limits_of: Mapping[str, Limits] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.setup = setup(self.plan)
        self.clock = VirtualClock(self.start)
        self.behaviours: dict[str, Behaviour] = {}
        self.behave: Callable[[Outgoing, datetime], Behaviour] = self._behave
        self.exchange = Exchange(self.clock, lambda message, at: self.behave(message, at), capacity=self.capacity,
                                 known=self.setup.site.number_owners)
        self.store: SqlStore = stores.open(self.url or f"sqlite:///{self.folder / 'story.sqlite3'}", key=b"story",
                                           inline=True, durable=False)
        self._seen: set[int] = set()
        self._supervised = self.clock.now()
        self._serial = 0
        self.last: Warn | None = None
        self.work()

    def work(self) -> None:
        """Put a fresh worker at the desk: nothing it knows in memory survives."""
        channels = {Via.SMS: [SimulatorSms(self.exchange, name, self.limits_of.get(name, self.limits))
                              for name in self.sms],
                    Via.VOICE: [SimulatorVoice(self.exchange, name, self.limits_of.get(name, self.limits))
                                for name in self.voice]}
        self.ctx = Context(self.setup, SiteTexts(self.setup.texts), SOURCES, feed, channels)
        self.rounds = Rounds(self.ctx, self.store)
        self.hand = Hand(self.ctx, self.store, self.clock)

    def close(self) -> None:
        self.store.close()

    def _behave(self, message: Outgoing, at: datetime) -> Behaviour:
        return self.behaviours.get(message.person, SILENT)

    # -- people ---------------------------------------------------------------------------------------
    def __getitem__(self, name: str) -> Someone:
        """Somebody by the name the stories use, or by id."""
        return Someone(self, CAST.get(name, name))

    def everybody_answers(self, text: str = "1", after: float = 20) -> None:
        """From now on every phone answers every message so."""
        from dutydesk.channels.simulator.behaviour import Fate, Said

        said = (Said(timedelta(seconds=after), text, key=True),)

        def behave(message: Outgoing, at: datetime) -> Behaviour:
            if message.person in self.behaviours or not message.asks:
                return self.behaviours.get(message.person, SILENT)
            if message.via is Via.VOICE:
                return Behaviour(Fate.PICKED_UP, timedelta(seconds=after / 2), said)
            return SILENT
        self.behave = behave

    # -- time -----------------------------------------------------------------------------------------
    def settle(self) -> None:
        """Let the desk do all that is due now."""
        for _ in range(50):
            heard = self.exchange.advance(self.clock.now())
            if heard:
                self.store.write(partial(_add_inbound, heard))
            if not self.rounds.run_once(self.clock.now(), supervise_every=SUPERVISE) and not heard:
                return
        raise AssertionError("the desk does not come to rest")

    def forward(self, minutes: float = 0, *, seconds: float = 0) -> None:
        """Let time pass; whatever falls due on the way happens at its time."""
        until = self.clock.now() + timedelta(minutes=minutes, seconds=seconds)
        while True:
            self.settle()
            upcoming = self._next(until)
            if upcoming >= until:
                break
            self.clock.move_to(upcoming)
        self.clock.move_to(until)
        self.settle()

    def _next(self, until: datetime) -> datetime:
        now = self.clock.now()
        with self.store.read() as reads:
            due = reads.next_due()
        moments = [until, now + SUPERVISE]
        moments += [max(due, now + timedelta(seconds=1))] if due else []
        event = self.exchange.next_event()
        moments += [max(event, now + timedelta(milliseconds=1))] if event else []
        return min(moments)

    # -- documents ------------------------------------------------------------------------------------
    def puts(self, warn: Warn | bytes, source: str = "cma") -> str:
        """Lay a document into the store without letting the desk look."""
        body = warn if isinstance(warn, bytes) else warn.body
        now = self.clock.now()
        hash = document_hash(source, body)
        self.store.write(lambda tx: tx.add_document(Document(hash, source, f"{hash[:6]}.xml", now, body)))
        return hash

    def lands(self, *warns: Warn | bytes, source: str = "cma") -> str:
        """One or several documents land together."""
        for each in warns:
            hash = self.puts(each, source)
            self.last = each if isinstance(each, Warn) else self.last
        self.settle()
        return hash

    def warns(self, colour: str, source: str = "cma", **more: object) -> Warn:
        """A first warning lands, issued now."""
        warn = Warn(colour, self.clock.now(), **more)  # type: ignore[arg-type]
        self.lands(warn, source=source)
        return warn

    def follows(self, warn: Warn, kind: str, colour: str, source: str = "cma", **more: object) -> Warn:
        """A later version of a warning lands, issued now."""
        fresh = warn.then(kind, colour, self.clock.now(), **more)
        self.lands(fresh, source=source)
        return fresh

    def updates(self, warn: Warn, colour: str, **more: object) -> Warn:
        """An Update of that colour lands, issued now."""
        return self.follows(warn, "Update", colour, **more)  # type: ignore[arg-type]

    def lifts(self, warn: Warn, **more: object) -> Warn:
        """A Cancel lands, issued now."""
        return self.follows(warn, "Cancel", warn.colour, **more)  # type: ignore[arg-type]

    def hears(self, rows: Iterable[Inbound]) -> None:
        """A provider pushes rows."""
        told = list(rows)
        self.store.write(lambda tx: tx.add_inbound(told))
        self.settle()

    def receipt(self, arrival: Arrival, outcome: Outcome, at: datetime | None = None) -> Inbound:
        """A provider's report about one hand-over."""
        self._serial += 1
        return Inbound(f"r{self._serial}", arrival.channel, "receipt", arrival.number, "", arrival.call,
                       at or self.clock.now(), outcome)

    def rings_now(self, number: str) -> bool:
        return self.exchange.handset(number).state != "idle"

    # -- the phones -----------------------------------------------------------------------------------
    def unseen(self) -> list[Arrival]:
        """What arrived at all phones since the last look."""
        return [each for number, each in enumerate(self.exchange.history) if number not in self._seen]

    def see(self, arrivals: Sequence[Arrival]) -> None:
        """Count these as looked at."""
        known = {id(each) for each in arrivals}
        self._seen.update(number for number, each in enumerate(self.exchange.history) if id(each) in known)

    def forget(self) -> None:
        """Everything that arrived so far has been looked at."""
        self._seen.update(range(len(self.exchange.history)))

    def is_quiet(self, *, but: Collection[str] = ()) -> None:
        """Nobody was asked anything since the last look (beside those named)."""
        left = {CAST.get(name, name) for name in but}
        asked = [each for each in self.unseen() if each.asks and each.person not in left]
        assert not asked, f"asked: {[(each.person, each.via.value, each.text[:40]) for each in asked]}"

    def rung(self) -> set[str]:
        """The persons whose phones were dialled since the last look."""
        return {each.person for each in self.unseen() if each.via is Via.VOICE}

    def asked(self) -> set[str]:
        """The persons asked by any way since the last look."""
        return {each.person for each in self.unseen() if each.asks}

    # -- the books ------------------------------------------------------------------------------------
    def place(self, name: str) -> str:
        """The id of a place by its name."""
        return next((place.id for place in self.setup.site.places.values() if place.name == name), name)

    def incidents(self, *, open_only: bool = True, family: str = "") -> list[Incident]:
        """The incidents by desk, the duty room's own left out."""
        with self.store.read() as reads:
            found = [each for each in reads.incidents(open_only=open_only)
                     if each.family != "house" and family in ("", each.family)]
        return sorted(found, key=lambda each: (each.desk, each.opened_at))

    def callouts(self, place: str, *, family: str = "") -> list[Callout]:
        """Every callout ever opened at a place, oldest first."""
        id = self.place(place)
        with self.store.read() as reads:
            rows = [callout for incident in reads.incidents(open_only=False)
                    for callout in reads.callouts_of(incident.id, open_only=False)
                    if callout.place == id and not callout.post.endswith("/officer")
                    and family in ("", incident.family)]
        return sorted(rows, key=lambda each: (each.opened_at, each.round, each.id))

    def callout(self, place: str) -> Callout:
        """The newest callout of a place."""
        found = self.callouts(place)
        assert found, f"nothing was ever asked about {place}"
        return found[-1]

    def state(self, place: str) -> State:
        return self.callout(place).state

    def facts(self, place: str) -> list[Fact]:
        """The facts of a place's newest callout."""
        callout = self.callout(place)
        with self.store.read() as reads:
            return [fact for fact in reads.facts_of(callout.incident) if fact.callout == callout.id]

    def proven(self, place: str) -> set[str]:
        """What is proven of a place's newest callout."""
        return {fact.what for fact in self.facts(place)}

    def alarm(self, incident: Incident | None = None) -> Callout | None:
        """The officer's callout of an incident (the newest one where none is named; of several, the city's)."""
        every = self.incidents(open_only=False)
        incident = incident or max(every, key=lambda each: (each.opened_at, each.desk == CITY))
        with self.store.read() as reads:
            return next(iter(reads.callouts([derive("c", incident.id, "officer")])), None)

    def house_alarm(self) -> Callout | None:
        """The alarm of the duty room itself."""
        with self.store.read() as reads:
            house = [each for each in reads.incidents(open_only=False) if each.family == "house"]
        return self.alarm(house[0]) if house else None

    def reasons(self, alarm: Callout | None) -> set[str]:
        """Why an alarm stands."""
        return {str(item["reason"]) for item in alarm.memo.get("items", {}).values()} if alarm else set()

    def tasks(self, what: str = "") -> list[Task]:
        with self.store.read() as reads:
            return [task for task in reads.tasks(open_only=False) if what in ("", task.what)]

    def journal(self, what: str = "") -> list[JournalRow]:
        self.rounds.supervise.seal(self.clock.now())
        with self.store.read() as reads:
            return [row for row in reads.journal(limit=100_000) if what in ("", row.what)]

    def colour_of(self, place: str, family: str = "flood") -> Colour | None:
        """The colour a place has now in the open incidents of a family."""
        id = self.place(place)
        return max((each.colours[id] for each in self.incidents(family=family) if id in each.colours), default=None)
