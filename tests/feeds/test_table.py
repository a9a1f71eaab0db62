"""Tables of measurements by a mapping: which column is which, what is no value, and that nothing else is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import NOW

from dutydesk.domain.observed import Observation, Point
from dutydesk.domain.ready_maps import READY
from dutydesk.domain.table_map import table_map
from dutydesk.errors import DocumentError, WrongFormat
from dutydesk.feeds.faults import MEANINGS
from dutydesk.feeds.table import Table
from dutydesk.ports.feed import Source
from tests.corpus import corpus

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
MORNING = datetime(2031, 7, 20, 0, tzinfo=UTC)     # 08:00 in Beijing
WIDE = {"station": "站号", "time": "时间", "name": "站名", "values": [
    {"field": "小时雨量", "what": "rain", "unit": "mm", "period": "1h"},
    {"field": "水位", "what": "level", "unit": "m"}, {"field": "日累计", "what": "rain", "counter": True}]}


def read(document: object, mapping: object = None, **more: object) -> list[Observation]:
    body = document if isinstance(document, bytes) else (
        document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)).encode()
    source = Source("hydro", "table", settings={"mapping": mapping} if mapping is not None else {}, **more)
    return Table().parse(body, source, NOW)


def faults(found: list[Observation]) -> dict[str, str]:
    return {fault.name: fault.text for each in found for fault in each.faults}


def told(found: list[Observation]) -> list[tuple[str, str, float]]:
    return [(each.station, each.what, each.value) for each in found]


def refused(document: object, mapping: object = None) -> str:
    with pytest.raises(DocumentError) as caught:
        read(document, mapping)
    return str(caught.value)


# -- tables of text -----------------------------------------------------------------------------------
def test_several_values_a_row_are_read_each_with_its_period_and_the_source_s_zone() -> None:
    found = read("站号,站名,时间,小时雨量,水位,日累计\n4101,甲站,2031-07-20 08:00,12.5,3.21,88\n", WIDE)
    assert found == [
        Observation("4101", "rain", 12.5, MORNING, HOUR, "甲站", faults=found[0].faults),
        Observation("4101", "level", 3.21, MORNING, None, "甲站"),
        Observation("4101", "rain_total", 88, MORNING, None, "甲站")]
    assert set(faults(found)) == {"time-naive", "time-form"}


@pytest.mark.parametrize("text", ["站号;站名;时间;小时雨量;水位\n1;甲;2031-07-20 08:00;1;2",
                                  "站号\t时间\t小时雨量\n1\t2031/7/20 8:00\t1",
                                  "# 导出\n\n站号,时间,小时雨量\r\n1,2031-07-20T08:00:00+08:00,1\r\n",
                                  '站号,时间,小时雨量,备注\n1,2031-07-20 08:00,1,"雨,大"'])
def test_delimiters_comments_and_line_ends_are_as_they_come(text: str) -> None:
    assert read(text, WIDE)[0].at == MORNING
    assert ("1", "rain", 1.0) in told(read(text.encode("gb18030"), WIDE))


def test_a_table_without_a_header_has_its_names_from_the_mapping() -> None:
    mapping = {"columns": ["id", "t", "z"], "station": "id", "time": "t",
               "values": [{"field": "z", "what": "level", "unit": "cm"}]}
    assert told(read("a,2031-07-20 08:00,321\nb,2031-07-20 08:00,9", mapping)) == [("a", "level", 3.21),
                                                                                ("b", "level", 0.09)]


def test_a_damaged_line_harms_no_other() -> None:
    found = read('站号,时间,小时雨量\n1,2031-07-20 08:00,"3\n2,2031-07-20 08:00,4\n,2031-07-20 08:00,5\n'
                 '3,heute,6\n4,2031-07-20 08:00,viel\n5,2031-07-20 08:00,7', WIDE)
    assert ("2", "rain", 4.0) in told(found)
    assert ("5", "rain", 7.0) in told(found)
    assert {"reading-no-station", "reading-no-time", "value-unreadable"} <= set(faults(found))
    assert "共 1 处" in faults(found)["reading-no-station"]


@pytest.mark.parametrize("marker", ["", "-", "--", "/", "缺测", "NaN", "null", "999", "999.9", "9999", "-999",
                                    "-9999.0", "x"])
def test_what_says_that_a_value_lacks_is_no_value(marker: str) -> None:
    text = f"站号,时间,小时雨量\n1,2031-07-20 08:00,{marker}\n2,2031-07-20 08:00,0"
    assert told(read(text, WIDE | {"missing": ["x"]})) == [("2", "rain", 0)]


def test_a_river_may_carry_999_and_lie_under_zero_but_rain_does_neither() -> None:
    mapping = {"station": "s", "time": "t", "values": [
        {"field": "q", "what": "flow"}, {"field": "z", "what": "level"},
        {"field": "p", "what": "rain", "period": "1h"}]}
    found = read("s,t,q,z,p\n1,2031-07-20 08:00,999,-0.4,-2", mapping)
    assert told(found) == [("1", "flow", 999), ("1", "level", -0.4)]
    assert "value-implausible" in faults(found)


def test_more_than_the_mapping_believes_is_not_counted_and_said() -> None:
    text = "站号,时间,小时雨量\n1,2031-07-20 08:00,480\n2,2031-07-20 08:00,80"
    found = read(text, WIDE | {"most": {"rain": 200}})
    assert told(found) == [("2", "rain", 80)]
    assert "1 480" not in faults(found)["value-implausible"]
    assert "480" in faults(found)["value-implausible"]


def test_quality_marks_decide() -> None:
    text = "站号,时间,小时雨量,质量\n1,2031-07-20 08:00,1,0\n2,2031-07-20 08:00,2,错\n3,2031-07-20 08:00,3,"
    assert told(read(text, WIDE | {"quality": "质量", "good": ["0"]})) == [("1", "rain", 1), ("3", "rain", 3)]
    assert told(read(text, WIDE | {"quality": "质量", "bad": ["错"]})) == [("1", "rain", 1), ("3", "rain", 3)]


def test_a_clock_that_runs_ahead_is_no_time() -> None:
    late = NOW + timedelta(hours=2)
    text = f"站号,时间,小时雨量\n1,{late.isoformat()},1\n2,{NOW.isoformat()},2"
    found = read(text, WIDE)
    assert told(found) == [("2", "rain", 2)]
    assert "reading-ahead" in faults(found)


@pytest.mark.parametrize(("unit", "what", "value"), [
    ("in", "rain", 25.4), ("0.1mm", "rain", 0.1), ("ft", "level", 0.3048), ("cfs", "flow", 0.028316846592),
    ("l_s", "flow", 0.001), ("km/h", "wind", 1 / 3.6), ("°F", "temperature", -155 / 9), ("", "level", 1)])
def test_units_are_turned_into_those_counted_with(unit: str, what: str, value: float) -> None:
    mapping = {"station": "s", "time": "t", "values": [{"field": "v", "what": what, "unit": unit, **(
        {"period": "1h"} if what == "rain" else {})}]}
    assert read("s,t,v\n1,2031-07-20 08:00,1", mapping)[0].value == pytest.approx(value)


def test_a_unit_in_the_row_that_nobody_knows_is_said() -> None:
    mapping = {"station": "s", "time": "t", "values": [{"field": "v", "what": "level", "unit": {"field": "u"}}]}
    found = read("s,t,v,u\n1,2031-07-20 08:00,1,Elle\n2,2031-07-20 08:00,100,cm", mapping)
    assert told(found) == [("2", "level", 1)]
    assert "Elle" in faults(found)["value-unit"]


@pytest.mark.parametrize("text", ["1718841600", "1718841600000"])
def test_seconds_and_milliseconds_since_1970_are_times(text: str) -> None:
    assert read(f"站号,时间,小时雨量\n1,{text},1", WIDE)[0].at == datetime(2024, 6, 20, tzinfo=UTC)


# -- JSON ---------------------------------------------------------------------------------------------
def test_rows_lie_inside_one_another_and_what_stands_around_them_belongs_to_them() -> None:
    mapping = {"rows": ["result.sites", "series", "points"], "station": "id", "time": "t",
               "what": "kind", "value": "v", "lon": "where.lon", "lat": "where.lat",
               "kinds": {"Z": {"what": "level", "unit": "m"}}}
    points = [{"t": "2031-07-20 08:00", "v": 3.5}, {"t": "2031-07-20 08:15", "v": "3.6"}]
    series = [{"kind": "Z", "points": points}, {"kind": "T", "points": points}]
    found = read({"result": {"sites": [{"id": "a", "where": {"lon": 122, "lat": 37}, "series": series}]}}, mapping)
    assert told(found) == [("a", "level", 3.5), ("a", "level", 3.6)]
    assert found[0].point == Point(122, 37)


def test_a_fixed_station_a_joined_time_and_a_pattern() -> None:
    mapping = {"station": "=haikou-1", "time": "day + clock",
               "values": [{"field": {"field": "text", "pattern": r"水位([\d.]+)米"}, "what": "level"}]}
    found = read([{"day": "2031-07-20", "clock": "08:00", "text": "水位1.26米，涨"}], mapping)
    assert told(found) == [("haikou-1", "level", 1.26)]
    assert found[0].at == MORNING


# -- ready mappings -----------------------------------------------------------------------------------
def test_sl323_tells_rain_with_the_length_of_its_interval_in_hours_and_minutes() -> None:
    rows = [{"STCD": "41", "TM": "2031-07-20 08:00:00", "DRP": drp, "INTV": intv}
            for drp, intv in ((5, "1.00"), (2, "0.05"), (3, 0.3), (1, None))]
    found = read(rows, "sl323")
    assert [each.period for each in found] == [HOUR, timedelta(minutes=5), timedelta(minutes=30), HOUR]
    lake = read("stcd,tm,rz,inq,otq\n42,2031-07-20 08:00,31.2,12,8", "sl323")
    assert told(lake) == [("42", "level", 31.2), ("42", "inflow", 12), ("42", "outflow", 8)]


def ea(name: str, value: object) -> dict[str, object]:
    return {"measure": f"http://environment.data.gov.uk/flood-monitoring/id/measures/{name}",
            "dateTime": "2031-07-20T00:00:00Z", "value": value}


def test_the_measure_s_name_tells_station_quantity_period_and_unit_in_the_uk() -> None:
    found = read({"items": [
        ea("E7050-rainfall-tipping_bucket_raingauge-t-15_min-mm", 0.4), ea("1491TH-level-stage-i-15_min-mASD", 2.1),
        ea("1491TH-level-downstage-i-15_min-mASD", 1.8), ea("760502-flow--i-15_min-m3_s", 4.2),
        ea("3400TH-flow--Mean-15_min-l_s", 900), ea("E72639-level-tidal_level-i-15_min-mAOD", -0.3)]})
    assert told(found) == [
        ("E7050", "rain", 0.4), ("1491TH", "level", 2.1), ("1491TH", "level-downstream", 1.8),
        ("760502", "flow", 4.2), ("3400TH", "flow", 0.9), ("E72639", "level-tide", -0.3)]
    assert found[0].period == QUARTER
    assert found[0].at == MORNING


def series(code: str, *values: tuple[str, str]) -> dict[str, object]:
    return {"sourceInfo": {"siteName": "A &amp; B", "siteCode": [{"value": "01491000"}]},
            "variable": {"variableCode": [{"value": code}], "noDataValue": -999999.0},
            "values": [{"value": [{"value": value, "dateTime": at} for at, value in values]}]}


def test_usgs_tells_feet_and_inches_and_its_own_marker_for_nothing() -> None:
    at = "2031-07-19T20:00:00.000-04:00"
    found = read({"value": {"timeSeries": [
        series("00060", (at, "1000")), series("00065", (at, "10")), series("00045", (at, "0.5")),
        series("00065", (at, "-999999")), series("00060", (at, "Ice")), series("99999", (at, "1"))]}}, "usgs")
    assert [(each.what, round(each.value, 4)) for each in found] == [
        ("flow", 28.3168), ("level", 3.048), ("rain", 12.7)]
    assert found[2].period == QUARTER
    assert (found[0].at, found[0].name) == (MORNING, "A & B")


def test_a_source_without_a_mapping_is_known_by_its_sign_and_one_without_a_sign_says_what_to_do() -> None:
    assert read({"value": {"timeSeries": []}}) == []
    assert read("STCD,TM,DRP\n1,2031-07-20 08:00,1")[0].station == "1"
    assert "mapping" in refused("a,b\n1,2")


@pytest.mark.parametrize("name", sorted(READY))
def test_every_ready_mapping_is_good_and_can_be_built_upon(name: str) -> None:
    assert table_map(name) == table_map({"based_on": name})
    assert table_map({"based_on": name, "missing": ["?"]}).is_missing("?", "flow")


# -- what is wrong ------------------------------------------------------------------------------------
@pytest.mark.parametrize(("mapping", "word"), [
    ("nothing", "sl323, uk-ea, usgs"), (7, "write a table"), ({"time": "t"}, "station"), ({"station": "s"}, "time"),
    ({"station": "s", "time": "t"}, "values"), ({"station": "s", "time": "t", "vaules": []}, "vaules"),
    ({"station": "s", "time": "t", "values": [{"field": "v", "what": "rain"}]}, "period"),
    ({"station": "s", "time": "t", "values": [{"field": "v", "what": "level", "unit": "Elle"}]}, "Elle"),
    ({"station": "s", "time": "t", "values": [{"what": "level"}]}, "field"),
    ({"station": {"field": "s", "pattern": "("}, "time": "t", "values": [{"field": "v", "what": "level"}]}, r"\("),
    ({"station": 3, "time": "t", "values": [{"field": "v", "what": "level"}]}, "mapping.station"),
    ({"station": "s", "time": "t", "what": "k", "kinds": {"a": {"what": "rain", "period": "1h"}},
      "values": [{"field": "v", "what": "level"}]}, "either")])
def test_a_wrong_mapping_says_what_is_wrong(mapping: object, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        table_map(mapping)
    with pytest.raises(WrongFormat, match="mapping"):
        read("s,t,v\n1,2031-07-20 08:00,1", mapping)


@pytest.mark.parametrize("document", ["站号,时间\n1,2031-07-20 08:00", "<html></html>", "", {"error": "closed"},
                                      [{"站号": 1}]])
def test_a_page_without_a_single_value_never_passes_for_a_quiet_day(document: object) -> None:
    assert refused(document, WIDE if document != {"error": "closed"} else "uk-ea")


def test_a_day_on_which_every_gauge_says_it_has_nothing_is_no_error() -> None:
    assert read("站号,时间,小时雨量\n1,2031-07-20 08:00,-\n2,2031-07-20 08:00,", WIDE) == []


cells = st.one_of(st.text(st.sampled_from("0123456789.-+,:;/ T海\"'#\n\r\x00"), max_size=12),
                  st.sampled_from(["2031-07-20 08:00", "1e400", "inf", "NaN", "9" * 40, "-0", "=1"]))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(cells, max_size=6), max_size=8), st.sampled_from([WIDE, "sl323", "uk-ea", "usgs"]),
       st.booleans())
def test_only_named_errors_come_out_of_any_table(rows: list[list[str]], mapping: object, as_json: bool) -> None:
    names = ["站号", "时间", "小时雨量", "STCD", "TM", "DRP"]
    document: object = [dict(zip(names, row, strict=False)) for row in rows] if as_json else "\n".join(
        ",".join(row) for row in [names, *rows])
    try:
        found = read(document, mapping)
    except DocumentError as error:
        assert error.name in MEANINGS  # noqa: PT017 - either outcome is fine, any other error is not
        return
    assert set(faults(found)) <= set(MEANINGS)
    for each in found:
        assert abs(each.value) < 1e300
        assert each.at.tzinfo is not None
        assert each.what != "rain" or (each.period is not None and each.value >= 0)


# -- the real ones ------------------------------------------------------------------------------------
def test_a_real_answer_of_the_uk_gives_its_two_levels() -> None:
    found = read(corpus("hydro", "ea_station_1491TH.json").read_bytes())
    assert told(found) == [("1491TH", "level-downstream", 1.877), ("1491TH", "level", 2.098)]
    assert found[0].point == Point(-1.238765, 51.756247)


def test_a_real_answer_of_usgs_gives_every_value_its_json_holds() -> None:
    text = corpus("hydro", "usgs_waterservices_iv.txt").read_text(encoding="utf-8")
    wanted = sum(len(values["value"]) for each in json.loads(text)["value"]["timeSeries"]
                 for values in each["values"])
    found = read(text)
    assert len(found) == wanted == 20
    assert round(found[0].value / 0.3048 ** 3) == 974


def test_a_real_list_of_a_chinese_gauge_reads_by_a_mapping_of_one_s_own() -> None:
    body = corpus("hydro", "beijing_haidian_water-level.js.txt").read_bytes().partition(b"export default")[0]
    mapping = {"station": "=haidian", "time": "tm", "values": [{"field": "z", "what": "level", "unit": "m"}]}
    found = read(body, mapping)
    assert len(found) == body.count(b'"tm"')
    assert (found[0].value, found[0].at) == (1.2, datetime(2016, 7, 19, 16, tzinfo=UTC))
