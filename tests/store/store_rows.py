"""Rows to test with: one of each kind, every field different from its default."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shapely.geometry import Point, box

from dutydesk.domain.playbook import Policy, Step, Whom
from dutydesk.domain.records import (
    Ask,
    Call,
    Callout,
    Chain,
    Closed,
    Code,
    Document,
    Fact,
    Inbound,
    Incident,
    JournalRow,
    NoticeRow,
    Ruling,
    State,
    Task,
    Telling,
    Version,
)
from dutydesk.domain.site import Desk, Number, Person, Place, Post, Shift, Site
from dutydesk.domain.succession import Says
from dutydesk.domain.values import Colour, Kind, Outcome, Role, Via

NOW = datetime(2021, 7, 20, 8, 5, 7, 123457, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

POLICY = Policy(
    "flood", Colour.RED,
    (Step((Whom.HOLDER,), (Via.VOICE, Via.SMS), 3, timedelta(minutes=5)),
     Step((Whom.DEPUTY, Whom.SUPERIOR), (Via.VOICE,), 1, timedelta(seconds=1, microseconds=7), 2, True)),
    timedelta(minutes=30), "moved", {"sms": "flood.sms", "voice": "flood.voice"}, timedelta(minutes=5))

DOCUMENT = Document("d1", "cma", "红色.xml", NOW, b"<alert>\x00\xff</alert>", "waiting", ("第1行 odd",))

VERSION = Version("v1", "ch1", "d1", "urn:oid:1", "sender", "Alert", "Actual", NOW, NOW + MINUTE, "暴雨", Colour.RED,
                  "暴雨红色预警", "全文 …", NOW + 60 * MINUTE, "first", "content-key")

TELLING = Telling(
    "tl1", "v1", "cma", "d1", NOW, Says(
        "urn:oid:1", NOW, "Actual", "Update", False, "暴雨", Colour.RED, "371000", "威海市气象台", "暴雨",
        {"371002": Colour.RED, "371003": Colour.BLUE}, frozenset({"371002"}), Colour.YELLOW, True, NOW + MINUTE,
        NOW + 9 * MINUTE, {"cma": True, "nmc": False}, "content-key", "wording-key"), ("geometry", "text"))

RULING = Ruling("ch1", NOW, {"371002": Colour.ORANGE})

CHAIN = Chain("ch1", "威海市气象台", "暴雨", "flood", "cma", "Actual", True, "urn:oid:1", NOW, NOW + MINUTE,
              {"371002": Colour.RED, "371003": Colour.BLUE})

INCIDENT = Incident("i1", "20210720-371000-flood", "371000", "flood", Kind.REAL, NOW, None, 2,
                    {"371002": Colour.RED}, ("ch1", "ch2"), {"371002": 3}, {"371003": Colour.ORANGE}, {"371002": 1})

CALLOUT = Callout("c1", "i1", "371002/flood", "371002", 1, Colour.RED, 1, "policy", NOW, State.WITH_OFFICER,
                  Closed.WRITTEN_OFF, 2, 3, 4, NOW, NOW + MINUTE, NOW + 2 * MINUTE, NOW + 3 * MINUTE, "p2", 0,
                  {"reach": [{"who": "张三", "why": None}], "n": 1})

ASK = Ask("a1", "c1", "i1", 1, "371002", "p1", Role.DEPUTY, "+9991000001", Via.VOICE, 1, 2, 3, 1, NOW)

CALL = Call("k1", "i1", 1, "p1", "+9991000001", Via.VOICE, "sim", 1, "请立即…", "B", ("a1",), ("371002",), NOW,
            "sending", "lease-1", NOW + MINUTE, template="flood.voice")

FACT = Fact("f1", "c1", "i1", "acted", "p1", Via.SMS, NOW, "automatic", "moved", 32, "in1")

NOTICE = NoticeRow("n1", "i1", "p1", "+9991000001", "lowered", "已降级", NOW, channel="modem")

INBOUND = Inbound("in1", "sim", "receipt", "+9991000001", "收到", "k1", NOW, Outcome.ON_HANDSET)

CODE = Code("+9991000001", "B", "i1", 1, NOW, True, NOW + MINUTE)

TASK = Task("t1", "i1", "雨前排查", "371002", "p1", NOW, "open", "c1")

SITE = Site(
    {"371000": Desk("371000", "威海市", "+9990631")},
    {
        "371000": Place("371000", "威海市", "city", geometry=box(121.1, 36.7, 122.7, 37.6), desk="371000"),
        "371002": Place("371002", "环翠区", "county", ("371000",), ("371071", "371072"), "371000", 2, 700_000),
        "371002100": Place("371002100", "孙家疃街道", "town", ("371002",), (), "371000", 1, 20_000, 800.5,
                           Point(122.1, 37.5)),
        "371002100005": Place("371002100005", "靖子村", "village", ("371002100",), desk="371000"),
        "hill": Place("hill", "里口山", "hill", ("371002100", "371002"), desk="371000"),
    },
    {
        "p2": Person("p2", "李四", "环翠区", "副区长", (Number("p2", "mobile", "+9992", date(2021, 4, 20)),)),
        "p1": Person("p1", "张三", numbers=(Number("p1", "mobile", "+9993"), Number("p1", "landline", "+9991"))),
    },
    {
        "371002/flood": Post("371002", "flood", ("p2", "p1"), "371000/general"),
        "371002100/flood": Post("371002100", "flood", ("p1",)),
    },
    (Shift("371000", Role.OFFICER, frozenset({1, 7}), time(20, 0), time(8, 0), "p1", date(2021, 1, 1)),
     Shift("371000", Role.LEADER, frozenset({3}), time(8, 0), time(20, 0), "p2")),
    "Asia/Urumqi",
)


def line(n: int, **facts: Any) -> JournalRow:
    """Return the n-th journal row."""
    return JournalRow(NOW + n * MINUTE, "called", "i1" if n % 2 else "i2", f"c{n}", f"p{n}", facts or {"编号": n})


def callouts(count: int, **changes: Any) -> list[Callout]:
    """Return that many due callouts."""
    base = replace(CALLOUT, state=State.CALLING, closed_as=None)
    return [replace(base, id=f"c{n:05}", post=f"{n}/flood", due_at=NOW + n * timedelta(microseconds=1), **changes)
            for n in range(count)]


def asks(count: int, *, people: int | None = None, **changes: Any) -> list[Ask]:
    """Return that many due asks, dealt out to the people in turn."""
    return [replace(ASK, id=f"a{n:05}", callout=f"c{n:05}", person=f"p{n % (people or count):05}", **changes)
            for n in range(count)]
