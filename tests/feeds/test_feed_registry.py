from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from dutydesk.content.check.sources import WARNING_KINDS
from dutydesk.errors import UsageError
from dutydesk.feeds import registry
from dutydesk.feeds.cap import Cap
from dutydesk.feeds.registry import BUILT_IN, feed, kinds


def test_every_built_in_feed_loads_and_knows_its_kind() -> None:
    for kind in BUILT_IN:
        assert feed(kind).kind == kind
        assert feed(kind) is feed(kind)


def test_the_kinds_that_check_takes_for_sources_of_warnings_are_those_that_read_alerts() -> None:
    # A feed that reads warnings says `Alert` in its module; what reports something else never makes one.
    assert {kind for kind in BUILT_IN if hasattr(sys.modules[type(feed(kind)).__module__], "Alert")} == WARNING_KINDS


def test_an_unknown_kind_is_answered_with_the_kinds_there_are() -> None:
    with pytest.raises(UsageError, match="cap"):
        feed("carrier-pigeon")


def test_third_parties_come_in_by_the_same_door_and_replace_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint(name, value, registry.GROUP) for name, value in (
        ("theirs", "dutydesk.feeds.cap:Cap"), ("cap", "nobody.knows:It"), ("broken", "nobody.knows:It"))]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.GROUP else [])
    assert set(kinds()) == {"theirs", "broken", *BUILT_IN}
    assert isinstance(feed("theirs"), Cap)
    assert isinstance(feed("cap"), Cap)
    with pytest.raises(UsageError, match=r"nobody\.knows"):
        feed("broken")
    feed.cache_clear()


def test_looking_at_the_table_loads_no_reader() -> None:
    code = "import sys, dutydesk.feeds.registry as r; r.kinds(); print('lxml' in sys.modules, 'pyproj' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False False"
