"""Asking and climbing: entering steps, further tries, what outcomes of calls change.

Waits run from hand-over, not from the climb: a step whose calls are stuck in a queue does not run out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dutydesk.domain.happenings import Due, Happened
from dutydesk.domain.reach import Reached
from dutydesk.domain.records import State
from dutydesk.domain.values import Outcome, Via
from dutydesk.domain.work import Work

_LOST = (Outcome.REFUSED, Outcome.LIMIT, Outcome.FAILED_NOW, Outcome.NUMBER_DEAD)
_FOR_GOOD = (Outcome.REFUSED, Outcome.LIMIT, Outcome.NUMBER_DEAD)
_PENDING = ("", Outcome.QUEUED.value)
_RETRY = timedelta(seconds=15)  # a gateway that is down is tried again this often within the step


def enter(work: Work, step: int) -> None:
    """Enter a step, or the next one somebody can be reached on.

    1. Look up who can be reached; leave out whoever (person or number) is still within a wait of this round.
    2. Nobody: keep the reason and pass on at once; past the last step the officer has it.
    3. Otherwise count the climb and make the first try.
    """
    while step < len(work.policy.steps):
        reach = work.reach(step)
        waiting, busy = _within_wait(work), []
        people: list[Reached] = []
        for each in reach.reached:
            if each.person in work.memo.get("out", []):
                busy.append((each.person, "已表示不能履职"))
            elif each.person in waiting or set(each.voice + each.sms) & waiting:
                busy.append((each.person, "本轮已呼叫，等待未满"))
            else:
                people.append(each)
        work.callout.step, work.callout.climb, work.callout.tries = step, work.callout.climb + 1, 0
        work.memo["reach"] = [each.as_json() for each in people]
        work.memo.setdefault("known", {}).update({each.person: each.as_json() for each in people})
        for name in ("asks", "ruled", "first", "held"):
            work.memo.pop(name, None)
        work.memo["entered"] = work.now.isoformat()
        work.note("climb", step=step, climb=work.callout.climb, reach=[p.person for p in people],
                  left_out=[list(pair) for pair in (*reach.left_out, *busy)])
        if work.step.officer_sees:
            work.memo["shown"] = True
        if people and next_try(work):
            work.to(State.CALLING, work.now + work.within / 2)
            return
        work.note("passed", step=step, why="无人可呼叫")
        step += 1
    work.with_officer("with_officer", "阶梯已走完，无人应答")


def _within_wait(work: Work) -> set[str]:
    """Persons and numbers asked in this round whose wait is not over yet."""
    return {key for key, until in work.memo.get("waits", {}).items()
            if datetime.fromisoformat(until) > work.now}


def next_try(work: Work) -> bool:
    """Make the next try of the present step; tell whether anything was dialled.

    The first try uses every way of the step. A message lies on the phone and says nothing new the second
    time, so later tries ring; a step without a ringing way repeats its messages.
    """
    callout = work.callout
    callout.tries += 1
    ways = work.step.by
    if callout.tries > 1 and any(via.rings for via in ways):
        ways = tuple(via for via in ways if via.rings)
    dialled = False
    for who in work.people():
        if not silenced(work, who.person):
            dialled |= _ask(work, who, ways, callout.tries)
    return dialled


def _ask(work: Work, who: Reached, ways: tuple[Via, ...], tries: int) -> bool:
    """Ask one person by the given ways that are still open to him, else by any other way of the step."""
    ruled = work.memo.get("ruled", {}).get(who.person, [])
    open_ways = [via for via in ways if via.value not in ruled] or \
                [via for via in work.step.by if via.value not in ruled]
    return any([work.dial(who, via, tries) for via in open_ways])


def silenced(work: Work, person: str) -> bool:
    """Whether a person is not to be asked again in this step: he answered, or declined."""
    return person in work.memo.get("said", []) or person in work.memo.get("out", [])


def on_due(work: Work, happening: Due) -> None:
    """The timer of a calling callout: nothing handed over yet, the next try, or the step's end."""
    first = work.when("first")
    if first is None:
        _nothing_handed_over(work)
    elif work.callout.tries < work.step.tries and next_try(work):
        work.callout.due_at = next_time(work, first)
    else:
        enter(work, work.callout.step + 1)


def _nothing_handed_over(work: Work) -> None:
    """Half the wait is gone and no call has left.

    1. Asks still queue: held by capacity. Message at once, tell the officer, do not climb.
    2. All failed for now: try again until the wait is over, then climb.
    """
    entered = work.when("entered") or work.now
    if any(row[2] in _PENDING for row in work.memo.get("asks", {}).values()):
        work.memo["held"] = True
        for who in work.people():
            if not silenced(work, who.person) and Via.SMS.value not in _ways_used(work, who.person):
                work.dial(who, Via.SMS, work.callout.tries)
        work.alarm("capacity", "线路占满，尚未呼出")
        work.callout.due_at = work.now + work.within / 2
    elif work.now - entered < work.within and next_try(work):
        work.callout.due_at = work.now + _RETRY
    else:
        enter(work, work.callout.step + 1)


def _ways_used(work: Work, person: str) -> set[str]:
    return {row[1] for row in work.memo.get("asks", {}).values() if row[0] == person}


def next_time(work: Work, first: datetime) -> datetime:
    """When the next try is due, or the end of the step after the last one."""
    if work.callout.tries < work.step.tries:
        return first + work.step.between * work.callout.tries
    return first + work.within


