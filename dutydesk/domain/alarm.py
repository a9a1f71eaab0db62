"""The officer is a callout too: one growing alarm per incident, ringing until a named person takes it.

Taking stops the ringing and closes nothing; an item goes when its callout is answered or closed.
Times run from the ring's beginning, not from hand-over: whatever the lines do, the leader is rung in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dutydesk.domain.effects import Effect
from dutydesk.domain.happenings import Due, Happened, Happening, Replied
from dutydesk.domain.playbook import Policy, Step, Whom
from dutydesk.domain.reach import Reach, Reached
from dutydesk.domain.records import Callout, Closed, State
from dutydesk.domain.rules import Rules
from dutydesk.domain.values import Colour, Role, Via
from dutydesk.domain.work import Work

#: A role -> who has it at this hour (several persons only by mistake; all are rung).
OnDuty = Callable[[Role], tuple[Reached, ...]]

#: What only had to be known: taking the alarm settles it. The rest stays until a place is handled.
SETTLED_BY_TAKING = frozenset({"red", "help", "capacity", "town_dark", "declined", "unclear", "bad_document",
                               "unknown_colour", "third_renewal", "silent_feed"})
_ALWAYS_RINGS = frozenset({"help", "red", "capacity", "town_dark", "renewed", "third_renewal"})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the alarm: why, about which place and callout, since when."""

    reason: str
    text: str
    place: str
    callout: str
    at: datetime
    red: bool = True
    leader: bool = False

    @property
    def key(self) -> str:
        """Same reason about the same callout (or place) is the same item."""
        return f"{self.reason}:{self.callout or self.place}"


def officer_policy(rules: Rules) -> Policy:
    """The ladder of every officer's callout, as a policy, so that it is stored and shown like any other."""
    ring = (Via.VOICE, Via.SMS)
    return Policy("officer", Colour.RED, (
        Step((Whom.OFFICER,), ring, 1, rules.officer_backup),
        Step((Whom.OFFICER, Whom.BACKUP), ring, 1, rules.officer_leader - rules.officer_backup),
        Step((Whom.OFFICER, Whom.BACKUP, Whom.LEADER), ring, 1, rules.officer_repeat),
    ), act=rules.unhandled_red, repeat=rules.officer_repeat)


def items(alarm: Callout) -> Mapping[str, Mapping[str, Any]]:
    """What stands on the alarm, by key."""
    found: Mapping[str, Mapping[str, Any]] = alarm.memo.get("items", {})
    return found


def add(alarm: Callout, item: Item, *, now: datetime, rules: Rules) -> Callout:
    """Put an item on the alarm.

    1. Ringing already: the alarm grows.
    2. Taken: what was not there when it was taken rings at once; more of the same waits its ten minutes.
    3. Closed: it opens again.
    """
    work = _work(alarm, now, rules)
    known = work.memo.setdefault("items", {})
    again = item.key in known
    known[item.key] = {"reason": item.reason, "text": item.text, "place": item.place, "callout": item.callout,
                       "at": item.at.isoformat(), "red": item.red, "taken": False}
    if item.reason == "town_dark":
        work.add_once("dark", item.place)
    taken = work.memo.get("taken_reasons", [])
    state = work.callout.state
    if item.leader:
        work.memo["from"] = 2
    if state is State.CLOSED or (state is State.ANSWERED and (item.leader or item.reason not in taken)):
        _start(work, 2 if item.leader else 0)
    elif state is State.ANSWERED and (again or item.reason in _ALWAYS_RINGS):
        _start(work, 1)
    elif state is State.ANSWERED and item.red:
        late = now + rules.unhandled_red
        work.callout.due_at = min(work.callout.due_at or late, late)
    elif item.leader and state is State.CALLING:
        work.callout.due_at = now
    return work.callout


