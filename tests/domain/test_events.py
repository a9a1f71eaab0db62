from __future__ import annotations

import pytest

from dutydesk.domain import events
from dutydesk.domain.alert import Event
from dutydesk.domain.event_table import ALIASES, ENGLISH, FAMILIES, SAME_NAME, TYPES
from dutydesk.domain.events import event_faults, event_of, family_of, known_names, says_lifted, type_key
from tests.corpus import nationwide

TITLES = [
    # title, name, code, family
    ("蓬莱区气象台变更发布高温红色预警信号[Ⅰ级/特别严重]", "高温", "11B09", "heat"),
    ("某市气象台发布大风蓝色预警[Ⅳ级/一般]", "大风", "11B06", "wind"),
    ("某市气象台发布雷雨大风黄色预警信号", "雷雨大风", "11B20", "wind"),
    ("某市气象台发布雷暴大风黄色预警信号", "雷暴大风", "11B58", "wind"),
    ("某市气象台发布海上大风橙色预警信号", "海上大风", "11B23", "sea"),
    ("某市气象台发布海上大雾黄色预警信号", "海上大雾", "11B53", "sea"),
    ("荣成市气象台继续发布大雾黄色预警信号", "大雾", "11B17", "fog"),
    ("某市水务局、某市气象台联合发布中小河流洪水和山洪气象风险蓝色预警", "中小河流洪水和山洪气象风险", "", "flood"),
    ("某省水利厅和某省气象台联合发布山洪灾害气象风险橙色预警", "山洪灾害气象风险", "", "flood"),
    ("某省自然资源厅和某省气象台发布地质灾害黄色预警", "地质灾害", "", "geohazard"),
    ("某县发布山洪红色预警", "山洪", "11A51", "flood"),
    ("某市发布短时强降水黄色预警", "短时强降水", "11B64", "flood"),
    ("某市气象台发布台风暴雨橙色预警", "台风暴雨", "11B49", "flood"),
    ("某市发布森林火险红色预警信号", "森林火险", "11B25", "fire"),
    ("某市发布森林(草原)火险橙色预警信号", "森林(草原)火险", "11B41", "fire"),
    ("某市发布森林（草原）火险橙色预警信号", "森林（草原）火险", "11B41", "fire"),
    ("某市气象台解除大风黄色预警，发布暴雪橙色预警", "暴雪", "11B04", "snow"),
    ("某市气象台解除暴雪橙色预警", "暴雪", "11B04", "snow"),
    ("某市气象台将暴雨黄色预警信号变更为雷雨大风橙色预警信号", "雷雨大风", "11B20", "wind"),
    ("某市气象台将大风蓝色预警信号升级为黄色", "大风", "11B06", "wind"),
    ("威海市气象台暴雨蓝色升级为橙色", "暴雨", "11B03", "flood"),
    ("密云区气象台升级发布暴雨红色", "暴雨", "11B03", "flood"),
    ("大风乡人民政府转发县气象台暴雨黄色预警", "暴雨", "11B03", "flood"),
    ("雾灵山镇发布暴雨黄色预警", "暴雨", "11B03", "flood"),
    ("雾灵山景区通知", "雾灵山景区通知", "", "other"),
    ("某市气象台发布雷电、暴雨橙色预警", "暴雨", "11B03", "flood"),
    ("某市气象台发布强对流(雷雨大风)橙色预警", "强对流", "11B31", "thunder"),
    ("國家海嘯警報中心發布海嘯紅色警報", "海嘯", "11E01", "sea"),
    ("中央氣象局發布颱風警報", "颱風", "11B01", "wind"),
    ("某海洋预报台发布风暴潮蓝色警报", "风暴潮", "11E02", "sea"),
    ("某海洋预报台发布海浪橙色警报", "海浪", "11E06", "sea"),
    ("某市气象台发布霾橙色预警", "霾", "11B19", "fog"),
    ("某市气象台发布道路结冰黄色预警", "道路结冰", "11B21", "snow"),
    ("某市气象台发布冰雹橙色预警", "冰雹", "11B15", "thunder"),
    ("某市气象台发布渍涝风险黄色预警", "渍涝风险", "11B36", "flood"),
    ("某市气象台发布气象干旱橙色预警", "气象干旱", "11B78", "drought"),
    ("某市气象台发布陨石橙色预警", "陨石", "", "other"),
]


@pytest.mark.parametrize(("title", "name", "code", "family"), TITLES)
def test_the_title_names_the_type_and_the_longest_name_wins(title: str, name: str, code: str, family: str) -> None:
    found = event_of(headline=title, event="", code="")
    assert (found.name, found.code, found.family) == (name, code, family)


