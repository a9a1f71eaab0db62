"""Registers in the database: what the folder gave comes back whole, and who set what when is never lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from shapely.geometry import Point, Polygon

from dutydesk.domain.depot import Depot, Goods, WaterPoint
from dutydesk.domain.records import RegisterChange
from dutydesk.domain.registers import Registers, Zone
from dutydesk.domain.shelter import Shelter, ShelterState, Space, Term
from dutydesk.domain.site import Place, Site
from dutydesk.domain.team import Readiness, Team
from dutydesk.store import SqlStore

NOON = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
DAY = date(2026, 5, 1)

REGISTERS = Registers(
    {each.id: each for each in (
        Shelter("e1", "小学", "t1", 300, "school", "village", Space.OUTDOOR, Term.WEEKS, 900.5, 500.0, ("fire",),
                ("flood", "wind"), "东门", ("p1", "p2"), "+9991", "棉被", True, False, True, True, DAY,
                ShelterState.OPEN, 12, 150.0, Point(122.1, 37.2)),
        Shelter("e2", "广场", "t1", 1000))},
    {"s1": Team("s1", "救援队", "t1", "town", 30, ("水上",), ("p1",), "+9992", ("水泵 4 台",),
                timedelta(minutes=25), True, Readiness.RESTING, DAY, None, Point(122, 37))},
    {"d1": Depot("d1", "储备站", "t1", "town", ("t2",), (Goods("帐篷", 20.0, "顶"), Goods("饮用水", 2.5, "吨")),
                 ("p1",), "", DAY, 3.0, Point(122, 37))},
    {"w1": WaterPoint("w1", "塘坝", "t1", "pond", 5000.0, ("truck", "pump"), True, None, None, Point(122, 37))},
    {"z1": Zone("z1", "下游", "flood", "t1", 100.0, Polygon([(122, 37), (122.1, 37), (122.1, 37.1)]))},
)
SITE = Site(places={"t1": Place("t1", "张庄镇", "town")}, registers=REGISTERS)


def change(entry: str, minutes: int, state: str, registered: int | None = None, register: str = "shelter",
           note: str = "") -> RegisterChange:
    return RegisterChange(register, entry, NOON + timedelta(minutes=minutes), "p1", state, registered, note)


def test_what_the_folder_gave_comes_back_whole(store: SqlStore) -> None:
    store.write(lambda tx: tx.save_site(SITE))
    store.home.site = ("", Site())      # nothing remembered: read from the tables
    with store.read() as reads:
        found = reads.site().registers
    assert found == REGISTERS
    assert list(found.shelters) == ["e1", "e2"]


def test_an_entry_that_left_the_folder_leaves_the_tables_and_its_history_stays(store: SqlStore) -> None:
    store.write(lambda tx: tx.save_site(SITE))
    store.write(lambda tx: tx.add_register_change(change("e1", 0, "open", 5)))
    store.write(lambda tx: tx.save_site(Site(places=SITE.places, registers=Registers())))
    with store.read() as reads:
        assert reads.site().registers == Registers()
        assert [each.registered for each in reads.register_history("shelter", "e1")] == [5]


def test_the_newest_change_of_each_entry_holds_and_the_history_keeps_all(store: SqlStore) -> None:
    changes = [change("e1", 0, "open", 0), change("e2", 1, "open", 0),
               change("e1", 9, "open", 813, note="05:00 清点\0"),
               change("e1", 8, "open", 900), change("s1", 2, "under_way", register="team")]
    for each in changes:
        store.write(lambda tx, each=each: tx.add_register_change(each))
    with store.read() as reads:
        states = reads.register_states("shelter")
        history = reads.register_history("shelter", "e1")
        assert list(reads.register_states("team")) == ["s1"]
        assert [each.registered for each in reads.register_history("shelter", "e1", limit=1)] == [900]
    assert {entry: each.registered for entry, each in states.items()} == {"e2": 0, "e1": 900}, "written last counts"
    assert [each.registered for each in history] == [900, 813, 0]
    assert history[1].note == "05:00 清点␀"
    assert history[1].at == NOON + timedelta(minutes=9)
