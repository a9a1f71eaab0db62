"""Facts, tasks, fires and the fire weather of the desk made of plain values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from dutydesk.domain.values import Colour, Via
from dutydesk.ports import shown, shown_fires

START = datetime(2021, 7, 19, 19, 0, tzinfo=UTC)   # 03:00 local


class FakeFires:
    """What the views say of facts, tasks and fires."""

    def facts(self, incident: str, *, limit: int = 300) -> tuple[shown.FactView, ...]:
        return (shown.FactView(START + timedelta(minutes=12), "answered", "answer", None, "丛某甲", "苘山镇东庄村",
                               Via.SMS, "automatic", "c1"),
                shown.FactView(START + timedelta(minutes=16), "acted", "moved", 32, "丛某甲", "苘山镇东庄村", Via.SMS,
                               "automatic", "c1"))

    def tasks(self, incident: str) -> tuple[shown.TaskView, ...]:
        return (shown.TaskView("t1", "i1", "雨中巡查", "米山水库", "于某乙", START + timedelta(hours=1), "open",
                               ""),)

    def fires(self, incident: str) -> tuple[shown_fires.FireView, ...]:
        return (shown_fires.FireView("w1", START, START + timedelta(minutes=9), 122.05, 37.45, 5, 4, "", "", "里口山",
                               "丛某甲", START + timedelta(hours=2)),
                shown_fires.FireView("w2", START, START, 122.09, 37.45, 1, 1, "none", ""))

    def fire_weather(self, today: date) -> shown_fires.FireWeatherPage:
        days = tuple(today + timedelta(days=n) for n in range(3))
        rows = {day: shown_fires.FireDayView(day, grade, 8.0 * grade, 21.0, 34.0, 18.0, 0.0)
                for day, grade in zip(days, (2, 4, 5), strict=True)}
        warning = shown_fires.FireWarningView("威海市气象台", "森林火险", Colour.YELLOW, START, "Alert",
                                        "威海市气象台发布森林火险黄色预警", "cma")
        return shown_fires.FireWeatherPage(days, (("371002", "环翠区", rows),), (warning,), self.tasks("i1"))


class FakeFireHand(ABC):
    """Writes down what officers enter about fires."""

    @abstractmethod
    def _note(self, *what: object) -> None:
        ...

    def verify_fire(self, fire: str, result: str, officers: Sequence[str]) -> None:
        self._note("verify_fire", fire, result, tuple(officers))

    def record_fire(self, incident: str, state: str, at: datetime | None, officer: str, text: str = "") -> None:
        self._note("record_fire", incident, state, at, officer, text)
