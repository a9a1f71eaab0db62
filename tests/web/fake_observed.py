"""What the console sees of gauges and reports, made of plain values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Any

from dutydesk.domain.observed import Point, Sighting
from dutydesk.domain.outlook import Ahead
from dutydesk.domain.values import Colour
from dutydesk.errors import Refused
from dutydesk.ports import shown_observed as observed
from dutydesk.ports.hand import Called, Preview, Report

START = datetime(2021, 7, 19, 19, 0, tzinfo=UTC)   # 03:00 local
DAY = tuple((START - timedelta(minutes=15 * n), 3.1 - n % 7 / 10) for n in range(40, 0, -1))
STATIONS = (
    observed.StationView("w1", "米山水库水位站", "reservoir", ("米山水库",), Colour.ORANGE, START, False, 30.72, None,
                         (), DAY, START),
    observed.StationView("g1", "宋村雨量站", "rain", ("宋村镇", "母猪河"), None, START, True, None, None,
                         tuple(observed.SumView(timedelta(hours=hours), 4.5 * hours, hours < 6)
                               for hours in (1, 3, 6, 24)), DAY[:1]),
    observed.StationView("g2", "界石雨量站", "rain", ("界石镇",), None, None, True, None, None, (), ()))
AHEAD = (*(Ahead(timedelta(hours=hours), 2.0 * hours, 3.0 * hours, START) for hours in (1, 3, 6)),
         Ahead(timedelta(hours=24), None, None, None))
OUTLOOK = (observed.OutlookView("meteo", "文登区", Point(122.05, 37.19), START, AHEAD, Colour.YELLOW),)


class ObservedViews:
    """Three gauges, one forecast, two sightings; nothing at all where it is `quiet`."""

    quiet: bool

    def stations(self, now: datetime) -> observed.StationsPage:
        return observed.StationsPage(() if self.quiet else STATIONS, () if self.quiet else OUTLOOK,
                                     {} if self.quiet else {"hydro": ("41620099",)})

    def incident_stations(self, incident: str, now: datetime) -> tuple[observed.StationView, ...]:
        return STATIONS[:1]

    def sightings(self, *, limit: int = 30) -> tuple[observed.SightingView, ...]:
        smoke = Sighting("e1", START, "森林火灾", Point(122.1, 37.4), "", "cam-1", "浓烟", "https://cams.example/1.jpg",
                         62.0)
        call = Sighting("p1", START, "山体滑坡", None, "371003101", text="路基下沉")
        return (observed.SightingView("cams", smoke, "", START, False, True),
                observed.SightingView("phone", call, "大水泊镇", START, True, True))


class ObservedHand(ABC):
    """Previews and takes reports."""

    @abstractmethod
    def _note(self, *what: Any) -> None:
        ...

    def preview_report(self, report: Report) -> Preview:
        if not report.place and report.point is None:
            raise Refused("请写明地点：选一个地方，或给出经纬度。")
        return Preview("geohazard", 7, 2, (
            Called("371003101", "大水泊镇", "geohazard", "p0001", "丛某甲", "镇长", 1, "指明大水泊镇"),
            Called("371003", "文登区", "general", "p0002", "于某乙", "区长", 2, "下辖大水泊镇等7处被触及")))

    def take_report(self, report: Report, officer: str) -> str:
        self.preview_report(report)
        self._note("take_report", report, officer)
        return "d1"
