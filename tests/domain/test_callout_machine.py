"""Random lives of one callout, and what must hold in every one of them.

The oracle beside it keeps only what was said and when, and what left; it knows nothing of the machine's notebook.
"""

from __future__ import annotations

from dataclasses import replace

from callout_kit import (
    ANSWER_CLOSES,
    ORANGE,
    RED,
    ROLES,
    Bench,
    D,
    H,
    S,
    at,
    facts,
    minutes,
    of,
    person,
    reasons,
)
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dutydesk.domain.effects import Dial, Effect, Note, Notice, Record, Withdraw
from dutydesk.domain.happenings import ByHand, Expired, Lifted, Lowered, Renewed, Superseded
from dutydesk.domain.records import State
from dutydesk.domain.values import Colour, Outcome, Role
from dutydesk.domain.work import ask_id
from tests.proving import examples

D2 = person("d2", Role.DEPUTY)
EXTRA = person("x", Role.DEPUTY)
YES = ("answer", "help", "on_post", "moved", "patrolled")
SAID = st.sampled_from([*YES, "decline", "woken", "not_found"])
QUIET = (State.ANSWERED, State.REMINDING, State.CLOSED)
FROM = {
    State.SCHEDULED: set(State),
    State.CALLING: set(State) - {State.SCHEDULED, State.REMINDING},
    State.TAKEN_OVER: set(State) - {State.SCHEDULED, State.REMINDING},
    State.ANSWERED: {State.ANSWERED, State.REMINDING, State.CALLING, State.WITH_OFFICER, State.CLOSED},
    State.REMINDING: {State.REMINDING, State.ANSWERED, State.CALLING, State.WITH_OFFICER, State.CLOSED},
    State.WITH_OFFICER: set(State) - {State.SCHEDULED, State.REMINDING},
    State.CLOSED: {State.CLOSED},
}


