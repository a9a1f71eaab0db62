"""Words that must not be in the product: addresses of one machine, unfinished work, numbers somebody could answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATED = {".git", ".venv", "build", "dist", "node_modules", "vendor", "__pycache__", "var", ".hypothesis"}
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".csv", ".txt", ".html", ".css", ".js", ".json", ".xml", ".in", ".mako",
        ".geojson", ".cfg", ""}
HERE = Path(__file__).resolve()


def files() -> Iterator[Path]:
    """Every text file of the product but this one."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        made = GENERATED & set(inside.parts) or any(part.endswith((".egg-info", "_cache")) for part in inside.parts)
        if path.is_file() and not made and path.suffix in TEXT and path != HERE:
            yield path


@pytest.mark.parametrize(("what", "pattern"), [
    ("a path of one developer's machine", r"(?<![\w.])/(work|tmp|root|home)/\w"),
    ("unfinished work", r"\b(TODO|FIXME|XXX|HACK)\b"),
    ("a private package index", r"(index-url|registry)\s*=?\s*[\"']?https?://(?!registry\.npmjs\.org|pypi\.org)"),
    ("a writing machine's name", r"(?i)\b(chat-?gpt|copilot|claude|anthropic|openai|codex|sub-?agents?)\b"),
])
def test_the_product_does_not_carry(what: str, pattern: str) -> None:
    found = [f"{path.relative_to(ROOT)}: {match[0]}" for path in files()
             if (match := re.search(pattern, path.read_text(encoding="utf-8", errors="replace")))]
    assert not found, what


def test_the_lock_file_names_no_host() -> None:
    assert "://" not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


def test_every_number_of_the_example_belongs_to_no_country() -> None:
    rows = (ROOT / "contacts" / "numbers.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert rows
    assert not [row for row in rows if not row.split(",")[2].startswith("+999")]
