"""A map as a picture or for paper: Chromium without a window draws the HTML file, if there is one on this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from dutydesk.errors import Refused

#: Format -> what Chromium calls it.
FORMATS: Final = {"png": "screenshot", "pdf": "print-to-pdf"}
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SIZE: Final = "1754,1240"      # pixels: A4 on its side at 150 to the inch
_PATIENCE: Final = 120          # seconds


def write(page: bytes, format: str, path: Path) -> Path:
    """Draw a page that needs no network into a file; raises Refused where it cannot be."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        raise Refused("png and pdf need Chromium: apt-get install chromium; or open the html file and print it")
    with TemporaryDirectory(prefix="dutydesk-map-") as folder:
        drawn, made = Path(folder) / "map.html", Path(folder) / f"map.{format}"
        drawn.write_bytes(page)
        told = _run([program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     f"--user-data-dir={folder}/profile", f"--window-size={_SIZE}", "--virtual-time-budget=10000",
                     "--no-pdf-header-footer", f"--{FORMATS[format]}={made}", drawn.as_uri()])
        if not made.is_file():
            raise Refused(f"Chromium drew nothing: {told}")
        try:
            shutil.copyfile(made, path)
        except OSError as error:
            raise Refused(f"{path} cannot be written ({error.strerror}); choose another --out") from error
    return path


def _run(command: list[str]) -> str:
    """Run Chromium; return the last line it said."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"Chromium did not draw the map ({type(error).__name__})") from error
    return (done.stderr.decode(errors="replace").strip().splitlines() or [f"exit {done.returncode}"])[-1]
