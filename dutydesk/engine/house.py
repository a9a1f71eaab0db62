"""The standing incident of a duty room itself: what concerns the house and no hazard."""

from __future__ import annotations

from dutydesk.domain.ids import derive
from dutydesk.domain.records import Incident
from dutydesk.domain.values import Kind
from dutydesk.engine.books import Books

FAMILY = "house"


def house_incident(books: Books, desk: str = "") -> Incident:
    """Return the house incident of a desk (the first desk where none is named), made when first needed.

    Bad documents, silent feeds, holes in the roster and replies nobody was asked for stand there.
    """
    desk = desk or min(books.ctx.site.desks, default="")
    id = derive("i", desk, FAMILY)
    found = books.incident(id)
    if found is not None:
        return found
    books.tx.save_incident(Incident(id, f"{desk}-{FAMILY}", desk, FAMILY, Kind.REAL, books.now))
    fresh = books.incident(id)
    if fresh is None:
        raise LookupError(f"the house incident of desk {desk} was saved and is not there")
    return fresh
