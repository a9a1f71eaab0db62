"""What a caller reports: where, what, who. It becomes a sighting of the source `phone`, like any other alarm."""

from __future__ import annotations

import json
from datetime import datetime

from dutydesk.domain.ids import derive, document_hash
from dutydesk.domain.match import match, who
from dutydesk.domain.observed import Sighting
from dutydesk.domain.records import Document
from dutydesk.domain.sighting_rules import Step
from dutydesk.engine.books import Books
from dutydesk.engine.context import PHONE, Context
from dutydesk.engine.hand_opening import called_of
from dutydesk.engine.sightings import sighting_alert
from dutydesk.errors import Refused
from dutydesk.ports.hand import Preview, Report

MOST = 500   # rows of a preview


def preview(ctx: Context, report: Report, now: datetime) -> Preview:
    """Return whom a report would call, as intake itself would match it; raises Refused for what is no report."""
    _check(ctx, report)
    sighting = Sighting("", now, report.event.strip(), report.point, report.place, colour=report.colour)
    source = ctx.source(PHONE.id)
    alert = sighting_alert(ctx, source, sighting, Step("Alert"), "preview", now)
    found = match(alert, ctx.site, ctx.fences, ctx.gazetteer)
    playbook = ctx.playbook(alert.event.family)
    rows = who(found, ctx.site, playbook, ctx.is_night(playbook, now)) if playbook else []
    called = sorted((called_of(ctx, row) for row in rows), key=lambda each: (each.step, each.place, each.person))
    at_once = len({each.person for each in called if each.step == 1})
    return Preview(alert.event.family, len(found.touches), at_once, tuple(called[:MOST]))


def _check(ctx: Context, report: Report) -> None:
    if not report.event.strip():
        raise Refused("请写明险情，例如：山体滑坡。")
    if not report.place and report.point is None:
        raise Refused("请写明地点：选一个地方，或给出经纬度。")
    if report.place and report.place not in ctx.site.places:
        raise Refused(f"没有 {report.place} 这个地方；地点见 geo/。")
    if report.point and not (-180 <= report.point.lon <= 180 and -90 <= report.point.lat <= 90):
        raise Refused("经纬度超出范围；先经度、后纬度，单位为度。")


def take_in(books: Books, report: Report, officer: str) -> str:
    """Store a report as a document of the source `phone`; return its id. Its time of receipt is never changed."""
    told: dict[str, object] = {
        "id": derive("p", books.now.isoformat(), officer, report.event, report.place),
        "time": books.now.isoformat(), "event": report.event.strip(), "colour": report.colour.word,
        "place": report.place, "text": report.text.strip(), "caller": report.caller.strip(), "officer": officer}
    if report.point:
        told |= {"lon": report.point.lon, "lat": report.point.lat}
    body = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    local = books.now.astimezone(books.ctx.zone)
    document = Document(document_hash(PHONE.id, body), PHONE.id, f"电话报险-{local:%m%d-%H%M%S}.json", books.now, body)
    books.tx.add_document(document)
    books.note("reported", person=officer, document=document.hash, event=report.event.strip(), place=report.place)
    return document.hash
