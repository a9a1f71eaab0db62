"""Watches forecasts: keeps the newest of every point, and tells the officer when rain ahead passes the thresholds.

A forecast calls nobody. A model is wrong by an hour and by a valley often enough that people who were called in vain
three times stop answering the fourth; issuing a warning is the office's work, and the officer may open an incident.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dutydesk.domain.alert import Alert
from dutydesk.domain.observed import Forecast, Observed
from dutydesk.domain.outlook import colour_ahead, rain_ahead
from dutydesk.domain.values import Colour
from dutydesk.domain.watched import Foreseen
from dutydesk.engine.books import Books
from dutydesk.engine.house import house_incident
from dutydesk.ports.feed import Source

TOLD = "outlook:"


def watch_forecasts(books: Books, source: Source, observed: Sequence[Observed]) -> Iterator[Alert]:
    """Keep forecasts; tell the officer once when the colour ahead rises anywhere (the source's `tell` turns it off)."""
    told = [each for each in observed if isinstance(each, Forecast)]
    if not told:
        return
    books.tx.save_forecasts([Foreseen(source.id, each, books.now) for each in told])
    table = books.ctx.setup.thresholds.site.get("rain", {})
    colours = [colour_ahead(rain_ahead(each, books.now), table) for each in told if each.what == "rain"]
    now = max((each for each in colours if each is not None), default=None)
    before = books.tx.setting(TOLD + source.id) or 0
    if int(now or 0) != before:
        books.tx.set_setting(TOLD + source.id, int(now or 0))
    if now is not None and now >= Colour.ORANGE and now > before and source.settings.get("tell", True):
        house = house_incident(books)
        books.alarm(house.id, "outlook", place=house.desk, text=source.id, red=False,
                    said=f"预报未来24小时雨量将达{now.zh}阈值，请会商（预报不自动叫应）")
    yield from ()
