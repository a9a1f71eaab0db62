"""叫应: how the callout of one post moves. Pure: values in, a changed copy and effects out.

The transitions are the rows of `TABLE`; `table_text` prints them for the documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dutydesk.domain import answering, climbing
from dutydesk.domain.effects import Effect
from dutydesk.domain.happenings import (
    ByHand,
    Due,
    Expired,
    Happened,
    Happening,
    Lifted,
    Lowered,
    Renewed,
    Replied,
    Superseded,
)
from dutydesk.domain.playbook import Policy
from dutydesk.domain.proof import on_late_outcome
from dutydesk.domain.reach import Reached, ReachOf
from dutydesk.domain.records import Callout, Closed, State
from dutydesk.domain.rules import Rules
from dutydesk.domain.values import Colour
from dutydesk.domain.work import Work

OPEN = frozenset(State) - {State.CLOSED}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: in these states, at this happening, `does` is applied; `text` tells it."""

    states: frozenset[State]
    happening: type
    does: Callable[[Work, Any], None]
    text: str


def _begin(work: Work, happening: Due) -> None:
    climbing.enter(work, 0)


def _superseded(work: Work, happening: Superseded) -> None:
    work.close(Closed.SUPERSEDED, why=f"第{happening.by}轮")


def _renewed(work: Work, happening: Renewed) -> None:
    """The same colour again: a silent callout hurries, it does not start anew."""
    work.note("renewed", count=happening.count)
    if happening.count >= work.rules.third_renewal and work.callout.acted_at is None:
        work.alarm("third_renewal", "同色续发多次，仍无行动", leader=True)
    if work.callout.state is State.WITH_OFFICER:
        work.alarm("renewed", "预警续发，仍无人应答")
    elif work.callout.state is State.CALLING:
        first = work.when("first")
        if first is not None and work.now - first >= work.rules.renew_after:
            climbing.enter(work, work.callout.step + 1)


def _lowered(work: Work, happening: Lowered) -> None:
    """The ladder goes on by the merged policy; whoever was called hears of it.

    A wait that runs is lengthened, never shortened. What the lower colour wants may have been done already.
    """
    answering.lowered(work)
    work.callout.colour = happening.colour
    work.callout.policy = happening.policy.hash
    work.policy = happening.policy
    _tell_called(work, "notice.lowered", colour=happening.colour.zh, **_by(happening))
    state, due = work.callout.state, work.callout.due_at
    if state in (State.ANSWERED, State.REMINDING):
        if work.policy.done_when is None or answering.proven(work):
            answering.settled(work, work.now)
            work.close(Closed.DONE)
            return
        _longer_act_time(work)
    elif state is State.CALLING and due is not None:
        first, entered = work.when("first"), work.when("entered")
        if first is not None:
            work.callout.due_at = max(due, climbing.next_time(work, first))
        elif entered is not None:
            work.callout.due_at = max(due, entered + work.within / 2)


def _longer_act_time(work: Work) -> None:
    """Whoever answered has the act time of the lower colour; a reminder that came too soon is taken back."""
    answered = work.when("act_from")
    if answered is None:
        return
    late = answered + work.policy.act
    if work.callout.state is State.ANSWERED and work.callout.due_at is not None:
        work.callout.due_at = max(work.callout.due_at, late)
    elif late > work.now:
        work.withdraw()
        work.to(State.ANSWERED, late)


def _by(happening: Lowered | Lifted) -> dict[str, str]:
    """Who lowered or lifted it, and when, as a notice says it."""
    return {"office": happening.office, "issued": happening.issued} if happening.office else {}


def _tell_called(work: Work, what: str, **facts: str) -> None:
    for person in work.memo.get("called", []):
        work.notice(person, what, **facts)


def _lifter(happening: Lifted) -> dict[str, str]:
    return {"lifted": happening.issued + happening.office} if happening.office else {}


