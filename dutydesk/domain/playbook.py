"""What is to be done at which alert, and the policy of one callout frozen out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from enum import StrEnum

from dutydesk.domain.ids import derive
from dutydesk.domain.values import Colour, Via


class Whom(StrEnum):
    """Whom a step asks."""

    HOLDER = "holder"
    DEPUTY = "deputy"
    SUPERIOR = "superior"
    OFFICER = "officer"
    BACKUP = "backup"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a ladder: whom, by which ways (first named first), how often, for how long."""

    whom: tuple[Whom, ...]
    by: tuple[Via, ...]
    tries: int = 1
    within: timedelta = timedelta(minutes=5)
    need: int = 1
    officer_sees: bool = False

    @property
    def between(self) -> timedelta:
        """Time from one try to the next."""
        return self.within / self.tries


@dataclass(frozen=True, slots=True)
class Policy:
    """The ladder of one callout, frozen when its round opens.

    `done_when` names the act that closes it (`on_post`, `moved`, `patrolled`, ...); None: the answer does.
    `act` is the time from the answer to the act. `repeat` keeps the last step going for ever (officers).
    """

    family: str
    colour: Colour
    steps: tuple[Step, ...]
    act: timedelta
    done_when: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    repeat: timedelta | None = None

    @property
    def hash(self) -> str:
        """The same content has the same id, whoever froze it and when."""
        return derive("p", self.family, int(self.colour), self.steps, self.act, self.done_when,
                      sorted(self.texts.items()), self.repeat)

    def lowered_to(self, lower: Policy) -> Policy:
        """The policy after the colour fell: the ladder goes on, each wait the longer of old and new.

        What closes it and the time to act are those of the lower colour.
        """
        steps = tuple(
            replace(step, within=max(step.within, lower.steps[rank].within) if rank < len(lower.steps) else step.within)
            for rank, step in enumerate(self.steps)
        )
        return replace(lower, steps=steps)

    @property
    def bound(self) -> timedelta:
        """Longest time from the first ring until the officer has it, when nobody answers."""
        return sum((step.within for step in self.steps), timedelta())


@dataclass(frozen=True, slots=True)
class Chore:
    """A task the playbook opens: `what`, `offset` from `anchor` (onset, sent, lift, sunset, or grade: the beginning of
    a day of high fire weather grade), at which kinds.
    """

    what: str
    anchor: str
    offset: timedelta
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Night:
    """Hours in which `by` replaces the order of the ways of every step, local time."""

    start: time = time(20, 0)
    end: time = time(8, 0)
    by: tuple[Via, ...] = (Via.VOICE, Via.SMS)

    def covers(self, local: time) -> bool:
        """Whether a local time of day lies in the night."""
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


@dataclass(frozen=True, slots=True)
class Playbook:
    """What a hazard family asks for. `posts`: place kind -> duties; `ladder`: colour -> steps.

    `done_when`: place kind -> colour -> act. `answer`: place kind -> `each` where every seat must answer.
    `only`: colour -> place kinds asked at that colour (absent = all of `posts`).
    `texts`: template name by way (`sms`, `voice`).
    """

    family: str
    posts: Mapping[str, tuple[str, ...]]
    ladder: Mapping[Colour, tuple[Step, ...]]
    done_when: Mapping[str, Mapping[Colour, str]] = field(default_factory=dict)
    act: Mapping[Colour, timedelta] = field(default_factory=dict)
    answer: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[Colour, tuple[str, ...]] = field(default_factory=dict)
    night: Night | None = None
    chores: tuple[Chore, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    action: Mapping[Colour, str] = field(default_factory=dict)

    def asks(self, kind: str, colour: Colour) -> tuple[str, ...]:
        """Return the duties asked at a place of that kind when it has that colour; empty means a notice."""
        if colour not in self.ladder:
            return ()
        if colour in self.only and kind not in self.only[colour]:
            return ()
        return self.posts.get(kind, ())

    def policy(self, kind: str, colour: Colour, *, at_night: bool) -> Policy:
        """Freeze the policy for a post at a place of that kind; raises KeyError for a colour without ladder."""
        steps = self.ladder[colour]
        if at_night and self.night:
            order = {via: rank for rank, via in enumerate(self.night.by)}
            steps = tuple(
                Step(step.whom, tuple(sorted(step.by, key=lambda via: order.get(via, len(order)))),
                     step.tries, step.within, step.need, step.officer_sees)
                for step in steps
            )
        return Policy(self.family, colour, steps, self.act.get(colour, timedelta(hours=2)),
                      self.done_when.get(kind, {}).get(colour), self.texts)
