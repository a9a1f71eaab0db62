"""Alerts of the desk's own: what it concludes from what sources report, in the form of every other warning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dutydesk.domain.alert import Alert, Area, Event, Info, Reference
from dutydesk.domain.cap_text import SEVERITY
from dutydesk.domain.values import Colour
from dutydesk.engine.books import Books

_STANDS = timedelta(hours=24)      # without news


def info(books: Books, event: Event, colour: Colour, headline: str, description: str, instruction: str,
         areas: tuple[Area, ...]) -> Info:
    """One block of an alert of our own."""
    return Info(books.ctx.config.language, event, SEVERITY[colour], "Immediate", "Likely", colour, None, None,
                books.now + _STANDS, books.ctx.config.name, headline, description, instruction, areas)


def own_alert(books: Books, stem: str, issued: int, latest: str, event: Event, infos: Sequence[Info], *,
              cancel: bool = False) -> Alert:
    """An alert of our own about one thing; `stem` names that thing, `issued` counts what was told of it before.

    Every thing is an office of its own, so that two fires in one county never pass for one chain.
    """
    main = max(infos, key=lambda each: each.colour or 0)
    references = (Reference(latest, stem, books.now.isoformat()),) if latest else ()
    kind = "Cancel" if cancel else "Update" if latest else "Alert"
    return Alert(f"{stem}-{issued + 1:03}", stem, books.now, "Actual", kind, "Public", references, "", tuple(infos),
                 event, main.colour or Colour.ORANGE, stem)
