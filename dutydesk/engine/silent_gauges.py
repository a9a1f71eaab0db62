"""Gauges that fell silent while their warning stands: the flood may have taken them, and nobody sees how it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dutydesk.domain.gauging import COUNTED
from dutydesk.engine import wording
from dutydesk.engine.books import Books
from dutydesk.engine.context import Context
from dutydesk.engine.house import house_incident
from dutydesk.ports.store import Reads

TOLD = "silent-gauges"
"""Setting: id of a gauge -> the time of its last reading, of which the officer was told."""


def look(ctx: Context, reads: Reads, now: datetime) -> dict[str, datetime]:
    """Return the gauges over a threshold without a reading since `reading_fresh`, with the time of their last one."""
    over = [gauge for gauge in reads.gauges(ctx.setup.stations) if gauge.colour is not None]
    if not over:
        return {}
    readings = reads.readings(sorted({gauge.station for gauge in over}), now - ctx.rules.readings_kept)
    last = {gauge.id: max((each.at for each in readings if each.station == gauge.station
                        and each.what in COUNTED[gauge.what]), default=gauge.issued_at or now)
            for gauge in over}
    return {id: at for id, at in last.items() if now - at > ctx.rules.reading_fresh}


def news(reads: Reads, silent: Mapping[str, datetime]) -> bool:
    """Whether the officer was not told yet of what is silent, or what was is heard again."""
    return {id: at.isoformat() for id, at in silent.items()} != (reads.setting(TOLD) or {})


def tell(books: Books, silent: Mapping[str, datetime]) -> None:
    """Put those newly silent on the officer's alarm, each once, and take off those heard again or lifted."""
    before: Mapping[str, str] = books.tx.setting(TOLD) or {}
    house = house_incident(books)
    for id, at in silent.items():
        if before.get(id) != at.isoformat():
            station = books.ctx.setup.stations[id.partition("|")[0]]
            said = f"{station.name}超阈值后{wording.local(books.ctx, at)}起没有读数，请派人看水情"
            books.alarm(house.id, "silent_gauge", place=f"gauge:{id}", text=station.id, red=False, said=said)
    for id in before.keys() - silent.keys():
        books.settle(house.id, f"gauge:{id}")
        books.note("gauge_back", incident=house.id, gauge=id)
    books.tx.set_setting(TOLD, {id: at.isoformat() for id, at in silent.items()})
    books.close()
