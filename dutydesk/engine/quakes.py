"""Earthquakes: from what services report to one alert of our own with a ring for each colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from shapely.geometry import Polygon, box

from dutydesk.domain import quakes
from dutydesk.domain.alert import Alert, Area, Event, Info
from dutydesk.domain.observed import Observed, Quake
from dutydesk.domain.quakes import QuakeRules, Shock
from dutydesk.domain.values import Colour
from dutydesk.engine.books import Books
from dutydesk.engine.own_alerts import info, own_alert
from dutydesk.ports.feed import Source

EVENT = Event("11C02", "地震", "quake")
_REMEMBERED = timedelta(days=40)    # a service revises and deletes for weeks
_DEGREES = ("", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "Ⅵ", "Ⅶ", "Ⅷ", "Ⅸ", "Ⅹ", "Ⅺ", "Ⅻ")


def watch(books: Books, source: Source, observed: Sequence[Observed]) -> Iterator[Alert]:
    """Join the reports of one document to earthquakes, and issue what changes for places here.

    1. A report of a quake that cannot be felt here says nothing, unless it belongs to one that could.
    2. Reports of one quake, of one service or of several, are one; the strongest that stands counts.
    3. Its rings are told when it is strong enough, again when they change, and lifted when nothing is left of it.
    """
    rules = books.ctx.config.quake
    reports = sorted((each for each in observed if isinstance(each, Quake)), key=lambda each: (each.updated, each.id))
    if not reports:
        return
    shocks = {shock.id: shock for shock in books.tx.shocks(books.now - _REMEMBERED)}
    known = {name for shock in shocks.values() for name in shock.reports}
    for report in reports:
        if f"{source.id}/{report.id}" not in known and not _felt(books, report, rules):
            continue
        shock = quakes.take(shocks.values(), source.id, report, rules)
        if shock is None:
            continue
        alert, shock = _conclude(books, shock, rules)
        books.tx.save_shock(shock)
        known.update(shock.reports)
        shocks[shock.id] = replace(shock, version=shock.version + 1) if shock.id in shocks else shock
        books.note("quake", source=source.id, shock=shock.id, magnitude=report.magnitude, status=report.status,
                   reports=len(shock.reports), open=shock.open)
        if alert is not None:
            yield alert


def _felt(books: Books, report: Quake, rules: QuakeRules) -> bool:
    """Whether the widest ring of a report reaches the site's envelope; a deletion is kept wherever it was."""
    if report.status == quakes.DELETED:
        return True
    if not quakes.usable(report):
        return False
    here = box(*books.ctx.config.envelope)
    return any(here.intersects(ground) for _, _, ground in quakes.rings(report, rules))


def _conclude(books: Books, shock: Shock, rules: QuakeRules) -> tuple[Alert | None, Shock]:
    """Say what a quake as it stands now means here, if that is news."""
    quake = shock.standing
    touching = _touching(books, quake, rules) if quake else []
    if quake is None or not touching:
        return _end(books, shock)
    said = f"{quake.magnitude} {quake.depth} {quake.point} {quake.at.isoformat()}"
    if not shock.open and not _calls(books, quake, rules):
        return None, shock
    if shock.open and said == shock.said:
        return None, shock
    blocks = [_ring(books, quake, colour, least, radius, ground) for colour, least, radius, ground in touching]
    alert = own_alert(books, _stem(shock), shock.issued, shock.latest, EVENT, blocks)
    return alert, replace(shock, issued=shock.issued + 1, latest=alert.identifier, said=said, open=True)


def _touching(books: Books, quake: Quake, rules: QuakeRules) -> list[tuple[Colour, float, float, Polygon]]:
    """The rings that reach a place here: colour, least intensity, radius in km, ground."""
    least = dict(rules.rings())
    return [(colour, least[colour], radius, ground) for colour, radius, ground in quakes.rings(quake, rules)
            if books.ctx.fences.touched(ground)]


def _calls(books: Books, quake: Quake, rules: QuakeRules) -> bool:
    """Whether a quake that was not told yet is strong enough, here or at its source, and not long past."""
    if books.now - quake.at > rules.too_old or quake.point is None or quake.magnitude is None:
        return False
    if quake.magnitude >= rules.opens_at:
        return True
    radius = quakes.reach(quake.magnitude, quakes.depth_of(quake), rules.opens_at_intensity)
    return radius > 0 and bool(books.ctx.fences.touched(quakes.circle(quake.point, radius)))


def _end(books: Books, shock: Shock) -> tuple[Alert | None, Shock]:
    """Lift what a quake gave that is deleted, or reaches nobody after its revision."""
    if not shock.open:
        return None, shock
    why = "该地震经修订后未波及本区域。" if shock.standing else "该地震已被台网删除。"
    blocks = [info(books, EVENT, Colour.YELLOW, "地震预警解除", why, "", ())]
    alert = own_alert(books, _stem(shock), shock.issued, shock.latest, EVENT, blocks, cancel=True)
    return alert, replace(shock, issued=shock.issued + 1, latest=alert.identifier, said="", open=False)


def _stem(shock: Shock) -> str:
    return f"quake-{shock.id}"


def _ring(books: Books, quake: Quake, colour: Colour, least: float, radius: float, ground: Polygon) -> Info:
    at = quake.at.astimezone(books.ctx.zone)
    depth = f"，深{quake.depth:g}公里" if quake.depth is not None else ""
    where = f"东经{quake.point.lon:.2f}、北纬{quake.point.lat:.2f}" if quake.point else ""
    degree = _DEGREES[min(int(least), 12)]
    said = (f"{at:%m-%d %H:%M:%S}发生{quake.magnitude:.1f}级地震，震中{where}{depth}。按衰减关系估计，"
            f"震中{radius:.0f}公里内烈度可达{degree}度以上；是估计，不是实测。")
    area = Area(f"估计烈度{degree}度以上", geometry=ground)
    return info(books, EVENT, colour, f"地震{colour.zh}预警", said, f"震中位置：{quake.where}", (area,))
