"""What the console shows of fires: hotspots with their clocks, and the fire weather beside the warnings issued."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from dutydesk.domain.fire_weather import FireDay
from dutydesk.domain.hotspots import Fire
from dutydesk.ports.shown_fires import FireDayView, FireView, FireWarningView, FireWeatherPage
from dutydesk.store.codec import colour_of, micros, moment
from dutydesk.store.dialect import Dialect
from dutydesk.store.tables import chain, task, version
from dutydesk.store.views_incident import IncidentLook

_BACK = timedelta(days=7)
_GRADE = "grade:"


class FireViewSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        t, v, c = task.c, version.c, chain.c
        self.tasks = select(*t).where(t.incident == bindparam("incident"), t.about != "").order_by(t.due_at, t.id)
        self.warnings = (
            select(c.office, v.event, v.colour, v.sent, v.msg_type, v.headline, c.source)
            .join(chain, c.id == v.chain)
            .where(c.family == "fire", v.sent >= bindparam("since"), c.source.not_like("%#desk"))
            .order_by(v.sent.desc(), v.id).limit(200))
        self.graded = (select(*t).where(t.about.like(f"{_GRADE}%"), t.state.in_(("open", "late")))
                       .order_by(t.due_at, t.id).limit(200))


class FireLook(IncidentLook):
    """Looks at fires."""

    def _fire_sql(self) -> FireViewSql:
        return self.reading.home.statements(FireViewSql)

    def fires(self, id: str) -> tuple[FireView, ...]:
        """Return the fires of an incident with the tasks to look at them."""
        clocks = {row[7]: row for row in self.reading.rows(self._fire_sql().tasks, {"incident": id})}
        return tuple(self._fire(fire, clocks.get(fire.id)) for fire in self.reading.fires_of(id))

    def _fire(self, fire: Fire, task: Any) -> FireView:
        bare = FireView(fire.id, fire.first_at, fire.last_at, fire.lon, fire.lat, fire.pixels, fire.at_once,
                        fire.result, fire.into)
        if task is None:
            return bare
        waits = task[6] in ("open", "late")
        owner = "值班员" if task[4] == "officer" else self.person_name(task[4])
        return replace(bare, place_name=self.full_name(task[3]) if task[3] else "", owner=owner,
                       due_at=moment(task[5]) if waits else None, late=task[6] == "late")

    def fire_weather(self, today: date) -> FireWeatherPage:
        """Return the fire weather of the week before a day and of all days after, and the warnings of these days."""
        since = today - _BACK
        days = self.reading.fire_days(since)
        rows: dict[str, dict[date, FireDayView]] = {}
        for each in days:
            rows.setdefault(each.place, {})[each.day] = _day(each)
        start = datetime.combine(since, time(0), UTC)
        warnings = self.reading.rows(self._fire_sql().warnings, {"since": micros(start)})
        return FireWeatherPage(
            tuple(sorted({each.day for each in days})),
            tuple((place, self.full_name(place), found) for place, found in rows.items()),
            tuple(FireWarningView(office, event, colour_of(colour), moment(sent), msg_type, headline, source)
                  for office, event, colour, sent, msg_type, headline, source in warnings),
            tuple(map(self.task, self.reading.rows(self._fire_sql().graded))))


def _day(it: FireDay) -> FireDayView:
    noon = it.noon
    return FireDayView(it.day, it.grade, it.index.fwi, noon.temperature, noon.humidity, noon.wind, noon.rain)