CODES = [
    # event, code, wanted
    ("", "11B06", Event("11B06", "大风", "wind")),
    ("11B20", "", Event("11B20", "雷雨大风", "wind")),
    ("暴雨", "11B03", Event("11B03", "暴雨", "flood")),
    ("", "11B87", Event("11B87", "", "other")),               # private numbers name nothing
    ("", "11A51", Event("11A51", "", "other")),               # two offices mean two things by it
    ("high temperature", "", Event("11B09", "high temperature", "heat")),
    ("Flash flood events", "", Event("11A51", "Flash flood events", "flood")),
    ("Strong convection", "", Event("11B31", "Strong convection", "thunder")),
    ("Forest (grassland) fire risk", "", Event("11B41", "Forest (grassland) fire risk", "fire")),
    ("Refloodable", "", Event("", "Refloodable", "other")),
    ("STARKREGEN", "", Event("", "STARKREGEN", "other")),
    ("", "", Event("", "", "other")),
]


@pytest.mark.parametrize(("event", "code", "wanted"), CODES)
def test_without_a_title_the_event_then_a_trusted_code_names_the_type(event: str, code: str, wanted: Event) -> None:
    assert event_of(headline="", event=event, code=code) == wanted


FAULTS = [
    # title, event, code, names of faults
    ("某市发布雷雨大风黄色预警", "雷雨大风", "11B20", []),
    ("某市发布雷雨大风黄色预警", "大风", "", ["event-conflict"]),
    ("某市发布雷雨大风黄色预警", "", "11B06", ["event-code-conflict"]),
    ("某市发布森林火险红色预警", "森林火险", "11B87", ["event-code-conflict"]),
    ("某市发布森林火险红色预警", "", "11B41", []),
    ("某市发布山洪红色预警", "山洪灾害", "", []),
    ("某市发布雷电、暴雨橙色预警", "", "", ["event-joint"]),
    ("某市发布陨石橙色预警", "", "", ["event-unknown"]),
    ("Orange rainstorm warning", "rainstorm", "", []),
]


@pytest.mark.parametrize(("title", "event", "code", "names"), FAULTS)
def test_a_conflict_between_title_event_and_code_is_told(title: str, event: str, code: str, names: list[str]) -> None:
    assert [fault.name for fault in event_faults(headline=title, event=event, code=code)] == names


def test_every_type_is_read_back_from_its_own_title() -> None:
    for kind in TYPES:
        found = event_of(headline=f"某市气象台发布{kind.name}橙色预警", event="", code="")
        assert found.family == kind.family, kind
        assert type_key(found) == SAME_NAME.get(kind.name, kind.name), kind


def test_every_trusted_code_alone_gives_its_family() -> None:
    for kind in TYPES:
        if kind.code and kind.sure:
            assert event_of(headline="", event="", code=kind.code).family == kind.family


def test_tables_speak_only_of_known_families_and_names() -> None:
    names = set(known_names())
    assert {kind.family for kind in TYPES} <= set(FAMILIES) == set(events._DANGER)
    assert set(ALIASES.values()) | set(ENGLISH.values()) | set(SAME_NAME) | set(SAME_NAME.values()) <= names
    assert set(ALIASES).isdisjoint(names)
    assert len({kind.code for kind in TYPES if kind.code}) == sum(1 for kind in TYPES if kind.code)


def test_two_namings_of_one_warning_are_of_one_type() -> None:
    assert type_key(Event("11B25", "森林火险", "fire")) == type_key(Event("11B41", "森林（草原）火险", "fire"))
    assert type_key(Event("11A51", "山洪", "flood")) == type_key(Event("11A51", "山洪灾害", "flood"))
    assert type_key(Event("11B09", "high temperature", "heat")) == type_key(Event("11B09", "高温", "heat"))
    assert type_key(Event("11B06", "大风", "wind")) != type_key(Event("11B20", "雷雨大风", "wind"))


def test_the_name_stays_as_the_source_wrote_it() -> None:
    assert event_of(headline="某市发布山洪红色预警", event="山洪灾害", code="").name == "山洪灾害"
    assert event_of(headline="某市发布山洪红色预警", event="山洪灾害红色预警", code="").name == "山洪"
    assert event_of(headline="", event="水庫洩洪", code="") == Event("11A03", "水庫洩洪", "flood")


LIFTED = [
    ("某市气象台解除暴雨橙色预警信号", True),
    ("强烈季候风信号于06时00分取消", True),
    ("强烈季候风信号於 2025年04月13日06时00分 取消。", True),
    ("某市气象台暴雨橙色预警信号已解除", True),
    ("某市气象台解除暴雨红色预警信号，发布暴雨黄色预警信号", False),
    ("某市气象台发布暴雨黄色预警信号", False),
    ("", False),
]


@pytest.mark.parametrize(("title", "lifted"), LIFTED)
def test_a_title_that_lifts_and_issues_nothing_else_is_told(title: str, lifted: bool) -> None:
    assert says_lifted(title) is lifted


def test_family_of_speaks_both_languages() -> None:
    assert family_of("暴雨") == family_of("Rainstorm") == "flood"


def test_every_row_of_a_summer_of_warnings_has_a_type_we_know() -> None:
    for row in nationwide():
        title = f"某县气象台发布{row['type']}{row['color']}预警信号"
        found = event_of(headline=title, event=row["type"], code="")
        unknown = [fault for fault in event_faults(headline=title, event=row["type"], code="")
                   if fault.name == "event-unknown"]
        assert not unknown, row
        assert found.family != "other" or row["type"] in ("沙尘暴", "Other meteorological disasters"), row
