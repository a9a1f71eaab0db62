"""Real processes for trials: telephones that live on, and desks that can be killed, frozen and started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

ROOT = Path(__file__).parents[2]
KEY = "a secret of the trial"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def listening(port: int) -> bool:
    """Whether anybody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(true: Callable[[], object], seconds: float, what: str = "it") -> float:
    """Wait until something is true; returns how long it took, raises TimeoutError naming what did not come."""
    start = time.monotonic()
    while not true():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"{what} did not happen within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - start


class Phones:
    """The telephones of a trial, in a process of their own; the judge of every hand-over."""

    def __init__(self, state: Path, hooks_port: int, *options: str) -> None:
        command = [sys.executable, "-m", "dutydesk.channels.simulator.http", "--key", KEY, "--state", str(state),
                   "--hook", f"http://127.0.0.1:{hooks_port}/hooks", *options]
        self._log = state.with_suffix(".log").open("ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True, cwd=ROOT)
        assert self.process.stdout
        self.url = f"http://127.0.0.1:{json.loads(self.process.stdout.readline())['port']}"
        self._session = requests.Session()
        self._session.trust_env = False

    def look(self, what: str, **fields: str) -> Any:
        return self._session.get(f"{self.url}/{what}", params=fields, timeout=30).json()

    def do(self, what: str, **fields: object) -> None:
        self._session.post(f"{self.url}/{what}", json=fields, timeout=30).raise_for_status()

    def history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.look("history")
        return found

    def __enter__(self) -> Phones:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        self._session.close()
        self._log.close()
        if self.process.stdout:
            self.process.stdout.close()


class DeskProcess:
    """One `dutydesk run`, started, killed and started again. Its output goes to a log that is kept."""

    def __init__(self, site: Path, phones_url: str, *, hooks_port: int = 0, only: Sequence[str] = (),
                 name: str = "desk") -> None:
        self.site = site
        self.log = site / f"{name}.log"
        self._hooks_port = hooks_port
        self._only = only
        self._phones = phones_url
        self.process: subprocess.Popen[bytes] | None = None
        self.stints: list[tuple[datetime, datetime, float]] = []   # from ready to the end; seconds without a processor
        self.deaths: list[datetime] = []
        self._ready: datetime | None = None
        self._queued_before = 0.0
        self._from = 0

    def start(self) -> DeskProcess:
        command = [sys.executable, "-m", "dutydesk", "run", "--site", str(self.site), "--port", "0", "--hooks-port",
                   str(self._hooks_port), *(word for part in self._only for word in ("--only", part))]
        environment = os.environ | {"DUTYDESK_SIMULATOR_URL": self._phones, "DUTYDESK_SIMULATOR_KEY": KEY}
        with self.log.open("ab") as log:
            self._from = log.tell()
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=environment)
        return self

    def said(self) -> str:
        """What it printed since its last start."""
        with self.log.open("rb") as log:
            log.seek(self._from)
            return log.read().decode()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ready(self, seconds: float = 60) -> DeskProcess:
        """Wait until it says what it watches."""
        until(lambda: "real channels" in self.said() or not self.running, seconds, "the start of the desk")
        assert self.running, self.said()
        if self._ready is None:
            self._ready, self._queued_before = datetime.now(UTC), self._queued()
        return self

    def kill(self) -> None:
        self._over()
        running = self.running
        self.send(signal.SIGKILL)
        if self.process:
            self.process.wait()
        if running:
            self.deaths.append(datetime.now(UTC))

    def _over(self) -> None:
        """Its stint ends now. Of one that nobody waited for, the last line it printed tells when it was ready."""
        if self._ready is None and self.running and "real channels" in self.said():
            self._ready = datetime.fromtimestamp(self.log.stat().st_mtime, UTC)
        if self._ready is not None:
            self.stints.append((self._ready, datetime.now(UTC), self._queued() - self._queued_before))
        self._ready, self._queued_before = None, 0.0

    def _queued(self) -> float:
        """Seconds its busiest thread stood in line for a processor so far, as Linux counts them; else 0."""
        assert self.process
        counts = [0]
        for task in Path(f"/proc/{self.process.pid}/task").glob("*/schedstat"):
            with suppress(OSError):
                counts.append(int(task.read_text().split()[1]))
        return max(counts) / 1e9

    def send(self, what: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(what)

    def end(self, seconds: float = 20) -> tuple[int, float]:
        """Ask it to end; returns its exit code and how long that took."""
        assert self.process
        self._over()
        start = time.monotonic()
        self.send(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGUSR1)    # it writes where its threads stand
            time.sleep(1)
            raise AssertionError(f"still there after {seconds} s:\n{self.said()}") from None
        return code, time.monotonic() - start


def command(*words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run one `dutydesk` command to its end."""
    return subprocess.run([sys.executable, "-m", "dutydesk", *words], capture_output=True, text=True, cwd=ROOT,
                          timeout=timeout, check=False)
