"""NASA FIRMS hotspots."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from dutydesk.domain.observed import Hotspot, Point
from tests.corpus import corpus
from tests.feeds.reading import faults, parse, refused

VIIRS = ("latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,"
         "bright_ti5,frp,daynight\n")
MODIS = ("latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,"
         "daynight\n")
ROW = "37.45571,122.04642,367,0.39,0.44,2031-04-05,{time},N20,VIIRS,{word},2.0NRT,290.1,{frp},D\n"


def row(time: str = "518", word: str = "n", frp: str = "12.5") -> str:
    return ROW.format(time=time, word=word, frp=frp)


def spots(text: str) -> list[Hotspot]:
    found = parse("firms", text)
    assert all(isinstance(each, Hotspot) for each in found)
    return [each for each in found if isinstance(each, Hotspot)]


def test_a_row_is_a_hotspot() -> None:
    [spot] = spots(VIIRS + row())
    assert spot.point == Point(122.04642, 37.45571)
    assert spot.at == datetime(2031, 4, 5, 5, 18, tzinfo=UTC)
    assert (spot.satellite, spot.confidence, spot.power, spot.across, spot.along) == ("N20", 55.0, 12.5, 0.39, 0.44)
    assert spot.faults == ()


@pytest.mark.parametrize(("written", "hour", "minute"), [("7", 0, 7), ("230", 2, 30), ("0230", 2, 30), ("1353", 13, 53),
                                                         ("02:30", 2, 30), ("0", 0, 0)])
def test_times_lost_their_leading_noughts_and_are_utc(written: str, hour: int, minute: int) -> None:
    assert spots(VIIRS + row(written))[0].at == datetime(2031, 4, 5, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(("word", "percent"), [("l", 15), ("low", 15), ("n", 55), ("nominal", 55), ("h", 90), ("H", 90),
                                               ("high", 90), ("0", 0), ("84", 84), ("100", 100), ("", None)])
def test_confidence_comes_in_words_and_in_numbers(word: str, percent: float | None) -> None:
    assert spots(VIIRS + row(word=word))[0].confidence == percent


def test_a_confidence_nobody_knows_is_told_and_the_fire_is_kept() -> None:
    [spot] = spots(VIIRS + row(word="sure"))
    assert spot.confidence is None
    assert faults(spot) == {"value-unknown"}


def test_no_power_is_not_a_power_of_nought() -> None:
    assert spots(VIIRS + row(frp=""))[0].power is None
    assert spots(VIIRS + row(frp="0"))[0].power == 0.0


def test_columns_are_found_by_name() -> None:
    country = "country_id," + VIIRS + "CHN," + row()
    assert [each.id for each in spots(country)] == [each.id for each in spots(VIIRS + row())]
    [old] = spots(MODIS + "-8.98654,-42.46322,311.91,2.05,1.39,2031-08-01,0035,Terra,84,6.1NRT,293.89,27.87,N\n")
    assert (old.satellite, old.confidence, old.across, old.along) == ("T", 84.0, 2.05, 1.39)
    [landsat] = spots("latitude,longitude,path,row,scan,track,acq_date,acq_time,satellite,confidence,daynight\n"
                      "37.4,122.0,120,34,30,30,2031-04-05,0230,L8,H,D\n")
    assert (landsat.confidence, landsat.across) == (90.0, 1.0)     # no pixel is 30 km wide


def test_the_same_pixel_has_the_same_name_in_every_poll() -> None:
    first, second = spots(VIIRS + row()), spots(VIIRS + row("519") + row() + row())
    assert [each.id for each in second] == [spots(VIIRS + row("519"))[0].id, first[0].id]


def test_a_table_without_rows_is_a_quiet_day() -> None:
    assert spots(VIIRS) == []
    assert spots("\ufeff" + VIIRS.replace("\n", "\r\n")) == []


@pytest.mark.parametrize("text", ["Invalid MAP_KEY.", "Invalid API call.", "Exceeding allowed transaction limit",
                                  "Invalid source.\nsee the documentation"])
def test_a_refusal_is_no_quiet_day(text: str) -> None:
    assert refused("firms", text) == "declined"


@pytest.mark.parametrize("text", ["<html><body>503</body></html>", "a,b,c\n1,2,3\n", '{"error": 1}', "x" * 5000])
def test_another_page_is_named(text: str) -> None:
    assert refused("firms", text) == "wrong-format"


def test_one_bad_row_harms_no_other() -> None:
    bad = "".join(row().replace(*each) for each in (("37.45571", "north"), ("2031-04-05", "2031-13-05"),
                                                    ("122.0", "522.0")))
    found = spots(VIIRS + bad + "\n" + row("520"))
    assert len(found) == 1
    assert {fault.name for fault in found[0].faults} == {"row-unreadable", "coordinates-out-of-range"}
    assert {fault.where for fault in found[0].faults} == {"line 2", "line 3", "line 4"}
    assert refused("firms", VIIRS + bad) == "wrong-format"


@pytest.mark.parametrize("name", ["viirs_firms_n20.csv", "viirs_firms_n20_later.csv", "viirs_firms_n21.csv",
                                  "MODIS_C6_1_Global_24h_2025.csv"])
def test_every_real_row_says_what_its_columns_say(name: str) -> None:
    body, words = corpus("firms", name).read_bytes(), {"l": 15, "n": 55, "h": 90}
    table = list(csv.DictReader(io.StringIO(body.decode())))
    found = [each for each in parse("firms", body) if isinstance(each, Hotspot)]
    assert len({each.id for each in found}) == len(found)
    by_id = {(each.point.lat, each.point.lon, each.at, each.satellite): each for each in found}
    for line in table:
        at = datetime.strptime(f"{line['acq_date']} {line['acq_time']:0>4} +0000", "%Y-%m-%d %H%M %z")
        spot = by_id[float(line["latitude"]), float(line["longitude"]), at, line["satellite"]]
        assert (spot.power, spot.across, spot.along) == (float(line["frp"]), float(line["scan"]), float(line["track"]))
        assert spot.confidence == (words[line["confidence"]] if line["confidence"] in words
                                   else float(line["confidence"]))
        assert spot.faults == ()


def test_a_later_poll_brings_the_earlier_pixels_under_their_names() -> None:
    first, later = ({each.id for each in spots(corpus("firms", name).read_text())}
                    for name in ("viirs_firms_n20.csv", "viirs_firms_n20_later.csv"))
    assert first < later
    assert len(later - first) == 11
