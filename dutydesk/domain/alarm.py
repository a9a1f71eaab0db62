"""The officer is a callout too: one growing alarm per incident, ringing until a named person takes it.

Taking stops the ringing and closes nothing; an item goes when its callout is answered or closed, a cry for help
only when it is taken.
Times run from the ring's beginning, not from hand-over: whatever the lines do, the leader is rung in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dutydesk.domain.effects import Effect
from dutydesk.domain.happenings import Due, Happened, Happening, Replied
from dutydesk.domain.playbook import Policy, Step, Whom
from dutydesk.domain.reach import Reach, Reached
from dutydesk.domain.records import Callout, Closed, State
from dutydesk.domain.rules import Rules
from dutydesk.domain.values import Colour, Outcome, Role, Via
from dutydesk.domain.work import Work

#: A role -> who has it at this hour (several persons only by mistake; all are rung).
OnDuty = Callable[[Role], tuple[Reached, ...]]

#: What only had to be known: taking the alarm settles it. The rest stays until a place is handled.
SETTLED_BY_TAKING = frozenset({"red", "help", "capacity", "town_dark", "declined", "unclear", "bad_document",
                               "unknown_colour", "third_renewal", "silent_feed", "silent_gauge", "no_match", "held",
                               "channel"})
_RINGS_AT_ONCE = frozenset({"help", "red", "town_dark", "renewed", "third_renewal"})
_WITH_BACKUP, _WITH_LEADER = 1, 2   # stages of the ladder


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


# -- growing and shrinking ----------------------------------------------------------------------------
def add(alarm: Callout, item: Item, *, now: datetime, rules: Rules) -> Callout:
    """Put an item on the alarm.

    1. Ringing already: the alarm grows; what is for the leader rings him now.
    2. Taken: a reason that was not there, and what never waits, rings at once; more of the same rings too, but
       not within three minutes of the taking, so that a hundred places are not a hundred rings.
    3. Closed: it opens again.
    """
    work = _work(alarm, now, rules)
    work.memo.setdefault("items", {})[item.key] = {
        "reason": item.reason, "text": item.text, "place": item.place, "callout": item.callout,
        "at": item.at.isoformat(), "red": item.red, "taken": False}
    if item.reason == "town_dark":
        work.add_once("dark", item.place)
    state = work.callout.state
    if state is State.CLOSED:
        _start(work, _WITH_LEADER if item.leader else 0)
    elif state is State.ANSWERED:
        _ring_again(work, item.reason, red=item.red, leader=item.leader)
    elif item.leader:
        work.memo["from"] = _WITH_LEADER
        work.callout.due_at = now
    return work.callout


def _ring_again(work: Work, reason: str, *, red: bool, leader: bool = False) -> None:
    """Something new on an alarm that was taken: at once, or when three minutes since the taking are over."""
    taken_at = work.when("taken_at") or work.now
    calm = taken_at + work.rules.one_ring_per
    known = reason in work.memo.get("taken_reasons", [])
    if leader or reason in _RINGS_AT_ONCE or not known:
        _start(work, _WITH_LEADER if leader else _WITH_BACKUP if red else 0)
    else:
        work.callout.due_at = min(work.callout.due_at or calm, calm)


def drop(alarm: Callout, callout: str, *, now: datetime, rules: Rules,
         reasons: frozenset[str] | None = None) -> Callout:
    """Take off what concerns a callout (or place) that is handled; with nothing left the ringing ends.

    A cry for help stays until somebody takes it, whatever became of the callout, unless `reasons` names it.
    """
    work = _work(alarm, now, rules)

    def stays(item: Mapping[str, Any]) -> bool:
        if callout not in (item["callout"], item["place"]):
            return True
        return item["reason"] not in reasons if reasons else item["reason"] == "help"

    left = {key: item for key, item in work.memo.get("items", {}).items() if stays(item)}
    work.memo["items"] = left
    if not left and work.callout.state is not State.CLOSED:
        work.callout.state, work.callout.closed_as, work.callout.due_at = State.CLOSED, Closed.DONE, None
        work.memo["closed_at"] = now.isoformat()
    return work.callout


# -- moving -------------------------------------------------------------------------------------------
def advance(alarm: Callout, happening: Happening, *, on_duty: OnDuty, now: datetime,
            rules: Rules) -> tuple[Callout, tuple[Effect, ...]]:
    """Move an officer's callout by a timer, an answer or an outcome."""
    work = _work(alarm, now, rules)
    if isinstance(happening, Due):
        _due(work, on_duty)
    elif isinstance(happening, Replied):
        _heard(work, happening)
    elif isinstance(happening, Happened):
        _came_to(work, happening)
    return work.callout, tuple(work.effects)


