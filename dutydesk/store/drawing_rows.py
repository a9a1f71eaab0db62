"""What was drawn on the map, every version; and the tokens of orders that were carried out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import bindparam, func, insert, select

from dutydesk.domain.drawing import Drawing, Sort
from dutydesk.store.codec import clean, micros, moment
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables import drawing, sent_order

_LAST = 2 ** 62     # later than any time in a row


class DrawingSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        c = drawing.c
        newest = select(c.id, func.max(c.version).label("version")).where(
            c.at <= bindparam("until")).group_by(c.id).subquery()
        self.shown = select(*c).join(newest, (newest.c.id == c.id) & (newest.c.version == c.version)).where(
            c.gone == 0).order_by(c.at, c.id)
        self.history = select(*c).where(c.id == bindparam("id")).order_by(c.version)
        self.add = insert(drawing)
        self.token = dialect.insert_new(sent_order)


def _drawing(row: Any) -> Drawing:
    id_, version, incident, sort, text, geometry, at, by, gone = row
    return Drawing(id_, version, incident, Sort(sort), text, shapely.from_wkb(geometry), moment(at), by, bool(gone))


class DrawingReads(Session):
    """Reading what was drawn."""

    def drawings(self, until: datetime | None = None) -> list[Drawing]:
        """Return what lies on the map, now or at a moment, in the order it was drawn."""
        wanted = {"until": micros(until) if until else _LAST}
        return [_drawing(row) for row in self.rows(self.home.statements(DrawingSql).shown, wanted)]

    def drawing_history(self, id: str) -> list[Drawing]:
        """Return every version of a drawing, the first one first."""
        return [_drawing(row) for row in self.rows(self.home.statements(DrawingSql).history, {"id": id})]


class DrawingWrites(DrawingReads):
    """Writing what was drawn."""

    def add_drawing(self, drawing: Drawing) -> None:
        """Add one version; none is ever altered."""
        self.change(self.home.statements(DrawingSql).add, {
            "id": drawing.id, "version": drawing.version, "incident": drawing.incident, "sort": drawing.sort.value,
            "text": clean(drawing.text), "geometry": shapely.to_wkb(drawing.geometry), "at": micros(drawing.at),
            "by": drawing.by, "gone": int(drawing.gone)})

    def first_time(self, token: str, now: datetime) -> bool:
        """Note an order's token; tell whether it was never noted before."""
        return self.change(self.home.statements(DrawingSql).token, {"token": token, "at": micros(now)}) == 1
