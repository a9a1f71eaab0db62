"""How a message joins a chain, and what it then gives to places.

By referenced id first; else office, type and overlapping area, marked as inferred; else a chain of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from dutydesk.domain.alert import Alert
from dutydesk.domain.events import says_lifted
from dutydesk.domain.ids import derive
from dutydesk.domain.match import Match
from dutydesk.domain.records import Chain
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine.batch import RANK, Batch, is_fresh, kind_of
from dutydesk.engine.openings import Cause
from dutydesk.ports.feed import Source

_UNIT = (r"[\u4e00-\u9fff]{1,12}?(?:气象台|气象局|气象服务中心|水务局|水利局|应急管理局|自然资源和规划局|自然资源局|"
         r"林业局|海洋发展局|地震局|指挥部办公室|指挥部|雨量站|水位站|水文站|潮位站|气象站|监测站|值班室)")
_OFFICE = re.compile(rf"{_UNIT}(?:[、和与]{_UNIT})*")


def age(alert: Alert) -> tuple[datetime, int]:
    """The order of the messages of one office: by the time of sending, within a second first to last word."""
    return alert.sent, RANK.get(alert.msg_type, 0)


def join(batch: Batch, alert: Alert, found: Match, source: Source) -> tuple[Chain, str]:
    """Find or make the chain of a message; tells how it was joined: reference, inferred, unlinked, first.

    1. The chain of the same message, or of one it refers to, or one that waits for what it refers to.
    2. It refers to nothing: a chain that waits for it.
    3. An open chain of the same office, type and status that shares a place; what it refers to will find it there.
    4. A chain of its own, which waits for what it refers to: documents come late and out of order.
    """
    references = [each.identifier for each in alert.references if each.identifier != alert.identifier]
    waits_for = references or [alert.identifier]
    for known in (*map(batch.by_identifier, (alert.identifier, *references)),
                  *(batch.chain(_waiting_for(each)) for each in waits_for)):
        if known is not None:
            return known, "reference"
    for chain in batch.open_chains(alert.event.name):
        if chain.office == alert.office and chain.status == alert.status and _overlap(chain, found):
            for each in references:
                batch.keep(replace(_empty(alert, source, each), open=False, latest=alert.identifier))
            return chain, "inferred"
    how = "first" if alert.msg_type == "Alert" else "unlinked"
    return _empty(alert, source, waits_for[0]), how


def _empty(alert: Alert, source: Source, begins_with: str) -> Chain:
    return Chain(_waiting_for(begins_with), alert.office, alert.event.name, alert.event.family, source.id, alert.status,
                 True, "", alert.sent, None)


def _waiting_for(identifier: str) -> str:
    """The id of the chain that begins with a message, be it here already or not."""
    return derive("h", identifier)


def _overlap(chain: Chain, found: Match) -> bool:
    """Whether they share a place; a lift or a version without any match counts as sharing."""
    return not chain.colours or not found.touches or not set(chain.colours).isdisjoint(found.touches)


def same_hand(chain: Chain, alert: Alert, source: Source) -> bool:
    """Whether a message comes from the chain's own office and source: only that lowers a red by itself."""
    return is_fresh(chain) or (chain.office == alert.office and chain.source == source.id)


def feed(batch: Batch, chain: Chain, alert: Alert, found: Match, *, kind: Kind, trusted: bool) -> None:
    """Let one version of a chain give colours.

    1. A version older than the newest one changes nothing (documents come late and out of order).
    2. Work out the places it gives, in which colour; a cancel gives none.
    3. Raising: named places at once, the rest of the area after the officer's word or the time set.
    4. What would lower or lift a red without right waits for the officer.
    """
    if not is_fresh(chain) and age(alert) < batch.age(chain):
        batch.books.note("late_version", chain=chain.id, identifier=alert.identifier)
        return
    cancelled = lifts(alert)
    wanted = {} if cancelled else given(chain.colours, alert, found)
    direct, rest = _in_time(chain.colours, wanted, found)
    direct, kept = _guard_red(chain.colours, direct, trusted=trusted, cancelled=cancelled)
    main = alert.main
    cause = Cause(alert.event.name, office_name(alert), alert.sent, main.onset if main else None)
    moved = batch.touch(chain, direct, kind=kind, cause=cause, spoken=found.named,
                        renewal=not is_fresh(chain) and alert.sent > chain.sent)
    expires = max((info.expires for info in alert.infos if info.expires), default=None)
    batch.keep(replace(moved, open=bool(direct), latest=alert.identifier, sent=alert.sent, expires=expires,
                       event=alert.event.name, family=chain.family))
    incidents = [each for each in batch.incidents.values() if chain.id in each.chains]
    for incident in incidents[:1]:
        if rest:
            batch.books.task(incident.id, "rest", incident.desk, "officer",
                             batch.books.now + batch.books.ctx.rules.rest_of_area, chain.id)
            batch.books.note("rest_waits", incident=incident.id, chain=chain.id, places=len(rest))
    _confirm(batch, chain, kept, alert.identifier)


