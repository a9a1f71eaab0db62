"""What was observed comes back as it was kept, on both databases, and the views show it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dutydesk.domain.observed import Forecast, Observation, Point, Sighting
from dutydesk.domain.setup import Config, Setup
from dutydesk.domain.site import Place, Site
from dutydesk.domain.stations import Station
from dutydesk.domain.thresholds import NOW, Standing, Thresholds
from dutydesk.domain.values import Colour
from dutydesk.domain.watched import Foreseen, Gauge, Seen
from dutydesk.store import SqlStore
from dutydesk.store.views import SqlViews

NOON = datetime(2031, 7, 20, 4, tzinfo=UTC)
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
CONFIG = Config("海角", "海角应急", "0", "p", (120, 36, 123, 38), sources=({"id": "hydro", "kind": "table"},))
SETUP = Setup(
    CONFIG, Site(places={"990101": Place("990101", "石桥镇", "town")}), {}, {},
    {id: Station(id, name, "rain", "hydro", id, None, ("990101",)) for id, name in (("g1", "甲站"), ("g2", "乙站"))},
    Thresholds(site={"rain": {HOUR: {Colour.RED: 80.0}}}))


def rain(minute: int, mm: float, station: str = "g1", period: timedelta | None = QUARTER) -> Observation:
    return Observation(station, "rain", mm, NOON + timedelta(minutes=minute), period)


def test_a_reading_for_the_same_time_is_a_correction_and_another_period_is_another(store: SqlStore) -> None:
    store.write(lambda tx: tx.keep_readings([rain(0, 5), rain(0, 20, period=HOUR)], NOON))
    store.write(lambda tx: tx.keep_readings([rain(0, 6), rain(-15, 1), rain(0, 9, "g2")], NOON))
    with store.read() as reads:
        assert reads.readings(["g1"], NOON - HOUR) == [rain(-15, 1), rain(0, 6), rain(0, 20, period=HOUR)]
        assert reads.readings(["g1", "g2"], NOON - QUARTER) == [rain(0, 6), rain(0, 20, period=HOUR), rain(0, 9, "g2")]
        assert reads.readings([], NOON - HOUR) == []


def test_readings_are_forgotten_by_station_and_quantity(store: SqlStore) -> None:
    level = Observation("g1", "level", 3.5, NOON - HOUR)
    store.write(lambda tx: tx.keep_readings([rain(-60, 1), rain(0, 2), rain(-60, 3, "g2"), level], NOON))
    store.write(lambda tx: tx.drop_readings("g1", ("rain", "rain_total"), NOON - HOUR))
    with store.read() as reads:
        assert reads.readings(["g1", "g2"], NOON - 2 * HOUR) == [level, rain(0, 2), rain(-60, 3, "g2")]


def test_where_a_gauge_stands_comes_back_whole(store: SqlStore) -> None:
    marks = {NOW: Standing(Colour.RED, NOON, Colour.BLUE), HOUR: Standing(None, NOON, None), 24 * HOUR: Standing()}
    full = Gauge("g1", "rain", "990101", Colour.RED, "dutydesk-g1-1", 3, NOON, NOON - HOUR, marks, Colour.ORANGE)
    store.write(lambda tx: tx.save_gauges([full, Gauge("g1", "level")]))
    with store.read() as reads:
        assert reads.gauges(["g1"]) == [Gauge("g1", "level"), full]
        assert reads.gauges_by_alert(["dutydesk-g1-1"]) == [full]
    store.write(lambda tx: tx.save_gauges([replace(full, colour=None, serial=4)]))
    with store.read() as reads:
        assert [(each.colour, each.serial) for each in reads.gauges(["g1"])] == [(None, 0), (None, 4)]


def test_only_the_newest_forecast_of_a_point_is_kept(store: SqlStore) -> None:
    told = Forecast("rain", Point(122.0, 37.2), NOON, NOON, (1.0, None, 2.5))
    for number in range(2):
        later = Foreseen("meteo", replace(told, values=(*told.values, float(number))), NOON + number * HOUR)
        store.write(lambda tx, later=later: tx.save_forecasts([later, Foreseen("meteo", replace(
            told, place="990101"), NOON)]))
    with store.read() as reads:
        kept = reads.forecasts()
    assert [(each.forecast.place, each.forecast.values) for each in kept] == [
        ("122.0000,37.2000", (1.0, None, 2.5, 1.0)), ("990101", (1.0, None, 2.5))]


def test_a_sighting_never_changes_after_it_was_taken_in(store: SqlStore) -> None:
    smoke = Sighting("e1", NOON, "森林火灾", Point(122.1, 37.4), "", "cam-1", "浓\0烟", "https://a.example/1", 62.5,
                     over=False, colour=Colour.RED)
    seen = Seen("o1", "cams", smoke, NOON, "a1", "a1", sure=False)
    assert store.write(lambda tx: tx.add_sighting(seen))
    assert not store.write(lambda tx: tx.add_sighting(replace(seen, received_at=NOON + HOUR)))
    kept = replace(seen, sighting=replace(smoke, text="浓␀烟"))
    with store.read() as reads:
        assert reads.sighting("o1") == kept
        assert reads.sightings_of("cams", "cam-1", "森林火灾", NOON) == [kept]
        assert reads.sightings_of("cams", "cam-1", "森林火灾", NOON + HOUR) == []
        assert reads.sightings(5) == [kept]


def test_the_page_of_stations_shows_sums_trends_colours_and_strangers(store: SqlStore) -> None:
    def fill(tx: object) -> None:
        tx.keep_readings([rain(15 * n, 5) for n in range(-7, 1)], NOON)                      # type: ignore[attr-defined]
        tx.save_gauges([Gauge("g1", "rain", "", Colour.RED, "a1", 1, NOON)])                 # type: ignore[attr-defined]
        tx.save_forecasts([Foreseen("meteo", Forecast("rain", Point(122, 37), NOON, NOON, (90.0,) * 24, "990101"),
                                    NOON)])                                                  # type: ignore[attr-defined]
        tx.set_setting("strangers:hydro", ["77"])                                            # type: ignore[attr-defined]

    store.write(fill)
    page = SqlViews(store, SETUP).stations(NOON + QUARTER)
    first, second = page.stations
    assert (first.id, first.colour, first.at, first.stale, first.places) == (
        "g1", Colour.RED, NOON, False, ("石桥镇",))
    assert [(each.mm, each.whole) for each in first.sums] == [(20, True), (40, False), (40, False), (40, False)]
    assert [value for _, value in first.trend] == [5, 10, 15, 20, 20, 20, 20, 20]
    assert (second.id, second.at, second.stale, second.sums) == ("g2", None, True, ())
    assert [(each.place, each.colour) for each in page.outlook] == [("石桥镇", Colour.RED)]
    assert page.strangers == {"hydro": ("77",)}
