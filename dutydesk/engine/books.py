"""The books of one transaction: effects of decisions gathered, made into rows, written at the end.

Order of writing: withdrawals first, so that what is taken back never meets what is newly asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from dutydesk.domain import alarm as alarms
from dutydesk.domain import callout as machine
from dutydesk.domain.effects import Alarm, Dial, Effect, Note, Notice, OpenTask, Record, Withdraw
from dutydesk.domain.evidence import for_journal
from dutydesk.domain.happenings import Happening, Replied
from dutydesk.domain.ids import derive
from dutydesk.domain.playbook import Policy
from dutydesk.domain.reach import Reach, reach_step
from dutydesk.domain.records import Ask, Callout, Fact, Incident, JournalRow, NoticeRow, State, Task
from dutydesk.domain.site import Number, Post
from dutydesk.domain.values import Kind
from dutydesk.engine import wording
from dutydesk.engine.context import Context
from dutydesk.ports.store import Tx

NUMBERS = "numbers.by_hand"   # setting: person -> [kind, number], what officers typed in

#: Alarm reason -> what the officer reads. The reason itself is what rules and tests know.
REASONS: Mapping[str, str] = {
    "red": "红色预警到达", "with_officer": "无人应答", "help": "请求支援", "capacity": "线路占满未呼出",
    "not_found": "上门未找到", "no_act": "应答后未报行动", "declined": "应答后不能履职",
    "renewed": "预警续发仍无人应答", "third_renewal": "多次续发仍无行动", "expired": "预警到期待确认",
    "unclear": "回复不明，人已醒", "confirm": "红色降级或解除待确认", "no_match": "红色预警未匹配到任何地方",
    "unknown_colour": "预警颜色不明，按默认处理",
    "colour_conflict": "同一预警各来源颜色不一，按高的算", "held": "预警待放行", "town_dark": "大面积失联",
    "bad_document": "收到无法读取的文件", "silent_feed": "预警来源中断",
    "channel": "通道异常",
    "silent_gauge": "超阈值的测站没有读数",
    "late_reading": "迟到的测站读数超过阈值，请核实", "unplaced": "告警的位置不属于任何地方，没有叫到人",
    "outlook": "预报雨量将达阈值，请会商", "hotspots": "卫星热点成片，立即报告",
    "verify_late": "热点超时未核实", "unverified": "热点未能核实", "rekindled": "火场复燃",
}


class Books:
    """Everything one transaction will write, kept until `close`."""

    def __init__(self, ctx: Context, tx: Tx, now: datetime) -> None:
        self.ctx = ctx
        self.tx = tx
        self.now = now
        self.callouts: dict[str, Callout] = {}
        self.locked: dict[str, Callout] = {}
        self.fresh: set[str] = set()
        self.frozen: set[str] = set()
        self.asks: dict[str, Ask] = {}
        self.withdrawn: list[tuple[str, str | None]] = []
        self.facts: dict[str, Fact] = {}
        self.tasks: list[Task] = []
        self.journal: list[JournalRow] = []
        self.notices: dict[tuple[str, str, str, tuple[tuple[str, str], ...]], list[Callout]] = {}
        self.plain_notices: list[NoticeRow] = []
        self.alarms: dict[str, list[alarms.Item]] = {}
        self.dropped: dict[str, list[tuple[str, frozenset[str] | None]]] = {}
        self.incidents: dict[str, Incident] = {}
        self._source = ""   # the reply that is happening
        self._dark: dict[str, frozenset[str]] = {}
        self._stirred: dict[str, datetime] = {}   # callout -> since when replies to its asks may mean something else

    # -- looking up -----------------------------------------------------------------------------------
    def lock(self, ids: Iterable[str]) -> dict[str, Callout]:
        """Lock callouts, each once, and return them in their newest state in these books; unknown ids are left out."""
        wanted = list(dict.fromkeys(ids))
        missing = [id for id in wanted if id not in self.callouts and id not in self.locked]
        if missing:
            self.locked.update((each.id, each) for each in self.tx.lock_callouts(missing))
        known = {id: self.callouts.get(id) or self.locked.get(id) for id in wanted}
        return {id: callout for id, callout in known.items() if callout is not None}

    def lock_of(self, incident: str) -> list[Callout]:
        """Lock the open callouts of an incident and return them in their newest state in these books."""
        stored = self.tx.lock_callouts_of(incident)
        self.locked.update((each.id, each) for each in stored)
        fresh = [each for each in self.callouts.values() if each.id in self.fresh and each.incident == incident]
        newest = [self.callouts.get(each.id, each) for each in stored]
        return [each for each in (*newest, *fresh) if each.state is not State.CLOSED]

    # -- decisions ------------------------------------------------------------------------------------
    def advance(self, callout: Callout, happening: Happening) -> Callout:
        """Let one thing happen to a callout (its newest state in these books) and gather what follows."""
        callout = self.callouts.get(callout.id, callout)
        if is_officer(callout):
            moved, effects = alarms.advance(callout, happening, now=self.now, rules=self.ctx.rules,
                                            on_duty=self.ctx.on_duty(callout.place, self.now))
        else:
            moved, effects = machine.advance(callout, happening, policy=self.policy(callout.policy), now=self.now,
                                             reach=lambda step: self.reach(callout, step), rules=self.ctx.rules)
        if moved is not callout:
            if isinstance(happening, Replied) and moved.state is State.CLOSED and callout.state is not State.CLOSED:
                moved.memo["closed_at"] = happening.at.isoformat()   # whenever the reply was read, it ended then
            if moved.memo.get("settled") != callout.memo.get("settled"):
                self.stir([moved.id], datetime.fromisoformat(moved.memo["settled"]))
            self._source = happening.source if isinstance(happening, Replied) else ""
            self.put(moved, effects, was=callout)
        return moved

    def stir(self, callouts: Iterable[str], since: datetime) -> None:
        """Replies of phones asked for these callouts, received after `since`, are to be read again if they are open:
        what they were judged by is known better now.
        """
        for id in callouts:
            self._stirred[id] = min(since, self._stirred.get(id, since))

    def policy(self, hash: str) -> Policy:
        """A frozen policy, read once."""
        if hash not in self.ctx.policies:
            self.ctx.policies[hash] = self.tx.policy(hash)
        return self.ctx.policies[hash]

    def add_policy(self, policy: Policy) -> None:
        """Freeze a policy; the same content is stored once."""
        if policy.hash not in self.frozen:
            self.frozen.add(policy.hash)
            self.ctx.policies[policy.hash] = policy
            self.tx.add_policy(policy)

    def reach(self, callout: Callout, step: int) -> Reach:
        """Look up whom a step of this callout can reach."""
        post = self.ctx.site.posts.get(callout.post)
        if post is None:
            place, _, duty = callout.post.partition("/")
            post = Post(place, duty)
        return reach_step(self.ctx.site, post, self.policy(callout.policy).steps[step], also=self.by_hand,
                          seats=callout.memo.get("seats"), out=frozenset(callout.memo.get("out", ())),
                          dark=self.ctx.site.town_of(callout.place) in self.dark(callout.incident))

    def dark(self, incident: str) -> frozenset[str]:
        """The towns that this incident's alarm has called dark."""
        if incident not in self._dark:
            told = self.tx.callouts([officer_of(incident)])
            self._dark[incident] = frozenset(town for alarm in told for town in alarm.memo.get("dark", ()))
        return self._dark[incident]

    @cached_property
    def by_hand(self) -> Mapping[str, Sequence[Number]]:
        """Numbers officers typed in, by person, which the site does not have yet."""
        rows: Mapping[str, Sequence[str]] = self.tx.setting(NUMBERS) or {}
        return {person: (Number(person, kind, number),) for person, (kind, number) in rows.items()
                if person in self.ctx.site.people
                and number not in {each.number for each in self.ctx.site.people[person].numbers}}

    def keep_number(self, fresh: Number) -> None:
        """Keep a number typed in, in place of an earlier one of the same person; the store's row is the lock."""
        self.tx.set_setting(f"{NUMBERS}.lock", self.now.isoformat())
        self.__dict__.pop("by_hand", None)
        kept = {person: [rows[0].kind, rows[0].number] for person, rows in self.by_hand.items()}
        self.tx.set_setting(NUMBERS, kept | {fresh.person: [fresh.kind, fresh.number]})
        self.__dict__.pop("by_hand", None)

    def put(self, callout: Callout, effects: Sequence[Effect], *, was: Callout) -> None:
        """Keep a moved callout and turn its effects into rows.

        A callout that left the officer's hands, or was answered or closed, leaves his alarm; one that was held by
        capacity and is handed over at last leaves it too.
        """
        self.callouts[callout.id] = callout
        for effect in effects:
            self._take(callout, effect)
        if not callout.memo.get("alarmed") or any(isinstance(effect, Alarm) for effect in effects):
            return
        left = was.state is State.WITH_OFFICER and callout.state is not State.WITH_OFFICER
        if left or callout.state in (State.ANSWERED, State.CLOSED):
            callout.memo.pop("alarmed")
            self.settle(callout.incident, callout.id)
        elif was.memo.get("held") and was.memo.get("first") is None and callout.memo.get("first") is not None:
            self.settle(callout.incident, callout.id, frozenset({"capacity"}))

    def add_callout(self, callout: Callout) -> None:
        """Open a new callout."""
        self.callouts[callout.id] = callout
        self.fresh.add(callout.id)

    # -- effects --------------------------------------------------------------------------------------
    def _take(self, callout: Callout, effect: Effect) -> None:
        match effect:
            case Dial():
                self._dial(callout, effect)
            case Withdraw():
                self._withdraw(callout, effect.person)
            case Notice():
                key = (callout.incident, effect.person, effect.what, tuple(sorted(effect.facts.items())))
                self.notices.setdefault(key, []).append(callout)
            case Alarm():
                callout.memo["alarmed"] = True
                self.alarm(callout.incident, effect.reason, place=callout.place, callout=callout.id,
                           text=effect.text, red=callout.colour.name == "RED", leader=effect.leader)
            case OpenTask():
                self.task(callout.incident, effect.what, callout.place, effect.owner, effect.due_at, effect.about)
            case Record():
                self._record(callout, effect)
            case Note():
                self.journal.append(JournalRow(self.now, effect.what, callout.incident, callout.id, "",
                                               effect.facts))

    def _dial(self, callout: Callout, dial: Dial) -> None:
        self.asks[dial.ask] = Ask(dial.ask, callout.id, callout.incident, callout.round, callout.place, dial.person,
                                  dial.role, dial.number, dial.via, dial.step, dial.climb, dial.tries, callout.klass,
                                  dial.due_at)

    def _withdraw(self, callout: Callout, person: str | None) -> None:
        self.withdrawn.append((callout.id, person))
        for id, ask in list(self.asks.items()):
            if ask.callout == callout.id and person in (None, ask.person):
                del self.asks[id]

    def _record(self, callout: Callout, record: Record) -> None:
        at = record.at.isoformat()
        id = derive("f", callout.id, record.what, record.person, record.via, record.act, record.n, at)
        self.facts[id] = Fact(id, callout.id, callout.incident, record.what, record.person, record.via, record.at,
                              record.evidence, record.act, record.n, self._source)
        if not record.news:
            return
        self.note("fact", incident=callout.incident, callout=callout.id, person=record.person, fact=record.what,
                  via=record.via.value if record.via else "", at=at, act=record.act, n=record.n,
                  evidence=for_journal(record.evidence))

    # -- rows of their own ----------------------------------------------------------------------------
    def alarm(self, incident: str, reason: str, *, place: str, callout: str = "", text: str = "", red: bool = True,
              leader: bool = False, said: str = "") -> None:
        """Put something before the officer; `said` replaces the words of the reason."""
        item = alarms.Item(reason, said or REASONS.get(reason, text or reason), place, callout, self.now, red, leader)
        self.alarms.setdefault(incident, []).append(item)
        self.note("alarm", incident=incident, callout=callout, reason=reason, place=place, text=text)

    def settle(self, incident: str, about: str, reasons: frozenset[str] | None = None) -> None:
        """Take from the officer's alarm what concerns a callout or place (only for these reasons, if named)."""
        self.dropped.setdefault(incident, []).append((about, reasons))

    def hush(self, alarm: Callout) -> None:
        """End an officer's callout whose incident is over or was a drill that is stopped."""
        memo = alarm.memo | {"closed_at": self.now.isoformat()}
        self.callouts[alarm.id] = replace(alarm, state=State.CLOSED, due_at=None, memo=memo)
        self.withdrawn.append((alarm.id, None))

    def task(self, incident: str, what: str, place: str, owner: str, due_at: datetime, about: str = "") -> None:
        """Open a task; the same task is opened once."""
        id = derive("t", incident, what, place, about, due_at.isoformat())
        self.tasks.append(Task(id, incident, what, place, owner, due_at, about=about))
        self.note("task", incident=incident, task=id, work=what, place=place, due=due_at.isoformat())

    def note(self, what: str, *, incident: str = "", callout: str = "", person: str = "", **facts: object) -> None:
        """Write a line in the journal. Ids only, never a name or a number."""
        self.journal.append(JournalRow(self.now, what, incident, callout, person, facts))

    def tell(self, incident: str, person: str, number: str, what: str, text: str, *key: object) -> None:
        """Queue a line that asks nothing; `key` tells it from others like it."""
        id = derive("n", incident, person, what, *key)
        self.plain_notices.append(NoticeRow(id, incident, person, number, what, text, self.now))

    def incident(self, id: str) -> Incident | None:
        """An incident in its newest state in these books."""
        if id not in self.incidents:
            found = self.tx.lock_incident(id)
            if found is None:
                return None
            self.incidents[id] = found
        return self.incidents[id]

    def save_incident(self, incident: Incident) -> None:
        """Save an incident as it stands now."""
        self.tx.save_incident(incident)
        self.incidents[incident.id] = replace(incident, version=incident.version + 1)

    # -- writing --------------------------------------------------------------------------------------
    def close(self) -> None:
        """Write everything, in the order that keeps the promises."""
        self._settle_alarms()
        self._write_withdrawals()
        fresh = [self.callouts[id] for id in self.callouts if id in self.fresh]
        if fresh:
            self.tx.add_callouts(fresh)
        moved = [each for id, each in self.callouts.items() if id not in self.fresh]
        if moved:
            self.tx.save_callouts(moved)
        if self.asks:
            self.tx.add_asks(list(self.asks.values()))
        if self.facts:
            self.tx.add_facts(list(self.facts.values()))
        if self.tasks:
            self.tx.add_tasks(self.tasks)
        rows = [*self._notice_rows(), *self.plain_notices]
        if rows:
            self.tx.add_notices(rows)
        if self._stirred:
            self.tx.reopen_inbound(self._stirred, min(self._stirred.values()))
        if self.journal:
            self.tx.note(self.journal)

    def _write_withdrawals(self) -> None:
        whole = dict.fromkeys(callout for callout, person in self.withdrawn if person is None)
        if whole and self.tx.withdraw_asks_of(whole):
            self._taken_back(whole)
        for callout, person in dict.fromkeys(self.withdrawn):
            if callout not in whole and self.tx.withdraw_asks(callout, person):
                self._taken_back([callout])

    def _taken_back(self, callouts: Iterable[str]) -> None:
        """Asks that never left no longer stand against a bare reply."""
        for callout in self.lock(callouts).values():
            self.stir([callout.id], callout.opened_at)

    def _settle_alarms(self) -> None:
        """Add to and take from the officer's callouts."""
        for incident in dict.fromkeys([*self.alarms, *self.dropped]):
            alarm = self.officer(incident, create=bool(self.alarms.get(incident)))
            if alarm is None:
                continue
            for item in self.alarms.get(incident, ()):
                alarm = alarms.add(alarm, item, now=self.now, rules=self.ctx.rules)
            for about, reasons in self.dropped.get(incident, ()):
                if reasons or not any(item.callout == about for item in self.alarms.get(incident, ())):
                    alarm = alarms.drop(alarm, about, now=self.now, rules=self.ctx.rules, reasons=reasons)
            if alarm.state is State.CLOSED:
                self.withdrawn.append((alarm.id, None))
                self.asks = {id: ask for id, ask in self.asks.items() if ask.callout != alarm.id}
            self.callouts[alarm.id] = alarm

    def officer(self, incident_id: str, *, create: bool = False) -> Callout | None:
        """The officer's callout of an incident, in its newest state in these books; made if need be."""
        id = officer_of(incident_id)
        found = self.lock([id]).get(id)
        if found is not None or not create:
            return found
        incident = self.incident(incident_id)
        if incident is None:
            return None
        policy = self.ctx.officer_policy
        self.add_policy(policy)
        klass = 0 if incident.kind is Kind.REAL else 3
        alarm = Callout(id, incident_id, f"{incident.desk}/officer", incident.desk, 0, policy.colour, klass,
                        policy.hash, self.now, due_at=self.now, memo={"title": incident.number})
        self.add_callout(alarm)
        return alarm

    def _notice_rows(self) -> list[NoticeRow]:
        """One notice for all places of a person that say the same."""
        rows: list[NoticeRow] = []
        for (incident_id, person, what, facts), callouts in self.notices.items():
            known = self.ctx.site.people.get(person)
            number = next((n.number for n in known.numbers if n.kind in ("mobile", "satellite")), "") if known else ""
            if not number:
                continue
            incident = self.incident(incident_id)
            drill = incident is not None and incident.kind is Kind.DRILL
            filled = wording.about(self.ctx, callouts, drill=drill) | dict(facts) | {
                "transfer_open": any(each.memo.get("moved") for each in callouts)}
            taker = self.ctx.site.people.get(dict(facts).get("by", ""))
            if taker is not None and taker.title:
                filled["who"] = taker.title
            text = self.ctx.texts.render(what, filled)
            id = derive("n", incident_id, person, what, facts, sorted(each.id for each in callouts))
            rows.append(NoticeRow(id, incident_id, person, number, what, text, self.now))
        return rows


def officer_of(incident: str) -> str:
    """The id of the officer's callout of an incident."""
    return derive("c", incident, "officer")


def is_officer(callout: Callout) -> bool:
    """Whether this is an officer's callout (an alarm) and not a post's."""
    return callout.post.endswith("/officer")

