"""The bench on which one decision about a callout is made: a copy of it, its policy, and the effects so far."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from marshal import dumps, loads
from operator import attrgetter
from typing import Any

from dutydesk.domain.effects import Alarm, Dial, Effect, Note, Notice, OpenTask, Record, Withdraw
from dutydesk.domain.ids import derive
from dutydesk.domain.playbook import Policy, Step
from dutydesk.domain.reach import Reached, ReachOf
from dutydesk.domain.records import Callout, Closed, State
from dutydesk.domain.rules import Rules
from dutydesk.domain.values import Role, Via

_values = attrgetter(*(field.name for field in fields(Callout)))
_ONCE = frozenset({"answered", "taken_over", "relayed"})   # facts that a second word of the same person repeats


def ask_id(callout: str, climb: int, person: str, via: Via, tries: int) -> str:
    """The id of an ask derives from what it is: callout x climb x person x way x try."""
    return derive("a", callout, climb, person, via, tries)


def own_copy(callout: Callout) -> Callout:
    """A copy that shares nothing that can change. The notebook holds JSON values only, which `marshal` copies several
    times as fast as anything else; it raises ValueError for what is none.
    """
    copied = Callout(*_values(callout))
    copied.memo = loads(dumps(callout.memo))
    return copied


class Work:
    """One decision in the making. Rules change `callout` (a copy) and append to `effects`."""

    def __init__(self, callout: Callout, policy: Policy, reach: ReachOf, rules: Rules, now: datetime) -> None:
        self.callout = own_copy(callout)
        self.policy = policy
        self.reach = reach
        self.rules = rules
        self.now = now
        self.effects: list[Effect] = []

    # -- the notebook ---------------------------------------------------------------------------------
    @property
    def memo(self) -> dict[str, Any]:
        """The callout's notebook."""
        return self.callout.memo

    def people(self) -> list[Reached]:
        """The persons of the present climb."""
        return [Reached.of_json(row) for row in self.memo.get("reach", [])]

    def role_of(self, person: str) -> Role | None:
        """In which role a person was last reached in this callout."""
        role = self.memo.get("roles", {}).get(person)
        return Role(role) if role else None

    def when(self, name: str) -> datetime | None:
        """Read a time from the notebook."""
        text = self.memo.get(name)
        return datetime.fromisoformat(text) if text else None

    def add_once(self, name: str, value: str) -> bool:
        """Add to a list of the notebook; tell whether it was new."""
        values = self.memo.setdefault(name, [])
        if value in values:
            return False
        values.append(value)
        return True

    # -- the present step -----------------------------------------------------------------------------
    @property
    def step(self) -> Step:
        """The rung the callout stands on."""
        return self.policy.steps[self.callout.step]

    @property
    def within(self) -> timedelta:
        """How long the present rung waits, counted from hand-over."""
        return self.step.within

    # -- effects --------------------------------------------------------------------------------------
    def dial(self, who: Reached, via: Via, tries: int, *, step: int | None = None, number: str = "") -> bool:
        """Ask one person over one way, by `number` if it can be used; tells False where he has no number for it or
        the ask exists.
        """
        numbers = [n for n in who.numbers(via) if n not in self.memo.get("dead", [])]
        if not numbers:
            return False
        number = number if number in numbers else numbers[(tries - 1) % len(numbers)]
        ask = ask_id(self.callout.id, self.callout.climb, who.person, via, tries)
        if ask in self.memo.setdefault("asks", {}):
            return False
        role = Role.NEIGHBOUR if number in who.near else who.role
        self.memo["asks"][ask] = [who.person, via.value, "", number]
        self.memo.setdefault("roles", {})[who.person] = who.role.value
        self.effects.append(Dial(ask, who.person, role, number, via, self.callout.step if step is None else step,
                                 self.callout.climb, tries, self.now))
        return True

    def withdraw(self, person: str | None = None) -> None:
        """Take back what has not been handed over."""
        self.effects.append(Withdraw(person))

    def notice(self, person: str, what: str, **facts: str) -> None:
        """Tell one person something that asks nothing."""
        self.effects.append(Notice(person, what, facts))

    def alarm(self, reason: str, text: str = "", *, leader: bool = False) -> None:
        """Tell the officer."""
        self.effects.append(Alarm(reason, text, leader))

    def task(self, what: str, owner: str, due_at: datetime, about: str = "") -> None:
        """Open work for somebody."""
        self.effects.append(OpenTask(what, owner, due_at, about))

    def record(self, what: str, person: str, via: Via | None, at: datetime, *, evidence: str = "automatic",
               n: int | None = None, act: str = "") -> None:
        """Add a fact. Who answered and says it again adds nothing; after a refusal it is news."""
        known = self.memo.get("proven", [])
        if what == "declined":
            self.memo["proven"] = [each for each in known if each[1] != person]
        news = what not in _ONCE or [what, person, evidence] not in known
        if news and what in _ONCE:
            self.memo["proven"] = [*known, [what, person, evidence]]
        self.effects.append(Record(what, person, via, at, evidence, n, act, news))

    def note(self, what: str, **facts: object) -> None:
        """Write a line in the journal."""
        self.effects.append(Note(what, facts))

    # -- moves ----------------------------------------------------------------------------------------
    def to(self, state: State, due_at: datetime | None) -> None:
        """Enter a state with its timer."""
        if state is not self.callout.state:
            self.note("state", was=self.callout.state.value, now=state.value, step=self.callout.step,
                      climb=self.callout.climb)
        self.callout.state = state
        self.callout.due_at = due_at

    def close(self, how: Closed, *, why: str = "") -> None:
        """End the callout: whatever has not left stays."""
        self.withdraw()
        self.note("closed", how=how.value, why=why, state=self.callout.state.value)
        self.callout.state = State.CLOSED
        self.callout.closed_as = how
        self.callout.due_at = None
        self.memo["closed_at"] = self.now.isoformat()

    def with_officer(self, reason: str, text: str = "") -> None:
        """Put it before the officer; it stays there until a named officer handles it."""
        self.to(State.WITH_OFFICER, None)
        self.memo["officer_for"] = reason
        self.alarm(reason, text)
