"""The example site at the repository's root: no error, and its schemas are those of the models."""

from __future__ import annotations

import csv
import json
import tomllib
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from dutydesk.content.check import check, meanings
from dutydesk.content.faults import Faults
from dutydesk.content.lines import read_yaml
from dutydesk.content.load import Loaded, load
from dutydesk.content.schema import FILES, schema, text, write
from dutydesk.content.source import read
from tests.content.small_site import CONFIG, DEFAULT, FLOOD, PLACES, SmallSite

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def root() -> Loaded:
    return load(ROOT)


@pytest.mark.parametrize("day", [date(2026, 5, 20), date(2026, 12, 31), date(2027, 4, 20), date(2030, 2, 28)])
def test_the_example_has_no_error_on_any_day(root, day):
    """Its rosters are weekly patterns and its contacts only grow old, which is a warning."""
    report = check(root, day)
    assert [str(each) for each in report.findings if each.level == "error"] == []


def test_the_example_is_covered_as_its_readme_says(root):
    rows = {(row.family, row.level): row for row in check(root, date(2026, 7, 1)).coverage}
    assert rows["flood", "town"].total == rows["flood", "town"].answered == 73
    assert rows["flood", "village"].total == 2768
    assert rows["flood", "village"].answered > 0.6 * 2768


def test_what_was_read_has_a_line_that_shows_it(root):
    """The oracle looks into the files by itself."""
    texts: dict[str, list[str]] = {}
    for (table, id), (file, line) in root.lines.items():
        if table in ("person", "place", "seat"):
            if file not in texts:
                texts[file] = (ROOT / file).read_text("utf-8").split("\n")
            assert id.split("/")[0].split(" ")[0] in texts[file][line - 1]


@pytest.mark.parametrize("file", FILES)
def test_the_schema_beside_the_files_is_that_of_the_models(file):
    assert (ROOT / file).read_text("utf-8") == text(file), f"write it anew: dutydesk.content.schema.write ({file})"


@pytest.mark.parametrize("file", FILES)
def test_every_schema_is_a_schema_and_explains_what_it_can(file):
    jsonschema.Draft202012Validator.check_schema(schema(file))


def holds(file: str, value: object) -> list[str]:
    return [each.message for each in jsonschema.Draft202012Validator(schema(file)).iter_errors(value)]


def test_the_files_of_the_example_hold_to_their_schemas():
    faults = Faults()
    for pattern, file in (("playbooks/[!t]*.yaml", "playbooks/playbook.schema.json"),
                          ("playbooks/thresholds.yaml", "playbooks/thresholds.schema.json"),
                          ("scenarios/*/scenario.yaml", "scenarios/scenario.schema.json")):
        for path in sorted(ROOT.glob(pattern)):
            source = read(ROOT, path, faults)
            assert source
            document = read_yaml(source, faults)
            assert document
            assert holds(file, document.data) == [], path
    assert holds("dutydesk.schema.json", tomllib.loads((ROOT / "dutydesk.toml").read_text("utf-8"))) == []
    assert holds("geo/places.schema.json", json.loads((ROOT / "geo/units.geojson").read_text("utf-8"))) == []
    assert holds("geo/stations.schema.json", json.loads((ROOT / "geo/stations.geojson").read_text("utf-8"))) == []
    for table in ("people", "numbers"):
        with (ROOT / f"contacts/{table}.csv").open(encoding="utf-8-sig") as rows:
            assert holds(f"contacts/{table}.schema.json", next(csv.DictReader(rows))) == []


def test_a_schema_refuses_what_reading_refuses(tmp_path):
    site = SmallSite(tmp_path)
    assert set(write(tmp_path)) == set(FILES)
    assert write(site.folder) == ()
    assert holds("dutydesk.schema.json", tomllib.loads(CONFIG.replace("lines", "line")))
    for book in (FLOOD, DEFAULT):
        assert "tries" in book
    layer = json.loads(PLACES)
    del layer["features"][0]["properties"]["kind"]
    assert holds("geo/places.schema.json", layer)


def test_rules_found_in_the_example_all_have_a_meaning(root):
    assert {each.rule for each in check(root, date(2026, 7, 1)).findings} <= meanings().keys()
