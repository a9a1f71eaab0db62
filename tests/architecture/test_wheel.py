"""The wheel is whole: with it alone, away from the checkout, the example site can be copied and checked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dutydesk.app.example import PARTS
from tools.assets import FILES

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("dutydesk", "tools", "setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "package.json",
           "package-lock.json", *PARTS)


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this Python; the output comes with a failure."""
    return subprocess.run([sys.executable, *command], cwd=cwd, env={**os.environ, **environment}, capture_output=True,
                          text=True, check=False, timeout=280)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from a copy of the checkout, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"
    tree.mkdir()
    for part in SOURCES:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / part, tree / part)
    before = {path.relative_to(tree) for path in tree.rglob("*")}
    built = run("-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(tree),
                cwd=folder)
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    left = {path.parts[0] for path in {path.relative_to(tree) for path in tree.rglob("*")} - before}
    assert left <= {"build", "dutydesk.egg-info"}, "the build left files in the tree"
    (wheel,) = folder.glob("dutydesk-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site-packages")
    return folder / "site-packages"


def dutydesk(unpacked: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of the unpacked wheel, and no other."""
    program = ("import sys, dutydesk; assert dutydesk.__file__.startswith(sys.argv[1]), dutydesk.__file__; "
               "from dutydesk.cli.main import main; raise SystemExit(main(sys.argv[2:]))")
    return run("-c", program, str(unpacked), *arguments, cwd=cwd, PYTHONPATH=str(unpacked))


def test_the_wheel_carries_every_file_of_the_package_and_of_the_example(unpacked: Path) -> None:
    package = unpacked / "dutydesk"
    ours = {path.relative_to(ROOT / "dutydesk") for path in (ROOT / "dutydesk").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and "vendor" not in path.parts}
    example = {Path("example") / path.relative_to(ROOT) for part in PARTS
               for path in ((ROOT / part).rglob("*") if (ROOT / part).is_dir() else [ROOT / part]) if path.is_file()}
    vendor = {Path("web/static/vendor") / name for name in FILES.values()}
    carried = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}
    assert carried == ours | example | vendor


def test_init_then_check_works_from_the_wheel_alone(unpacked: Path, tmp_path: Path) -> None:
    made = dutydesk(unpacked, tmp_path, "init", "bureau")
    assert made.returncode == 0, made.stderr
    checked = dutydesk(unpacked, tmp_path / "bureau", "check", "--json")
    report = json.loads(checked.stdout)
    assert checked.returncode == 0, report["findings"][:3]
    assert report["coverage"]
