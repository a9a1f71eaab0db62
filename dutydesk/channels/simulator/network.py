"""The simulated telephone network: what happens to a text or a call after it was taken, event by event.

Not thread-safe, and without a clock: `Exchange` stands in front of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush

from dutydesk.channels.simulator.behaviour import Behave, Behaviour, Fate, Said
from dutydesk.channels.simulator.faults import FOREVER, Faults
from dutydesk.channels.simulator.phone import Arrival, Phone, Ring
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.replies import Act, Unclear, Understood, Why, read_keys
from dutydesk.domain.values import Outcome, Via
from dutydesk.ports.channel import Outgoing

HEARD = timedelta(seconds=45)   # a call picked up by somebody who presses nothing ends after this
_NETWORK = {                    # what the network says of a phone that cannot ring, and after how long
    Fate.DEAD: (timedelta(seconds=3), Outcome.NUMBER_DEAD),
    Fate.OFF: (timedelta(seconds=5), Outcome.FAILED_NOW),
    Fate.BUSY: (timedelta(seconds=3), Outcome.BUSY),
    Fate.VOICEMAIL: (timedelta(seconds=20), Outcome.MACHINE),
}


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the switchboard carries: voice lines at once, hand-overs per second and way, how long a phone rings.

    `queue`: calls beyond the lines wait (QUEUED, HANDED_OVER once they ring) instead of being refused (LIMIT).
    """

    lines: int = 64
    sms_per_second: float = 500.0
    voice_per_second: float = 100.0
    ring_for: timedelta = timedelta(seconds=30)
    queue: bool = False


