"""Prints call sheets: gathered from the rows as they stand, written into the journal, then handed over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dutydesk.app import house, looking
from dutydesk.app.orders import order
from dutydesk.clock import WallClock
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.call_sheet import gather
from dutydesk.engine.context import Context
from dutydesk.ports.clock import Clock
from dutydesk.ports.sheets import CallSheet
from dutydesk.ports.store import Store
from dutydesk.sheets.excel import excel
from dutydesk.sheets.pdf import pdf
from dutydesk.web.words import word

PRINTERS = {"pdf": pdf, "xlsx": excel}


class LiveSheets:
    """Call sheets of a live desk; satisfies `ports.sheets.Sheets`."""

    def __init__(self, ctx: Context, store: Store, hand: Hand, clock: Clock) -> None:
        self._ctx = ctx
        self._store = store
        self._hand = hand
        self._clock = clock

    def make(self, form: str, officer: str, *, areas: Sequence[str] = (), incident: str = "") -> bytes:
        """Return the sheet in a form, journalled before it is handed over."""
        with self._store.read() as reads:
            sheet = gather(self._ctx, reads, self._clock.now(), officer, areas=areas, incident=incident)
        printed = PRINTERS[form](sheet, word)
        self._hand.log_sheet(form, len(sheet.places), officer, areas, sheet.incident)
        return printed


def write(site: Path, files: Sequence[tuple[str, Path]], officer: str, *, areas: Sequence[str] = (),
          incident: str = "") -> CallSheet:
    """Write the sheet of a site into files, (form, file) each; return what stands on it.

    Raises Refused for whoever is no officer and for unknown areas, UsageError without the extras.
    """
    folder = house.open_folder(site)
    with looking.store(folder) as store, store.read() as reads:
        sheet = gather(house.reading_context(folder), reads, WallClock().now(), officer, areas=areas,
                       incident=incident)
    printed = [(path, form, PRINTERS[form](sheet, word)) for form, path in files]
    for path, form, body in printed:
        order(site, "log_sheet", {"form": form, "rows": len(sheet.places), "officer": officer, "areas": list(areas),
                                  "incident": sheet.incident})
        path.write_bytes(body)
    return sheet
