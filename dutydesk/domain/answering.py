"""What people's words do to a callout: answers, takings over, acts, refusals, cries for help.

Three facts stay apart: called (有叫), answered (有应) by the post's own people, acted (有为). Which facts are added
hangs on the words alone, never on the state or on the order in which they are read.
"""

from __future__ import annotations

from datetime import datetime

from dutydesk.domain.climbing import enter, go_on_if_hopeless, go_on_trying, next_time
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

_NO_ACT = "no_act"


# -- words --------------------------------------------------------------------------------------------
def on_reply(work: Work, said: Replied) -> None:
    """One accepted reply of one person about this callout.

    1. The facts are added.
    2. Help raises the officer's alarm and starts the reporting clock, in every state; it is an answer as well.
    3. An act, and help, from one who has not answered is also his answer.
    4. A refusal takes the person out, unless he has said yes since.
    """
    _facts(work, said)
    if said.act == "decline":
        _declined(work, said)
    elif said.act == "woken":
        _woken(work, said)
    elif said.act == "not_found":
        _not_found(work)
    else:
        _answered(work, said)
        if said.act in ACTS:
            _acted(work, said)


def on_late_reply(work: Work, said: Replied) -> None:
    """A reply on a closed callout: the facts are kept, nothing moves; help still rings the officer.

    1. What was received before the end, or after an end by answer or act, counts for the times kept.
    2. Who answered and now refuses is told to the officer.
    """
    _facts(work, said)
    callout = work.callout
    closed = work.when("closed_at")
    if callout.closed_as is not Closed.DONE and (closed is None or said.at > closed):
        return
    if said.act == "decline":
        if _last_word(work, said) and callout.closed_as is Closed.DONE and said.person in work.memo.get("own", []):
            work.alarm("declined", "应答后表示不能履职")
    elif said.act not in ("woken", "not_found"):
        _last_word(work, said)
        work.add_once("said", said.person)
        if said.role.own:
            _keep_answer(work, said)
        if said.act in ACTS:
            _keep_act(work, said)


def _facts(work: Work, said: Replied) -> None:
    """Add what the words prove, and ring for help; the same in every state."""
    record = work.record
    if said.act == "help":
        record("help", said.person, said.via, said.at, evidence=said.evidence)
        work.alarm("help", said.source)
        work.task("report", "officer", said.at + work.rules.report_by_phone, about=said.person)
    what = {"decline": "declined", "woken": "relayed", "not_found": "not_found"}.get(said.act)
    if what is None and said.role.own:
        what = "answered"
    elif what is None:
        what = "relayed" if said.role is Role.NEIGHBOUR else "taken_over"
    record(what, said.person, said.via, said.at, evidence=said.evidence)
    if said.act in ACTS:
        record("acted", said.person, said.via, said.at, evidence=said.evidence, act=said.act, n=said.n)
    _settle(work, said)


# -- since when nothing more is wanted -----------------------------------------------------------------
def _settle(work: Work, said: Replied) -> None:
    """Keep since when words have settled the callout: by when they were received and by the policy of that time.

    It hangs on the words alone, never on the state or on the order in which they are read: a bare reply is judged
    by it, and must mean the same whichever row is read first.
    """
    if said.act in ("decline", "not_found"):
        return
    for since, done_when, red in _wants(work, said.at):
        at = max(since, said.at)
        if said.act in (_proofs(done_when, red=red) if done_when else {"woken"}):
            settled(work, at)
        elif done_when is None and said.role.own:
            _one_more(work, said.person, at)


def _one_more(work: Work, person: str, at: datetime) -> None:
    """Where the answer is all that is wanted: settled by the last of as many persons as any step needs."""
    yes = work.memo.setdefault("yes", {})
    yes[person] = min(yes.get(person, at.isoformat()), at.isoformat())
    need = max((step.need for step in work.policy.steps), default=1)
    if len(yes) >= need:
        settled(work, sorted(map(datetime.fromisoformat, yes.values()))[need - 1])


def settled(work: Work, at: datetime) -> None:
    """Nothing more is wanted since then, or since before."""
    known = work.when("settled")
    if known is None or at < known:
        work.memo["settled"] = at.isoformat()


def _wants(work: Work, at: datetime) -> list[tuple[datetime, str | None, bool]]:
    """What was wanted from a moment on: since when, which act (None: the answer), and whether of a red."""
    rows = [(datetime.fromisoformat(until), done_when, red) for until, done_when, red in work.memo.get("wanted", [])]
    since = at
    found: list[tuple[datetime, str | None, bool]] = []
    for until, done_when, red in rows:
        if until > at:
            found.append((since, done_when, red))
        since = max(at, until)
    return [*found, (since, work.policy.done_when, work.policy.colour is Colour.RED)]