class Network:
    """Phones, lines and the events to come. `heard` holds the rows for the desk, `history` every hand-over."""

    def __init__(self, behave: Behave, capacity: Capacity) -> None:
        self.capacity = capacity
        self.faults = Faults()
        self.phones: dict[str, Phone] = {}
        self.heard: list[Inbound] = []
        self.history: list[Arrival] = []
        self.outcomes: dict[str, Outcome] = {}
        self._behave = behave
        self._events: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._count = 0
        self._lines = 0
        self._waiting: deque[Arrival] = deque()
        self._recent: dict[Via, deque[datetime]] = {via: deque() for via in Via}

    # events

    @property
    def next(self) -> datetime | None:
        """When something happens next."""
        return self._events[0][0] if self._events else None

    def run(self, now: datetime) -> None:
        """Let everything due until `now` happen, in order of time."""
        while self._events and self._events[0][0] <= now:
            at, _, event = heappop(self._events)
            event(at)

    def _at(self, at: datetime, event: Callable[[datetime], None]) -> None:
        self._count += 1
        heappush(self._events, (at, self._count, event))

    # hand-overs

    def take(self, arrival: Arrival, now: datetime) -> Outcome:
        """Take a text or call: HANDED_OVER, QUEUED (no line, but it waits) or LIMIT (refused, nothing kept)."""
        outcome = Outcome.HANDED_OVER
        if not self._within_rate(arrival.via, now):
            return Outcome.LIMIT
        if arrival.via is not Via.VOICE:
            self._deliver(arrival, now)
        elif self._lines < self.capacity.lines:
            self._dial(arrival, now)
        elif self.capacity.queue:
            self._waiting.append(arrival)
            outcome = Outcome.QUEUED
        else:
            return Outcome.LIMIT
        self.outcomes.setdefault(arrival.call, outcome)
        return outcome

    def phone(self, number: str) -> Phone:
        """Return a phone, new if nothing reached it yet."""
        return self.phones.setdefault(number, Phone(number))

    def _within_rate(self, via: Via, now: datetime) -> bool:
        recent = self._recent[via]
        while recent and recent[0] <= now - timedelta(seconds=1):
            recent.popleft()
        rate = self.capacity.voice_per_second if via is Via.VOICE else self.capacity.sms_per_second
        if len(recent) >= rate:
            return False
        recent.append(now)
        return True

    def _behaviour(self, arrival: Arrival, now: datetime) -> Behaviour:
        message = Outgoing(arrival.call, arrival.via, arrival.number, arrival.person, arrival.text, arrival.code,
                           arrival.asks, arrival.drill)
        return self._behave(message, now)

    def _record(self, arrival: Arrival, reached: str) -> None:
        self.history.append(replace(arrival, reached=reached))

    # texts

    def _deliver(self, arrival: Arrival, now: datetime) -> None:
        behaviour = self._behaviour(arrival, now)
        dark = self.faults.dark_until(arrival.number, now)
        self.phone(arrival.number).sms_channel = arrival.channel
        if behaviour.fate is Fate.DEAD:
            wait, outcome = _NETWORK[Fate.DEAD]
            self._record(arrival, "dead")
            self._receipt(arrival, now + wait, outcome)
        elif dark or behaviour.fate is Fate.OFF:
            self._record(arrival, "dark" if dark else "off")
            back = dark or (now + behaviour.off_for if behaviour.off_for else FOREVER)
            if back < FOREVER:
                self._at(back, lambda at: self._arrive(arrival, behaviour, at))
        else:
            self._record(arrival, "inbox")
            self._arrive(arrival, behaviour, now)

    def _arrive(self, arrival: Arrival, behaviour: Behaviour, at: datetime) -> None:
        phone = self.phone(arrival.number)
        phone.note(at, "sms", arrival.text)
        if behaviour.receipt_after is not None:
            self._receipt(arrival, at + behaviour.receipt_after, Outcome.ON_HANDSET)
        self._plan(phone, None, arrival, behaviour.said, at)

    # voice

    def _dial(self, arrival: Arrival, now: datetime) -> None:
        self._lines += 1
        phone = self.phone(arrival.number)
        behaviour = self._behaviour(arrival, now)
        fate, reached = behaviour.fate, behaviour.fate.value
        if self.faults.dark_until(arrival.number, now):
            fate, reached = Fate.OFF, "dark"
        elif phone.ring and fate not in (Fate.DEAD, Fate.OFF):
            fate, reached = Fate.BUSY, "busy"
        if fate in _NETWORK:
            wait, outcome = _NETWORK[fate]
            self._record(arrival, reached)
            self._at(now + wait, lambda at: self._no_ring(arrival, outcome, at))
            return
        self._record(arrival, "rang")
        phone.note(now, "voice", arrival.text)
        ring = phone.ring = Ring(arrival, now)
        self._at(now + self.capacity.ring_for, lambda at: self._rang_out(phone, ring, at))
        if fate is Fate.PICKED_UP:
            self._at(now + behaviour.pick_after, lambda at: self._lift(phone, ring, behaviour, at))
        self._plan(phone, ring, arrival, behaviour.said, now)

    def _no_ring(self, arrival: Arrival, outcome: Outcome, at: datetime) -> None:
        self._hear(arrival, "receipt", at, at, outcome=outcome)
        self._free_line(at)

    def _lift(self, phone: Phone, ring: Ring, behaviour: Behaviour, at: datetime) -> None:
        if ring.over or ring.picked or phone.held:
            return
        keys = [said.after for said in behaviour.said if said.key]
        until = ring.since + max(keys) + timedelta(seconds=2) - at if keys else HEARD
        self.picked(phone, ring, at, max(until, timedelta(seconds=2)))

    def picked(self, phone: Phone, ring: Ring, at: datetime, stays: timedelta) -> None:
        """Somebody lifted and stays on the line for a time."""
        ring.picked = at
        self._hear(ring.arrival, "receipt", at, at, outcome=Outcome.PICKED_UP)
        self._at(at + stays, lambda over: self.end(phone, ring, over, None))

    def _rang_out(self, phone: Phone, ring: Ring, at: datetime) -> None:
        if not ring.picked:
            self.end(phone, ring, at, Outcome.NO_ANSWER)

    def end(self, phone: Phone, ring: Ring, at: datetime, outcome: Outcome | None) -> None:
        """End a call, once, with a report if there is an outcome to tell."""
        if ring.over:
            return
        ring.over = True
        phone.ring = None
        if outcome:
            self._hear(ring.arrival, "receipt", at, at, outcome=outcome)
        self._free_line(at)

    def _free_line(self, at: datetime) -> None:
        self._lines -= 1
        if self._waiting and self._lines < self.capacity.lines:
            arrival = replace(self._waiting.popleft(), at=at)
            self._hear(arrival, "receipt", at, at, outcome=Outcome.HANDED_OVER)
            self._dial(arrival, at)

    def pressed(self, phone: Phone, ring: Ring, keys: str, said_at: datetime, at: datetime) -> None:
        """Keys were pressed; each finished command is a row, a wrong one too, `*` (again) is not."""
        phone.note(said_at, "key", keys, mine=True)
        for key in keys:
            ring.keys += key
            reading = read_keys(ring.keys)
            if reading == Unclear(Why.INCOMPLETE):
                continue
            if not (isinstance(reading, Understood) and reading.act is Act.AGAIN):
                self._hear(ring.arrival, "key", said_at, at, text=ring.keys)
            ring.keys = ""

    # what the desk hears

    def _plan(self, phone: Phone, ring: Ring | None, arrival: Arrival, said: Iterable[Said], start: datetime) -> None:
        for each in said:
            self._at(start + each.after, partial(self._say, phone, ring, each))

    def _say(self, phone: Phone, ring: Ring | None, said: Said, at: datetime) -> None:
        if phone.held:
            return
        if not said.key:
            self.texted(phone, said.text, at, at + said.late)
        elif ring and ring.picked and not ring.over:
            self.pressed(phone, ring, said.text, at, at + said.late)

    def texted(self, phone: Phone, text: str, said_at: datetime, at: datetime) -> None:
        """The owner sent a text; it goes to the channel whose text came last."""
        phone.note(said_at, "sms", text, mine=True)
        arrival = Arrival(said_at, "", phone.sms_channel, Via.SMS, phone.number, "", text)
        self._hear(arrival, "reply", said_at, at, text=text)

    def _receipt(self, arrival: Arrival, at: datetime, outcome: Outcome) -> None:
        self._at(at, lambda now: self._hear(arrival, "receipt", now, now, outcome=outcome))

    def _hear(self, arrival: Arrival, kind: str, said_at: datetime, at: datetime, *, text: str = "",
              outcome: Outcome | None = None) -> None:
        phone = self.phone(arrival.number)
        phone.rows += 1
        id = derive("i", arrival.number, phone.rows, said_at.isoformat(), kind, text, arrival.call, outcome)
        row = Inbound(id, arrival.channel, kind, arrival.number, text, arrival.call, said_at, outcome)
        if outcome:
            self.outcomes[arrival.call] = outcome
        if at > said_at:
            self._at(at, lambda _: self.heard.append(row))
        else:
            self.heard.append(row)
