"""Every command on a site: exit codes, and the shapes that other programs read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dutydesk.cli.main import COMMANDS, main
from tests.app.city import City, build

SENT = datetime(2026, 7, 20, 2, 0, tzinfo=UTC)
SCENARIO = """\
site: .
title: 一场雨
about: 虚构。
start: 2026-07-20T10:00+08:00
until: 10m
alerts: [{at: 0s, file: 1.xml}, {at: 4m, file: 2.xml}]
officers: {officer: {after: 5s}}
people: {answer: 0.7, delay: {median: 5s, p95: 20s}}
seed: 3
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture(scope="module")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    city = build(tmp_path_factory.mktemp("template") / "site", towns=2, villages=3)
    folder = city.folder / "scenarios/rain"
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "1.xml").write_text(city.warning(1, 1, SENT), encoding="utf-8")
    (folder / "2.xml").write_text(city.warning(2, 1, SENT.replace(minute=4), refers=(1, SENT)), encoding="utf-8")
    return city.folder


@pytest.fixture
def city(tmp_path: Path, _template: Path) -> City:
    shutil.copytree(_template, tmp_path / "site")
    return City(tmp_path / "site", 2, 3)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def said(*words: object) -> Said:
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return Said(code, told.out, told.err)
    return said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_how_it_is_used(command: str, say: Callable[..., Said]) -> None:
    told = say(command, "--help")
    assert told.code == 0
    assert told.out.startswith(f"usage: dutydesk {command}")
    assert "--site" in told.out


def test_wrong_words_are_wrong_usage(city: City, tmp_path: Path, say: Callable[..., Said]) -> None:
    for words in ((), ("fly",), ("run", "--only", "kitchen"), ("match",), ("journal", "burn"), ("incident",),
                  ("answer", "c1", "--officer", "officer", "--site", city.folder),
                  ("journal", "verify", "--head", "x", "--site", city.folder),
                  ("replay", "--site", city.folder), ("check", "--site", tmp_path / "nowhere")):
        told = say(*words)
        assert told.code == 2, (words, told)
        assert told.err.strip(), words


def test_what_the_system_refuses_is_exit_three_with_a_sentence(city: City, say: Callable[..., Said]) -> None:
    for words in (("journal", "head"), ("incident", "list"), ("incident", "lift", "i0", "--officer", "officer"),
                  ("incident", "open", "--family", "flood", "--officer", "officer", "nowhere")):
        told = say(*words, "--site", city.folder)
        assert told.code == 3, (words, told)
        assert told.err.startswith(f"dutydesk {words[0]}: "), told.err


def test_a_broken_site_is_exit_one_with_its_faults_by_line(city: City, say: Callable[..., Said]) -> None:
    (city.folder / "contacts/posts.csv").write_text("place,duty,seat,person,superior\n990100,flood,1,nobody,\n",
                                                    encoding="utf-8")
    told = say("check", "--site", city.folder)
    assert told.code == 1
    assert "posts.csv:2:" in told.out
    listed = say("check", "--json", "--site", city.folder)
    assert listed.code == 1
    assert "nobody" in json.dumps(json.loads(listed.out), ensure_ascii=False)
    (city.folder / "dutydesk.toml").write_text("[site]\nname = 3\n", encoding="utf-8")
    for words in (("check",), ("match", city.folder / "scenarios/rain/1.xml"), ("channels",)):
        assert say(*words, "--site", city.folder).code == 1, words


def test_check_passes_a_good_site(city: City, say: Callable[..., Said]) -> None:
    assert say("check", "--site", city.folder, "--at", "2026-07-20").code == 0


def test_parse_gives_one_object_a_line_and_names_what_it_cannot_read(
        city: City, tmp_path: Path, say: Callable[..., Said]) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text("<alert>", encoding="utf-8")
    good = city.folder / "scenarios/rain/1.xml"
    told = say("parse", good, "--json")
    assert told.code == 0
    alert, = told.lines()
    assert {"identifier", "sender", "sent", "status", "msg_type", "scope", "references", "source", "faults", "infos",
            "event", "colour"} <= alert.keys()
    assert (alert["colour"], alert["msg_type"]) == ("red", "Alert")
    info, = alert["infos"]
    assert {"language", "event", "severity", "urgency", "certainty", "colour", "effective", "onset", "expires",
            "headline", "description", "instruction", "areas"} <= info.keys()
    assert {"code", "name", "family"} <= info["event"].keys()
    assert info["event"]["family"] == "flood"
    assert {"name", "geocodes", "geometry"} <= info["areas"][0].keys()
    both = say("parse", broken, good, tmp_path / "absent.xml", "--json")
    assert both.code == 1
    bad, fine, absent = both.lines()
    assert (bad["identifier"], bad["file"], fine["identifier"]) == (None, str(broken), alert["identifier"])
    assert bad["faults"]
    assert absent["faults"]
    assert say("parse", good).code == 0


