"""Asking and climbing: entering steps, further tries, what outcomes of calls change.

Waits run from hand-over, not from the climb: a step whose calls are stuck in a queue does not run out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dutydesk.domain.happenings import Due, Happened
from dutydesk.domain.proof import on_late_outcome
from dutydesk.domain.reach import Reached
from dutydesk.domain.records import State
from dutydesk.domain.values import Outcome, Via
from dutydesk.domain.work import Work

_FOR_GOOD = (Outcome.REFUSED, Outcome.LIMIT, Outcome.NUMBER_DEAD)
_PENDING = ("", Outcome.QUEUED.value)
_RETRY = timedelta(seconds=15)  # a gateway that is down is tried again this often within the step
_OF_A_CLIMB = ("asks", "ruled", "first", "held", "begun", "counted")


def enter(work: Work, step: int) -> None:
    """Enter a step, or the next one that can still be won.

    1. Look up who can be reached; leave out persons and numbers still within a wait of this round.
    2. Count the climb and make the first try.
    3. Nobody can be asked, or too few for what the step needs: keep the reason and pass on at once.
    4. Past the last step the officer has it.
    """
    while step < len(work.policy.steps):
        people = _open_climb(work, step)
        asked = next_try(work) if people else False
        if asked and not _hopeless(work):
            work.to(State.CALLING, work.now + work.within / 2)
            return
        work.note("passed", step=step, why="可达人数不足" if asked else "无人可呼叫")
        step += 1
    work.with_officer("with_officer", "阶梯已走完，无人应答")


def _open_climb(work: Work, step: int) -> list[Reached]:
    """Turn the notebook to a new climb and return whom it asks."""
    reach = work.reach(step)
    people, left = _whom(work, reach.reached)
    work.callout.step, work.callout.climb, work.callout.tries = step, work.callout.climb + 1, 0
    work.memo["reach"] = [each.as_json() for each in people]
    asked = {each.person for each in people}
    work.memo.setdefault("known", {}).update({each.person: each.as_json() for each in reach.reached
                                              if each.person in asked})
    for name in _OF_A_CLIMB:
        work.memo.pop(name, None)
    work.memo["entered"] = work.now.isoformat()
    work.note("climb", step=step, climb=work.callout.climb, reach=[each.person for each in people],
              left_out=[list(pair) for pair in (*reach.left_out, *left)])
    if work.step.officer_sees:
        work.memo["shown"] = True
    return people


def _whom(work: Work, reached: Iterable[Reached]) -> tuple[list[Reached], list[tuple[str, str]]]:
    """Split those a step would ask into whom it asks, by which numbers, and whom it leaves out, and why."""
    waits = {key: until for key, until in work.memo.get("waits", {}).items()
             if datetime.fromisoformat(until) > work.now}
    work.memo["waits"] = waits
    dead = work.memo.get("dead", [])
    people: list[Reached] = []
    left: list[tuple[str, str]] = []
    for each in reached:
        usable = _only(each, lambda number: number not in dead)
        free = _only(usable, lambda number: number not in waits)
        if each.person in work.memo.get("out", []):
            left.append((each.person, "已表示不能履职"))
        elif silenced(work, each.person):
            left.append((each.person, "已应答"))
        elif not usable.numbers(Via.VOICE) and not usable.sms:
            left.append((each.person, "号码均不可用"))
        elif each.person in waits or not (free.numbers(Via.VOICE) or free.sms):
            left.append((each.person, "本轮已呼叫，等待未满"))
        else:
            people.append(free)
    return people, left


def _only(who: Reached, good: Callable[[str], bool]) -> Reached:
    """The same person with the numbers that are good."""
    if all(map(good, (*who.voice, *who.sms, *who.near))):
        return who
    return replace(who, voice=tuple(filter(good, who.voice)), sms=tuple(filter(good, who.sms)),
                   near=tuple(filter(good, who.near)))


# -- tries --------------------------------------------------------------------------------------------
def next_try(work: Work, *, own: bool = False) -> bool:
    """Make the next try of the present step; tell whether anything was dialled.

    The first try uses every way of the step. A message lies on the phone and says nothing new the second
    time, so later tries ring; what was lost is sent again. A step without a ringing way repeats its messages.
    With `own` only the post's own people are asked.
    """
    work.callout.tries += 1
    dialled = False
    for who in work.people():
        if not silenced(work, who.person) and (who.role.own or not own):
            dialled |= _ask(work, who)
    return dialled


def _ask(work: Work, who: Reached) -> bool:
    """Ask one person by the ways of this try; where they failed him, by any other."""
    ruled = work.memo.get("ruled", {}).get(who.person, [])
    ways = work.step.by
    if work.callout.tries > 1 and any(via.rings for via in ways):
        lying = _under_way(work, who.person)
        ways = tuple(via for via in ways if via.rings or via.value not in lying)
    open_ways = [via for via in ways if via.value not in ruled]
    if any([_dial(work, who, via) for via in open_ways]):
        return True
    others = dict.fromkeys((*work.step.by, Via.SMS, Via.VOICE)) if ruled else ()
    return any(_dial(work, who, via) for via in others if via.value not in ruled and via not in open_ways)


def _dial(work: Work, who: Reached, via: Via, number: str = "") -> bool:
    """Ask by one way, counting the tries of that person and way, so that no try is taken for an earlier one."""
    used = sum(1 for row in _rows(work, who.person) if row[1] == via.value)
    return work.dial(who, via, max(work.callout.tries, used + 1), number=number)


def _rows(work: Work, person: str) -> list[list[str]]:
    """The asks of one person in this climb: person, way, outcome, number."""
    return [row for row in work.memo.get("asks", {}).values() if row[0] == person]


def is_lost(outcome: str) -> bool:
    """Whether an outcome as the notebook keeps it (empty: none yet) says that nobody was reached."""
    return bool(outcome) and Outcome(outcome).lost


def _under_way(work: Work, person: str) -> set[str]:
    """The ways by which something reached or may still reach one person in this climb."""
    return {row[1] for row in _rows(work, person) if not is_lost(row[2])}


def silenced(work: Work, person: str) -> bool:
    """Whether a person is not to be asked again: he answered, or declined."""
    return person in work.memo.get("said", []) or person in work.memo.get("out", [])


# -- the timer ----------------------------------------------------------------------------------------
def on_due(work: Work, happening: Due) -> None:
    """The timer of a calling callout: nothing handed over yet, the next try, or the step's end.

    Tries missed in a gap are not made up for: past its wait the step is over.
    """
    first = work.when("first")
    if first is None:
        _nothing_handed_over(work)
    elif work.now >= first + work.within:
        enter(work, work.callout.step + 1)
    else:
        go_on_trying(work, first)


def go_on_trying(work: Work, first: datetime, *, own: bool = False) -> None:
    """Make a planned try if one is left and due, and set the timer to the next one or to the end of the wait."""
    if work.callout.tries < work.step.tries:
        next_try(work, own=own)
    work.callout.due_at = next_time(work, first)


def next_time(work: Work, first: datetime) -> datetime:
    """When the next try is due; after the last one the end of the step."""
    end = first + work.within
    if work.callout.tries >= work.step.tries:
        return end
    planned = first + work.step.between * work.callout.tries
    return planned if planned > work.now else min(work.now + work.step.between, end)


def _nothing_handed_over(work: Work) -> None:
    """Half the wait is gone and no call has left.

    1. Asks still queue: held by capacity. Message at once, tell the officer, do not climb.
    2. All failed for now: try again until the wait is over, then climb.
    """
    entered = work.when("entered") or work.now
    if any(row[2] in _PENDING for row in work.memo.get("asks", {}).values()):
        for who in work.people():
            if not silenced(work, who.person) and Via.SMS not in _under_way(work, who.person):
                _dial(work, who, Via.SMS)
        told = work.when("held")
        if told is None or work.now - told >= work.rules.unhandled_red:
            work.memo["held"] = work.now.isoformat()
            work.alarm("capacity", "线路占满，尚未呼出")
        work.callout.due_at = work.now + work.within / 2
    elif work.now - entered < work.within and next_try(work):
        work.callout.due_at = work.now + _RETRY
    else:
        enter(work, work.callout.step + 1)


# -- outcomes -----------------------------------------------------------------------------------------
def on_outcome(work: Work, happening: Happened) -> None:
    """A call of ours came to something.

    Evidence of a call is kept whatever the state. Only asks of the present climb move the ladder:
    1. lost (refused, limit, failed): never called; the next way at once, and where the network cannot reach the phone
       his next number; nobody left: next step at once; never left this house: the same way again at once;
    2. handed over, or unknown, which waits as if handed over: the wait begins;
    3. unknown also rules this way out for the rest of the step, unless another channel carries it.
    A report heard twice, or a weaker one after a final one, changes nothing.
    """
    on_late_outcome(work, happening)
    if not happening.outcome.lost and happening.outcome is not Outcome.QUEUED:
        _keep_wait(work, happening)
    asked = work.memo.get("asks", {}).get(happening.ask)
    if asked is None or happening.climb != work.callout.climb or not _news(asked[2], happening.outcome):
        return
    taken = bool(asked[2])   # a provider had it: what comes now is the network's word about the phone
    asked[2] = happening.outcome.value
    if not happening.left:
        _again(work, happening)
    elif happening.outcome.lost:
        _lost(work, happening, unreachable=taken and happening.outcome is Outcome.FAILED_NOW)
    elif happening.outcome is not Outcome.QUEUED:
        if happening.outcome is Outcome.UNKNOWN and not happening.more:
            _rule_out(work, happening.person, happening.via)
        _begin_step(work, happening)


def _news(known: str, outcome: Outcome) -> bool:
    """Whether an outcome says more than what is known of the ask."""
    if known == outcome.value:
        return False
    return not known or outcome.final or not Outcome(known).final


def _rule_out(work: Work, person: str, via: Via) -> None:
    ways = work.memo.setdefault("ruled", {}).setdefault(person, [])
    if via.value not in ways:
        ways.append(via.value)


def _again(work: Work, happening: Happened) -> None:
    """Its sender died before it left: no provider failed and nobody was asked, so it is asked anew without a wait."""
    known = work.memo.get("known", {}).get(happening.person)
    who = Reached.of_json(known) if known else None
    state = work.callout.state
    asked = state is State.CALLING or (state is State.TAKEN_OVER and who is not None and who.role.own)
    if who and (state is State.REMINDING or (asked and not silenced(work, who.person))):
        _dial(work, who, happening.via)


def _lost(work: Work, happening: Happened, *, unreachable: bool) -> None:
    """Go on within the step, by another channel of the same way, else by another way or number; if too few of it can be
    reached, climb. `unreachable`: the channel is well, the phone is off or without a network.
    """
    if work.callout.state not in (State.CALLING, State.TAKEN_OVER):
        return
    who = next((each for each in work.people() if each.person == happening.person), None)
    more_numbers = who is not None and any(n not in work.memo.get("dead", []) for n in who.numbers(happening.via))
    again = happening.more and happening.outcome is not Outcome.NUMBER_DEAD
    if happening.outcome in _FOR_GOOD and not again and not (
            happening.outcome is Outcome.NUMBER_DEAD and more_numbers):
        _rule_out(work, happening.person, happening.via)
    work.note("lost", person=happening.person, via=happening.via.value, outcome=happening.outcome.value)
    calling = work.callout.state is State.CALLING
    if who and not silenced(work, who.person) and (calling or who.role.own) and not (
            again and _dial(work, who, happening.via, happening.number)):
        if unreachable:
            _next_number(work, who, happening.via)
        _other_way(work, who)
    if calling and _hopeless(work):
        work.note("passed", step=work.callout.step, why="本级无人可达")
        enter(work, work.callout.step + 1)
    elif calling and work.memo.get("first") is None:
        _wait_from_what_left(work)


def _next_number(work: Work, who: Reached, via: Via) -> None:
    """Ask at once by the first of his numbers not tried in this climb: a satellite phone reaches out of a dark town."""
    tried = {row[3] for row in _rows(work, who.person) if row[1] == via.value}.union(work.memo.get("dead", []))
    for number in [each for each in who.numbers(via) if each not in tried][:1]:
        _dial(work, who, via, number)


def _other_way(work: Work, who: Reached) -> None:
    """Ask by the first way that is still open to him and not under way."""
    ruled = work.memo.get("ruled", {}).get(who.person, [])
    failed_now = {row[1] for row in _rows(work, who.person) if row[2] == Outcome.FAILED_NOW}
    busy = _under_way(work, who.person) | failed_now
    for via in dict.fromkeys((*work.step.by, Via.SMS, Via.VOICE)):
        if via.value not in ruled and via.value not in busy and _dial(work, who, via):
            return


def _hopeless(work: Work) -> bool:
    """Whether those left in the step cannot make up the answers it needs."""
    alive = {row[0] for row in work.memo.get("asks", {}).values() if row[2] not in _FOR_GOOD}
    alive.update(work.memo.get("counted", []))
    return len(alive.difference(work.memo.get("out", []))) < work.step.need


def _keep_wait(work: Work, happening: Happened) -> None:
    """Whoever was asked, and by which number, is left out of other climbs until his wait is over."""
    until = (happening.at + work.within).isoformat()
    for key in (happening.person, happening.number):
        if happening.climb != work.callout.climb:
            work.memo.setdefault("waits", {}).setdefault(key, until)
        elif work.add_once("begun", key):
            work.memo.setdefault("waits", {})[key] = until


def _begin_step(work: Work, happening: Happened) -> None:
    """The step's wait runs from the hand-over of what rings; of a message only where nothing rings."""
    if work.callout.state not in (State.CALLING, State.TAKEN_OVER) or work.memo.get("first") is not None:
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
    if any(not is_lost(row[2]) for row in rows):
        _start(work, work.now)
    else:
        work.callout.due_at = work.now + _RETRY