def lifts(alert: Alert) -> bool:
    """Whether a message ends its warning: a Cancel, or an Update whose title says so (some offices lift that way)."""
    main = alert.main
    if alert.msg_type == "Update":
        return main is not None and says_lifted(main.headline)
    return alert.msg_type == "Cancel"


def _confirm(batch: Batch, chain: Chain, kept: frozenset[str], identifier: str) -> None:
    """Ask the officer about reds that fell by another hand, or are covered no more."""
    if not kept:
        return
    for incident in [each for each in batch.incidents.values() if chain.id in each.chains]:
        places = sorted(place for place in kept if batch.books.ctx.site.places[place].desk == incident.desk)
        if places:
            batch.books.alarm(incident.id, "confirm", place=incident.desk, text=identifier, red=False)
            batch.books.note("kept_red", incident=incident.id, chain=chain.id, places=places[:50])


def adopt(batch: Batch, alert: Alert) -> None:
    """Let later messages that came before this one, and waited for it, follow it in its chain."""
    chain = batch.by_identifier(alert.identifier)
    waiting = batch.chain(_waiting_for(alert.identifier))
    orphan = batch.by_identifier(waiting.latest) if waiting else None
    if chain is None or orphan is None or orphan.id == chain.id or is_fresh(orphan):
        return
    batch.move(orphan, chain)
    batch.books.note("adopted", chain=chain.id, orphan=orphan.id)
    kind = kind_of(chain.status)
    cause = Cause(orphan.event, office_name(alert), orphan.sent)
    trusted = chain.office == orphan.office and chain.source == orphan.source
    direct, kept = _guard_red(chain.colours, dict(orphan.colours), trusted=trusted, cancelled=not orphan.colours)
    later = batch.age(orphan) > batch.age(chain)
    gone = batch.touch(orphan, {}, kind=kind, cause=cause, renewal=False)
    batch.keep(replace(gone, open=False))
    if later:
        moved = batch.touch(chain, direct, kind=kind, cause=cause, renewal=False)
        batch.keep(replace(moved, open=bool(direct), latest=orphan.latest, sent=orphan.sent, expires=orphan.expires))
        _confirm(batch, chain, kept, orphan.latest)


def office_name(alert: Alert) -> str:
    """The issuing office as messages name it, out of the headline; a sender's name may be a person's and is not used.

    `威海市气象台发布暴雨红色预警信号` gives `威海市气象台`; two offices together give both.
    """
    main = alert.main
    text = (main.headline or main.description) if main else ""
    found = _OFFICE.match(text.lstrip("【["))
    return found.group(0).replace("和", "、") if found else ""


def given(before: Mapping[str, Colour], alert: Alert, found: Match) -> dict[str, Colour]:
    """The colours a version gives.

    A text that says what holds for the rest leaves the rest as it was; when lowering, only the named fall.
    """
    given = {place: touch.colour for place, touch in found.touches.items()}
    if found.named:
        for place, old in before.items():
            if place in found.named or place not in given:
                continue
            if found.rest is not None:
                given[place] = found.rest
            elif found.rest_holds or alert.colour < old:
                given[place] = old
    return given


def _in_time(before: Mapping[str, Colour], wanted: dict[str, Colour],
             found: Match) -> tuple[dict[str, Colour], dict[str, Colour]]:
    """Split what counts at once from the rest of a raised area, which follows later."""
    if not found.named or found.rest_holds:
        return wanted, {}
    rest = {place: colour for place, colour in wanted.items()
            if place not in found.named and colour > before.get(place, 0)}
    now = {place: colour for place, colour in wanted.items() if place not in rest}
    now.update({place: before[place] for place in rest if place in before})
    return now, rest


def _guard_red(before: Mapping[str, Colour], after: dict[str, Colour], *, trusted: bool,
               cancelled: bool) -> tuple[dict[str, Colour], frozenset[str]]:
    """Keep red what may not fall by itself: another hand's word, or a place merely no longer covered."""
    kept = set()
    for place, old in before.items():
        falls = after.get(place, 0) < old
        uncovered = not cancelled and place not in after
        if old is Colour.RED and falls and (not trusted or uncovered):
            kept.add(place)
    return after | {place: Colour.RED for place in kept}, frozenset(kept)
