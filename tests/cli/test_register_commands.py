"""`dutydesk shelter`, `team` and `map` on a small site: what they print, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest

from dutydesk.cli.main import main
from tests.content.small_site import SmallSite, build

Say = Callable[..., tuple[int, str, str]]
HALL = "371071001-e01"


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return build(tmp_path / "site")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], site: SmallSite) -> Say:
    def said(*words: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in (*words, "--site", site.folder)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err
    return said


def rows(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_without_a_database_the_register_is_told_as_the_folder_has_it(say: Say, site: SmallSite) -> None:
    code, out, _ = say("shelter", "list", "--json")
    assert code == 0
    assert [(row["id"], row["state"], row["free"]) for row in rows(out)] == [
        (HALL, "open", 187), ("371002100-e01", "standby", 300)]
    assert not (site.folder / "var/desk.sqlite3").exists(), "looking makes no database"


def test_what_an_officer_enters_is_told_ever_after(say: Say) -> None:
    code, _, err = say("shelter", "count", HALL, 900, "--officer", "p11", "--note", "清点")
    assert (code, "no desk is running" in err) == (0, True)
    assert [row["free"] for row in rows(say("shelter", "list", "--json")[1])] == [100, 300]
    assert say("shelter", "history", HALL)[1].split()[2:] == ["p11", "open", "900", "人", "清点"]
    assert "nothing was ever entered" in say("shelter", "history", "371002100-e01")[1]


@pytest.mark.parametrize("words", [
    ("open", HALL, "--officer", "p8"), ("open", "castle", "--officer", "p11"), ("close", HALL, "--officer", "p11"),
    ("count", "371002100-e01", "5", "--officer", "p11"),
])
def test_what_an_officer_may_not_do_is_refused(say: Say, words: tuple[str, ...]) -> None:
    code, _, err = say("shelter", *words)
    assert code == 3
    assert err.strip().endswith("。")


def test_the_nearest_shelters_say_how_far_and_how_it_was_measured(say: Say, site: SmallSite) -> None:
    near = rows(say("shelter", "near", "371002100201", "--family", "fire", "--json")[1])
    assert [(row["id"], row["how"]) for row in near] == [("371002100-e01", "straight"), (HALL, "straight")]
    site.write("geo/roads.geojson", json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [
            [122.2, 37.3], [122.2, 37.2], [122.21, 37.2], [122.21, 37.31]]}}]}))
    by_road = rows(say("shelter", "near", "371002100201", "--family", "fire", "--json")[1])
    assert by_road[0]["how"] == "road"
    assert by_road[0]["metres"] > 10 * near[0]["metres"]
    assert rows(say("shelter", "near", "371002100201", "--json")[1])[0]["id"] == "371002100-e01", "a square is no place"


@pytest.mark.parametrize("words", [
    ("shelter",), ("shelter", "near", "nowhere"), ("shelter", "near", "371002100201", "--family", "floods"),
    ("team",), ("team", "state", "371000-t01", "asleep", "--officer", "p11"), ("team", "list", "--level", "moon"),
    ("map",), ("map", "moon"), ("map", "incident"), ("map", "shelters", "20260720-371000-flood"),
])
def test_wrong_words_are_wrong_usage(say: Say, words: tuple[str, ...]) -> None:
    assert say(*words)[0] == 2


def test_teams_are_listed_and_asked_in_order(say: Say) -> None:
    assert [row["id"] for row in rows(say("team", "near", "371002100201", "--json")[1])][:2] == [
        "371002100-t01", "371002100201-t01"]
    assert say("team", "state", "371000-t01", "on_scene", "--officer", "p11", "--note", "里口山")[0] == 0
    listed = rows(say("team", "list", "--json")[1])
    assert (listed[0]["id"], listed[0]["state"]) == ("371000-t01", "on_scene")
    assert rows(say("team", "near", "371002100201", "--json")[1])[-1]["id"] == "371000-t01"
    assert [row["level"] for row in rows(say("team", "list", "--level", "village", "--json")[1])] == ["village"] * 2


def test_a_map_is_written_where_one_says_and_named_after_what_it_shows(say: Say, tmp_path: Path,
                                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for what in ("shelters", "teams", "depots", "water", "all"):
        code, out, _ = say("map", what, "--format", "geojson")
        assert code == 0
        assert out.startswith(f"{what}.geojson")
        assert "EPSG:4326" in out
    found = geopandas.read_file(tmp_path / "all.geojson")
    assert set(found["layer"]) == {"counties", "towns", "shelters", "teams", "village_teams", "depots", "water_points",
                                   "zones"}
    assert say("map", "shelters", "--format", "kml", "--out", tmp_path / "none" / "a.kml")[0] == 3


def test_an_incident_that_does_not_exist_is_refused(say: Say) -> None:
    code, _, err = say("map", "incident", "20260720-371000-flood")
    assert code == 3
    assert "open ones: none" in err
