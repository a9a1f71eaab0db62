"""From forecasts to the fire weather grade of every place, kept by day; a high grade switches patrols and gates on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from shapely.geometry import Point

from dutydesk.domain import fire_weather
from dutydesk.domain.alert import Alert
from dutydesk.domain.fire_weather import FireDay
from dutydesk.domain.observed import Forecast, Observed
from dutydesk.domain.site import Place
from dutydesk.engine import chores
from dutydesk.engine.books import Books
from dutydesk.engine.house import house_incident
from dutydesk.ports.feed import Source

FAMILY = "fire"
_LOOK_BACK = timedelta(days=12)


def watch(books: Books, source: Source, observed: Sequence[Observed]) -> Iterable[Alert]:
    """Reckon the grades that a document's forecasts give; nobody is called for a grade, so it issues nothing.

    1. Series of one point belong together; the point is a place's by name, else the county's it lies in.
    2. Each day is reckoned from the codes of the day before, those kept from earlier forecasts included.
    3. Days at or above `patrol_from` open the playbook's `grade` tasks; a day that falls below drops them.
    """
    points: dict[str, list[Forecast]] = {}
    for each in observed:
        if isinstance(each, Forecast):
            place = _place(books, each)
            if place is not None:
                points.setdefault(place.id, []).append(each)
    for id, series in points.items():
        _reckon(books, source, books.ctx.site.places[id], series)
    return ()


def _place(books: Books, forecast: Forecast) -> Place | None:
    if forecast.place:
        return books.ctx.site.places.get(forecast.place)
    point = Point(forecast.point.lon, forecast.point.lat)
    return next((place for place in books.ctx.site.places.values()
                 if place.kind == "county" and place.geometry is not None and place.geometry.covers(point)), None)


def _reckon(books: Books, source: Source, place: Place, series: Sequence[Forecast]) -> None:
    rules = books.ctx.config.grade
    weather = fire_weather.noons(series, books.ctx.zone, rules.noon)
    if not weather:
        return
    known = {each.day: each.index.codes for each in books.tx.fire_days(min(weather) - _LOOK_BACK)
             if each.place == place.id and each.day < min(weather)}
    days = fire_weather.reckon(weather, known, place.id, series[0].point.lat, rules, source.id, series[0].issued_at)
    books.tx.save_fire_days(days)
    books.note("fire_weather", source=source.id, place=place.id, days=len(days), grade=max(day.grade for day in days))
    today = books.now.astimezone(books.ctx.zone).date()
    for day in days:
        if day.day >= today:
            _switch(books, place, day)


def _switch(books: Books, place: Place, day: FireDay) -> None:
    """Open or drop the tasks of one place and day."""
    playbook, about = books.ctx.playbook(FAMILY), f"grade:{day.day.isoformat()}"
    below = books.ctx.site.under([place.id])
    if playbook is None:
        return
    if day.grade >= books.ctx.config.grade.patrol_from:
        incident = house_incident(books, place.desk)
        chores.open_for(books, incident, playbook, sorted(below), "grade", _midnight(books, day.day), about)
        return
    for task in books.tx.tasks():
        if task.about == about and task.place in below and task.state == "open":
            books.tx.save_task(replace(task, state="dropped"))


def _midnight(books: Books, day: date) -> datetime:
    return datetime.combine(day, time(0), books.ctx.zone)
