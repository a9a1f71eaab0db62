"""What is public is documented: pages made from the code are up to date, those written by hand leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dutydesk.channels.registry import BUILT_IN as CHANNELS
from dutydesk.cli.main import COMMANDS
from dutydesk.content.check import meanings
from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Kind
from dutydesk.feeds.registry import BUILT_IN as FEEDS
from dutydesk.web.words import word
from tools.docs import pages

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ADRS = sorted(DOCS.glob("adr/[0-9]*.md"))


def read(*parts: str) -> str:
    """A page of the documentation."""
    return DOCS.joinpath(*parts).read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "now", "wanted"), [pytest.param(*page, id=page[0].name) for page in pages()])
def test_a_page_made_from_the_code_is_up_to_date(path: Path, now: str, wanted: str) -> None:
    assert now == wanted, f"run `make docs`: {path.relative_to(ROOT)} is out of date"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_heading(command: str) -> None:
    assert f"\n## dutydesk {command}\n" in read("reference", "cli.md")


def test_the_module_table_names_every_module_once_with_its_job() -> None:
    text = read("explanation", "architecture.md").partition("## Every module")[2]
    listed: dict[str, str] = {}
    folder = ""
    for line in text.splitlines():
        if line.startswith("### "):
            folder = line.strip("# `")
            listed[folder] = line
        elif found := re.match(r"\| `(\w+)` \| (.+) \|$", line):
            listed[f"{folder}/{found[1]}.py"] = found[2]
    files = {path.relative_to(ROOT).as_posix().removesuffix("/__init__.py")
             for path in (ROOT / "dutydesk").rglob("*.py")}
    assert set(listed) == files
    assert all(listed.values())


def test_every_environment_variable_is_documented() -> None:
    sources = [path for folder in ("dutydesk", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]
    sources += [ROOT / "Makefile", ROOT / ".ci" / "run"]
    used = {name for path in sources for name in re.findall(r"\bDUTYDESK_[A-Z_]+\b", path.read_text(encoding="utf-8"))}
    text = read("reference", "settings.md")
    assert not {name for name in used if f"`{name}`" not in text}


def test_every_address_of_the_console_is_documented() -> None:
    text = read("reference", "http.md")
    routes = {route for path in (ROOT / "dutydesk" / "web").rglob("*.py")
              for route in re.findall(r'(?:Route|Mount)\("([^"]+)"', path.read_text(encoding="utf-8"))}
    assert routes
    assert not {route for route in routes if f"`{route.replace(':str', '')}`" not in text}


def test_the_glossary_gives_the_word_the_console_shows() -> None:
    text = read("reference", "glossary.md")
    words = [*((state.value, "state") for state in (*State, *Closed)), *((kind.value, "kind") for kind in Kind)]
    assert not {name for name, table in words if f"`{name}` {word(name, table)}" not in text.replace("` | ", "` ")}


def test_every_channel_feed_and_finding_is_documented() -> None:
    text = read("reference", "findings.md") + read("reference", "channels-and-feeds.md")
    assert not {name for name in (*CHANNELS, *FEEDS, *meanings()) if f"`{name}`" not in text}


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_no_page_is_left_without_a_link() -> None:
    everything = "".join(path.read_text(encoding="utf-8") for path in [*DOCS.rglob("*.md"), ROOT / "README.md"])
    linked = {Path(target).name for target in re.findall(r"\]\(([^)#\s]+)", everything)}
    assert not {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md") if page.name not in linked}


def test_the_readme_gives_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


def test_every_target_the_pages_name_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = "".join(path.read_text(encoding="utf-8") for path in [*DOCS.rglob("*.md"), ROOT / "README.md"])
    assert set(re.findall(r"`?\bmake ([a-z]+)`", text)) | {"demo", "test"} <= targets


def test_the_changelog_has_what_is_unreleased_and_a_word_on_safety() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = text.partition("## [Unreleased]")[2].partition("\n## [")[0]
    assert "### Safety" in unreleased


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
def test_a_decision_says_why_what_and_at_what_price(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(r"# \d+\. \S", text)
    for heading in ("## Why it came up", "## What we decided", "## What follows"):
        assert heading in text
    assert len(text.splitlines()) <= 80, "one page"


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))