def _work(alarm: Callout, now: datetime, rules: Rules) -> Work:
    return Work(alarm, officer_policy(rules), lambda step: Reach(()), rules, now)


def _start(work: Work, stage: int) -> None:
    """Ring from a stage on, at once; everybody rung gets one message as well."""
    work.callout.state, work.callout.closed_as = State.SCHEDULED, None
    work.memo.pop("closed_at", None)
    work.memo["from"] = max(stage, int(work.memo.get("from", 0)))
    work.memo["since"] = work.now.isoformat()
    work.memo.pop("texted", None)
    work.callout.due_at = work.now


def _due(work: Work, on_duty: OnDuty) -> None:
    """The next ring of the ladder, or a taken alarm with something new or with a red place unhandled too long."""
    if work.callout.state is State.CLOSED:
        work.callout.due_at = None
        return
    if work.callout.state is State.ANSWERED:
        standing = work.memo.get("items", {}).values()
        red = any(item["red"] for item in standing)
        if not red and all(item["taken"] for item in standing):
            work.callout.due_at = None
            return
        _start(work, _WITH_BACKUP if red else 0)
    wanted = int(work.memo.pop("from", 0))
    stage = wanted if work.callout.state is State.SCHEDULED else max(work.callout.step + 1, wanted)
    _ring(work, min(stage, len(work.policy.steps) - 1), on_duty)


def _ring(work: Work, stage: int, on_duty: OnDuty) -> None:
    """Ring everybody of a stage, each by his next number."""
    work.callout.step, work.callout.climb = stage, work.callout.climb + 1
    work.memo.pop("asks", None)
    people = _people(work, on_duty, stage)
    work.memo["reach"] = [each.as_json() for each in people]
    work.memo.setdefault("known", {}).update({each.person: each.as_json() for each in people})
    work.note("officer_rung", stage=stage, climb=work.callout.climb, reach=[each.person for each in people])
    rung = work.memo.setdefault("rung", {})
    for who in people:
        turn = rung.get(who.person, 0)
        rung[who.person] = turn + 1
        rang = work.dial(_turned(work, who, turn), Via.VOICE, 1)
        if work.add_once("texted", who.person) or not rang:
            work.dial(who, Via.SMS, 1)
    work.to(State.CALLING, work.now + work.step.within)


def _turned(work: Work, who: Reached, turn: int) -> Reached:
    """The same person, another of his living numbers first at every turn."""
    dead = work.memo.get("dead", [])
    numbers = [number for number in who.numbers(Via.VOICE) if number not in dead]
    first = turn % len(numbers) if numbers else 0
    return replace(who, voice=(*numbers[first:], *numbers[:first]), near=())


def _people(work: Work, on_duty: OnDuty, stage: int) -> list[Reached]:
    """Who is rung: the roles of the stage. An empty hour rings the leader, and from the next ring the last resort;
    without a leader the last resort at once.
    """
    def reachable(role: Role) -> tuple[Reached, ...]:
        return tuple(who for who in on_duty(role) if who.numbers(Via.VOICE) or who.sms)

    leader, last = reachable(Role.LEADER), reachable(Role.LAST_RESORT)
    found: dict[str, Reached] = {}
    for whom in work.policy.steps[stage].whom:
        for who in reachable(Role(whom.value)) or leader or last:
            found.setdefault(who.person, who)
    if stage > 0 and not reachable(Role.OFFICER):
        for who in last:
            found.setdefault(who.person, who)
    return list(found.values())