def drop(alarm: Callout, callout: str, *, now: datetime, rules: Rules, reasons: frozenset[str] | None = None) -> Callout:
    """Take off what concerns a callout (or place) that is handled; with nothing left the ringing ends."""
    work = _work(alarm, now, rules)
    left = {key: item for key, item in work.memo.get("items", {}).items()
            if callout not in (item["callout"], item["place"]) or (reasons and item["reason"] not in reasons)}
    work.memo["items"] = left
    if not left and work.callout.state is not State.CLOSED:
        work.callout.state, work.callout.closed_as, work.callout.due_at = State.CLOSED, Closed.DONE, None
    return work.callout


def advance(alarm: Callout, happening: Happening, *, on_duty: OnDuty, now: datetime,
            rules: Rules) -> tuple[Callout, tuple[Effect, ...]]:
    """Move an officer's callout by a timer, an answer or an outcome."""
    work = _work(alarm, now, rules)
    if isinstance(happening, Due):
        _due(work, on_duty)
    elif isinstance(happening, Replied) and happening.act in ("answer", "on_post", "help"):
        _taken(work, happening)
    elif isinstance(happening, Happened) and happening.outcome.called and work.add_once("called", happening.person):
        work.callout.called_at = work.callout.called_at or happening.at
        work.record("called", happening.person, happening.via, happening.at)
    return work.callout, tuple(work.effects)


def _work(alarm: Callout, now: datetime, rules: Rules) -> Work:
    return Work(alarm, officer_policy(rules), lambda step: Reach(()), rules, now)


def _start(work: Work, stage: int) -> None:
    """Ring from a stage on, at once."""
    work.callout.state, work.callout.closed_as = State.SCHEDULED, None
    work.memo["from"] = stage
    work.callout.due_at = work.now


def _due(work: Work, on_duty: OnDuty) -> None:
    """The next ring of the ladder, or a taken alarm with a red place unhandled too long."""
    if work.callout.state is State.ANSWERED:
        if not any(item["red"] for item in work.memo.get("items", {}).values()):
            work.callout.due_at = None
            return
        _start(work, 1)
    stage = int(work.memo.pop("from", 0)) if work.callout.state is State.SCHEDULED else work.callout.step + 1
    stage = max(stage, int(work.memo.pop("from", 0)))
    stage = min(stage, len(work.policy.steps) - 1)
    work.callout.step, work.callout.climb = stage, work.callout.climb + 1
    work.memo.pop("asks", None)
    people = _people(work, on_duty, stage)
    work.memo["reach"] = [each.as_json() for each in people]
    work.memo.setdefault("known", {}).update({each.person: each.as_json() for each in people})
    work.note("officer_rung", stage=stage, climb=work.callout.climb, reach=[each.person for each in people])
    for who in people:
        work.dial(who, Via.VOICE, 1)
        if work.add_once("texted", who.person):
            work.dial(who, Via.SMS, 1)
    work.to(State.CALLING, work.now + work.step.within)


def _people(work: Work, on_duty: OnDuty, stage: int) -> list[Reached]:
    """Who is rung: the roles of the stage; for an empty hour the leader, then the last resort."""
    found: dict[str, Reached] = {}
    for whom in work.policy.steps[stage].whom:
        people = on_duty(Role(whom.value)) or on_duty(Role.LEADER) or on_duty(Role.LAST_RESORT)
        for who in people:
            found.setdefault(who.person, who)
    if stage == len(work.policy.steps) - 1 and not on_duty(Role.LEADER):
        found.update({who.person: who for who in on_duty(Role.LAST_RESORT)})
    return list(found.values())


def _taken(work: Work, said: Replied) -> None:
    """A named person has it: the ringing stops, nothing is closed."""
    work.record("taken", said.person, said.via, said.at, evidence=said.evidence)
    work.withdraw()
    work.callout.taken_by = said.person
    work.callout.answered_at = work.callout.answered_at or said.at
    standing = work.memo.get("items", {})
    work.memo["taken_reasons"] = sorted({item["reason"] for item in standing.values()})
    left = {key: item | {"taken": True} for key, item in standing.items() if item["reason"] not in SETTLED_BY_TAKING}
    work.memo["items"] = left
    red = any(item["red"] for item in left.values())
    wait: timedelta = work.rules.unhandled_red
    work.to(State.ANSWERED, said.at + wait if red else None)
