"""Reading received documents into alerts, before any row is locked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from dutydesk.domain.alert import Alert, Info, Request
from dutydesk.domain.cap_out import is_own
from dutydesk.domain.events import says_lifted, type_key
from dutydesk.domain.ids import derive
from dutydesk.domain.match import Match, match
from dutydesk.domain.observed import Observed
from dutydesk.domain.records import Document, Version
from dutydesk.domain.sameness import wording_of
from dutydesk.domain.succession import Says
from dutydesk.engine.context import Context
from dutydesk.errors import DocumentError
from dutydesk.ports.feed import Source

UNPROVEN = frozenset({"signature-missing", "signature-wrong"})
"""Faults of a message whose source signs what it sends: nobody knows whose word it is."""

_UNIT = (r"[\u4e00-\u9fff]{1,12}?(?:气象台|气象局|气象服务中心|水务局|水利局|应急管理局|自然资源和规划局|自然资源局|"
         r"林业局|海洋发展局|地震局|指挥部办公室|指挥部|雨量站|水位站|水文站|潮位站|气象站|监测站|值班室)")
_OFFICE = re.compile(rf"{_UNIT}(?:[、和与]{_UNIT})*")


@dataclass(frozen=True, slots=True)
class Reading:
    """One document read: its alerts with what each touches, or the error that made it unreadable.

    `requests` are the further documents it asks for; whoever fetches takes them, the desk does not. `observed` is
    what it reports besides warnings. `returned`: identifiers of our own messages that a neighbour sent back; they ask
    nobody.
    """

    document: Document
    source: Source
    alerts: tuple[tuple[Alert, Match], ...] = ()
    error: DocumentError | None = None
    requests: tuple[Request, ...] = ()
    observed: tuple[Observed, ...] = ()
    returned: tuple[str, ...] = ()


def read(ctx: Context, document: Document) -> Reading:
    """Read one document; a bad one comes back with its named error, never as an exception."""
    source = ctx.source(document.source)
    try:
        found = tuple(ctx.feed(source.kind).parse(document.body, source, document.received_at))
    except DocumentError as error:
        return Reading(document, source, error=error)
    if any(fault.name in UNPROVEN for each in found if isinstance(each, Alert) for fault in each.faults):
        source = replace(source, auto=False)     # its name was there for anybody to write
    own = {each.identifier: None for each in found if isinstance(each, Alert) and is_own(each.sender, ctx.site.desks)}
    return Reading(document, source,
                   tuple((alert, match(alert, ctx.site, ctx.fences, ctx.gazetteer))
                         for alert in found if isinstance(alert, Alert) and alert.identifier not in own),
                   requests=tuple(each for each in found if isinstance(each, Request)),
                   observed=tuple(each for each in found if not isinstance(each, Alert | Request)),
                   returned=tuple(own))


def lifts(alert: Alert) -> bool:
    """Whether a message ends its warning: a Cancel, or an Update whose title says so (some offices lift that way)."""
    main = alert.main
    if alert.msg_type == "Update":
        return main is not None and says_lifted(main.headline)
    return alert.msg_type == "Cancel"


def office_name(alert: Alert) -> str:
    """The issuing office as messages name it, out of the headline; a sender's name may be a person's and is not used.

    `威海市气象台发布暴雨红色预警信号` gives `威海市气象台`; two offices together give both.
    """
    main = alert.main
    text = (main.headline or main.description) if main else ""
    found = _OFFICE.match(text.lstrip("【["))
    return found.group(0).replace("和", "、") if found else ""


def content_key(alert: Alert) -> str:
    """Key of text and times: two messages with the same key say the same."""
    texts = [(info.language, info.headline, info.description, info.instruction, str(info.effective),
              str(info.onset), str(info.expires), [area.name for area in info.areas],
              [(code.name, code.value) for area in info.areas for code in area.geocodes],
              [area.geometry.wkt if area.geometry is not None else "" for area in info.areas])
             for info in alert.infos]
    return derive("x", alert.msg_type, alert.colour, texts)


def says_of(alert: Alert, found: Match, source: Source) -> Says:
    """What one source's message says of the places of this site, and by what it is known whoever brings it."""
    main, type, lifting, office = alert.main, type_key(alert.event), lifts(alert), office_name(alert)
    wording = wording_of(office or alert.sender.strip().casefold(), type, alert.colour,
                         main.description if main else "", lifts=lifting)
    return Says(
        identifier=alert.identifier, sent=alert.sent, status=alert.status, msg_type=alert.msg_type, lifts=lifting,
        type=type, colour=alert.colour, office=alert.office, office_name=office, event=alert.event.name,
        gives={place: touch.colour for place, touch in found.touches.items()}, named=found.named, rest=found.rest,
        rest_holds=found.rest_holds, onset=main.onset if main else None, expires=_end(alert),
        sources={source.id: source.auto}, content=content_key(alert), wording=wording)


def parts_of(alert: Alert, found: Match) -> frozenset[str]:
    """What a message has to tell beyond its codes: names of the parts another source's telling may lack."""
    infos = alert.infos
    has = {
        "text": any(info.description for info in infos), "instruction": any(info.instruction for info in infos),
        "geometry": any(area.geometry is not None for info in infos for area in info.areas),
        "expires": _end(alert) is not None, "names": bool(found.named),
    }
    return frozenset(part for part, there in has.items() if there)


def version_of(alert: Alert, document: Document, chain: str, join: str) -> Version:
    """The row of one alert as a version of its chain."""
    main = alert.main
    content = content_key(alert)
    return Version(
        derive("v", alert.identifier, content), chain, document.hash, alert.identifier, alert.sender, alert.msg_type,
        alert.status, alert.sent, document.received_at, alert.event.name, alert.colour,
        main.headline if main else "", _text(main), _end(alert), join, content)


def _text(main: Info | None) -> str:
    return "\n".join(part for part in ((main.headline, main.description, main.instruction) if main else ()) if part)


def _end(alert: Alert) -> datetime | None:
    return max((info.expires for info in alert.infos if info.expires), default=None)