# -- what comes back ----------------------------------------------------------------------------------
def _heard(work: Work, said: Replied) -> None:
    """Any word but a refusal takes the alarm; a refusal rings the next at once."""
    if said.act != "decline":
        _taken(work, said)
        return
    work.record("declined", said.person, said.via, said.at, evidence=said.evidence)
    if work.callout.state is State.CALLING:
        work.callout.due_at = work.now


def _taken(work: Work, said: Replied) -> None:
    """A named person has it: the ringing stops, nothing is closed.

    1. A word from before this ringing, or about an alarm that is over, is a fact and no more.
    2. What only had to be known is settled; what came after he spoke rings again.
    3. A red place is due ten minutes after it was taken.
    """
    work.record("taken", said.person, said.via, said.at, evidence=said.evidence)
    callout = work.callout
    since = work.when("since")
    if callout.state is State.CLOSED or (since is not None and said.at < since):
        return
    ringing = callout.state is not State.ANSWERED
    callout.taken_by = said.person
    if callout.answered_at is None or said.at < callout.answered_at:
        callout.answered_at = said.at
    work.withdraw()
    standing: Mapping[str, dict[str, Any]] = work.memo.get("items", {})
    heard = {key: item for key, item in standing.items() if datetime.fromisoformat(item["at"]) <= said.at}
    work.memo["taken_reasons"] = sorted({item["reason"] for item in heard.values()})
    work.memo["taken_at"] = said.at.isoformat()
    for item in heard.values():
        if ringing or not item["taken"]:
            item.update(taken=True, taken_at=said.at.isoformat())
    work.memo["items"] = {key: item for key, item in standing.items()
                          if key not in heard or item["reason"] not in SETTLED_BY_TAKING}
    if len(heard) == len(standing):
        work.memo.pop("from", None)
    work.to(State.ANSWERED, _unhandled(work))
    for key, item in standing.items():
        if key not in heard:
            _ring_again(work, item["reason"], red=item["red"])


def _unhandled(work: Work) -> datetime | None:
    """When the first red place will have been unhandled too long."""
    taken = [datetime.fromisoformat(item["taken_at"]) for item in work.memo["items"].values()
             if item["red"] and item["taken"]]
    return min(taken) + work.rules.unhandled_red if taken else None


def _came_to(work: Work, happening: Happened) -> None:
    """Evidence of called; what was lost is rung at once by another number, or goes by message."""
    if happening.outcome.called and work.add_once("called", happening.person):
        work.callout.called_at = work.callout.called_at or happening.at
        work.record("called", happening.person, happening.via, happening.at)
    if happening.outcome is Outcome.NUMBER_DEAD and work.add_once("dead", happening.number):
        work.task("contact", "officer", happening.at, about=happening.person)
    asked = work.memo.get("asks", {}).get(happening.ask)
    if asked is None or asked[2] == happening.outcome.value:
        return
    asked[2] = happening.outcome.value
    who = next((each for each in work.people() if each.person == happening.person), None)
    if work.callout.state is not State.CALLING or who is None:
        return
    if not happening.left:   # its sender died: nobody was rung
        work.dial(who, happening.via, _asked(work, who, happening.via) + 1)
    elif happening.outcome.lost and not _again(work, who, happening) and happening.via.rings:
        _by_another(work, who)


def _again(work: Work, who: Reached, lost: Happened) -> bool:
    """Ring or write to the same number once more, by another channel; tells whether there is one."""
    return lost.more and lost.outcome is not Outcome.NUMBER_DEAD and work.dial(
        who, lost.via, _asked(work, who, lost.via) + 1, number=lost.number)


def _asked(work: Work, who: Reached, via: Via) -> int:
    """How often he was asked by one way in this ring."""
    return sum(row[0] == who.person and row[1] == via for row in work.memo["asks"].values())


def _by_another(work: Work, who: Reached) -> None:
    """Ring a number not yet tried in this ring; with none left, send the message if it has not gone."""
    rows = [row for row in work.memo["asks"].values() if row[0] == who.person]
    tried = {row[3] for row in rows if row[1] == Via.VOICE}
    fresh = tuple(number for number in who.numbers(Via.VOICE) if number not in tried)
    if not (fresh and work.dial(replace(who, voice=fresh, near=()), Via.VOICE, _asked(work, who, Via.VOICE) + 1)):
        work.dial(who, Via.SMS, 1)
