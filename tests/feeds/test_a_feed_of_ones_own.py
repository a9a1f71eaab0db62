"""The how-to is followed word for word: a package of one's own, found by its entry point."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from dutydesk.cli.main import main
from dutydesk.feeds import registry
from dutydesk.feeds.faults import MEANINGS
from dutydesk.feeds.registry import BUILT_IN, feed
from tests.feeds.reading import faults, one, parse, refused

DOCS = Path(__file__).parents[2] / "docs"
ROW = {"no": "99100041600000_20310720114500", "title": "海角市气象台发布暴雨预警", "time": "2031-07-20 11:45",
       "level": "红色", "text": "预计有特大暴雨。", "area": "991002"}


def block(language: str) -> str:
    """Return the first block of code of a language in the how-to."""
    text = (DOCS / "howto" / "add-a-feed.md").read_text(encoding="utf-8")
    found = re.search(rf"```{language}\n(.*?)\n\s*```", text, re.DOTALL)
    assert found
    return textwrap.dedent(f"   {found.group(1).lstrip()}")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package as pip would lay it down: the how-to's module, and its entry point."""
    package = tmp_path / "my_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "haijiao.py").write_text(block("python"), encoding="utf-8")
    group, line = re.findall(r'entry-points\."([\w.]+)"\]\s*\n\s*(\w+ = ".*?")', block("toml"))[0]
    assert group == registry.GROUP
    info = tmp_path / "my_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{group}]\n{line.replace(chr(34), '')}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    feed.cache_clear()
    yield "haijiao"
    feed.cache_clear()


def test_the_feed_of_the_how_to_reads_warnings(installed: str) -> None:
    alert = one(installed, {"rows": [ROW]})
    assert (alert.identifier, alert.event.name, alert.colour.word) == (ROW["no"], "暴雨", "red")
    assert alert.faults == ()
    assert parse(installed, {"rows": []}) == []
    assert faults(one(installed, {"rows": [ROW, {}]})) == {"row-unreadable"}
    assert refused(installed, {"error": 1}) == "wrong-format"


def test_the_command_knows_a_feed_of_ones_own(
        installed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.json"
    file.write_text(json.dumps({"rows": [ROW]}, ensure_ascii=False), encoding="utf-8")
    assert main(["parse", "--json", "--kind", installed, str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["identifier"] == ROW["no"]


def test_every_kind_and_every_fault_has_its_line_in_the_reference() -> None:
    text = (DOCS / "reference" / "feeds.md").read_text(encoding="utf-8")
    assert not {name for name in (*BUILT_IN, *MEANINGS) if f"| `{name}` |" not in text}
