"""An officer's order from the command line: to the live desk if one runs, else straight into the store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dutydesk.app import house, wire
from dutydesk.clock import WallClock
from dutydesk.engine import pasting
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.supervise import Supervise
from dutydesk.ports.hand import Pasted
from dutydesk.store.store import open_store

NOBODY = "no desk is running: the order is stored, and nobody is called until `dutydesk run`"


def order(site: Path, name: str, arguments: Mapping[str, Any]) -> tuple[object, str]:
    """Carry out one order; returns its result, and a warning where no desk is there to act on it.

    Raises Refused, or what the store raises.
    """
    folder = house.open_folder(site)
    sent, result = wire.send(folder.path, name, arguments)
    if sent:
        return result, ""
    clock = WallClock()
    store = open_store(house.store_url(folder.path, folder.setup.config.store), key=house.journal_key(folder.path))
    try:
        store.write(lambda tx: tx.save_site(folder.setup.site))
        settings: dict[str, object] = {"exchange": house.exchange(folder, clock)}
        ctx = house.context(folder, settings)
        result = wire.carry_out(Hand(ctx, store, clock), name, arguments)
        Supervise(ctx, store).seal(clock.now())
        return result, NOBODY
    finally:
        store.close()


def preview(site: Path, text: str, exercise: bool) -> tuple[Pasted, ...]:
    """Read a pasted text and tell whom it would call, without a database; raises Refused where nothing can be read."""
    folder = house.open_folder(site)
    clock = WallClock()
    ctx = house.context(folder, {"exchange": house.exchange(folder, clock)})
    return pasting.preview(ctx, clock, text, exercise=exercise)
