"""The shape of the program: layers, a pure domain, short modules, no swallowed errors."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "dutydesk"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400   # lines

#: All the pure layers may import from outside: values, mathematics, geometry. No files, sockets, clocks, chance.
PURE = frozenset({
    "__future__", "base64", "binascii", "bisect", "collections", "concurrent", "contextlib", "copy",
    "dataclasses", "datetime", "decimal", "enum", "functools", "hashlib", "heapq", "hmac", "itertools", "json",
    "marshal", "math", "numpy", "operator", "re", "shapely", "string", "types", "typing", "unicodedata", "xml",
    "zoneinfo",
})

#: Loops that must outlive whatever one turn stumbles over, and why. Nobody else catches everything.
SUPERVISORS = {
    "app/copying.py": "a database away for a while must not end the copies: logged and tried again",
    "app/desk.py": "a round of the desk fails, the desk goes on: logged and tried again",
    "app/doctoring.py": "a broken adapter is what the doctor is there to find: logged, and told as a fault",
    "app/fates.py": "one broken adapter must not keep the others from being asked what became of their calls",
    "app/forwarding.py": "a database away for a while must not keep the log server from hearing more: tried again",
    "app/polling.py": "one source that stumbles must not take the others with it: logged and tried again",
    "app/pulling.py": "one broken adapter, or a store away for a while, must not end the asking for replies",
    "app/sender.py": "one broken adapter, or a database away for a while, must not stop the other calls",
    "app/stumbling.py": "one bad row must not keep the next desk from its turn: logged and set aside",
    "channels/cmpp/channel.py": "a message to us waits unanswered until the store is back: logged and tried again",
    "channels/simulator/pump.py": "whatever the desk's store raises, the rows must be given again",
    "channels/smpp/channel.py": "whatever the desk's store raises, the centre must be told to come again",
    "channels/smpp/line.py": "a centre that says nonsense must not end the line for good: logged and made anew",
    "store/writer.py": "a failing work belongs to the caller who is waiting for it, not to the writer's thread",
    "web/events.py": "the live pages must survive a database that is gone for a while",
}


def name(path: Path) -> str:
    """The module's path inside the package."""
    return path.relative_to(PACKAGE).as_posix()


def imported(tree: ast.AST) -> Iterator[str]:
    """Names of imported modules; those under `if TYPE_CHECKING` count too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_imports_point_down_only() -> None:
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert command, "import-linter is not installed beside this Python"
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("layer", ["domain", "ports", "engine"])
def test_the_heart_imports_no_input_output_and_no_clock(layer: str) -> None:
    foreign = {(name(path), module) for path in sorted((PACKAGE / layer).rglob("*.py"))
               for module in imported(ast.parse(path.read_text(encoding="utf-8")))
               if module.split(".")[0] not in PURE | {"dutydesk"}}
    assert not foreign


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    files = [path for folder in ("dutydesk", "tests", "tools", "bench") for path in (ROOT / folder).rglob("*.py")]
    long = {path.relative_to(ROOT).as_posix(): lines for path in files
            if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST}
    assert not long


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether it takes every error and keeps it: one that raises it again at its end only cleans up."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    everything = any(each is None or (isinstance(each, ast.Name) and each.id in ("Exception", "BaseException"))
                     for each in caught)
    return everything and not (isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None)


def test_only_the_listed_loops_catch_everything() -> None:
    found = {name(path) for path in MODULES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.ExceptHandler) and catches_all(node)}
    assert found == set(SUPERVISORS)
