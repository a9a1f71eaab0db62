"""叫应: how the callout of one post moves. Pure: values in, a changed copy and effects out.

The transitions are the rows of `TABLE`; the documentation prints them from here.
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
from dutydesk.domain.reach import Reached, ReachOf
from dutydesk.domain.records import Callout, Closed, State
from dutydesk.domain.rules import Rules
from dutydesk.domain.values import Colour
from dutydesk.domain.work import Work

OPEN = frozenset(State) - {State.CLOSED}
SILENT = frozenset({State.SCHEDULED, State.CALLING, State.TAKEN_OVER, State.WITH_OFFICER})


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
    """The ladder goes on by the merged policy; whoever was called hears of it."""
    work.callout.colour = happening.colour
    work.callout.policy = happening.policy.hash
    for person in work.memo.get("called", []):
        work.notice(person, "notice.lowered", colour=happening.colour.zh)


def _lifted(work: Work, happening: Lifted) -> None:
    for person in work.memo.get("called", []):
        work.notice(person, "notice.lifted")
    work.close(Closed.STOOD_DOWN)


def _expired(work: Work, happening: Expired) -> None:
    """Assumed over: what is red and unanswered stays with the officer, the rest closes."""
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
    elif order.what in ("call_again", "skip"):
        work.memo.pop("said", None)
        work.memo.pop("waits", None)
        work.withdraw()
        last = max(len(work.policy.steps) - 1, 0)
        target = order.step if order.step is not None else work.callout.step + (order.what == "skip")
        climbing.enter(work, max(target, 0) if order.what == "skip" else min(max(target, 0), last))
    elif order.what == "add_person" and order.reached is not None:
        climbing.add(work, order.reached)


TABLE: tuple[Rule, ...] = (
    Rule(frozenset({State.SCHEDULED}), Due, _begin, "进入第一级：查明可达人员，首次呼叫"),
    Rule(frozenset({State.CALLING}), Due, climbing.on_due, "下一次呼叫；次数用完进入下一级；未呼出则报容量告警"),
    Rule(frozenset({State.ANSWERED}), Due, answering.on_act_due, "行动时限已到：短信催报"),
    Rule(frozenset({State.REMINDING}), Due, answering.on_remind_due, "电话催报；仍无报告交值班员"),
    Rule(frozenset({State.TAKEN_OVER}), Due, answering.on_taken_due, "上门时限已到：交值班员；本岗计划呼叫继续"),
    Rule(OPEN, Happened, climbing.on_outcome, "通话结果：只作“有叫”证据；失败换通道，送出起算等待"),
    Rule(frozenset({State.CLOSED}), Happened, climbing.on_late_outcome, "已结束：只留“有叫”证据"),
    Rule(OPEN, Replied, answering.on_reply, "本岗应答即“有应”；上级、值班员应答为接手；行动为“有为”"),
    Rule(frozenset({State.CLOSED}), Replied, answering.on_late_reply, "已结束：事实留存，求援仍告警"),
    Rule(OPEN, Superseded, _superseded, "颜色升级：本轮作废，新一轮重新叫应"),
    Rule(OPEN, Renewed, _renewed, "同色续发：首呼满3分钟即升级；在值班员处则再次响铃；第三次交带班领导"),
    Rule(OPEN, Lowered, _lowered, "降级：通知已呼叫者，阶梯按较长等待继续"),
    Rule(OPEN, Lifted, _lifted, "解除：撤回未发出的呼叫，通知已呼叫者"),
    Rule(OPEN, Expired, _expired, "到期未解除：红色未应答留在值班员处，其余结束"),
    Rule(OPEN, ByHand, _by_hand, "值班员命令：重呼、跳级、加人、核销、解除"),
)


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