def _lifted(work: Work, happening: Lifted) -> None:
    _tell_called(work, "notice.lifted", **_lifter(happening))
    work.close(Closed.STOOD_DOWN)


def _lowered_after(work: Work, happening: Lowered) -> None:
    """Done already: those called hear that the colour fell; the callout stays as it is."""
    if work.callout.closed_as is Closed.DONE:
        _tell_called(work, "notice.lowered", colour=happening.colour.zh, **_by(happening))


def _lifted_after(work: Work, happening: Lifted) -> None:
    """Done already: those called hear of the lift, once; the callout stays done."""
    if work.callout.closed_as is Closed.DONE and not work.memo.get("told_lifted"):
        work.memo["told_lifted"] = True
        _tell_called(work, "notice.lifted", **_lifter(happening))
    _over_after(work, happening)


def _over_after(work: Work, happening: Lifted | Superseded | Expired) -> None:
    """Once it is done a bare reply is not about this any more; if it is done already, nothing moves."""
    work.memo.setdefault("over_at", work.now.isoformat())


def _expired(work: Work, happening: Expired) -> None:
    """Assumed over: what is red and unanswered stays with the officer, the rest closes."""
    _over_after(work, happening)
    answered = work.callout.answered_at is not None
    if work.callout.colour is Colour.RED and not answered:
        if work.callout.state is not State.WITH_OFFICER:
            work.with_officer("expired", "预警到期未解除，红色未应答")
    else:
        work.close(Closed.EXPIRED)


def _by_hand(work: Work, order: ByHand) -> None:
    """An officer's order; every entry into a step counts a climb."""
    work.note("by_hand", order=order.what, officer=order.officer, why=order.why)
    if order.what == "write_off":
        work.close(Closed.WRITTEN_OFF, why=f"{order.officer}: {order.why}")
    elif order.what == "stand_down":
        _lifted(work, Lifted(order.at))
    elif order.what == "correct":
        _tell_wrong(work, order)
        work.close(Closed.STOOD_DOWN)
    elif order.what in ("call_again", "skip"):
        work.memo.pop("said", None)
        work.memo.pop("waits", None)
        work.withdraw()
        last = max(len(work.policy.steps) - 1, 0)
        target = order.step if order.step is not None else work.callout.step + (order.what == "skip")
        climbing.enter(work, max(target, 0) if order.what == "skip" else min(max(target, 0), last))
    elif order.what == "add_person" and order.reached is not None:
        climbing.add(work, order.reached)


def _tell_wrong(work: Work, order: ByHand) -> None:
    """Called by mistake: everybody called hears so and why, once; no lift is told of what never was."""
    if not work.memo.get("wrong"):
        work.memo["wrong"], work.memo["told_lifted"] = order.why, True
        _tell_called(work, "notice.correction", why=order.why)


def _by_hand_after(work: Work, order: ByHand) -> None:
    """Done already: those called hear that it was a mistake; nothing else can be ordered."""
    if order.what == "correct" and work.callout.closed_as is Closed.DONE:
        _tell_wrong(work, order)
        _over_after(work, Expired(order.at))


