"""The words of a warning that a gauge gave: station, values, thresholds, times, in Chinese."""

from __future__ import annotations

from datetime import datetime

from dutydesk.domain.alert import Alert, Area, Event, Geocode, Info, Reference
from dutydesk.domain.cap_text import PLACE_CODE, SEVERITY
from dutydesk.domain.events import event_of
from dutydesk.domain.gauging import Stand, Verdict, hours, says
from dutydesk.domain.stations import Station
from dutydesk.domain.thresholds import Group
from dutydesk.domain.values import Colour
from dutydesk.domain.watched import Gauge
from dutydesk.engine.books import Books

UNITS = {"rain": "毫米", "level": "米", "flow": "立方米每秒"}


def alert_of(books: Books, station: Station, group: Group, gauge: Gauge, verdict: Verdict) -> Alert:
    """Return the next alert of a gauge's warning: the first one, an Update, or the Cancel of its end."""
    event = event_of(headline="", event=books.ctx.setup.thresholds.event(gauge.what), code="")
    fresh = gauge.colour is None
    colour = verdict.colour or gauge.colour or Colour.BLUE
    sender = f"gauge:{gauge.id.replace('|', ':')}"
    msg_type = "Alert" if fresh else ("Update" if verdict.colour else "Cancel")
    references = () if fresh else (Reference(gauge.first, sender, _time(gauge.issued_at or books.now)),)
    info = Info("zh-CN", event, SEVERITY[colour], "Immediate", "Observed", colour, books.now, verdict.at, None,
                station.name, _headline(station, gauge, verdict, event, colour),
                _description(books, station, group, gauge, verdict), "", _areas(books, group))
    return Alert(f"dutydesk-{gauge.id.replace('|', '-')}-{gauge.serial + 1}", sender, books.now, "Actual", msg_type,
                 "Restricted", references, station.source, (info,), event, colour, sender)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _areas(books: Books, group: Group) -> tuple[Area, ...]:
    """One area for each place, named and coded by its id: exactly these, and what lies below them."""
    places = books.ctx.site.places
    return tuple(Area(places[id].name if id in places else id, (Geocode(PLACE_CODE, id),)) for id in group.places)


def _headline(station: Station, gauge: Gauge, verdict: Verdict, event: Event, colour: Colour) -> str:
    """`宋村雨量站实测1小时雨量82.5毫米，达到暴雨红色阈值80毫米`; of several windows the first that gives the colour."""
    if verdict.colour is None:
        return f"{station.name}实测回落，解除{event.name}{colour.zh}预警"
    stand = next((each for each in verdict.stands if each.standing.colour == verdict.colour), None)
    if stand is None or stand.over is None:
        return f"{station.name}实测，{event.name}{colour.zh}"
    said, limit = says(stand, gauge.what), f"{stand.over:g}{UNITS[gauge.what]}"
    if stand.amount.value >= stand.over:
        return f"{station.name}实测{said}，达到{event.name}{colour.zh}阈值{limit}"
    return f"{station.name}实测{said}，尚未稳定回落，仍为{event.name}{colour.zh}（阈值{limit}）"


def _description(books: Books, station: Station, group: Group, gauge: Gauge, verdict: Verdict) -> str:
    """Everything somebody would ask back: which station, which values when, against which thresholds, from where."""
    if verdict.at is None:
        return f"测站：{station.name}（{station.id}）。阈值已取消。"
    at = verdict.at.astimezone(books.ctx.zone)
    lines = [f"测站：{station.name}（{station.id}）。观测时间：{at:%Y-%m-%d %H:%M}。"]
    lines += [_line(stand, group, gauge.what) for stand in verdict.stands]
    origin = books.ctx.setup.thresholds.origin
    if origin and gauge.what == "rain" and group.table is books.ctx.setup.thresholds.site.get("rain"):
        lines.append(f"阈值来源：{origin}。")
    return "\n".join(lines)


def _line(stand: Stand, group: Group, what: str) -> str:
    levels = "、".join(f"{colour.zh}{over:g}" for colour, over in sorted(group.table[stand.window].items()))
    state = stand.standing.colour.zh if stand.standing.colour else "未达阈值"
    hole = "" if stand.amount.whole else f"（{hours(stand.window)}内有缺测，实际不少于此）"
    return f"{says(stand, what)}{hole}：{state}（阈值 {levels} {UNITS[what]}）。"
