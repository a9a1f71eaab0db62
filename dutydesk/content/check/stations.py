"""Rules about stations and thresholds: a gauge over its threshold must call somebody, from a source that exists."""

from __future__ import annotations

from collections.abc import Iterator

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.domain.event_table import FAMILIES
from dutydesk.domain.events import family_of
from dutydesk.domain.finding import Level
from dutydesk.domain.sighting_map import sighting_map
from dutydesk.domain.stations import WHERES, Station
from dutydesk.domain.table_map import table_map

_MEASURES = ("rain", "level", "flow")


def _stations(case: Case) -> Iterator[tuple[Station, tuple[str, int]]]:
    for station in case.loaded.stations.values():
        yield station, case.loaded.at("station", station.id)


def placeless(case: Case) -> Iterator[Hit]:
    """Find stations that speak for no place."""
    for station, at in _stations(case):
        if not station.speaks_for(WHERES):
            yield Hit(at, f"station {station.id} {station.name} names no place; write places, downstream or upstream",
                      station.id)


def unknown_place(case: Case) -> Iterator[Hit]:
    """Find stations, and thresholds, of places the site does not have."""
    places = case.loaded.site.places
    for station, at in _stations(case):
        for place in station.speaks_for(WHERES):
            if place not in places:
                yield Hit(at, f"station {station.id} speaks for {place}, which is in no layer of geo/; correct the id",
                          station.id)
    told = case.loaded.thresholds
    for place in dict.fromkeys((*told.places, *(place for _, place in told.pairs))):
        if place not in places:
            yield Hit(case.loaded.at("thresholds", ""), f"thresholds.yaml speaks of the place {place}, which is in no "
                                                        f"layer of geo/; correct the id", place)


def unknown_source(case: Case) -> Iterator[Hit]:
    """Find stations whose source is not in dutydesk.toml."""
    sources = {str(source["id"]) for source in (case.loaded.config.sources if case.loaded.config else ())}
    for station, at in _stations(case):
        if station.source not in sources:
            yield Hit(at, f"station {station.id} hears from the source {station.source}, which dutydesk.toml does not "
                          f"have; add the [[source]] or correct the name", station.id)


def same_code(case: Case) -> Iterator[Hit]:
    """Find two stations of one name at one source: their readings would be mixed."""
    first: dict[tuple[str, str], str] = {}
    for station, at in _stations(case):
        other = first.setdefault((station.source, station.code), station.id)
        if other != station.id:
            yield Hit(at, f"stations {other} and {station.id} both have the code {station.code} at {station.source}; "
                          f"give each its own", station.id)


def no_threshold(case: Case) -> Iterator[Hit]:
    """Find stations that can never call anybody."""
    told = case.loaded.thresholds
    for station, at in _stations(case):
        if station.speaks_for(WHERES) and not any(told.groups(station, what) for what in _MEASURES):
            yield Hit(at, f"station {station.id} has no threshold: its readings are shown and call nobody; add it to "
                          f"playbooks/thresholds.yaml", station.id)


def unknown_station(case: Case) -> Iterator[Hit]:
    """Find thresholds of stations the site does not have."""
    told = case.loaded.thresholds
    for id in dict.fromkeys((*told.stations, *(station for station, _ in told.pairs))):
        if id not in case.loaded.stations:
            yield Hit(case.loaded.at("thresholds", ""), f"thresholds.yaml speaks of the station {id}, which is not in "
                                                        f"geo/stations.geojson; correct the id", id)


def unknown_danger(case: Case) -> Iterator[Hit]:
    """Find names of dangers that belong to no hazard family."""
    for what, name in case.loaded.thresholds.events.items():
        if family_of(name) not in FAMILIES or family_of(name) == "other":
            yield Hit(case.loaded.at("thresholds", ""), f"event of {what} is {name}, which is no kind of danger the "
                                                        f"desk knows; write one like 暴雨, 山洪, 洪水", name)


def bad_mapping(case: Case) -> Iterator[Hit]:
    """Find sources whose mapping cannot be used."""
    readers = {"table": table_map, "sighting": sighting_map}
    for place, source in enumerate(case.loaded.config.sources if case.loaded.config else ()):
        read = readers.get(str(source.get("kind")))
        if read and source.get("mapping") is not None:
            try:
                read(source["mapping"])
            except ValueError as error:
                yield Hit(case.loaded.config_at("source", place, "mapping"), f"source {source['id']}: {error}",
                          str(source["id"]))


RULES = (
    Rule("station-place", Level.ERROR, "a station speaks for no place", placeless),
    Rule("station-place-unknown", Level.ERROR, "a station or threshold names a place that is not there", unknown_place),
    Rule("station-source", Level.ERROR, "a station's source is not in dutydesk.toml", unknown_source),
    Rule("station-code", Level.ERROR, "two stations share a name at one source", same_code),
    Rule("station-threshold", Level.WARNING, "a station has no threshold and calls nobody", no_threshold),
    Rule("threshold-station", Level.ERROR, "thresholds name a station that is not there", unknown_station),
    Rule("threshold-event", Level.ERROR, "thresholds name a danger nobody knows", unknown_danger),
    Rule("source-mapping", Level.ERROR, "the mapping of a source cannot be used", bad_mapping),
)
