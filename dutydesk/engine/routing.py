"""Which channel carries a call: the first of its way, in the site's order, that may.

What stands against a channel: it failed this person in this step already, it is broken, it has no room, or a quota
of the number or the wording is used up. Where nothing carries a call now, it waits, or is told as not called at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dutydesk.domain.records import Ask
from dutydesk.domain.values import Outcome, Via
from dutydesk.engine.lanes import Lane
from dutydesk.ports.channel import Channel, Handed, Limits, Outgoing, Quota
from dutydesk.ports.store import Reads

PATIENCE = timedelta(minutes=1)       # a call waits for its quota this long at most, else it is a `limit` at once
SOON = timedelta(milliseconds=500)    # when there was no room, it is looked at again after this
STEP = timedelta(hours=1)             # no step waits longer between its first and its last call
_NEVER_AGAIN = frozenset({Outcome.UNKNOWN, Outcome.REFUSED, Outcome.LIMIT})
_FAILED = _NEVER_AGAIN | {Outcome.FAILED_NOW}   # a dead number is no fault of its channel

_FREE = Limits()

#: A person's way in one climb of a callout.
Way = tuple[str, int, str, Via]


@dataclass(slots=True)
class Barrier:
    """Stands in a channel's place where none may carry a call: it tells why, and sends nothing."""

    name: str
    via: Via
    outcome: Outcome
    why: str
    real: bool = False
    limits: Limits = _FREE

    async def send(self, message: Outgoing) -> Handed:
        """Say what stands against it."""
        return Handed(self.outcome, why=self.why)


@dataclass(frozen=True, slots=True)
class Wait:
    """The call waits until then; `why` is for the officer."""

    until: datetime
    why: str


