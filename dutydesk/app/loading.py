"""From the folder into the database, and what differs between the two."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dutydesk.app import house
from dutydesk.domain.site import Site
from dutydesk.errors import Refused
from dutydesk.store.store import open_store

TABLES = ("desks", "places", "people", "posts")
REGISTERS = ("shelters", "teams", "depots", "water_points", "zones")
MOST = 20  # lines shown of each kind


def difference(site: Path) -> list[str]:
    """What loading would change: `+` new, `-` gone, `~` changed, by table and id."""
    folder = house.open_folder(site)
    url, key = house.store_url(folder.path, folder.setup.config.store), house.journal_key(folder.path)
    try:
        store = open_store(url, key=key, exclusive=False)
    except Refused:   # no database yet: everything is new
        stored = Site()
    else:
        with store.read() as reads:
            stored = reads.site()
        store.close()
    wanted = folder.setup.site
    lines = [line for table in TABLES for line in _table(table, getattr(stored, table), getattr(wanted, table))]
    lines += [line for register in REGISTERS for line in _table(register, getattr(stored.registers, register),
                                                                getattr(wanted.registers, register))]
    return lines + _roster(stored, wanted)


def _table(name: str, old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    rows = [("+", id) for id in new if id not in old] + [("-", id) for id in old if id not in new]
    rows += [("~", id) for id in new if id in old and old[id] != new[id]]
    lines = [f"{sign} {name} {id}" for sign, id in rows[:MOST]]
    return [*lines, f"... and {len(rows) - MOST} more in {name}"] if len(rows) > MOST else lines


def _roster(old: Site, new: Site) -> list[str]:
    return [] if set(old.roster) == set(new.roster) else ["~ roster"]


def load_site(site: Path) -> None:
    """Write the folder's site into the database; raises Refused while a desk is running on it."""
    folder = house.open_folder(site)
    store = open_store(house.store_url(folder.path, folder.setup.config.store), key=house.journal_key(folder.path))
    try:
        store.write(lambda tx: tx.save_site(folder.setup.site))
    finally:
        store.close()
