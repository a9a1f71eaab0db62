"""What a chain gives to places, as a function of all that its messages say: never of the order they came in.

Each message is a step from the colours before it. Messages are taken in the order of sending; one that came late
is put where it belongs and the steps after it are gone through again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dutydesk.domain.values import Colour

Colours = Mapping[str, Colour]
_RANK = {"Alert": 0, "Update": 1, "Cancel": 2}   # of messages sent in the same second


@dataclass(frozen=True, slots=True)
class Says:
    """What one message says of places, by one source or by all that brought it.

    `gives`: place -> colour, empty for a lift. `named`, `rest` and `rest_holds` are those of `domain.match.Match`.
    `sources`: who brought it -> whether that source is trusted by itself (`auto`). `content`: key of text and times;
    `wording`: key of what it says whoever prints it, empty where it says too little; `type`: key of the event's type.
    """

    identifier: str
    sent: datetime
    status: str
    msg_type: str
    lifts: bool
    type: str
    colour: Colour
    office: str                  # key of the issuing office
    office_name: str             # as messages to people name it
    event: str
    gives: Colours = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    rest: Colour | None = None
    rest_holds: bool = False
    onset: datetime | None = None
    expires: datetime | None = None
    sources: Mapping[str, bool] = field(default_factory=dict)
    content: str = ""
    wording: str = ""

    @property
    def age(self) -> tuple[datetime, int, str]:
        """The order of the messages of one office: by the time of sending, within a second first to last word."""
        return self.sent, _RANK.get(self.msg_type, 0), self.identifier


@dataclass(frozen=True, slots=True)
class Standing:
    """What a chain gives after its messages. `waits`: places whose rise the text did not name, which waits for the
    officer's word or the time set, and what they have until then. `kept`: reds another hand lowered, or that are merely
    covered no more.
    """

    colours: Colours = field(default_factory=dict)
    waits: Mapping[str, Colour | None] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    def now(self, current: Colours) -> dict[str, Colour]:
        """What counts now, where `current` counted before: a rise that waits counts where it counted already."""
        held = {place: until for place, until in self.waits.items() if current.get(place, 0) < self.colours[place]}
        counts = {place: held.get(place, colour) for place, colour in self.colours.items()}
        return {place: colour for place, colour in counts.items() if colour is not None}


def merge(tellings: Sequence[Says]) -> Says:
    """Return one message out of what its sources say of it, whichever came first.

    The higher colour counts, every place any of them reaches counts, and of the rest what says more: a text that
    names places before one that does not, a time before none.
    """
    best = min(tellings, key=lambda each: (not each.named, -each.colour, not each.office_name, each.content))
    gives: dict[str, Colour] = {}
    for each in tellings:
        for place, colour in each.gives.items():
            gives[place] = max(colour, gives.get(place, colour))
    sources: dict[str, bool] = {}
    for each in tellings:
        sources.update(each.sources)
    rests = [each.rest for each in tellings if each.rest is not None]
    first = min(tellings, key=lambda each: each.age)
    return replace(
        best, identifier=first.identifier, sent=first.sent,
        msg_type=max((each.msg_type for each in tellings), key=lambda kind: _RANK.get(kind, 0)),
        colour=max(each.colour for each in tellings), gives=gives,
        named=frozenset().union(*(each.named for each in tellings)), rest=max(rests, default=None),
        rest_holds=any(each.rest_holds for each in tellings), onset=_earliest(each.onset for each in tellings),
        expires=max((each.expires for each in tellings if each.expires), default=None), sources=sources)


def _earliest(times: Iterable[datetime | None]) -> datetime | None:
    return min((each for each in times if each), default=None)


def standing_of(messages: Iterable[Says], *, ground: Colours | None = None,
                ruled: datetime | None = None) -> Standing:
    """Return what a chain gives after all its messages.

    Where an officer or the clock had the last word, `ruled` is when the newest message was sent that it was about, and
    `ground` what it left: later messages build on that, and no earlier one changes it any more.
    """
    standing = Standing(dict(ground or {}))
    earlier: list[Says] = []
    for says in sorted(messages, key=lambda each: each.age):
        if ruled is None or says.sent > ruled:
            standing = step(standing, says, trusted=own_hand(says, earlier))
        earlier.append(says)
    return standing


def own_hand(says: Says, earlier: Sequence[Says]) -> bool:
    """Tell whether a message comes from the chain's own office and source: only that lowers a red by itself.

    A source is the chain's own if it brought its first message, and is trusted, or none that brought that one is.
    """
    if not earlier:
        return True
    brought = earlier[0].sources
    trusted = any(brought.values())
    return says.office == earlier[0].office and any(
        source in brought and (auto or not trusted) for source, auto in says.sources.items())


def step(before: Standing, says: Says, *, trusted: bool) -> Standing:
    """Return what a chain gives after one more message.

    1. Work out the places it gives, in which colour; a lift gives none.
    2. A rise of places it covers but does not name, where it names some, waits.
    3. What would lower or lift a red without right stays red.
    """
    wanted = {} if says.lifts else given(before.colours, says)
    waits = {place: until for place, until in before.waits.items() if place in wanted and place not in says.gives}
    if says.named and not says.rest_holds:
        waits |= {place: before.waits.get(place, before.colours.get(place)) for place, colour in wanted.items()
                  if place not in says.named
                  and (colour > before.colours.get(place, 0) or place in before.waits)}
    kept = set()
    for place, old in before.colours.items():
        falls = wanted.get(place, 0) < old
        uncovered = not says.lifts and place not in wanted
        if old is Colour.RED and falls and (not trusted or uncovered):
            kept.add(place)
    colours = wanted | {place: Colour.RED for place in kept}
    still = {place for place in before.kept if colours.get(place) is Colour.RED and place not in says.gives}
    waits |= {place: until for place, until in before.waits.items() if place in kept}
    return Standing(colours, waits, frozenset(kept | still))


def given(before: Colours, says: Says) -> dict[str, Colour]:
    """The colours a message gives.

    A text that says what holds for the rest leaves the rest as it was; when lowering, only the named fall.
    """
    given = dict(says.gives)
    if says.named:
        for place, old in before.items():
            if place in says.named or place not in given:
                continue
            if says.rest is not None:
                given[place] = says.rest
            elif says.rest_holds or says.colour < old:
                given[place] = old
    return given