TABLE: tuple[Rule, ...] = (
    Rule(frozenset({State.SCHEDULED}), Due, _begin,
         "The first step is entered: who can be reached is looked up once, all are asked by every way of the step."),
    Rule(frozenset({State.CALLING}), Due, climbing.on_due,
         "The next try; after the last one, or past the wait, the next step; past the last step the officer has it. "
         "Not handed over at half the wait: a message at once, the capacity alarm, no climb."),
    Rule(frozenset({State.ANSWERED}), Due, answering.on_act_due,
         "The act time is over: a reminder by message, state reminding."),
    Rule(frozenset({State.REMINDING}), Due, answering.on_remind_due,
         "A reminder by voice; then the officer has it."),
    Rule(frozenset({State.TAKEN_OVER}), Due, answering.on_taken_due,
         "The planned tries to holder and deputies go on; after the door-knock time (woken: the act time) the officer "
         "has it."),
    Rule(OPEN, Happened, climbing.on_outcome,
         "Evidence of called, no more. Lost: the next way or number; nobody left: the next step. Handed over: the "
         "wait begins."),
    Rule(frozenset({State.CLOSED}), Happened, on_late_outcome,
         "Evidence of called; whoever was rung in vain gets a notice."),
    Rule(OPEN, Replied, answering.on_reply,
         "Holder or deputy: answered. Superior, officer, neighbour: taken over. An act closes what `done_when` says. "
         "A refusal takes the person out. Help rings the officer."),
    Rule(frozenset({State.CLOSED}), Replied, answering.on_late_reply,
         "The fact is kept, nothing moves; help rings the officer."),
    Rule(OPEN, Superseded, _superseded, "Closed as superseded: a new round asks everyone anew."),
    Rule(frozenset({State.CLOSED}), Superseded, _over_after, "Done: a bare reply is about the new round from now on."),
    Rule(OPEN, Renewed, _renewed,
         "A step whose first try was handed over three minutes ago ends now; with the officer the alarm rings again; "
         "the third renewal without an act is put before the leader."),
    Rule(OPEN, Lowered, _lowered,
         "Those called get a notice; the ladder goes on, each wait the longer of old and new."),
    Rule(frozenset({State.CLOSED}), Lowered, _lowered_after, "Done: those called get a notice."),
    Rule(OPEN, Lifted, _lifted, "Closed as stood down: asks are withdrawn, those called get a notice."),
    Rule(frozenset({State.CLOSED}), Lifted, _lifted_after, "Done: those called get a notice."),
    Rule(OPEN, Expired, _expired, "A red without an answer stays with the officer; the rest closes as expired."),
    Rule(frozenset({State.CLOSED}), Expired, _over_after, "Done: a bare reply is about this no more."),
    Rule(OPEN, ByHand, _by_hand,
         "Call again, skip to a step, add a person: a new climb. Write off, stand down: closed. A correction closes as "
         "stood down and those called hear that it was a mistake."),
    Rule(frozenset({State.CLOSED}), ByHand, _by_hand_after, "Done: those called hear of a correction."),
)


def table_text() -> str:
    """The transitions as a table of the documentation (Markdown), row by row from `TABLE`."""
    lines = ["| state | happening | what follows |", "|---|---|---|"]
    for rule in TABLE:
        states = "any open state" if rule.states == OPEN else ", ".join(
            state.value.replace("_", " ") for state in State if state in rule.states)
        told = _HAPPENINGS[rule.happening]
        lines.append(f"| {states} | {told} | {rule.text} |")
    return "\n".join(lines) + "\n"


_HAPPENINGS = {
    Due: "due", Happened: "a call came to something", Replied: "somebody spoke", Superseded: "colour rose",
    Renewed: "renewed at the same colour", Lowered: "colour fell", Lifted: "lifted", Expired: "expired, grace over",
    ByHand: "an officer's order",
}


def rule_for(state: State, happening: Happening) -> Rule | None:
    """Find the row of the table; None where a happening means nothing in a state."""
    return next((rule for rule in TABLE if state in rule.states and isinstance(happening, rule.happening)), None)


def advance(callout: Callout, happening: Happening, *, policy: Policy, reach: ReachOf, now: datetime,
            rules: Rules) -> tuple[Callout, tuple[Effect, ...]]:
    """Apply one happening.

    Returns a changed copy and what is to be done, in order. Deciding again from the same values gives the
    same result. A happening that means nothing in the present state changes nothing.
    """
    rule = rule_for(callout.state, happening)
    if rule is None:
        return callout, ()
    work = Work(callout, policy, reach, rules, now)
    rule.does(work, happening)
    return work.callout, tuple(work.effects)


def reached_of(callout: Callout) -> tuple[Reached, ...]:
    """Everybody ever reached by this callout, from its notebook."""
    return tuple(Reached.of_json(row) for row in callout.memo.get("known", {}).values())
