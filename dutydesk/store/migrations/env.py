"""Runs migrations on the connection handed over by `dutydesk.store.migrate`."""

from __future__ import annotations

from alembic import context

from dutydesk.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata,
                  transactional_ddl=False)   # the caller holds the transaction
context.run_migrations()
