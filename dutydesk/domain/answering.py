"""What people's words do to a callout: answers, takings over, acts, refusals, cries for help.

Three facts stay apart: called (有叫), answered (有应) by the post's own people, acted (有为).
"""

from __future__ import annotations

from dutydesk.domain.climbing import enter, go_on_if_hopeless, next_time, next_try
from dutydesk.domain.happenings import Due, Replied
from dutydesk.domain.reach import Reached
from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Colour, Role, Via
from dutydesk.domain.work import Work

ACTS = frozenset({"on_post", "moved", "patrolled", "opened", "page", "by_hand"})

#: What is wanted -> the reports that prove it. Who moved people out has been on post; not the other way round.
PROVES = {
    "on_post": frozenset({"on_post", "moved", "patrolled", "opened", "page", "by_hand"}),
    "moved": frozenset({"moved", "by_hand"}),
    "patrolled": frozenset({"patrolled", "by_hand"}),
    "opened": frozenset({"opened", "by_hand"}),
    "page": frozenset({"page", "by_hand"}),
}


def on_reply(work: Work, said: Replied) -> None:
    """One accepted reply of one person about this callout.

    1. Help raises the officer's alarm, in every state; it is an answer as well.
    2. An act, and help, from one who has not answered is also his answer.
    3. A refusal takes the person out.
    """
    if said.act == "help":
        work.record("help", said.person, said.via, said.at, evidence=said.evidence)
        work.alarm("help", said.source)
    if said.act == "decline":
        _declined(work, said)
    elif said.act == "woken":
        _woken(work, said)
    elif said.act == "not_found":
        _not_found(work, said)
    else:
        _answered(work, said)
        if said.act in ACTS:
            _acted(work, said)


def on_late_reply(work: Work, said: Replied) -> None:
    """A reply on a closed callout: the fact is kept, nothing moves; help still rings the officer."""
    if said.act == "help":
        work.record("help", said.person, said.via, said.at, evidence=said.evidence)
        work.alarm("help", said.source)
    what = {"decline": "declined", "woken": "relayed", "not_found": "not_found"}.get(said.act)
    if what is None:
        what = "answered" if said.role.own else "taken_over"
    work.record(what, said.person, said.via, said.at, evidence=said.evidence, act=said.act)
    if said.act in ACTS:
        work.record("acted", said.person, said.via, said.at, evidence=said.evidence, act=said.act, n=said.n)


def _answered(work: Work, said: Replied) -> None:
    """The person has spoken: his own answer, or a taking over."""
    work.memo.setdefault("roles", {}).setdefault(said.person, said.role.value)
    new = work.add_once("said", said.person)
    if said.role.own:
        if new or said.act == "answer":
            work.record("answered", said.person, said.via, said.at, evidence=said.evidence)
        _own_answer(work, said)
    elif new or said.act == "answer":
        work.record("relayed" if said.role is Role.NEIGHBOUR else "taken_over",
                    said.person, said.via, said.at, evidence=said.evidence)
        _taken_over(work, said)


def _own_answer(work: Work, said: Replied) -> None:
    """Answered by the post's own people, also late and from a passed step."""
    callout = work.callout
    if callout.answered_at is None or said.at < callout.answered_at:
        callout.answered_at = said.at
    work.add_once("own", said.person)
    if callout.state not in (State.SCHEDULED, State.CALLING, State.TAKEN_OVER, State.WITH_OFFICER):
        return
    need = work.step.need if callout.state is State.CALLING else 1
    if len(set(work.memo["own"]) - set(work.memo.get("out", []))) < need:
        return
    work.withdraw()
    for person in work.memo.get("called", []):
        if person not in work.memo["said"]:
            work.notice(person, "notice.taken", by=said.person)
    if work.policy.done_when is None:
        work.close(Closed.DONE)
    else:
        work.to(State.ANSWERED, said.at + work.policy.act)