class Life(RuleBasedStateMachine):
    """One callout from its opening to whatever end."""

    @initialize(policy=st.sampled_from([RED, ORANGE, ANSWER_CLOSES]), need=st.integers(1, 2),
                people=st.sampled_from([((H,), (D, S)), ((H, D), (D2, S)), ((H,), (H, D, S)), ((), (D,)), ((H,), ())]))
    def open(self, policy, need, people) -> None:  # type: ignore[no-untyped-def]
        first = replace(policy.steps[0], need=need)
        self.bench = Bench(policy=replace(policy, steps=(first, *policy.steps[1:])), steps=people)
        self.bench.callout = replace(self.bench.callout, colour=policy.colour)
        self.roles = dict(ROLES) | {"x": Role.DEPUTY}
        self.ids: set[str] = set()
        self.called: list = []          # times of hand-overs that prove a call
        self.own_words: list = []       # receive times of words of holder and deputies that are answers
        self.last_word: dict = {}       # person -> (time, is a no)
        self.spoke_yes: set[str] = set()
        self.ordered: frozenset[str] = frozenset()   # whom an officer ordered to be asked, whatever they said
        self.queued = False
        self.closed_at = None

    # -- what is checked at every move ----------------------------------------------------------------
    def move(self, do) -> list[Effect]:  # type: ignore[no-untyped-def]
        before = self.bench.callout
        effects: list[Effect] = do()
        after = self.bench.callout
        climbs = [note for note in of(Note, effects) if note.what == "climb"]
        assert after.state in FROM[before.state], f"{before.state} -> {after.state}"
        assert after.climb >= before.climb + len(climbs)
        if (after.step, before.state) != (before.step, after.state) and after.state is State.CALLING:
            assert after.climb > before.climb, "a step was entered without a climb"
        if after.state in (State.ANSWERED, State.CLOSED) and before.state not in QUIET:
            assert Withdraw() in effects, "what has not left stays queued after the end"
        for dial in of(Dial, effects):
            self._check_dial(before.state, dial)
        if before.answered_at is not None:
            assert after.answered_at is not None
            assert after.answered_at <= before.answered_at, "an answer was taken back or moved later"
        if after.state is State.CLOSED and self.closed_at is None:
            self.closed_at = self.bench.now
        return effects

    def _check_dial(self, before: State, dial: Dial) -> None:
        id = ask_id(self.bench.callout.id, dial.climb, dial.person, dial.via, dial.tries)
        assert id not in self.ids, "one ask twice"
        self.ids.add(id)
        assert dial.climb <= self.bench.callout.climb
        refused = self.last_word.get(dial.person)
        assert refused is None or not refused[1] or dial.person in self.ordered, "rung though he refused"
        state = self.bench.state
        assert state is not State.CLOSED, "rung though it is closed"
        if state in (State.ANSWERED, State.REMINDING):
            assert before in (State.ANSWERED, State.REMINDING)
            assert self.roles[dial.person].own
            assert dial.person in self.spoke_yes, "a reminder to one who never answered"
        if state is State.TAKEN_OVER:
            assert self.roles[dial.person].own, "a try to a superior while a superior has it"

    # -- what can happen ------------------------------------------------------------------------------
    @precondition(lambda self: self.bench.callout.due_at is not None)
    @rule(late=st.sampled_from([0, 0, 0, 0.5, 20]))
    def timer(self, late) -> None:  # type: ignore[no-untyped-def]
        when = max(self.bench.now, self.bench.callout.due_at + minutes(late))
        self.move(lambda: self.bench.due(when))

    @precondition(lambda self: self.bench.waiting)
    @rule(data=st.data(), outcome=st.sampled_from(Outcome))
    def outcome(self, data, outcome) -> None:  # type: ignore[no-untyped-def]
        id = data.draw(st.sampled_from(sorted(self.bench.waiting)))
        dial = self.bench.waiting[id]
        if outcome.called:
            self.called.append(self.bench.now)
        self.queued |= outcome is Outcome.QUEUED
        effects = self.move(lambda: self.bench.came(outcome, id, dial))
        assert outcome.called or "called" not in [what for what, _ in facts(effects)]

    @precondition(lambda self: self.bench.waiting)
    @rule()
    def all_handed_over(self) -> None:
        for id, dial in list(self.bench.waiting.items()):
            if id in self.bench.waiting:
                self.called.append(self.bench.now)
                self.move(lambda id=id, dial=dial: self.bench.came(Outcome.HANDED_OVER, id, dial))

    @rule(who=st.sampled_from(["h", "d", "d2", "s"]), act=SAID, ago=st.sampled_from([0, 0, 0, 1, 3]),
          n=st.sampled_from([0, 3, None]))
    def words(self, who, act, ago, n) -> None:  # type: ignore[no-untyped-def]
        when = max(at(0), self.bench.now - minutes(ago))
        was = self.bench.state
        role = self.roles[who]
        yes = act in YES
        if yes or act == "decline":
            known = self.last_word.get(who)
            if known is None or (when, not yes) > known or (when == known[0] and not yes):
                self.last_word[who] = (when, not yes)
                self.ordered -= {who}
        if yes:
            self.spoke_yes.add(who)
            counts = was is not State.CLOSED or self.bench.callout.closed_as.value == "done" or when <= self.closed_at
            if role.own and counts:
                self.own_words.append(when)
        effects = self.move(lambda: self.bench.say(who, act, n, when=when))
        expected = {"decline": "declined", "woken": "relayed", "not_found": "not_found"}.get(
            act, "answered" if role.own else "taken_over")
        assert [record.at for record in of(Record, effects) if record.what == expected] == [when]
        assert ("help" in reasons(effects)) == (act == "help")
        if was is State.CLOSED:
            assert not of(Dial, effects)
            assert not of(Notice, effects)

    @rule(count=st.integers(1, 4))
    def renewed(self, count) -> None:  # type: ignore[no-untyped-def]
        effects = self.move(lambda: self.bench.happen(Renewed(self.bench.now, count)))
        silent = self.bench.callout.acted_at is None and self.bench.state is not State.CLOSED
        assert ("third_renewal" in reasons(effects)) == (silent and count >= 3)

    @precondition(lambda self: self.bench.callout.colour is Colour.RED)
    @rule()
    def lowered(self) -> None:
        merged = self.bench.policy.lowered_to(ORANGE)
        due = self.bench.callout.due_at
        self.move(lambda: self.bench.happen(Lowered(self.bench.now, Colour.ORANGE, merged)))
        if self.bench.state is not State.CLOSED:
            self.bench.policy = merged
            assert due is None or self.bench.callout.due_at >= due, "a wait was shortened"

    @rule(minute=st.sampled_from([0.5, 1, 3]))
    def time_passes(self, minute) -> None:  # type: ignore[no-untyped-def]
        self.bench.now += minutes(minute)

    @rule(what=st.sampled_from(["call_again", "skip", "add_person"]))
    def order(self, what) -> None:  # type: ignore[no-untyped-def]
        if what == "add_person":
            self.ordered |= {"x"}
        step = self.bench.callout.step if what == "call_again" else None
        self.move(lambda: self.bench.happen(ByHand(self.bench.now, what, "o", step=step, reached=EXTRA)))

    @precondition(lambda self: len(self.bench.told) > 25)
    @rule(end=st.sampled_from(["lift", "expire", "supersede", "write_off", "stand_down", "correct"]))
    def the_end(self, end) -> None:  # type: ignore[no-untyped-def]
        now = self.bench.now
        open_red = (self.bench.callout.colour is Colour.RED and self.bench.callout.answered_at is None
                    and self.bench.state is not State.CLOSED)
        happening = {"lift": Lifted(now), "expire": Expired(now), "supersede": Superseded(now, 2)}.get(
            end, ByHand(now, end, "o", "why"))
        self.move(lambda: self.bench.happen(happening))
        assert self.bench.state is (State.WITH_OFFICER if end == "expire" and open_red else State.CLOSED)

    # -- what holds between moves ---------------------------------------------------------------------
    @invariant()
    def answered_is_the_earliest_word_of_the_posts_own_people(self) -> None:
        assert self.bench.callout.answered_at == min(self.own_words, default=None)

    @invariant()
    def called_is_the_earliest_hand_over(self) -> None:
        assert self.bench.callout.called_at == min(self.called, default=None)

    @invariant()
    def an_end_has_a_reason_and_no_timer(self) -> None:
        callout = self.bench.callout
        assert (callout.closed_as is not None) == (callout.state is State.CLOSED)
        assert callout.state is not State.CLOSED or callout.due_at is None

    @invariant()
    def nothing_waits_to_leave_once_it_has_ended(self) -> None:
        assert self.bench.state is not State.CLOSED or self.bench.waiting == {}

    def teardown(self) -> None:
        """Left alone, with every call going out, it always comes to rest: closed, with the officer, or, where a
        provider keeps a call queued for ever, named in the capacity alarm.
        """
        if not hasattr(self, "bench"):
            return
        for _ in range(40):
            for id, dial in list(self.bench.waiting.items()):
                if id in self.bench.waiting:
                    self.called.append(self.bench.now)
                    self.move(lambda id=id, dial=dial: self.bench.came(Outcome.NO_ANSWER, id, dial))
            if self.bench.callout.due_at is None:
                break
            self.move(self.bench.due)
        rest = self.bench.state in (State.WITH_OFFICER, State.CLOSED)
        assert rest or (self.queued and "capacity" in reasons(self.bench.told))


Life.TestCase.settings = examples(500, steps=30)
test_whatever_happens_to_a_callout = Life.TestCase