def lowered(work: Work) -> None:
    """Keep what was wanted until now, before a lower colour's policy takes its place."""
    work.memo.setdefault("wanted", []).append(
        [work.now.isoformat(), work.policy.done_when, work.policy.colour is Colour.RED])


def _last_word(work: Work, said: Replied) -> bool:
    """Whether this is the newest yes or no of the person, by the time it was received; a no wins a tie."""
    words = work.memo.setdefault("word", {})
    known = words.get(said.person)
    no = said.act == "decline"
    if known is not None:
        at = datetime.fromisoformat(known[0])
        if said.at < at or (said.at == at and known[1] and not no):
            return False
    words[said.person] = [said.at.isoformat(), no]
    return True


# -- answers ------------------------------------------------------------------------------------------
def _answered(work: Work, said: Replied) -> None:
    """The person has spoken: his own answer, or a taking over. Nobody rings him for this any more."""
    work.memo.setdefault("roles", {}).setdefault(said.person, said.role.value)
    work.add_once("said", said.person)
    if said.role.own:
        _own_answer(work, said)
    elif _last_word(work, said):
        _back_in(work, said.person)
        _taken_over(work, said)


def _back_in(work: Work, person: str) -> None:
    """Who said no and now says yes is in again."""
    if person in work.memo.get("out", []):
        work.memo["out"].remove(person)


def _keep_answer(work: Work, said: Replied) -> None:
    """Remember the earliest answer of the post's own people."""
    if work.callout.answered_at is None or said.at < work.callout.answered_at:
        work.callout.answered_at = said.at
    work.add_once("own", said.person)


def _own_answer(work: Work, said: Replied) -> None:
    """Answered by the post's own people, also late and from a passed step.

    1. An older word than his refusal is a fact and no more.
    2. A step that needs several waits for the others; who answered is not rung again.
    3. The officer who waits for the act keeps it.
    """
    _keep_answer(work, said)
    if not _last_word(work, said):
        return
    _back_in(work, said.person)
    callout = work.callout
    if callout.state not in (State.SCHEDULED, State.CALLING, State.TAKEN_OVER, State.WITH_OFFICER):
        return
    if _only_the_act_is_wanted(work):
        return
    work.add_once("counted", said.person)
    counted = set(work.memo["counted"]).difference(work.memo.get("out", []))
    if callout.state is State.CALLING and len(counted) < work.step.need:
        work.withdraw(said.person)
        return
    work.withdraw()
    for person in work.memo.get("called", []):
        if person not in work.memo["said"] and person not in work.memo.get("out", []):
            work.notice(person, "notice.taken", by=said.person)
    work.memo["act_from"] = said.at.isoformat()
    if work.policy.done_when is None:
        work.close(Closed.DONE)
    else:
        work.to(State.ANSWERED, said.at + work.policy.act)


def _only_the_act_is_wanted(work: Work) -> bool:
    """Whether the officer has it because no act followed the answer: a bare word takes it not away from him."""
    return (work.callout.state is State.WITH_OFFICER and work.memo.get("officer_for") == _NO_ACT
            and "act_from" in work.memo)


# -- takings over -------------------------------------------------------------------------------------
def _taken_over(work: Work, said: Replied) -> None:
    """A superior, an officer or a neighbour has it: never answered; he must report within the door-knock time.

    The planned tries to the post's own people go on.
    """
    if work.callout.state not in (State.SCHEDULED, State.CALLING, State.WITH_OFFICER) or _only_the_act_is_wanted(work):
        return
    calling = work.callout.state is State.CALLING
    work.callout.taken_by = said.person
    work.withdraw(said.person)
    door = said.at + work.rules.door_knock
    work.memo["door"] = door.isoformat()
    work.memo.pop("woken", None)
    first = work.when("first")
    tries_left = calling and first is not None and work.callout.tries < work.step.tries
    work.to(State.TAKEN_OVER, min(door, next_time(work, first)) if tries_left and first else door)


