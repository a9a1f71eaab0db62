"""One callout on a bench: invented people, a policy, and hand-overs, words and timers told one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from dutydesk.domain.callout import advance
from dutydesk.domain.effects import Alarm, Dial, Effect, Notice, OpenTask, Record, Withdraw
from dutydesk.domain.happenings import Due, Happened, Happening, Replied, Superseded
from dutydesk.domain.playbook import Policy, Step, Whom
from dutydesk.domain.reach import Reach, Reached
from dutydesk.domain.records import Callout, State
from dutydesk.domain.rules import Rules
from dutydesk.domain.values import Colour, Outcome, Role, Via
from dutydesk.domain.work import ask_id

T0 = datetime(2026, 7, 20, 2, 20, tzinfo=UTC)
RULES = Rules()
E = TypeVar("E")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def at(count: float) -> datetime:
    """So many minutes after the round opened."""
    return T0 + minutes(count)


def person(name: str, role: Role, *numbers: str, sms: bool = True, near: tuple[str, ...] = ()) -> Reached:
    voice = numbers or (f"+999{name}1", f"+999{name}2")
    return Reached(name, role, voice, voice[:1] if sms else (), near)


H = person("h", Role.HOLDER)
D = person("d", Role.DEPUTY)
S = person("s", Role.SUPERIOR)
ROLES = {"h": Role.HOLDER, "d": Role.DEPUTY, "d2": Role.DEPUTY, "s": Role.SUPERIOR, "o": Role.OFFICER,
         "n": Role.NEIGHBOUR}

FIRST = Step((Whom.HOLDER,), (Via.VOICE, Via.SMS), tries=3, within=minutes(5))
SECOND = Step((Whom.DEPUTY, Whom.SUPERIOR), (Via.VOICE,), tries=1, within=minutes(5), officer_sees=True)
RED = Policy("flood", Colour.RED, (FIRST, SECOND), act=minutes(30), done_when="moved")
ORANGE = Policy("flood", Colour.ORANGE, (
    Step((Whom.HOLDER,), (Via.SMS, Via.VOICE), tries=2, within=minutes(10)),
    Step((Whom.DEPUTY, Whom.SUPERIOR), (Via.VOICE,), within=minutes(10))), act=minutes(120), done_when="on_post")
ANSWER_CLOSES = replace(RED, done_when=None)


@dataclass
class Bench:
    """A callout, the effects of the last happening, and every ask that waits for its hand-over."""

    policy: Policy = RED
    steps: Sequence[Sequence[Reached]] = ((H,), (D, S))
    now: datetime = T0
    rules: Rules = RULES
    effects: list[Effect] = field(default_factory=list)
    told: list[Effect] = field(default_factory=list)
    waiting: dict[str, Dial] = field(default_factory=dict)
    looked_up: list[int] = field(default_factory=list)
    callout: Callout = field(default_factory=lambda: Callout(
        "c1", "i1", "371002101/flood", "371002101", 1, Colour.RED, 1, "p", T0, due_at=T0))

    # -- moving ---------------------------------------------------------------------------------------
    def happen(self, happening: Happening) -> list[Effect]:
        """Let one thing happen; the callout given in must come through unchanged, and deciding twice be the same."""
        given = deepcopy(self.callout)
        moved, effects = self._decide(happening)
        again = self._decide(happening)
        assert self.callout == given, "the callout given in was changed"
        assert again == (moved, effects), "deciding again gave something else"
        moved = replace(moved, memo=json.loads(json.dumps(moved.memo)))
        assert moved.due_at is not None or moved.state in (State.WITH_OFFICER, State.CLOSED), "the timer is lost"
        self.callout, self.effects = moved, list(effects)
        self.told += effects
        for effect in effects:
            self._queue(effect)
        return self.effects

    def _decide(self, happening: Happening) -> tuple[Callout, tuple[Effect, ...]]:
        return advance(self.callout, happening, policy=self.policy, reach=self.reach, now=self.now, rules=self.rules)

    def reach(self, step: int) -> Reach:
        self.looked_up.append(step)
        return Reach(tuple(self.steps[step]))

    def _queue(self, effect: Effect) -> None:
        if isinstance(effect, Withdraw):
            self.waiting = {id: dial for id, dial in self.waiting.items()
                            if effect.person not in (None, dial.person)}
        elif isinstance(effect, Dial):
            id = ask_id(self.callout.id, effect.climb, effect.person, effect.via, effect.tries)
            assert id not in self.waiting, "the same ask twice"
            self.waiting[id] = effect

    def start(self) -> Bench:
        """Enter the first step and hand everything over at once."""
        self.due()
        self.hand_over()
        return self

    def due(self, when: datetime | None = None) -> list[Effect]:
        """Let the timer run out (at its time, unless told)."""
        assert self.callout.due_at is not None
        self.now = when or max(self.now, self.callout.due_at)
        return self.happen(Due(self.now))

    def came(self, outcome: Outcome, id: str, dial: Dial) -> list[Effect]:
        """One ask came to something now."""
        self.waiting.pop(id, None)
        return self.happen(Happened(self.now, id, dial.climb, dial.person, dial.number, dial.via, outcome))

    def hand_over(self, outcome: Outcome = Outcome.HANDED_OVER, *, via: Via | None = None,
                  only: str | None = None) -> list[Effect]:
        """All waiting asks (of one way or person) come to the same; returns what followed."""
        followed: list[Effect] = []
        for id, dial in list(self.waiting.items()):
            if via in (None, dial.via) and only in (None, dial.person) and id in self.waiting:
                followed += self.came(outcome, id, dial)
        return followed

    def say(self, who: str, act: str = "answer", n: int | None = None, *, role: Role | None = None,
            when: datetime | None = None) -> list[Effect]:
        """Somebody speaks (received now, unless told)."""
        return self.happen(Replied(when or self.now, act, who, role or ROLES[who], Via.SMS, n))

    def run(self, until: datetime) -> Bench:
        """Let timers run and hand over at once, nobody saying anything."""
        while self.callout.due_at is not None and self.callout.due_at <= until:
            self.due()
            self.hand_over()
        self.now = max(self.now, until)
        return self

    # -- looking --------------------------------------------------------------------------------------
    @property
    def state(self) -> State:
        return self.callout.state

    def after(self) -> float | None:
        """Minutes from the opening until the timer."""
        due = self.callout.due_at
        return None if due is None else round((due - T0) / minutes(1), 3)


def of(kind: type[E], effects: Sequence[Effect]) -> list[E]:
    """The effects of one kind."""
    return [each for each in effects if isinstance(each, kind)]


def dialled(effects: Sequence[Effect]) -> set[tuple[str, str]]:
    """Who was asked by which way."""
    return {(each.person, each.via.value) for each in of(Dial, effects)}


def reasons(effects: Sequence[Effect]) -> list[str]:
    """The alarms, by reason."""
    return [each.reason for each in of(Alarm, effects)]


def facts(effects: Sequence[Effect]) -> list[tuple[str, str]]:
    """The facts added: what, of whom."""
    return [(each.what, each.person) for each in of(Record, effects)]


def notices(effects: Sequence[Effect]) -> set[tuple[str, str]]:
    return {(each.person, each.what) for each in of(Notice, effects)}


def tasks(effects: Sequence[Effect]) -> list[str]:
    return [each.what for each in of(OpenTask, effects)]


EVERY_ACT = ("answer", "decline", "help", "on_post", "moved", "patrolled", "opened", "page", "woken", "not_found")


def in_state(state: State, policy: Policy = RED) -> Bench:
    """A callout brought into a state by what happens to it, never by writing the state."""
    bench = Bench(policy=policy)
    if state is State.SCHEDULED:
        return bench
    bench.start()
    if state is State.WITH_OFFICER:
        return bench.run(at(10))
    if state is State.TAKEN_OVER:
        bench.say("s")
    elif state in (State.ANSWERED, State.REMINDING):
        bench.say("h")
        if state is State.REMINDING:
            bench.due()
    elif state is State.CLOSED:
        bench.happen(Superseded(bench.now, 2))
    assert bench.state is state
    return bench