def _start(work: Work, at: datetime) -> None:
    """Begin the wait of the present step; what a superior has taken is due at the door at the latest."""
    work.memo["first"] = at.isoformat()
    due = next_time(work, at)
    if work.callout.state is State.CALLING:
        work.callout.due_at = due
    elif work.callout.tries < work.step.tries and work.callout.due_at is not None:
        work.callout.due_at = min(work.callout.due_at, due)


def go_on_if_hopeless(work: Work) -> None:
    """After somebody dropped out of a calling step: climb if the step cannot be won any more."""
    if work.callout.state is State.CALLING and _hopeless(work):
        enter(work, work.callout.step + 1)


def add(work: Work, who: Reached) -> None:
    """An officer adds a person: asked at once by every way of the present step, within a climb of its own.

    An order overrules what he said before.
    """
    step = min(max(work.callout.step, 0), len(work.policy.steps) - 1)
    work.callout.step, work.callout.climb, work.callout.tries = step, work.callout.climb + 1, 0
    for name in ("said", "out"):
        if who.person in work.memo.get(name, []):
            work.memo[name].remove(who.person)
    work.memo.setdefault("known", {})[who.person] = who.as_json()
    others = [row for row in work.memo.get("reach", []) if row[0] != who.person]
    work.memo["reach"] = [*others, who.as_json()]
    for name in _OF_A_CLIMB:
        work.memo.pop(name, None)
    work.memo["entered"] = work.now.isoformat()
    work.callout.tries = 1
    _ask(work, who)
    work.to(State.CALLING, work.now + work.within / 2)
