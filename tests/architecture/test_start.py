"""The command line answers at once: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from time import perf_counter

import pytest

from dutydesk.cli.main import COMMANDS

HEAVY = ("alembic", "apscheduler", "geopandas", "jinja2", "lxml", "numpy", "pandas", "pydantic", "pyproj", "requests",
         "rich", "shapely", "sqlalchemy", "starlette", "uvicorn", "yaml")
PROGRAM = """
import sys
from dutydesk.cli.main import main
try:
    code = main(sys.argv[1:])
except SystemExit as ended:
    code = ended.code
print("loaded:", *sorted({name.partition(".")[0] for name in sys.modules}))
raise SystemExit(code)
"""


def asked(*arguments: str) -> tuple[int, str, set[str]]:
    """Exit code, what it printed, and which top-level modules were loaded then."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=False,
                          timeout=60)
    said, _, loaded = done.stdout.rpartition("loaded:")
    return done.returncode, said, set(loaded.split())


def test_help_imports_nothing_heavy() -> None:
    code, said, loaded = asked("--help")
    assert code == 0
    assert all(command in said for command in COMMANDS)
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_imports_nothing_heavy(command: str) -> None:
    code, said, loaded = asked(command, "--help")
    assert code == 0
    assert "--site" in said
    assert not loaded & set(HEAVY)


def test_help_takes_less_than_three_tenths_of_a_second_beyond_bare_python() -> None:
    def fastest(*command: str) -> float:
        taken = []
        for _ in range(5):
            start = perf_counter()
            subprocess.run([sys.executable, *command], check=True, capture_output=True, timeout=60)
            taken.append(perf_counter() - start)
        return min(taken)

    ours = fastest("-c", "from dutydesk.cli.main import main; main(['--help'])")
    assert ours - fastest("-c", "pass") < 0.3


@pytest.mark.parametrize("arguments", [(), ("dance",)], ids=["nothing", "an unknown command"])
def test_a_wrong_call_exits_2_and_shows_the_commands(arguments: tuple[str, ...]) -> None:
    assert asked(*arguments)[0] == 2
