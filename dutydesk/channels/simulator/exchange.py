"""The switchboard of all simulated phones: the desk hands over here, people answer here, the judge counts here.

It lives on the clock it is given: `next_event` says when something is due and `advance` lets it happen. On a
virtual clock nothing waits, and two runs are alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from threading import RLock

from dutydesk.channels.simulator.behaviour import Behave
from dutydesk.channels.simulator.faults import Faults
from dutydesk.channels.simulator.network import Capacity, Network
from dutydesk.channels.simulator.phone import Arrival, Phone
from dutydesk.channels.simulator.pump import Pump, Take
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError
from dutydesk.ports.channel import Handed, Outgoing
from dutydesk.ports.clock import Clock
from dutydesk.ports.phones import Handset, PhoneLine

TALK = timedelta(seconds=120)   # a call picked up by hand ends by itself after this


class Exchange:
    """All simulated phones. Thread-safe. `known` numbers exist before anything reaches them.

    Implements `dutydesk.ports.phones.Phones` for the console. A phone that somebody at the screen touched stops
    acting by itself until it is released.
    """

    def __init__(self, clock: Clock, behave: Behave, *, capacity: Capacity | None = None,
                 known: Iterable[str] = ()) -> None:
        self.clock = clock
        self.arrived: Callable[[Arrival], None] = _nothing
        self._known = frozenset(known)
        self._network = Network(behave, capacity or Capacity())
        self._lock = RLock()
        self._pump: Pump | None = None

    @property
    def faults(self) -> Faults:
        """What is broken; add to it before the times it names."""
        return self._network.faults

    # the desk

    def hand_over(self, channel: str, message: Outgoing) -> Handed:
        """Take one message at the clock's time.

        1. A gateway that is down raises SendError (not permanent); one that hangs answers UNKNOWN, and every
           second message (by its id) was lost.
        2. Above the rate, or without a free line: LIMIT, or QUEUED when the switchboard queues.
        3. Otherwise it is on its way: HANDED_OVER, and reports follow as rows.
        """
        with self._lock:
            now = self.clock.now()
            self._network.run(now)
            fault = self.faults.gateway(message.via, channel, now)
            if fault == "down":
                raise SendError(f"{channel} does not answer", permanent=False)
            if fault == "hangs" and self.faults.loses(message.id):
                return Handed(Outcome.UNKNOWN)
            arrival = Arrival(now, message.id, channel, message.via, message.number, message.person, message.text,
                              message.code, message.asks, message.drill)
            seen = len(self._network.history)
            outcome = self._network.take(arrival, now)
            for taken in self._network.history[seen:]:
                self.arrived(taken)
        self._wake()
        if outcome is Outcome.LIMIT:
            return Handed(outcome)
        return Handed(Outcome.UNKNOWN if fault else outcome, provider=f"sim-{message.id}")

    def status(self, call: str) -> Outcome:
        """Return what is known of a call; raises SendError (permanent) if it never arrived."""
        with self._lock:
            self._network.run(self.clock.now())
            if call not in self._network.outcomes:
                raise SendError("the switchboard never had this call", permanent=True)
            return self._network.outcomes[call]

    def next_event(self) -> datetime | None:
        """Return when something happens next (the past, if rows wait to be fetched); None: nothing will."""
        with self._lock:
            if self._network.heard:
                return self._network.heard[0].received_at
            return self._network.next

    def advance(self, now: datetime) -> list[Inbound]:
        """Let everything due until `now` happen; return the rows heard since the last call, as they came in."""
        with self._lock:
            self._network.run(now)
            heard, self._network.heard = self._network.heard, []
            return heard

    def listen(self, channel: str, take: Take) -> None:
        """Let a thread bring the rows of a channel to `take`, from now on and until `close`."""
        with self._lock:
            if self._pump is None:
                self._pump = Pump(self)
        self._pump.listen(channel, take)

    def close(self) -> None:
        """End the thread, if one was started."""
        if self._pump:
            self._pump.stop()

    def _wake(self) -> None:
        if self._pump:
            self._pump.wake()

    # the judge

    @property
    def history(self) -> tuple[Arrival, ...]:
        """Every hand-over in order, doubles included."""
        with self._lock:
            return tuple(self._network.history)

    @property
    def doubles(self) -> dict[str, int]:
        """Calls handed over more than once, with how often."""
        counts = Counter(arrival.call for arrival in self.history)
        return {call: count for call, count in counts.items() if count > 1}

    def remember(self, arrivals: Iterable[Arrival]) -> None:
        """Take over the history of an earlier run; its phones show it, nothing rings again."""
        with self._lock:
            for arrival in arrivals:
                self._network.history.append(arrival)
                self._network.outcomes.setdefault(arrival.call, Outcome.HANDED_OVER)
                self._network.phone(arrival.number).note(arrival.at, arrival.via.value, arrival.text)

    # the owners (ports.phones.Phones)

    def lines(self) -> tuple[PhoneLine, ...]:
        """Return every phone that anything ever reached, by number."""
        with self._lock:
            self._network.run(self.clock.now())
            return tuple(phone.line() for _, phone in sorted(self._network.phones.items()))

    def handset(self, number: str) -> Handset:
        """Return one phone; raises KeyError for a number that is neither known nor was ever dialled."""
        with self._lock:
            self._network.run(self.clock.now())
            if number not in self._network.phones and number in self._known:
                return Phone(number).handset()
            return self._network.phones[number].handset()

    def pick_up(self, number: str) -> None:
        """Answer the ringing call by hand; nothing happens when it has stopped."""
        def act(phone: Phone, now: datetime) -> None:
            if phone.ring and not phone.ring.picked:
                self._network.picked(phone, phone.ring, now, TALK)
        self._by_hand(number, act)

    def press(self, number: str, keys: str) -> None:
        """Press keys in the running call; a finished command reaches the desk at once."""
        def act(phone: Phone, now: datetime) -> None:
            if phone.ring and phone.ring.picked:
                self._network.pressed(phone, phone.ring, keys, now, now)
        self._by_hand(number, act)

    def hang_up(self, number: str) -> None:
        """End the call; a ringing one is refused, which the desk hears as busy."""
        def act(phone: Phone, now: datetime) -> None:
            if phone.ring:
                self._network.end(phone, phone.ring, now, None if phone.ring.picked else Outcome.BUSY)
        self._by_hand(number, act)

    def reply(self, number: str, text: str) -> None:
        """Send a text to the desk, answered to the channel whose text came last."""
        self._by_hand(number, lambda phone, now: self._network.texted(phone, text, now, now))

    def release(self, number: str) -> None:
        """Give a phone back to its simulated owner."""
        with self._lock:
            self._network.phone(number).held = False

    def _by_hand(self, number: str, act: Callable[[Phone, datetime], None]) -> None:
        with self._lock:
            if number not in self._network.phones and number not in self._known:
                raise KeyError(number)
            now = self.clock.now()
            self._network.run(now)
            phone = self._network.phone(number)
            phone.held = True
            act(phone, now)
        self._wake()


def _nothing(arrival: Arrival) -> None:
    """Nobody keeps arrivals elsewhere."""
