"""Durable rows in SQLite or PostgreSQL: the only place that speaks SQL."""

from __future__ import annotations

from dutydesk.store.store import SqlStore
from dutydesk.store.store import open_store as open

__all__ = ["SqlStore", "open"]