def on_taken_due(work: Work, happening: Due) -> None:
    """While a superior has it, the planned tries to the post's own people go on; no new step.

    After the door-knock time (or, once woken, the act time) the officer has it.
    """
    door = work.when("door") or work.now
    if work.now >= door:
        if "woken" in work.memo:
            work.with_officer(_NO_ACT, "已叫醒，未报告行动")
        else:
            work.with_officer("with_officer", "上级接手后未按时报告")
        return
    first = work.when("first")
    work.callout.due_at = door
    if first is not None and work.now < first + work.within and work.callout.tries < work.step.tries:
        go_on_trying(work, first, own=True)
        work.callout.due_at = min(door, work.callout.due_at)


def _woken(work: Work, said: Replied) -> None:
    """Somebody stood at the door and woke them: relayed; it stays taken over and the act time runs.

    Where nothing but the answer is wanted there is nothing left to wait for.
    """
    if work.callout.state not in (State.CALLING, State.TAKEN_OVER, State.WITH_OFFICER) or _only_the_act_is_wanted(work):
        return
    work.callout.taken_by = said.person
    work.withdraw()
    work.memo["woken"] = said.at.isoformat()
    work.memo["door"] = (said.at + work.policy.act).isoformat()
    work.to(State.TAKEN_OVER, said.at + work.policy.act)
    if work.policy.done_when is None:
        work.close(Closed.DONE)


def _not_found(work: Work) -> None:
    """Nobody was found at the door: the officer at once."""
    if work.callout.state in (State.CALLING, State.TAKEN_OVER):
        work.with_officer("not_found", "上门未找到")


# -- refusals -----------------------------------------------------------------------------------------
def _declined(work: Work, said: Replied) -> None:
    """Cannot do it: the person is out.

    1. He has said yes since: a fact and no more.
    2. Of a calling step the rest goes on.
    3. After the answer, or after he had taken it over: the next step is asked and the officer is told.
    """
    if not _last_word(work, said):
        return
    work.add_once("out", said.person)
    work.withdraw(said.person)
    state = work.callout.state
    answered = set(work.memo.get("own", []))
    given_back = (state in (State.ANSWERED, State.REMINDING) and answered <= set(work.memo["out"])) or (
        state is State.TAKEN_OVER and work.callout.taken_by == said.person)
    if given_back:
        work.memo.pop("act_from", None)
        work.alarm("declined", "应答后表示不能履职")
        enter(work, work.callout.step + 1)
    else:
        go_on_if_hopeless(work)


# -- acts ---------------------------------------------------------------------------------------------
def _keep_act(work: Work, said: Replied) -> None:
    """Remember the earliest act, what was done, and whether people were moved who must come back."""
    if work.callout.acted_at is None or said.at < work.callout.acted_at:
        work.callout.acted_at = said.at
    work.add_once("acts", said.act)
    if said.act == "moved" and said.n != 0:
        work.memo["moved"] = True


def _acted(work: Work, said: Replied) -> None:
    """A report of action is a fact; it closes only what the playbook says it closes."""
    _keep_act(work, said)
    if work.callout.state is not State.CLOSED and proven(work):
        work.close(Closed.DONE)


def proven(work: Work) -> bool:
    """Whether what the policy wants done has been reported. `2` never closes a red."""
    proofs = _proofs(work.policy.done_when or "", red=work.policy.colour is Colour.RED)
    return not proofs.isdisjoint(work.memo.get("acts", []))


def _proofs(done_when: str, *, red: bool) -> frozenset[str]:
    """The reports that prove an act at that colour."""
    proofs = PROVES.get(done_when, frozenset())
    return proofs - {"on_post"} if red else proofs


# -- reminders ----------------------------------------------------------------------------------------
def on_act_due(work: Work, happening: Due) -> None:
    """The act time is over without the act: remind by message at once."""
    work.callout.climb += 1
    work.memo.pop("rang", None)
    work.to(State.REMINDING, work.now + work.rules.remind_voice)
    _remind(work, Via.SMS)


def on_remind_due(work: Work, happening: Due) -> None:
    """The reminder had no effect: by voice; then the officer has it."""
    if not work.memo.get("rang"):
        work.memo["rang"] = True
        work.callout.due_at = work.now + (work.rules.remind_officer - work.rules.remind_voice)
        _remind(work, Via.VOICE)
    else:
        work.with_officer(_NO_ACT, "已应答，未报告行动")


def _remind(work: Work, via: Via) -> None:
    """Ask those who answered for their report, each by one way."""
    known = work.memo.get("known", {})
    for person in work.memo.get("own", []):
        if person in known and person not in work.memo.get("out", []):
            work.dial(Reached.of_json(known[person]), via, 1)
