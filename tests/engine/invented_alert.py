"""Warnings of an invented weather service, as CAP documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from invented_site import RIVER

from dutydesk.domain.values import colour

BEIJING = ZoneInfo("Asia/Shanghai")
SEVERITY = {"red": "Extreme", "orange": "Severe", "yellow": "Moderate", "blue": "Minor"}
NAMES = {"990100": "兰泉市", "990102": "清河区", "990103": "松陵县"}


@dataclass(frozen=True)
class Warn:
    """One CAP document as the weather service writes it. Times with their zone."""

    colour: str
    sent: datetime
    event: str = "暴雨"
    codes: tuple[str, ...] = (RIVER,)
    office: str = RIVER
    kind: str = "Alert"
    refers: str = ""
    refers_sent: datetime | None = None
    status: str = "Actual"
    text: str = ""
    expires: timedelta | None = timedelta(hours=24)
    serial: str = ""
    headline: str = ""

    @property
    def identifier(self) -> str:
        return f"{self.office}41600000_{self.sent.astimezone(BEIJING):%Y%m%d%H%M%S}{self.serial}"

    @property
    def body(self) -> bytes:
        zh = colour(self.colour).zh
        unit = NAMES.get(self.office, "外地")
        does = {"Alert": "发布", "Update": "更新", "Cancel": "解除"}[self.kind]
        title = self.headline or f"{unit}气象台{does}{self.event}{zh}预警信号"
        areas = "".join(
            f"<area><areaDesc>{NAMES.get(code, code)}</areaDesc><geocode><valueName>CPEAS Geographic Code</valueName>"
            f"<value>{code.ljust(12, '0')}</value></geocode></area>" for code in self.codes)
        referred = f"Observatory,{self.refers},{(self.refers_sent or self.sent).isoformat()}" if self.refers else ""
        expires = f"<expires>{(self.sent + self.expires).isoformat()}</expires>" if self.expires else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
            f"<identifier>{self.identifier}</identifier><sender>Observatory</sender><sent>{self.sent.isoformat()}</sent>"
            f"<status>{self.status}</status><msgType>{self.kind}</msgType><scope>Public</scope><note/>"
            f"<references>{referred}</references><info><language>zh-CN</language><category>Met</category>"
            f"<event>{self.event}</event><urgency>Immediate</urgency><severity>{SEVERITY[self.colour]}</severity>"
            f"<certainty>Likely</certainty><effective>{self.sent.isoformat()}</effective>{expires}"
            f"<headline>{title}</headline><description>{self.text or title}</description>{areas}</info></alert>"
        ).encode()

    def then(self, kind: str, colour: str, sent: datetime, **more: object) -> Warn:
        """The next version of the chain, which refers to this one with the new message's time, as CMA does."""
        fresh = replace(self, kind=kind, colour=colour, sent=sent, refers=self.identifier, refers_sent=sent, text="",
                        headline="")
        return replace(fresh, **more)  # type: ignore[arg-type]
