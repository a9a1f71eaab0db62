"""`dutydesk feeds`: a source tried, recorded and told again; documents shown, tried again, pasted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dutydesk.cli.main import main
from tests.app.city import City, build
from tests.app.watching import index
from tests.fetch.odd_servers import Server, serving

SENT = datetime(2026, 7, 20, 2, 0, tzinfo=UTC)
Say = Callable[..., tuple[int, str, str]]
SOURCE = """
[feeds]
gap = 0

[[source]]
id = "web"
kind = "cap-index"
auto = true
url = "{url}"
allow_private = true
"""


@pytest.fixture
def city(tmp_path: Path) -> City:
    return build(tmp_path / "site", towns=2, villages=3)


@pytest.fixture
def server(city: City) -> Iterator[Server]:
    with serving() as found:
        found.says("/index", index(("1.xml", SENT), ("2.xml", SENT.replace(minute=4)), ("gone.xml", SENT)), ETag='"1"')
        found.says("/1.xml", city.warning(1, 1, SENT).encode())
        found.says("/2.xml", city.warning(2, 1, SENT.replace(minute=4), refers=(1, SENT)).encode())
        yield found


@pytest.fixture
def say(city: City, capfd: pytest.CaptureFixture[str]) -> Say:
    def run(*words: object) -> tuple[int, str, str]:
        code = main(["feeds", *map(str, words), "--site", str(city.folder)])
        told = capfd.readouterr()
        return code, told.out, told.err
    return run


def add(city: City, toml: str) -> None:
    path = city.folder / "dutydesk.toml"
    path.write_text(path.read_text(encoding="utf-8") + toml, encoding="utf-8")


def test_a_source_is_tried_once_and_its_lines_for_the_file_work(city: City, server: Server, say: Say) -> None:
    code, out, _ = say("add", server.url("/index?key=${DOOR_KEY}"), "--allow-private", "--id", "web")
    assert code == 1
    assert "DOOR_KEY" in out
    code, out, _ = say("add", server.url("/index"), "--allow-private", "--id", "web", "--header", "X-Key=${DOOR_KEY}")
    assert code == 1
    code, out, _ = say("add", server.url("/index"), "--allow-private", "--id", "web", "--name", "网上")
    assert code == 0
    assert "read as cap-index" in out
    assert "tells what is new" in out
    assert "3 listed documents" in out
    assert "暴雨 red Alert" in out
    assert "404" in out
    assert "touches 4 places, asks 6 posts" in out
    add(city, "\n" + out.partition("add to dutydesk.toml:\n")[2])
    code, out, _ = say("list")
    assert code == 0
    assert "web         cap-index" in out
    assert "every" not in out


def test_a_file_is_tried_as_a_document(city: City, say: Say, tmp_path: Path) -> None:
    file = tmp_path / "one.xml"
    file.write_text(city.warning(1, 1, SENT), encoding="utf-8")
    code, out, _ = say("add", file)
    assert (code, "read as cap;" in out, 'folder = "inbox/new"' in out) == (0, True, True)
    file.write_text("nothing of the kind", encoding="utf-8")
    code, out, _ = say("add", file)
    assert code == 1
    assert "no kind reads it" in out
    assert say("add", "nowhere")[0] == 2


def test_nobody_there_is_a_plain_sentence(say: Say) -> None:
    code, out, err = say("add", "http://127.0.0.1:1/x", "--allow-private")
    assert code == 1
    assert "cannot be reached" in out
    assert "Traceback" not in err


def test_what_came_is_recorded_with_bytes_headers_and_time_and_read_again(city: City, server: Server, say: Say,
                                                                          tmp_path: Path) -> None:
    add(city, SOURCE.format(url=server.url("/index")))
    code, out, _ = say("record", tmp_path / "tape")
    assert code == 0
    assert "gone.xml: the server answered 404" in out
    lines = [json.loads(line) for line in (tmp_path / "tape/index.jsonl").read_text("utf-8").splitlines()]
    assert [each["name"] for each in lines] == ["index", "1.xml", "2.xml"]
    assert lines[0]["headers"]["ETag"] == '"1"'
    body = (tmp_path / "tape/bodies" / lines[1]["hash"]).read_bytes()
    assert body == city.warning(1, 1, SENT).encode()
    code, out, _ = say("replay", tmp_path / "tape", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [len(each["alerts"]) for each in told[:-1]] == [0, 1, 1]
    assert told[1]["alerts"][0]["posts"] == 6   # the town, its villages, and the county and city above
    assert told[-1]["documents"] == 3
    code, out, _ = say("replay", tmp_path / "tape", "--desk", "--json")
    assert code == 0
    assert json.loads(out.splitlines()[-1])["kind"] == "summary"


def test_a_damaged_recording_names_the_line(say: Say, tmp_path: Path) -> None:
    (tmp_path / "tape").mkdir()
    (tmp_path / "tape/index.jsonl").write_text('{"at": "2026-07-20"}\n', encoding="utf-8")
    code, _, err = say("replay", tmp_path / "tape")
    assert code == 2
    assert "index.jsonl:1" in err


def test_a_folder_of_documents_is_read_as_it_is(city: City, say: Say, tmp_path: Path) -> None:
    (tmp_path / "tape").mkdir()
    (tmp_path / "tape/a.xml").write_text(city.warning(1, 1, SENT), encoding="utf-8")
    (tmp_path / "tape/b.xml").write_text("broken", encoding="utf-8")
    code, out, _ = say("replay", tmp_path / "tape")
    assert code == 1
    assert "2 documents, 1 unreadable, 1 warnings" in out


TEXT = "试验区气象台2026年7月20日10时20分发布暴雨红色预警信号：1号镇已达100毫米。"


def test_a_text_is_shown_first_and_taken_in_with_an_officer_s_name(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "chat.txt"
    file.write_bytes(TEXT.encode("gb18030"))
    code, out, err = say("paste", file)
    assert code == 0
    assert "暴雨 red" in out
    assert "nobody was called" in err
    code, out, err = say("paste", file, "--officer", "officer")
    assert code == 0
    assert "no desk is running" in err
    document = out.splitlines()[-1]
    code, out, err = say("show", document)
    assert (code, out) == (0, TEXT)
    assert "paste" in err
    assert say("paste", file, "--officer", "officer")[0] == 3
    assert say("again", document, "--officer", "officer")[0] == 3
    assert say("show", "nothing")[0] == 2
