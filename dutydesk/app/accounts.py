"""Users of a site: put together for the desk, and kept from the command line beside a live desk or without one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dutydesk.app import house, wire
from dutydesk.app.secrecy import RealSecrecy
from dutydesk.clock import WallClock
from dutydesk.engine.accounts import Accounts
from dutydesk.ports.clock import Clock
from dutydesk.ports.store import Store
from dutydesk.store.store import open_store


def accounts_of(folder: house.Folder, store: Store, clock: Clock) -> Accounts:
    """The users of a site."""
    return Accounts(store, clock, RealSecrecy(), house.journal_key(folder.path), folder.setup.config.console.always)


def keep(site: Path, act: str, arguments: Mapping[str, Any]) -> str:
    """Do a work on accounts; returns what it tells. Raises Refused."""
    folder = house.open_folder(site)
    sent, told = wire.send(folder.path, f"{wire.USERS}{act}", arguments)
    if sent:
        return str(told)
    store = open_store(house.store_url(folder.path, folder.setup.config.store), key=house.journal_key(folder.path))
    try:
        return str(wire.carry_out_user(accounts_of(folder, store, WallClock()), act, arguments))
    finally:
        store.close()
