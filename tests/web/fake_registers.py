"""Registers made of plain values: a shelter in danger, an open one, a closed one; a small team; a depot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from dutydesk.domain.depot import Depot, Goods
from dutydesk.domain.shelter import Shelter, ShelterState
from dutydesk.domain.sheltering import Proposal
from dutydesk.domain.team import Readiness, Team
from dutydesk.domain.values import Colour
from dutydesk.errors import Refused
from dutydesk.ports import resources as shown

AT = datetime(2021, 7, 19, 19, 2, tzinfo=UTC)
HALL = Shelter("e1", "国际展览中心一号馆", "371003101", 1000, "exhibition", "city", area=4200, unfit=("quake",),
               keepers=("p1",), phone="+9991", entrance="西门", stock="棉被 400 床", water=True,
               inspected=date(2021, 5, 1), state=ShelterState.OPEN, registered=813, approximate=2000)
SCHOOL = replace(HALL, id="e2", name="大水泊镇中心小学", category="school", state=ShelterState.STANDBY, registered=0)
CLOSED = replace(SCHOOL, id="e3", name="<b>改建中</b>", state=ShelterState.CLOSED)
TEAM = Team("t1", "大水泊镇救援队", "371003101", "town", 24, ("防汛",), ("p2",), "+9992", ("水泵 4 台",),
            state=Readiness.UNDER_WAY, drilled=date(2021, 5, 1))
SET = shown.Set(AT, "林某值", "05:00 清点")


class FakeResources:
    """`ports.resources.Resources` over three shelters."""

    def shelters(self) -> tuple[shown.ShelterRow, ...]:
        return (shown.ShelterRow(HALL, "文登区 大水泊镇", ("丛某甲",), (), SET),
                shown.ShelterRow(SCHOOL, "文登区 大水泊镇", ("于某乙",),
                                 (shown.Unsafe("i1", "20210720-371000-flood", "在预警区内"),)),
                shown.ShelterRow(CLOSED, "文登区 大水泊镇", ()))

    def teams(self, levels: Sequence[str]) -> tuple[shown.TeamRow, ...]:
        return (shown.TeamRow(TEAM, "文登区 大水泊镇", ("毕某丙",), 30, SET),) if "town" in levels else ()

    def depots(self) -> tuple[shown.DepotRow, ...]:
        return (shown.DepotRow(Depot("d1", "大水泊镇储备站", "371003101", goods=(Goods("帐篷", 20, "顶"),)),
                               "文登区 大水泊镇", ("于某乙",)),)

    def coverage(self) -> shown.Coverage:
        return shown.Coverage((10, 10), (70, 73), (2308, 2768), (71, 73), ("下初镇", "西苑街道"))

    def sheltering(self, incident: str, *, limit: int = 100) -> shown.Sheltering | None:
        near = (Proposal(HALL, 3210.0, False), Proposal(SCHOOL, 4800.0, False, doubtful=True))
        rows = (shown.ProposalRow("371003101001", "东庄村", "大水泊镇", Colour.RED, 320, near),
                shown.ProposalRow("371003101002", "西河北村", "大水泊镇", Colour.ORANGE, 0, ()))
        return shown.Sheltering(rows, 187, 1, 1, drawn=True, by_road=False, more=3)

    def history(self, register: str, entry: str) -> tuple[shown.HistoryRow, ...]:
        if entry == "e1":
            return (shown.HistoryRow(AT, "o1", "林某值", "open", 813, "05:00 清点"),)
        return ()

    def map_page(self, incident: str | None, now: datetime) -> bytes:
        if incident == "none":
            raise Refused("there is no incident none")
        return b"<!doctype html>map"
