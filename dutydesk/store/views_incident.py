"""The pages of one incident and one callout: warnings as received, who was asked and why, facts, tasks, journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, case, select

from dutydesk.domain.evidence import BY_HAND
from dutydesk.domain.playbook import Policy, Step, Whom
from dutydesk.domain.records import Chain, Closed, Incident
from dutydesk.domain.values import Role
from dutydesk.ports.shown import (
    AskView,
    CalloutPage,
    CalloutRow,
    CallView,
    ChainView,
    FactView,
    IncidentPage,
    JournalView,
    PlaceColour,
    ReachView,
    TaskView,
    TellingView,
    VersionView,
)
from dutydesk.store.codec import colour_of, load, load_words, moment, moment_or_none, outcome_of, via_of, way_of
from dutydesk.store.dialect import Dialect
from dutydesk.store.tables import ask, call, callout, document, fact, incident, journal, task, telling, version
from dutydesk.store.views_board import BoardLook, danger
from dutydesk.store.views_common import RowSql, length, posts_only, shown_number

WHOM: Mapping[Whom, str] = {
    Whom.HOLDER: "责任人", Whom.DEPUTY: "副职", Whom.SUPERIOR: "上级", Whom.OFFICER: "值班员",
    Whom.BACKUP: "备班", Whom.LEADER: "带班领导",
}
WAYS = {"sms": "短信", "voice": "电话", "console": "值班台"}


class IncidentSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        of: BindParameter[str] = bindparam("incident")
        rows = RowSql(dialect).columns.where(callout.c.incident == of, posts_only())
        last = case((callout.c.closed_as == Closed.SUPERSEDED.value, 2),
                    (callout.c.closed_as.is_not(None), 1), else_=0)
        listed = rows.order_by(last, danger(), callout.c.place, callout.c.id).limit(bindparam("most"))
        state, at = callout.c.state == bindparam("state"), callout.c.place == bindparam("place")
        self.callouts = {(False, False): listed, (True, False): listed.where(state),
                         (False, True): listed.where(at), (True, True): listed.where(state, at)}
        self.callout = RowSql(dialect).columns.where(callout.c.id == bindparam("id"))
        self.versions = select(*version.c, document.c.faults).outerjoin(
            document, document.c.hash == version.c.document).where(
            dialect.among(version.c.chain, "chains")).order_by(version.c.received_at.desc(), version.c.id)
        t = telling.c
        self.tellings = select(t.version, t.source, t.document, t.received_at, t.adds).join(
            version, version.c.id == t.version).where(
            dialect.among(version.c.chain, "chains")).order_by(t.received_at, t.id)
        self.calls = calls().where(call.c.incident == of).order_by(
            call.c.created_at.desc(), call.c.id).limit(bindparam("most"))
        every_fact = select(*fact.c, callout.c.place).outerjoin(callout, callout.c.id == fact.c.callout)
        self.facts = every_fact.where(fact.c.incident == of).order_by(
            fact.c.at.desc(), fact.c.id).limit(bindparam("most"))
        self.facts_of = every_fact.where(fact.c.callout == bindparam("id")).order_by(fact.c.at, fact.c.id)
        self.tasks = select(*task.c).where(task.c.incident == of).order_by(
            case((task.c.state.in_(["open", "late"]), 0), else_=1), task.c.due_at, task.c.id).limit(500)
        self.asks = select(*ask.c).where(ask.c.callout == bindparam("id")).order_by(ask.c.due_at, ask.c.id)
        lines = select(*journal.c, incident.c.number).outerjoin(incident, incident.c.id == journal.c.incident)
        sealed = lines.where(journal.c.seq < bindparam("before")).order_by(
            journal.c.seq.desc()).limit(bindparam("most"))
        self.journal, self.journal_of = sealed, sealed.where(journal.c.incident == of)
        self.lines = lines.where(journal.c.incident == of, journal.c.callout == bindparam("id")).order_by(
            journal.c.row.desc()).limit(200)


def calls() -> Select[Any]:
    """Return the SELECT of calls as a list shows them."""
    c = call.c
    return select(c.id, c.created_at, c.handed_at, c.round, c.person, c.number, c.via, c.channel, c.state,
                  c.outcome, c.code, c.text, c.places)


class IncidentLook(BoardLook):
    """Looks at one incident or callout."""

    def _sql(self) -> IncidentSql:
        return self.reading.home.statements(IncidentSql)

    def incident_page(self, id: str) -> IncidentPage | None:
        """Return one incident with its chains and colours."""
        it = self.reading.incident(id)
        if it is None:
            return None
        chains = self.reading.chains(it.chains)
        head = replace(self.head(it, self.counts([it]), self.headlines([it]), rows=True),
                       taken_by=self._taken([it]).get(id, ""))
        return IncidentPage(head, self._chains(it, chains), self._colours(it, chains))

    def _chains(self, it: Incident, chains: Sequence[Chain]) -> tuple[ChainView, ...]:
        if not chains:
            return ()
        wanted = {"chains": self.reading.home.dialect.many([chain.id for chain in chains])}
        versions: dict[str, list[VersionView]] = {}
        tellings: dict[str, list[TellingView]] = {}
        for of, source, document_, received, adds in self.reading.rows(self._sql().tellings, wanted):
            tellings.setdefault(of, []).append(TellingView(source, document_, moment(received), load_words(adds)))
        for row in self.reading.rows(self._sql().versions, wanted):
            versions.setdefault(row[1], []).append(replace(_version(row), tellings=tuple(tellings.get(row[0], ()))))
        shown = (
            ChainView(chain.id, chain.office, chain.event, chain.source, chain.open,
                      max(chain.colours.values(), default=None), len(chain.colours),
                      tuple(versions.get(chain.id, ())))
            for chain in chains if chain.id in versions)
        return tuple(sorted(shown, key=lambda view: (not view.open, -(view.colour or 0), view.id)))

    def _colours(self, it: Incident, chains: Sequence[Chain]) -> tuple[PlaceColour, ...]:
        """Counties and towns with their colour; villages only where they were coloured by hand."""
        rows: list[PlaceColour] = []
        for id_, colour in it.colours.items():
            known = self.site.places.get(id_)
            if known is None or (known.level in ("village", "site") and id_ not in it.by_hand):
                continue
            by = [chain.office for chain in chains if chain.open and chain.colours.get(id_) == colour]
            if it.by_hand.get(id_) == colour:
                by.append("手工")
            rows.append(PlaceColour(id_, known.name, known.level, colour, tuple(dict.fromkeys(by))))
        return tuple(sorted(rows, key=lambda row: (-row.colour, row.place)))

    def callouts(self, id: str, state: str, place: str, limit: int) -> tuple[CalloutRow, ...]:
        """Return callouts of an incident."""
        it = self.reading.incident(id)
        if it is None:
            return ()
        values = {"incident": id, "most": limit} | ({"state": state} if state else {}) | (
            {"place": place} if place else {})
        return tuple(self.rows(self.reading.rows(self._sql().callouts[bool(state), bool(place)], values), {id: it}))

    def callout_page(self, id: str) -> CalloutPage | None:
        """Return one callout with whom it asked and why."""
        row = self.reading.first(self._sql().callout, {"id": id})
        it = self.reading.incident(row[1]) if row is not None else None
        if row is None or it is None:
            return None
        policy = self.reading.policy(row[7])
        lines = self.reading.rows(self._sql().lines, {"incident": it.id, "id": id})
        facts = self.reading.rows(self._sql().facts_of, {"id": id})
        return CalloutPage(
            self.rows([row], {it.id: it})[0], tuple(_told(policy, step) for step in policy.steps),
            tuple(self._ask(each) for each in self.reading.rows(self._sql().asks, {"id": id})),
            tuple(self._reach(lines, load(row[20]).get("roles", {}))), tuple(map(self._fact, facts)),
            tuple(self._line(each) for each in lines if each[7] is not None))

    def _ask(self, row: Any) -> AskView:
        (id_, _, _, _, _, person, role, number, via, step, climb, tries, _, due, state, of, outcome, _, _) = row
        return AskView(id_, person, self.person_name(person), Role(role), shown_number(number), way_of(via), step,
                       climb, tries, moment(due), state, outcome_of(outcome), of)

    def _reach(self, lines: Sequence[Any], roles: Mapping[str, str]) -> Iterable[ReachView]:
        """Read from the journal whom each climb looked up, and why it left others out."""
        for row in reversed(lines):
            if row[2] != "climb":
                continue
            facts = load(row[6])
            told = [(person, "") for person in facts.get("reach", ())]
            told += [(person, why) for person, why in facts.get("left_out", ())]
            for person, why in told:
                yield ReachView(facts["climb"], facts["step"], person, self.person_name(person),
                                roles.get(person, ""), why)

    def calls(self, id: str, limit: int) -> tuple[CallView, ...]:
        """Return calls of an incident, newest first."""
        return tuple(map(self.call, self.reading.rows(self._sql().calls, {"incident": id, "most": limit})))

    def call(self, row: Any) -> CallView:
        """Make one call of `calls()`."""
        id_, at, handed, round_, person, number, via, channel, state, outcome, code, text, places = row
        return CallView(id_, moment(at), moment_or_none(handed), round_, person, self.person_name(person),
                        shown_number(number), way_of(via), channel, state, outcome_of(outcome), code, text,
                        tuple(map(self.full_name, load_words(places))))

    def facts(self, id: str, limit: int) -> tuple[FactView, ...]:
        """Return facts of an incident, newest first."""
        return tuple(map(self._fact, self.reading.rows(self._sql().facts, {"incident": id, "most": limit})))

    def _fact(self, row: Any) -> FactView:
        _, of, _, what, person, via, at, evidence, act, n, _, place = row
        told = evidence if evidence == "automatic" else self._by_hand(evidence)
        return FactView(moment(at), what, act, n, self.person_name(person),
                        self.full_name(place) if place else "", via_of(via), told, of)

    def _by_hand(self, evidence: str) -> str:
        """`by hand: p0001` told with the officer's name, and what he added."""
        first, *added = evidence.splitlines()
        if not first.startswith(BY_HAND):
            return evidence
        return "；".join((f"{self.person_name(first.removeprefix(BY_HAND))} 录入", *added))

    def tasks(self, id: str) -> tuple[TaskView, ...]:
        """Return tasks of an incident."""
        return tuple(map(self.task, self.reading.rows(self._sql().tasks, {"incident": id})))

    def task(self, row: Any) -> TaskView:
        """Make one task of a row of its table."""
        return TaskView(row[0], row[1], row[2], self.full_name(row[3]) if row[3] else "",
                        "值班员" if row[4] == "officer" else self.person_name(row[4]), moment(row[5]), row[6], row[7])

    def journal(self, before: int | None, id: str | None, limit: int) -> tuple[JournalView, ...]:
        """Return sealed journal rows, newest first."""
        values = {"before": 2**62 if before is None else before, "most": limit} | ({"incident": id} if id else {})
        statement = self._sql().journal_of if id else self._sql().journal
        return tuple(map(self._line, self.reading.rows(statement, values)))

    def _line(self, row: Any) -> JournalView:
        _, at, what, of, callout_, person, facts, seq, seal, number = row
        return JournalView(seq, moment(at), what, of, number or "", callout_, person,
                           self.person_name(person) if person else "", load(facts), seal)


def _version(row: Any) -> VersionView:
    (id_, _, document_, identifier, _, msg_type, status, sent, received, _, colour, headline, text, expires,
     join, _, faults) = row
    return VersionView(id_, identifier, msg_type, status, moment(sent), moment(received), colour_of(colour),
                       headline, text, moment_or_none(expires), join, document_,
                       load_words(faults) if faults else ())


def _told(policy: Policy, step: Step) -> str:
    """Tell one step in Chinese: `责任人：电话、短信，3次，5分钟内`."""
    whom = "、".join(WHOM[each] for each in step.whom)
    ways = "、".join(WAYS[each.value] for each in step.by)
    tries = f"，{step.tries} 次" if step.tries > 1 else ""
    sees = "；值班员可见" if step.officer_sees else ""
    return f"{whom}：{ways}{tries}，{length(step.within)}内{sees}"