class Routes:
    """The channels of every way, as lanes. `most` calls are under way at once in all."""

    def __init__(self, channels: Mapping[Via, Sequence[Channel]]) -> None:
        every = [each.limits.max_in_flight for row in channels.values() for each in row]
        self.most = max(every, default=64)
        one = self.most if len(every) < 2 else max(1, self.most * 3 // 4)   # one that hangs leaves room for the others
        self.lanes = {via: tuple(Lane(each, min(one, each.limits.max_in_flight)) for each in row)
                      for via, row in channels.items()}

    @property
    def channels(self) -> tuple[Lane, ...]:
        """Every channel once."""
        return tuple(lane for lanes in self.lanes.values() for lane in lanes)

    def room(self, via: Via, now: datetime) -> int:
        """How many calls a way takes now; where every channel of it is broken, as many as like: they are told so."""
        lanes = self.lanes.get(via, ())
        if lanes and all(lane.broken for lane in lanes):
            return max(lane.limits.max_in_flight for lane in lanes)
        return sum(lane.room(now) for lane in lanes)

    def scarce(self, via: Via, now: datetime) -> bool:
        """Whether more may be due by this way than its channels take."""
        return all(lane.scarce(now) for lane in self.lanes.get(via, ()))

    def find(self, via: Via, name: str) -> Lane | Barrier:
        """A channel by its name; of one that is not in the site any more nothing can be known."""
        gone = Barrier(name, via, Outcome.UNKNOWN, "通道已从配置中移除")
        return next((lane for lane in self.lanes.get(via, ()) if lane.name == name), gone)

    def notices(self, now: datetime) -> int:
        """How many notices may leave now."""
        return sum(lane.room(now) for lane in self.lanes.get(Via.SMS, ()))

    def for_notice(self, last: str, now: datetime) -> Lane | Barrier:
        """The channel of a notice: the first with room, from the one behind the `last` it failed by."""
        lanes = self.lanes.get(Via.SMS, ())
        names = [lane.name for lane in lanes]
        start = names.index(last) + 1 if last in names else 0
        for lane in (*lanes[start:], *lanes[:start]):
            if lane.room(now) > 0:
                lane.take(now)
                return lane
        return Barrier("", Via.SMS, Outcome.FAILED_NOW, "通道中断")

    def after(self, name: str) -> bool:
        """Whether a notice that failed by this channel has another one after it."""
        return any(lane.name == name for lane in self.lanes.get(Via.SMS, ())[:-1])

    def several(self, via: Via) -> bool:
        """Whether a way has more than one channel."""
        return len(self.lanes.get(via, ())) > 1


class Choice:
    """Chooses channels for the calls of one claim; counts what it gives out."""

    def __init__(self, routes: Routes, reads: Reads, groups: Sequence[Sequence[Ask]],
                 people: Mapping[str, Iterable[str]], now: datetime) -> None:
        """`people`: person -> all his numbers."""
        self._routes = routes
        self._now = now
        self._used: dict[tuple[str, str], list[tuple[datetime, str]]] = {}
        again = [group for group in groups if routes.several(group[0].via) and any(ask.tries > 1 for ask in group)]
        self._tried = Tried(reads, (ask for group in again for ask in group), people, now)
        self._count(reads, groups)

    def _count(self, reads: Reads, groups: Sequence[Sequence[Ask]]) -> None:
        """Look up the calls that count against the quotas of these numbers."""
        limited = {lane.name: lane.limits for lanes in self._routes.lanes.values() for lane in lanes
                   if lane.limits.per_number or lane.limits.per_template}
        numbers = {group[0].number for group in groups if any(lane.name in limited for lane in
                                                              self._routes.lanes.get(group[0].via, ()))}
        if not numbers:
            return
        longest = max(quota.per for each in limited.values() for quota in (*each.per_number, *each.per_template))
        for call in reads.calls_to_any(numbers, since=self._now - longest):
            if call.channel in limited and call.outcome is not Outcome.LIMIT:
                self._used.setdefault((call.channel, call.number), []).append((call.created_at, call.template))

    def of(self, group: Sequence[Ask], template: str, *, last: bool = False) -> Lane | Barrier | Wait:
        """The channel for one call; `last`: the least urgent of this claim, which may serve as a probe.

        1. Leave out channels of unknown, refused or limited fate for this person in this step; those that failed him
           for now come last, and before them those that are broken.
        2. The first with room whose quotas have room takes it.
        3. Otherwise it waits for room, or for a quota that is free within a minute.
        4. Quotas used up for longer: a limit. Nothing left: as its channels were, refused or failed for now.
        """
        first = group[0]
        lanes = self._routes.lanes.get(first.via, ())
        tried = self._tried.of(group)
        left = sorted((lane for lane in lanes if tried.get(lane.name) not in _NEVER_AGAIN),
                      key=lambda lane: (lane.name in tried, lane.broken and not last))
        if not left:
            return self._barrier(first.via, Outcome.REFUSED, "本级各通道均已试过")
        waits: list[Wait] = []
        limit: Wait | None = None
        for lane in left:
            free, why = self._free(lane, first.number, template)
            if free > self._now + PATIENCE:
                limit = limit or Wait(free, why)
            elif free > self._now:
                waits.append(Wait(free, why))
            elif lane.room(self._now) > 0:
                lane.take(self._now)
                self._used.setdefault((lane.name, first.number), []).append((self._now, template))
                return lane
            elif not lane.broken:
                waits.append(Wait(self._now + SOON, f"{lane.name}线路占满"))
        if waits:
            return min(waits, key=lambda each: each.until)
        if limit is not None:
            return self._barrier(first.via, Outcome.LIMIT, limit.why)
        return self._barrier(first.via, Outcome.FAILED_NOW, "通道中断")

    def _free(self, lane: Lane, number: str, template: str) -> tuple[datetime, str]:
        """When the quotas of a channel let this number be called, and which one it is."""
        used = sorted(self._used.get((lane.name, number), ()))
        times = [at for at, _ in used]
        same = [at for at, wording in used if wording == template]
        full = [(times[-quota.most] + quota.per, f"该号码{words(quota)}")
                for quota in lane.limits.per_number if len(times) >= quota.most]
        full += [(same[-quota.most] + quota.per, f"该号码同一模板{words(quota)}")
                 for quota in lane.limits.per_template if len(same) >= quota.most]
        return max(full, default=(self._now, ""))

    def _barrier(self, via: Via, outcome: Outcome, why: str) -> Barrier:
        lanes = self._routes.lanes.get(via, ())
        return Barrier(lanes[0].name if lanes else "", via, outcome, why)


class Tried:
    """Which channels failed a person in the climb of an ask, and how."""

    def __init__(self, reads: Reads, asks: Iterable[Ask], people: Mapping[str, Iterable[str]], now: datetime) -> None:
        """`people`: person -> all his numbers: a channel that failed him by one of them is not tried by another."""
        self._found: dict[Way, dict[str, Outcome]] = {}
        asks = list(asks)
        wanted = {way_of(ask) for ask in asks}
        if not wanted:
            return
        numbers = {number for _, _, person, _ in wanted for number in people.get(person, ())}
        numbers.update(ask.number for ask in asks)   # one that an officer typed in, perhaps
        calls = [call for call in reads.calls_to_any(numbers, since=now - STEP) if call.outcome in _FAILED]
        carried = {ask.id: ask for ask in reads.asks(id for call in calls for id in call.asks)}
        for call in calls:
            for id in call.asks:
                if id in carried and way_of(carried[id]) in wanted:
                    self._found.setdefault(way_of(carried[id]), {})[call.channel] = call.outcome or Outcome.UNKNOWN

    def of(self, asks: Iterable[Ask]) -> Mapping[str, Outcome]:
        """Channel -> how it failed any of these asks' persons in their climbs."""
        found: dict[str, Outcome] = {}
        for ask in asks:
            found.update(self._found.get(way_of(ask), {}))
        return found


def way_of(ask: Ask) -> Way:
    """What a failed channel is remembered for."""
    return (ask.callout, ask.climb, ask.person, ask.via)


def words(quota: Quota) -> str:
    """A quota as the officer reads it: `1分钟限1次`."""
    seconds = int(quota.per.total_seconds())
    for unit, size in (("天", 86400), ("小时", 3600), ("分钟", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}限{quota.most}次"
    return f"{seconds}秒限{quota.most}次"