def _taken_over(work: Work, said: Replied) -> None:
    """A superior, an officer or a neighbour has it: never answered; he must report within the door-knock time."""
    if work.callout.state not in (State.SCHEDULED, State.CALLING, State.WITH_OFFICER):
        return
    work.callout.taken_by = said.person
    door = said.at + work.rules.door_knock
    work.memo["door"] = door.isoformat()
    first = work.when("first")
    again = first is not None and work.callout.tries < work.step.tries
    work.to(State.TAKEN_OVER, min(door, next_time(work, first)) if again and first else door)


def on_taken_due(work: Work, happening: Due) -> None:
    """While a superior has it, the planned tries to the post's own people go on; no new step.

    After the door-knock time (or, once woken, the act time) the officer has it.
    """
    door = work.when("door") or work.now
    if work.now >= door:
        work.with_officer("with_officer", "上级接手后未按时报告")
        return
    first = work.when("first")
    if first is not None and work.callout.tries < work.step.tries and next_try(work):
        work.callout.due_at = min(door, next_time(work, first))
    else:
        work.callout.due_at = door


def _woken(work: Work, said: Replied) -> None:
    """Somebody stood at the door and woke them: relayed; it stays taken over and the act time runs."""
    work.record("relayed", said.person, said.via, said.at, evidence=said.evidence)
    if work.callout.state in (State.CALLING, State.TAKEN_OVER, State.WITH_OFFICER):
        work.callout.taken_by = said.person
        work.withdraw()
        work.memo["door"] = (said.at + work.policy.act).isoformat()
        work.to(State.TAKEN_OVER, said.at + work.policy.act)
        if work.policy.done_when is None:
            work.close(Closed.DONE)


def _not_found(work: Work, said: Replied) -> None:
    """Nobody was found at the door: the officer at once."""
    work.record("not_found", said.person, said.via, said.at, evidence=said.evidence)
    if work.callout.state in (State.CALLING, State.TAKEN_OVER):
        work.with_officer("not_found", "上门未找到")


def _declined(work: Work, said: Replied) -> None:
    """Cannot do it: the person is out. Of a calling step the rest goes on; after his answer the next is asked."""
    work.record("declined", said.person, said.via, said.at, evidence=said.evidence)
    work.add_once("out", said.person)
    work.withdraw(said.person)
    answered = set(work.memo.get("own", []))
    if work.callout.state is State.CALLING:
        go_on_if_hopeless(work)
    elif work.callout.state in (State.ANSWERED, State.REMINDING) and answered <= set(work.memo["out"]):
        work.alarm("declined", "应答后表示不能履职")
        enter(work, work.callout.step + 1)


def _acted(work: Work, said: Replied) -> None:
    """A report of action is a fact; it closes only what the playbook says it closes. `2` never closes a red."""
    work.record("acted", said.person, said.via, said.at, evidence=said.evidence, act=said.act, n=said.n)
    if work.callout.acted_at is None:
        work.callout.acted_at = said.at
    if said.act == "moved" and said.n != 0:
        work.memo["moved"] = True
    wanted = work.policy.done_when
    if wanted is None or work.callout.state is State.CLOSED:
        return
    if work.policy.colour is Colour.RED and said.act == "on_post":
        return
    if said.act in PROVES.get(wanted, frozenset()):
        work.close(Closed.DONE)


def on_act_due(work: Work, happening: Due) -> None:
    """The act time is over without the act: remind by message at once."""
    work.callout.climb += 1
    work.to(State.REMINDING, work.now + work.rules.remind_voice)
    _remind(work, Via.SMS, 1)


def on_remind_due(work: Work, happening: Due) -> None:
    """The reminder had no effect: by voice; then the officer has it."""
    if not work.memo.get("rang"):
        work.memo["rang"] = True
        work.callout.due_at = work.now + (work.rules.remind_officer - work.rules.remind_voice)
        _remind(work, Via.VOICE, 1)
    else:
        work.with_officer("no_act", "已应答，未报告行动")


def _remind(work: Work, via: Via, tries: int) -> None:
    """Ask those who answered for their report, each by one way."""
    known = work.memo.get("known", {})
    for person in work.memo.get("own", []):
        if person in known and person not in work.memo.get("out", []):
            work.dial(Reached.of_json(known[person]), via, tries)