def on_outcome(work: Work, happening: Happened) -> None:
    """A call of ours came to something.

    Evidence of a call is kept whatever the state. Only asks of the present climb move the ladder:
    1. lost (refused, limit, failed): never called; the next way at once; nobody left: next step at once;
    2. handed over, or unknown, which waits as if handed over: the wait begins;
    3. unknown also rules this way out for the rest of the step.
    """
    on_late_outcome(work, happening)
    asked = work.memo.get("asks", {}).get(happening.ask)
    if asked is None or happening.climb != work.callout.climb:
        return
    asked[2] = happening.outcome.value
    if happening.outcome in _LOST:
        _lost(work, happening)
    elif happening.outcome is not Outcome.QUEUED:
        if happening.outcome is Outcome.UNKNOWN:
            _rule_out(work, happening.person, happening.via)
        _begin_wait(work, happening)


def on_late_outcome(work: Work, happening: Happened) -> None:
    """Keep what the outcome proves: that the person was called, or that a number is dead."""
    if happening.outcome.called:
        if work.callout.called_at is None or happening.at < work.callout.called_at:
            work.callout.called_at = happening.at
        if work.add_once("called", happening.person):
            work.record("called", happening.person, happening.via, happening.at)
    if happening.outcome is Outcome.NUMBER_DEAD and work.add_once("dead", happening.number):
        work.task("contact", "officer", happening.at, about=happening.person)


def _rule_out(work: Work, person: str, via: Via) -> None:
    ways = work.memo.setdefault("ruled", {}).setdefault(person, [])
    if via.value not in ways:
        ways.append(via.value)


def _lost(work: Work, happening: Happened) -> None:
    """Go on by another way or number within the step; if nobody of the step can be reached, climb."""
    if work.callout.state is not State.CALLING:
        return
    who = next((p for p in work.people() if p.person == happening.person), None)
    more_numbers = who is not None and any(n not in work.memo.get("dead", []) for n in who.numbers(happening.via))
    if happening.outcome in _FOR_GOOD and not (happening.outcome is Outcome.NUMBER_DEAD and more_numbers):
        _rule_out(work, happening.person, happening.via)
    work.note("lost", person=happening.person, via=happening.via.value, outcome=happening.outcome.value)
    if who and not silenced(work, who.person):
        _other_way(work, who)
    if _hopeless(work):
        work.note("passed", step=work.callout.step, why="本级无人可达")
        enter(work, work.callout.step + 1)
    elif work.memo.get("first") is None:
        _wait_from_what_left(work)


def _other_way(work: Work, who: Reached) -> None:
    """Ask by the first way that is still open to him and not under way."""
    ruled = work.memo.get("ruled", {}).get(who.person, [])
    rows = [row for row in work.memo["asks"].values() if row[0] == who.person]
    under_way = {row[1] for row in rows if row[2] not in [lost.value for lost in _LOST]}
    failed_now = {row[1] for row in rows if row[2] == Outcome.FAILED_NOW.value}
    for via in dict.fromkeys((*work.step.by, Via.SMS, Via.VOICE)):
        if via.value not in ruled and via.value not in under_way and via.value not in failed_now:
            used = sum(1 for row in rows if row[1] == via.value)
            if work.dial(who, via, max(work.callout.tries, used + 1)):
                return


def _hopeless(work: Work) -> bool:
    """Whether those left in the step cannot make up the answers it needs."""
    out = work.memo.get("out", [])
    gone = [lost.value for lost in _FOR_GOOD]
    alive = {row[0] for row in work.memo.get("asks", {}).values() if row[2] not in gone}
    alive.update(work.memo.get("said", []))
    return len(alive.difference(out)) < work.step.need


def _begin_wait(work: Work, happening: Happened) -> None:
    """The wait runs from the hand-over of what rings; of a message only where nothing rings."""
    work.memo.setdefault("waits", {})
    for key in (happening.person, happening.number):
        work.memo["waits"][key] = (happening.at + work.within).isoformat()
    if work.callout.state is not State.CALLING or work.memo.get("first") is not None:
        return
    if happening.via.rings or not _ring_pending(work):
        _start(work, happening.at)


def _ring_pending(work: Work) -> bool:
    """Whether a ringing ask of this climb may still be handed over."""
    return any(Via(row[1]).rings and row[2] in _PENDING
               for row in work.memo.get("asks", {}).values())


def _wait_from_what_left(work: Work) -> None:
    """The ring was lost: the wait runs from a message already handed over; nothing left means a soon retry."""
    rows = work.memo.get("asks", {}).values()
    if any(row[2] in _PENDING for row in rows):
        return
    if any(row[2] not in [lost.value for lost in _LOST] for row in rows):
        _start(work, work.now)
    else:
        work.callout.due_at = work.now + _RETRY


def _start(work: Work, at: datetime) -> None:
    work.memo["first"] = at.isoformat()
    work.callout.due_at = next_time(work, at)


def go_on_if_hopeless(work: Work) -> None:
    """After somebody dropped out of a calling step: climb if the step cannot be won any more."""
    if work.callout.state is State.CALLING and _hopeless(work):
        enter(work, work.callout.step + 1)


def add(work: Work, who: Reached) -> None:
    """An officer adds a person: asked at once by every way of the present step, within a climb of its own."""
    step = min(max(work.callout.step, 0), len(work.policy.steps) - 1)
    work.callout.step, work.callout.climb = step, work.callout.climb + 1
    work.memo.setdefault("known", {})[who.person] = who.as_json()
    work.memo.setdefault("reach", []).append(who.as_json())
    for name in ("asks", "first", "held"):
        work.memo.pop(name, None)
    work.memo["entered"] = work.now.isoformat()
    for via in work.step.by:
        work.dial(who, via, 1)
    work.to(State.CALLING, work.now + work.within / 2)
