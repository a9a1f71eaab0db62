"""The example site: in a checkout the repository's own root, in an installed package a copy beside the code."""

from __future__ import annotations

import shutil
from pathlib import Path

from dutydesk.errors import Refused

PARTS = ("dutydesk.toml", "dutydesk.schema.json", "waivers.csv", "geo", "contacts", "playbooks", "scenarios", "inbox")
_HERE = Path(__file__).resolve()


def example() -> Path:
    """The folder of the example site; raises Refused where the installation carries none."""
    for folder in (_HERE.parents[1] / "example", _HERE.parents[2]):
        if (folder / "dutydesk.toml").is_file():
            return folder
    raise Refused("this installation carries no example site; install the wheel anew")


def copy_example(folder: Path, *, source: Path | None = None) -> int:
    """Copy the example site (or another one) into a folder; returns how many files were copied."""
    source = source or example()
    folder.mkdir(parents=True, exist_ok=True)
    copied = 0
    for part in PARTS:
        path = source / part
        if path.is_dir():
            shutil.copytree(path, folder / part, dirs_exist_ok=True)
            copied += sum(1 for each in path.rglob("*") if each.is_file())
        elif path.is_file():
            shutil.copy2(path, folder / part)
            copied += 1
    return copied
