"""An officer's order from the command line: to the live desk if one runs, else straight into the store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dutydesk.app import house, wire
from dutydesk.clock import WallClock
from dutydesk.engine.by_hand import Hand
from dutydesk.store.store import open_store


def order(site: Path, name: str, arguments: Mapping[str, Any]) -> object:
    """Carry out one order and return its result; raises Refused, or what the store raises."""
    folder = house.open_folder(site)
    sent, result = wire.send(folder.path, name, arguments)
    if sent:
        return result
    clock = WallClock()
    store = open_store(house.store_url(folder.path, folder.setup.config.store), key=house.journal_key(folder.path))
    try:
        store.write(lambda tx: tx.save_site(folder.setup.site))
        settings: dict[str, object] = {"exchange": house.exchange(folder, clock)}
        hand = Hand(house.context(folder, settings), store, clock)
        return wire.carry_out(hand, name, arguments)
    finally:
        store.close()