def test_match_tells_who_would_be_called_and_why(city: City, say: Callable[..., Said]) -> None:
    file = city.folder / "scenarios/rain/1.xml"
    told = say("match", file, "--json", "--site", city.folder)
    assert told.code == 0
    rows = json.loads(told.out)
    assert all({"post", "place", "person", "reason", "step"} <= row.keys() for row in rows)
    assert {row["place"] for row in rows} == {*city.places(1), "990102", "990100"}
    assert {row["person"] for row in rows if row["place"] == city.town(1) and row["step"] == 1} == {
        f"{city.town(1)}-1"}
    assert say("match", file, "--site", city.folder).code == 0


def test_replay_tells_happenings_and_a_summary_that_adds_up(city: City, say: Callable[..., Said]) -> None:
    listed = say("replay", "--list", "--json", "--site", city.folder)
    assert (listed.code, listed.lines()) == (0, [{"name": "rain", "title": "一场雨"}])
    told = say("replay", "rain", "--json", "--site", city.folder)
    assert told.code == 0
    *happenings, last = told.lines()
    assert last["kind"] == "summary"
    assert {"version", "round", "call", "fact"} <= {each["kind"] for each in happenings}
    assert all(datetime.fromisoformat(each["at"]).tzinfo for each in happenings)
    call = next(each for each in happenings if each["kind"] == "call")
    assert {"id", "incident", "places", "person", "number", "channel", "climb", "try"} <= call.keys()
    assert {"callouts", "answered", "taken_over", "unanswered", "superseded", "stood_down", "acted", "escalated",
            "officer_alarms", "calls", "doubles", "t50_s", "t90_s", "t100_s"} <= last.keys()
    assert last["callouts"] == 6 == sum(
        last[each] for each in ("answered", "taken_over", "unanswered", "superseded", "stood_down"))
    assert last["doubles"] == 0
    again = say("replay", "rain", "--json", "--site", city.folder)
    assert again.out == told.out
    assert say("replay", "rain", "--json", "--seed", "4", "--site", city.folder).out != told.out


def test_what_is_stored_can_be_listed_explained_and_verified(city: City, say: Callable[..., Said]) -> None:
    site = ("--site", city.folder)
    opened = say("incident", "open", "--family", "flood", "--officer", "officer", city.town(1), *site)
    assert opened.code == 0
    incident = opened.out.strip()
    listed, = say("incident", "list", "--json", *site).lines()
    assert (listed["id"], listed["kind"], listed["colour"]) == (incident, "real", "red")
    assert say("incident", "list", *site).out.startswith(incident)
    assert say("explain", incident, f"{city.town(1)}-1", *site).out
    verified = say("journal", "verify", *site)
    assert verified.code == 0
    head = say("journal", "head", *site).out.strip()
    assert say("journal", "verify", "--head", head, *site).code == 0
    seq, _, seal = head.partition(":")
    forged = say("journal", "verify", "--head", f"{int(seq) + 1}:{seal}", *site)
    assert (forged.code, bool(forged.out)) == (1, True)
    assert say("incident", "open", "--family", "flood", "--officer", "officer", "no-such-place", *site).code == 3


def test_small_commands_answer(city: City, tmp_path: Path, say: Callable[..., Said]) -> None:
    site = ("--site", city.folder)
    assert "cap" in say("feeds", *site).out
    assert "simulator-voice" in say("channels", *site).out
    assert "+ places 990102" in say("load", "--dry-run", *site).out
    assert say("load", *site).code == 0
    assert "nothing differs" in say("load", *site).out
    assert say("init", tmp_path / "new", "--site", city.folder).code == 0
    assert (tmp_path / "new/dutydesk.toml").exists()
    assert say("init", tmp_path / "new").code == 2
    assert say("schema", *site).code == 0
