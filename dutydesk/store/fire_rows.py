"""Hot pixels, the fires they show, days of fire weather, and earthquakes with all reports of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from dutydesk.domain.fire_weather import FireDay
from dutydesk.domain.fwi import Codes, Index, Noon
from dutydesk.domain.hotspots import Fire
from dutydesk.domain.observed import Hotspot, Point, Quake
from dutydesk.domain.quakes import Shock
from dutydesk.store.bulk import adding
from dutydesk.store.codec import clean, dump, load, micros, moment
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session, Upkeep
from dutydesk.store.tables import fire, fire_day, hotspot, shock


def _hotspot(row: Any) -> Hotspot:
    id_, _, _, _, at, lon, lat, satellite, confidence, power, across, along, _ = row
    return Hotspot(id_, moment(at), Point(lon, lat), satellite, confidence, power, across, along)


def _fire(row: Any) -> Fire:
    id_, source, first, last, lon, lat, pixels, at_once, incident, issued, latest, result, into, version = row
    return Fire(id_, source, moment(first), moment(last), lon, lat, pixels, at_once, incident, issued, latest, result,
                into, version)


def _new_fire(it: Fire) -> dict[str, Any]:
    return {"id": it.id, "source": it.source, "first_at": micros(it.first_at), "last_at": micros(it.last_at),
            "lon": it.lon, "lat": it.lat, "pixels": it.pixels, "at_once": it.at_once, "incident": it.incident,
            "issued": it.issued, "latest": it.latest, "result": it.result, "joined": it.into, "version": it.version}


def _shock(row: Any) -> Shock:
    id_, source, at, reports, issued, latest, said, open_, version = row
    return Shock(id_, source, moment(at), {name: _report(told) for name, told in load(reports).items()}, issued, latest,
                 said, bool(open_), version)


def _new_shock(it: Shock) -> dict[str, Any]:
    reports = {clean(name): _new_report(report) for name, report in it.reports.items()}
    return {"id": it.id, "source": it.source, "at": micros(it.at), "reports": dump(reports), "issued": it.issued,
            "latest": it.latest, "said": clean(it.said), "open": int(it.open), "version": it.version}


def _report(row: Mapping[str, Any]) -> Quake:
    point = Point(row["lon"], row["lat"]) if row["lon"] is not None else None
    return Quake(row["id"], moment(row["at"]), moment(row["updated"]), point, row["magnitude"], row["depth"],
                 row["where"], row["status"], row["sort"])


def _new_report(it: Quake) -> dict[str, Any]:
    return {"id": clean(it.id), "at": micros(it.at), "updated": micros(it.updated),
            "lon": it.point.lon if it.point else None, "lat": it.point.lat if it.point else None,
            "magnitude": it.magnitude, "depth": it.depth, "where": clean(it.where), "status": it.status,
            "sort": clean(it.sort)}


def _fire_day(row: Any) -> FireDay:
    place, day, temperature, humidity, wind, rain, ffmc, dmc, dc, isi, bui, fwi, grade, source, issued = row
    when = date.fromisoformat(day)
    return FireDay(place, when, Noon(when.month, temperature, humidity, wind, rain),
                   Index(Codes(ffmc, dmc, dc), isi, bui, fwi), grade, source, moment(issued))


def _new_fire_day(it: FireDay) -> dict[str, Any]:
    codes = it.index.codes
    return {"place": it.place, "day": it.day.isoformat(), "temperature": it.noon.temperature,
            "humidity": it.noon.humidity, "wind": it.noon.wind, "rain": it.noon.rain, "ffmc": codes.ffmc,
            "dmc": codes.dmc, "dc": codes.dc, "isi": it.index.isi, "bui": it.index.bui, "fwi": it.index.fwi,
            "grade": it.grade, "source": it.source, "issued_at": micros(it.issued_at)}


class FireSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        h, f, s = hotspot.c, fire.c, shock.c
        self.known = select(h.id).where(dialect.among(h.id, "ids"))
        self.spots_of = select(*h).where(h.fire == bindparam("fire")).order_by(h.at, h.id)
        self.add_hotspots = adding(dialect, hotspot, known=True)
        self.move_hotspots = update(hotspot).where(h.fire == bindparam("b_fire")).values(fire=bindparam("to"))
        self.fire = select(*f).where(f.id == bindparam("id"))
        self.lock_fire = dialect.lock(self.fire)
        self.fires = (select(*f).where(f.last_at >= bindparam("since"), f.first_at <= bindparam("until"),
                                       f.joined == "")
                      .order_by(f.first_at, f.id))
        self.fires_of = select(*f).where(f.incident == bindparam("incident")).order_by(f.first_at, f.id)
        self.keep_fire = Upkeep(dialect, fire)
        self.fire_days = select(*fire_day.c).where(fire_day.c.day >= bindparam("since")).order_by(
            fire_day.c.place, fire_day.c.day)
        self.put_fire_day = dialect.put(fire_day)
        self.shocks = select(*s).where(s.at >= bindparam("since")).order_by(s.at, s.id)
        self.keep_shock = Upkeep(dialect, shock)


class FireReads(Session):
    """Looking fires and earthquakes up."""

    def known_hotspots(self, ids: Iterable[str]) -> frozenset[str]:
        """Return which of these pixels are stored."""
        values = {"ids": self.home.dialect.many(list(ids))}
        return frozenset(row[0] for row in self.rows(self.home.statements(FireSql).known, values))

    def hotspots_of(self, fire: str) -> list[Hotspot]:
        """Return the pixels of a fire in order of time."""
        return [_hotspot(row) for row in self.rows(self.home.statements(FireSql).spots_of, {"fire": fire})]

    def fire(self, id: str) -> Fire | None:
        """Return a fire."""
        row = self.first(self.home.statements(FireSql).fire, {"id": id})
        return None if row is None else _fire(row)

    def fires(self, since: datetime, until: datetime) -> list[Fire]:
        """Return the fires with a pixel from `since` on that began by `until`; swallowed ones are left out."""
        values = {"since": micros(since), "until": micros(until)}
        return [_fire(row) for row in self.rows(self.home.statements(FireSql).fires, values)]

    def fires_of(self, incident: str) -> list[Fire]:
        """Return the fires of an incident, swallowed ones included, oldest first."""
        return [_fire(row) for row in self.rows(self.home.statements(FireSql).fires_of, {"incident": incident})]

    def fire_days(self, since: date) -> list[FireDay]:
        """Return the fire weather from that day on, by place and day."""
        values = {"since": since.isoformat()}
        return [_fire_day(row) for row in self.rows(self.home.statements(FireSql).fire_days, values)]

    def shocks(self, since: datetime) -> list[Shock]:
        """Return the earthquakes from then on, oldest first."""
        return [_shock(row) for row in self.rows(self.home.statements(FireSql).shocks, {"since": micros(since)})]


class FireWrites(FireReads):
    """Keeping what is seen of fires and earthquakes."""

    def add_hotspots(self, spots: Sequence[Hotspot], source: str, fire: str, masked: str, received_at: datetime) -> int:
        """Store pixels of one fire, or masked by one source of heat; known ones are left alone. Return how many were
        new.
        """
        return self.many(self.home.statements(FireSql).add_hotspots, [
            {"id": clean(it.id), "source": source, "fire": fire, "masked": masked, "at": micros(it.at),
             "lon": it.point.lon, "lat": it.point.lat, "satellite": clean(it.satellite), "confidence": it.confidence,
             "power": it.power, "across": it.across, "along": it.along, "received_at": micros(received_at)}
            for it in spots])

    def move_hotspots(self, fire: str, to: str) -> None:
        """Let the pixels of one fire belong to another from now on."""
        self.change(self.home.statements(FireSql).move_hotspots, {"b_fire": fire, "to": to})

    def lock_fire(self, id: str) -> Fire | None:
        """Lock and return a fire."""
        row = self.first(self.home.statements(FireSql).lock_fire, {"id": id})
        return None if row is None else _fire(row)

    def save_fire(self, fire: Fire) -> None:
        """Add or change a fire; raises Conflict if its version has moved."""
        self.save_versioned(self.home.statements(FireSql).keep_fire, _new_fire(fire), "fire")

    def save_fire_days(self, days: Sequence[FireDay]) -> None:
        """Keep days of fire weather; a later reckoning of a day replaces the earlier."""
        self.change(self.home.statements(FireSql).put_fire_day, [_new_fire_day(each) for each in days])

    def save_shock(self, shock: Shock) -> None:
        """Add or change an earthquake; raises Conflict if its version has moved."""
        self.save_versioned(self.home.statements(FireSql).keep_shock, _new_shock(shock), "shock")
