"""The console's views of gauges, forecasts and sightings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dutydesk.domain.gauging import COUNTED, amounts, highest
from dutydesk.domain.observed import Observation
from dutydesk.domain.outlook import colour_ahead, rain_ahead
from dutydesk.domain.setup import Setup
from dutydesk.domain.stations import WHERES, Station
from dutydesk.domain.sums import RAIN, WINDOWS, Amount, fallen, sums
from dutydesk.domain.thresholds import NOW
from dutydesk.domain.watched import Gauge
from dutydesk.engine.gauges import STRANGERS
from dutydesk.ports.shown_observed import OutlookView, SightingView, StationsPage, StationView, SumView
from dutydesk.store.transaction import Reading

DAY = timedelta(hours=24)
HOUR = WINDOWS[0]


def stations_page(reading: Reading, setup: Setup, now: datetime) -> StationsPage:
    """Return every station of the site, the forecasts, and the stations nobody wrote down."""
    strangers = {str(source["id"]): tuple(reading.setting(STRANGERS + str(source["id"])) or ())
                 for source in setup.config.sources}
    return StationsPage(station_views(reading, setup, setup.stations.values(), now), outlook(reading, setup, now),
                        {source: names for source, names in strangers.items() if names})


def station_views(reading: Reading, setup: Setup, stations: Iterable[Station],
                  now: datetime) -> tuple[StationView, ...]:
    """Return stations with their newest values, those with a colour first, then those heard last."""
    known = {station.id: station for station in stations}
    rows: dict[str, list[Observation]] = {id: [] for id in known}
    for each in reading.readings(known, now - 2 * DAY):
        rows[each.station].append(each)
    gauges: dict[str, list[Gauge]] = {id: [] for id in known}
    for gauge in reading.gauges(known):
        gauges[gauge.station].append(gauge)
    views = [_view(setup, station, rows[id], gauges[id], now) for id, station in known.items()]
    return tuple(sorted(views, key=lambda view: (-(view.colour or 0), view.at is None, view.name)))


def _view(setup: Setup, station: Station, rows: Sequence[Observation], gauges: Sequence[Gauge],
          now: datetime) -> StationView:
    at = max((each.at for each in rows), default=None)
    stale = at is None or now - at > setup.config.rules.reading_fresh
    named = [setup.site.places[each].name for each in station.speaks_for(WHERES) if each in setup.site.places]
    single = {what: amounts(rows, what, NOW, None) for what in ("level", "flow")}
    level, flow = (series[-1].value if series else None for series in single.values())
    rain = fallen(each for each in rows if each.what in COUNTED[RAIN])
    told = [(window, sums(rain, window)[-1]) for window in WINDOWS] if rain else []
    trend = single["level"] or single["flow"] or sums(rain, HOUR)
    issued = max((each.issued_at for each in gauges if each.colour and each.issued_at), default=None)
    return StationView(station.id, station.name, station.kind, tuple(named),
                       highest(each.colour for each in gauges), at, stale, level, flow,
                       tuple(SumView(window, amount.value, amount.whole) for window, amount in told),
                       _last_day(trend, now), issued)


def _last_day(series: Sequence[Amount], now: datetime) -> tuple[tuple[datetime, float], ...]:
    return tuple((each.at, each.value) for each in series if each.at > now - DAY)


def outlook(reading: Reading, setup: Setup, now: datetime) -> tuple[OutlookView, ...]:
    """Return the rain ahead at every point of every forecast."""
    table = setup.thresholds.site.get(RAIN, {})
    found = []
    for each in reading.forecasts():
        told = each.forecast
        if told.what == RAIN:
            ahead = rain_ahead(told, now)
            known = setup.site.places.get(told.place)
            found.append(OutlookView(each.source, known.name if known else told.place, told.point, each.received_at,
                                     ahead, colour_ahead(ahead, table)))
    return tuple(found)


def incident_stations(reading: Reading, setup: Setup, incident: str, now: datetime) -> tuple[StationView, ...]:
    """Return the stations whose readings opened or feed an incident."""
    found = reading.incident(incident)
    firsts = [version.identifier for chain in found.chains for version in reading.versions(chain)] if found else []
    ids = {gauge.station for gauge in reading.gauges_by_alert(firsts)}
    return station_views(reading, setup, [each for each in setup.stations.values() if each.id in ids], now)


def sighting_views(reading: Reading, setup: Setup, limit: int) -> tuple[SightingView, ...]:
    """Return the newest sightings."""
    places = setup.site.places
    return tuple(SightingView(each.source, each.sighting, places[each.sighting.place].name
                              if each.sighting.place in places else each.sighting.place, each.received_at, each.sure,
                              bool(each.alert)) for each in reading.sightings(limit))
