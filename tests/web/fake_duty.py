"""What stands behind the page of a responsible person, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dutydesk.domain.links import sign, verify
from dutydesk.domain.photos import photo_name
from dutydesk.errors import Refused
from dutydesk.ports.duty import Done, DutyView, NearShelter

KEY = b"a key of the tests"
AT = datetime(2021, 7, 19, 19, 21, tzinfo=UTC)


def token(call: str = "k1", life: timedelta = timedelta(hours=24), now: datetime = AT) -> str:
    """The token of a link."""
    return sign("duty-page", call, now + life, KEY)


@dataclass
class FakeDuty:
    """One call, k1, and the photos kept."""

    duty_phone: str = "0631-0001234"
    photos: dict[str, bytes] = field(default_factory=dict)
    over: bool = False

    def call_of(self, token: str, now: datetime) -> str:
        return verify(token, "duty-page", KEY, now)

    def look(self, call: str, now: datetime) -> DutyView | None:
        if call != "k1":
            return None
        return DutyView("丛某甲", "暴雨红色预警", "苘山镇东庄村", "请立即组织转移危险区群众", ("on_post", "moved"),
                        (Done(AT - timedelta(minutes=2), "answered", "", None), Done(AT, "acted", "moved", 32)),
                        (NearShelter("东庄村", "苘山小学", 122.13, 37.33, 1234.0, 180),), drill=False, over=self.over)

    def keep_photo(self, body: bytes) -> str:
        name = photo_name(body)
        if not name:
            raise Refused("这不是照片")
        self.photos[name] = body
        return name
