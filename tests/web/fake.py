"""A desk made of plain values, so that the console can be seen and driven without engine, store or phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fake_fires import FakeFireHand, FakeFires
from fake_observed import ObservedHand, ObservedViews
from fake_sources import sources

from dutydesk.domain.records import Closed, State
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.domain.values import Colour, Kind, Outcome, Role, Via
from dutydesk.errors import Refused
from dutydesk.ports import shown
from dutydesk.ports.hand import CardView, Order, Pasted, Stroke
from dutydesk.ports.opening import Called, Opening, OpeningPreview, Read
from dutydesk.ports.shown_sources import SourceView

START = datetime(2021, 7, 19, 19, 0, tzinfo=UTC)   # 03:00 local
INCIDENT = "i1"
COUNTIES = {"371002": "环翠区", "371003": "文登区", "371073": "临港区"}
TOWNS = {
    "371002100": ("张村镇", "371002", 122.05, 37.46), "371002101": ("羊亭镇", "371002", 122.02, 37.40),
    "371002103": ("温泉镇", "371002", 122.25, 37.42), "371003100": ("文登营镇", "371003", 122.12, 37.22),
    "371003101": ("大水泊镇", "371003", 122.22, 37.17), "371003109": ("米山镇", "371003", 121.95, 37.18),
    "371073100": ("苘山镇", "371073", 122.13, 37.33), "371073101": ("草庙子镇", "371073", 122.03, 37.30),
}
VILLAGES = ("东庄村", "西河北村", "南夼村", "北岭村", "前双村", "河东村", "柳林村")
NAMES = ("丛某甲", "于某乙", "毕某丙", "宋某丁", "姜某戊", "邹某己", "王某庚", "刘某辛")
STATES = (State.CALLING, State.ANSWERED, State.WITH_OFFICER, State.TAKEN_OVER, State.ANSWERED, State.CALLING,
          State.REMINDING)
TEXT = ("市气象台7月20日02时58分将暴雨橙色预警信号升级为红色：预计未来3小时环翠区、文登区、临港区局部降雨量将达"
        "100毫米以上，山洪、内涝风险极高，请有关单位和人员立即组织转移。")


class FakeClock:
    """A clock moved by hand."""

    def __init__(self, moment: datetime = START + timedelta(minutes=21, seconds=7)) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - self.moment).total_seconds())


def callout(number: int, town: str, village: str, state: State, **more: Any) -> shown.CalloutRow:
    """One callout, seven minutes old."""
    name, county, _, _ = TOWNS[town]
    opened = START + timedelta(minutes=9, seconds=number % 50)
    awaits = {State.CALLING: "answer", State.SCHEDULED: "answer", State.ANSWERED: "act", State.REMINDING: "act",
              State.TAKEN_OVER: "report", State.WITH_OFFICER: "officer", State.CLOSED: ""}[state]
    answered = opened + timedelta(minutes=2) if awaits == "act" else None
    deadline = {"answer": opened + timedelta(minutes=10), "officer": opened + timedelta(minutes=6, seconds=number),
                "act": opened + timedelta(minutes=32), "report": opened + timedelta(minutes=14), "": None}[awaits]
    person = f"p{number:04d}"
    row = shown.CalloutRow(
        id=f"c{number}", incident=INCIDENT, number="20210720-371000-flood", kind=Kind.REAL,
        place=f"{town}{number:03d}", place_name=village, path=f"{COUNTIES[county]} {name}", duty="flood", round=2,
        colour=Colour.RED, state=state, closed_as=None, step=1 if state is State.WITH_OFFICER else 0,
        climb=3 if state is State.WITH_OFFICER else 1, opened_at=opened, called_at=opened + timedelta(seconds=4),
        answered_at=answered, acted_at=None, person=person, person_name=NAMES[number % len(NAMES)],
        taken_by="王某庚" if state is State.TAKEN_OVER else "", awaits=awaits, deadline=deadline,
        next_at=deadline, unreachable=state is State.CALLING and number % 5 == 0)
    return replace(row, **more)


def callouts() -> dict[str, shown.CalloutRow]:
    """Some callouts in every state, seven villages to a town."""
    found: dict[str, shown.CalloutRow] = {}
    number = 0
    for town in TOWNS:
        for village in VILLAGES:
            number += 1
            row = callout(number, town, village, STATES[(number * 3 + number // 7) % len(STATES)])
            found[row.id] = row
    return found


def tally(rows: Sequence[shown.CalloutRow]) -> shown.Tally:
    """Count rows as the board does."""
    open_silent = [row for row in rows if row.awaits in ("answer", "officer")]
    return shown.Tally(
        due=len(rows), called=sum(row.called_at is not None for row in rows),
        answered=sum(row.answered_at is not None for row in rows),
        relayed=sum(bool(row.taken_by) and row.answered_at is None for row in rows),
        on_post=sum(row.acted_at is not None for row in rows), moved=32 * sum(row.acted_at is not None for row in rows),
        silent=len(open_silent), unreachable=sum(row.unreachable for row in open_silent),
        with_officer=sum(row.state is State.WITH_OFFICER for row in rows))


@dataclass
class FakeViews(ObservedViews, FakeFires):
    """Read models over a dictionary of callouts; `seq` moves when something is done."""

    rows: dict[str, shown.CalloutRow] = field(default_factory=callouts)
    seq: int = 412
    untaken: bool = True
    quiet: bool = False

    def head(self) -> int:
        return self.seq

    def alarms(self, now: datetime) -> tuple[shown.AlarmRow, ...]:
        if not self.untaken or self.quiet:
            return ()
        late = [row for row in self.rows.values() if row.state is State.WITH_OFFICER]
        return (shown.AlarmRow(INCIDENT, "20210720-371000-flood", "flood", Kind.REAL, Colour.RED,
                               "叫应方案走完，无人应答", START + timedelta(minutes=18),
                               tuple(f"{row.path.split()[-1]}{row.place_name}" for row in late[:5]), len(late)),)

    def _head(self, rows: tuple[shown.BoardRow, ...] = ()) -> shown.BoardIncident:
        return shown.BoardIncident(
            INCIDENT, "20210720-371000-flood", "flood", Kind.REAL, "威海市", Colour.RED, START, None, 2,
            "市气象台将暴雨橙色预警信号升级为红色", tally(list(self.rows.values())), rows,
            sent_at=START - timedelta(minutes=46), received_at=START + timedelta(minutes=10))

    def _under(self, prefix: str) -> list[shown.CalloutRow]:
        if prefix in COUNTIES:
            towns = [town for town, (_, county, _, _) in TOWNS.items() if county == prefix]
            return [row for row in self.rows.values() if row.place[:9] in towns]
        return [row for row in self.rows.values() if row.place.startswith(prefix)]

    def board(self, now: datetime) -> tuple[shown.BoardIncident, ...]:
        if self.quiet:
            return ()
        rows = [shown.BoardRow(place, name, "county", Colour.RED if place != "371073" else Colour.ORANGE,
                               tally(self._under(place)), True) for place, name in COUNTIES.items()]
        drill = shown.BoardIncident(
            "i2", "20210720-371082-fire", "fire", Kind.DRILL, "荣成市", Colour.YELLOW, START + timedelta(minutes=15),
            None, 1, "森林火险黄色(演练)", shown.Tally(12, 12, 12, 0, 9, 0, 0, 0, 0),
            (shown.BoardRow("371082", "荣成市", "county", Colour.YELLOW, shown.Tally(12, 12, 12, 0, 9), False),))
        return (self._head(tuple(rows)), drill)

    def unfold(self, incident: str, place: str, now: datetime) -> shown.Unfolded:
        if place in COUNTIES:
            towns = [(town, told) for town, told in TOWNS.items() if told[1] == place]
            return shown.Unfolded(place, tuple(
                shown.BoardRow(town, told[0], "town", Colour.RED, tally(self._under(town)), True)
                for town, told in towns), ())
        return shown.Unfolded(place, (), tuple(self._under(place)))

    def late(self, now: datetime, *, limit: int = 200, incident: str | None = None) -> tuple[shown.CalloutRow, ...]:
        if self.quiet:
            return ()
        waiting = [row for row in self.rows.values() if row.deadline and row.awaits]
        return tuple(sorted(waiting, key=lambda row: (row.deadline or now, row.id)))[:limit]

    def incidents(self, *, limit: int = 100) -> tuple[shown.BoardIncident, ...]:
        over = replace(self._head(), id="i0", number="20210711-371000-wind", family="wind", colour=Colour.BLUE,
                       closed_at=START - timedelta(days=7), round=1)
        return (self._head(), over)

    def incident(self, id: str) -> shown.IncidentPage | None:
        if id == "i2":
            return shown.IncidentPage(replace(self._head(), id="i2", family="fire"), (), ())
        if id != INCIDENT:
            return None
        versions = tuple(
            shown.VersionView(f"v{n}", f"37100041600000_20210720{n:04d}", kind, "Actual", START + timedelta(minutes=n),
                              START + timedelta(minutes=n if n else 52, seconds=11), colour, headline, TEXT,
                              START + timedelta(hours=6), join, "d1", faults)
            for n, kind, colour, headline, join, faults in (
                (9, "Update", Colour.RED, "威海市气象台将暴雨橙色预警信号升级为红色", "reference", ()),
                (0, "Alert", Colour.ORANGE, "威海市气象台发布暴雨橙色预警信号", "first",
                 ("expires-missing: 没有失效时间",))))
        chain = shown.ChainView("ch1", "威海市气象台", "暴雨", "cma", True, Colour.RED, 62, versions)
        colours = tuple(shown.PlaceColour(place, name, "county", Colour.RED, ("威海市气象台",))
                        for place, name in COUNTIES.items())
        return shown.IncidentPage(self._head(self.board(START)[0].rows if not self.quiet else ()), (chain,), colours)

    def callouts(self, incident: str, now: datetime, *, state: str = "", place: str = "",
                 limit: int = 300) -> tuple[shown.CalloutRow, ...]:
        return tuple(row for row in self.rows.values() if not state or row.state.value == state)[:limit]

    def callout(self, id: str, now: datetime) -> shown.CalloutPage | None:
        row = self.rows.get(id)
        if row is None:
            return None
        ask = shown.AskView("a1", row.person, row.person_name, Role.HOLDER, "+999100200301", Via.VOICE, 0, 1, 1,
                            row.opened_at, "handed", Outcome.NO_ANSWER, "k1")
        reach = (shown.ReachView(1, 0, row.person, row.person_name, "holder", ""),
                 shown.ReachView(2, 1, "p0900", "王某庚", "superior", "3分钟内已为别处叫过他"))
        return shown.CalloutPage(row, ("责任人：电话、短信,3次,5分钟", "副职和上级同时：电话,5分钟，值班员可见"),
                                 (ask, replace(ask, id="a2", via=Via.SMS, outcome=Outcome.ON_HANDSET)), reach,
                                 self.facts(row.incident)[:1], self.journal(limit=3))

    def calls(self, incident: str, *, limit: int = 300) -> tuple[shown.CallView, ...]:
        return tuple(shown.CallView(f"k{n}", START + timedelta(minutes=9, seconds=n), START + timedelta(minutes=9),
                                    2, f"p{n:04d}", NAMES[n % 8], f"+99910020{n:04d}", Via.SMS if n % 2 else Via.VOICE,
                                    "simulator", "handed", Outcome.ON_HANDSET if n % 2 else Outcome.BUSY, "B",
                                    "【威海应急】暴雨红色预警(02:58市气象台)。您负责：苘山镇5个村。请立即组织转移危险区群众。"
                                    "回复B1收到 B2到岗", ("苘山镇东庄村", "苘山镇南夼村")) for n in range(12))

    def journal(self, *, before: int | None = None, incident: str | None = None,
                limit: int = 200) -> tuple[shown.JournalView, ...]:
        newest = self.seq if before is None else before - 1
        return tuple(shown.JournalView(seq, START + timedelta(seconds=seq * 3), "call", INCIDENT,
                                       "20210720-371000-flood", "c1", "p0001", "丛某甲",
                                       {"via": "voice", "climb": 1, "why": "责任人"}, f"{seq * 7919:064x}"[::-1])
                     for seq in range(newest, max(0, newest - limit), -1))

    def sources(self, now: datetime) -> tuple[SourceView, ...]:
        return sources()

    def documents(self, *, states: Sequence[str] = (), limit: int = 50) -> tuple[shown.DocumentView, ...]:
        known = (
            shown.DocumentView("d1", "cma", "red.xml", START + timedelta(minutes=9), "done", (), 2310),
            shown.DocumentView("d2", "cma", "broken.xml", START, "bad", ("not-well-formed: 第 12 行没有结束",), 800),
            shown.DocumentView("d3", "water", "flood.xml", START, "held", (), 1800),
        )
        return tuple(each for each in known if not states or each.state in states)

    def document(self, hash: str) -> shown.DocumentView | None:
        text = "<?xml version=\"1.0\"?>\n<alert>\n  <script>alert(1)</script>\n  <headline>暴雨红色"
        return next((replace(each, text=text, cut=True) for each in self.documents() if each.hash == hash), None)

    def body(self, hash: str) -> bytes | None:
        return b"<html><script>alert(1)</script>\xff" if self.document(hash) else None

    def search(self, text: str, *, limit: int = 40) -> tuple[shown.Found, ...]:
        people = [shown.Found("person", f"p{n:04d}", name, "苘山镇 村支书", n % 3) for n, name in enumerate(NAMES)]
        places = [shown.Found("place", town, told[0], COUNTIES[told[1]], 7) for town, told in TOWNS.items()]
        return tuple(each for each in people + places if text in each.name or text == each.id)[:limit]

    def person(self, id: str, now: datetime) -> shown.PersonPage | None:
        if not id.startswith("p"):
            return None
        return shown.PersonPage(id, "丛某甲", "苘山镇东庄村", "村支书", ("+999100200301",), ("东庄村 防汛 1席",),
                                tuple(self.rows.values())[:2], self.calls(INCIDENT)[:3])

    def candidates(self, callouts: Sequence[str]) -> tuple[shown.Candidate, ...]:
        if not callouts:
            return ()
        return (shown.Candidate("p0900", "王某庚", "苘山镇防办主任", Role.SUPERIOR, len(callouts)),
                shown.Candidate("p0001", "丛某甲", "东庄村村支书", Role.HOLDER, 1))

    def officers(self, now: datetime) -> tuple[shown.OfficerView, ...]:
        return (shown.OfficerView("o1", "林某值", Role.OFFICER, True),
                shown.OfficerView("o2", "苏某备", Role.BACKUP, True),
                shown.OfficerView("o3", "高某班", Role.LEADER, False))

    def owners(self, numbers: Sequence[str]) -> Mapping[str, shown.PhoneOwner]:
        return {number: shown.PhoneOwner(number, f"p{int(number[-2:]):04d}", NAMES[int(number[-2:]) % 8], "村支书",
                                         "临港区 苘山镇") for number in numbers if number != "+999100200399"}

    def outlines(self) -> Mapping[str, Any]:
        def square(place: str, name: str, level: str, lon: float, lat: float, half: float) -> dict[str, Any]:
            ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half],
                    [lon - half, lat + half], [lon - half, lat - half]]
            return {"type": "Feature", "properties": {"id": place, "name": name, "level": level},
                    "geometry": {"type": "Polygon", "coordinates": [ring]}}
        towns = [square(town, told[0], "town", told[2], told[3], 0.045) for town, told in TOWNS.items()]
        return {"type": "FeatureCollection",
                "features": [square("371002", "环翠区", "county", 122.12, 37.3, 0.24), *towns]}

    def map_state(self, incident: str) -> shown.MapState:
        dots = []
        for number, row in enumerate(self.rows.values()):
            _, _, lon, lat = TOWNS[row.place[:9]]
            dots.append(shown.Dot(row.place, row.place_name, lon + (number % 3 - 1) * 0.02,
                                  lat + (number % 5 - 2) * 0.015, row.colour, row.state.value))
        return shown.MapState(dict.fromkeys(TOWNS, Colour.RED),
                              {town: tally(self._under(town)).silent for town in TOWNS},
                              dict.fromkeys(TOWNS, 7), tuple(dots))


@dataclass
class FakeHand(ObservedHand, FakeFireHand):
    """Writes down what officers do, and lets the fake views show it."""

    views: FakeViews
    done: list[tuple[Any, ...]] = field(default_factory=list)

    def _note(self, *what: Any) -> None:
        self.done.append(what)
        self.views.seq += 1

    def _change(self, callout: str, **more: Any) -> None:
        if callout not in self.views.rows:
            raise Refused("这条叫应已经结束")
        self.views.rows[callout] = replace(self.views.rows[callout], **more)

    def take_alarm(self, incident: str, officer: str) -> None:
        self.views.untaken = False
        self._note("take_alarm", incident, officer)

    def answer_by_phone(self, callouts: Sequence[str], person: str, act: str, n: int | None, officer: str,
                        reporter: str = "", proof: str = "") -> None:
        for each in callouts:
            self._change(each, state=State.ANSWERED, awaits="act", answered_at=START + timedelta(minutes=21))
        self._note("answer_by_phone", tuple(callouts), person, act, n, officer, *filter(None, (reporter, proof)))

    def log_sheet(self, form: str, rows: int, officer: str, areas: Sequence[str] = (), incident: str = "") -> None:
        self._note("log_sheet", form, rows, officer, tuple(areas), incident)

    def call_again(self, callout: str, officer: str) -> None:
        self._change(callout, state=State.CALLING)
        self._note("call_again", callout, officer)

    def skip(self, callout: str, officer: str) -> None:
        self._change(callout, step=1)
        self._note("skip", callout, officer)

    def add_person(self, callout: str, person: str, officer: str) -> None:
        self._note("add_person", callout, person, officer)

    def open_card(self, person: str, callouts: Sequence[str], officer: str) -> CardView:
        self.done.append(("open_card", person, tuple(callouts), officer))
        script = "丛某甲您好，我是示例应急值班室林某值。市气象台发布暴雨红色预警，您负责苘山镇2个村。请立即组织转移。"
        return CardView(("+999100200301", "+999631299269"), START + timedelta(minutes=23), script if callouts else "")

    def close_card(self, person: str, officer: str) -> None:
        self.done.append(("close_card", person, officer))

    def new_number(self, person: str, number: str, callouts: Sequence[str], officer: str) -> None:
        if not number.strip("+ ").isdecimal():
            raise Refused("号码只能是数字")
        self._note("new_number", person, number, tuple(callouts), officer)

    def write_off(self, callout: str, officer: str, why: str) -> None:
        self._change(callout, state=State.CLOSED, closed_as=Closed.WRITTEN_OFF, awaits="", deadline=None)
        self._note("write_off", callout, officer, why)

    def stand_down(self, incident: str, officers: Sequence[str], why: str) -> None:
        if len(set(officers)) < 2:
            raise Refused("红色叫应须两名值班员共同解除")
        self._note("stand_down", incident, tuple(officers), why)

    def open_incident(self, kind: Kind, family: str, colour: Colour, places: Sequence[str], officer: str,
                      text: str, area: Sequence[tuple[float, float]] = ()) -> str:
        self._note("open_incident", kind, family, colour, tuple(places), officer, text, *filter(None, [tuple(area)]))
        return INCIDENT

    def preview_opening(self, opening: Opening) -> OpeningPreview:
        if opening.text == "没有人":
            return OpeningPreview(opening.family, ("示例值班室",), 1, 1, 0, 0, (), ())
        called = (Called("371002100001", "东庄村", "flood", "p0001", "丛某甲", "村支书", 1, "值班员选定"),
                  Called("371002100", "张村镇", "flood", "p0900", "王某庚", "镇防办主任", 2, "下辖1处被触及"))
        return OpeningPreview(opening.family, ("示例值班室",), 3, 1, 2, 1, called,
                              (Read("丛某甲", "村支书", Via.SMS, f"【示例应急】{opening.text}。回复1收到"),))

    def correct(self, incident: str, officers: Sequence[str], why: str) -> None:
        self._note("correct", incident, tuple(officers), why)

    def confirm_fall(self, incident: str, officer: str) -> None:
        self._note("confirm_fall", incident, officer)

    def confirm_rest(self, incident: str, officer: str) -> None:
        self._note("confirm_rest", incident, officer)

    def lift(self, incident: str, officers: Sequence[str]) -> None:
        self._note("lift", incident, tuple(officers))

    def set_shelter(self, shelter: str, state: ShelterState | None, registered: int | None, officer: str,
                    note: str = "") -> None:
        self._note("set_shelter", shelter, state, registered, officer, note)

    def set_team(self, team: str, state: Readiness, officer: str, note: str = "") -> None:
        self._note("set_team", team, state, officer, note)

    def send(self, token: str, order: Order, officer: str) -> None:
        if isinstance(order, Stroke) and order.sort == "refused":
            raise Refused("画到辖区外面去了")
        self._note("send", token, order, officer)

    def release(self, document: str, officer: str) -> None:
        self._note("release", document, officer)

    def hold(self, document: str, officer: str) -> None:
        self._note("hold", document, officer)

    def try_again(self, document: str, officer: str) -> None:
        self._note("try_again", document, officer)

    def preview(self, text: str, exercise: bool) -> tuple[Pasted, ...]:
        if "预警" not in text:
            raise Refused("读不出预警")
        return (Pasted("暴雨", Colour.RED, "Alert", "Exercise" if exercise else "Actual", START, "市气象台", text, 5,
                       ("苘山镇",), 0 if exercise else 12, 12, ("某地",), ("time-guessed: 时间没有写全",), True),)

    def paste(self, text: str, exercise: bool, officer: str) -> str:
        self.preview(text, exercise)
        self._note("paste", text, exercise, officer)
        return "d1"
