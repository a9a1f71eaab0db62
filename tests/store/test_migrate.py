"""A migrated database is the one the program's tables describe."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from dutydesk import store as stores
from dutydesk.errors import Refused
from dutydesk.store import SqlStore, migrate
from dutydesk.store.tables import metadata

KEY = b"k"


def test_a_migrated_database_equals_the_tables(store: SqlStore) -> None:
    engine = store._writing
    assert engine is not None
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def _written(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: " ".join(sorted(" ".join(sql.replace("\t", " ").split()).replace(",", " ,").split()))
            for name, sql in rows if name not in ("alembic_version", "sqlite_sequence")}


def test_checks_and_partial_indexes_are_migrated_too(sqlite_url: str, tmp_path: Path) -> None:
    direct = tmp_path / "direct.sqlite3"
    engine = create_engine(f"sqlite:///{direct}")
    metadata.create_all(engine)
    engine.dispose()
    assert _written(Path(sqlite_url.removeprefix("sqlite:///"))) == _written(direct)


def test_the_program_knows_its_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


def test_a_database_of_a_newer_program_is_refused(store_url: str) -> None:
    store = stores.open(store_url, key=KEY)
    store.write(lambda tx: tx.connection.exec_driver_sql(  # type: ignore[attr-defined]
        "UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    for exclusive in (True, False):
        with pytest.raises(Refused, match="9999"):
            stores.open(store_url, key=KEY, exclusive=exclusive)


def test_a_reader_does_not_touch_an_empty_database(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite3"
    sqlite3.connect(path).close()
    path.touch()
    with pytest.raises(Refused, match="migration None"):
        stores.open(f"sqlite:///{path}", key=KEY, exclusive=False)


def test_processes_that_start_together_migrate_once(postgresql_server: str) -> None:
    import psycopg

    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE desk_fresh")
    url = postgresql_server.replace("/postgres?", "/desk_fresh?", 1)
    opened: list[SqlStore] = []
    threads = [threading.Thread(target=lambda: opened.append(stores.open(url, key=KEY))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    for each in opened:
        each.close()


def test_opening_an_up_to_date_database_does_not_load_alembic(sqlite_url: str) -> None:
    program = ("import sys; from dutydesk import store; store.open(sys.argv[1], key=b'k').close(); "
               "sys.exit('alembic' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", program, sqlite_url], check=False).returncode == 0
