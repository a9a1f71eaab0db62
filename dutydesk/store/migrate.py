"""Brings a database to the tables of this program. Alembic is loaded only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from dutydesk.errors import Refused
from dutydesk.store.dialect import POSTGRESQL

HEAD = "0020"
"""The newest migration."""

FOLDER = Path(__file__).with_name("migrations")
_LOCK = 7_110_119


def version_of(connection: Connection) -> str | None:
    """Return the newest migration a database has seen, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def upgrade(engine: Engine) -> None:
    """Apply the missing migrations, all or none; on PostgreSQL one process does it and the others wait.

    Raises Refused for a database made by a newer program.
    """
    with engine.begin() as connection:
        if connection.dialect.name == POSTGRESQL:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        found = version_of(connection)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise Refused(f"the database has migration {found}, this program knows {HEAD}: install the newer one")
        _apply(connection)


def require(engine: Engine) -> None:
    """Raise Refused unless the database is as this program wants it: readers change nothing."""
    with engine.connect() as connection:
        found = version_of(connection)
    if found != HEAD:
        raise Refused(f"the database has migration {found}, this program needs {HEAD}: "
                      "open it once with the program that writes")


def _apply(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
