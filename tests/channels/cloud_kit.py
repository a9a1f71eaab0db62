"""Channels of the clouds as a site would make them, and stories told with one against its fake."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fake_clouds import KEY_ID, KEY_SECRET, PUSH_KEY, Cloud, FakeAliyun, FakeTencent, FakeTencentVoice, serving

from dutydesk.channels import registry
from dutydesk.channels.settings import Filled
from dutydesk.domain.ids import derive
from dutydesk.domain.values import Via
from dutydesk.ports.channel import Limits, Outgoing, Quota

NOW = datetime(2026, 7, 20, 4, 0, 30, tzinfo=UTC)       # 12:00:30 in Beijing
KEY = derive("k", "a call")
TEXT = "【威海应急】暴雨红色预警。您负责:苘山镇5个村。"
FACTS = {"title": "暴雨红色预警", "places": "苘山镇5个村"}
NUMBER = "+8612000000001"
FAKES: dict[str, Callable[[], Cloud]] = {"aliyun-sms": FakeAliyun, "aliyun-voice": FakeAliyun,
                                         "tencent-sms": FakeTencent, "tencent-voice": FakeTencentVoice}
ALL = sorted(FAKES)


def channel(kind: str, fake: Cloud | None = None, *, port: int = 1, **changes: Any) -> Any:
    """A channel as the site would make it; its name is its kind."""
    cloud, way = kind.split("-")
    params: Any = {"t": "{title}", "p": "{places}"} if cloud == "aliyun" else ["{title}", "{places}"]
    settings: dict[str, Any] = {
        "key_id": Filled(KEY_ID), "key_secret": Filled(KEY_SECRET), "push_key": Filled(PUSH_KEY),
        "api_url": f"http://127.0.0.1:{fake.port if fake else port}", "now": lambda: NOW,
        "limits": Limits(timeout=2, per_number=(Quota(1, timedelta(minutes=1)),)),
        "templates": {"flood": {"id": "T_1", "params": params, "drill": "T_2"},
                      "marked": {"id": "T_3", "params": {"d": "{drill}"} if cloud == "aliyun" else ["{drill}"]},
                      "plain": {"id": "T_4"}}}
    if way == "sms":
        settings["signature"] = "威海应急"
    if cloud == "tencent":
        settings["app"] = 1400000000
    if kind == "aliyun-voice":
        settings |= {"caller": "06310001234", "keys": {"1": "T_9", "2": "T_10", "0": "T_11"}}
    return registry.make(kind, kind, {**settings, **changes})


def message(kind: str, number: str = NUMBER, **changes: Any) -> Outgoing:
    given = {"template": "flood", "facts": FACTS, **changes}
    return Outgoing(KEY, Via.SMS if kind.endswith("sms") else Via.VOICE, number, "p1", TEXT, **given)


def told(kind: str, story: Callable[[Any, Cloud], Awaitable[Any]], **changes: Any) -> Any:
    """Run a story with a channel and its cloud."""
    async def run() -> Any:
        async with serving(FAKES[kind]()) as fake:
            made = channel(kind, fake, **changes)
            try:
                return await story(made, fake)
            finally:
                await made.close()
    return asyncio.run(run())


class House:
    """Stands for the house: knows to which number a call went, and when."""

    def __init__(self, at: datetime = NOW - timedelta(minutes=5)) -> None:
        self.at = at

    def sent_to(self, call: str) -> tuple[str, datetime] | None:
        return (NUMBER, self.at) if call == KEY else None


def listed(key: str, status: int, code: str = "", at: str = "2026-07-20 11:55:31") -> dict[str, Any]:
    return {"PhoneNum": "12000000001", "SendStatus": status, "ErrCode": code, "OutId": key, "SendDate": at,
            "ReceiveDate": at, "TemplateCode": "T_1"}


def report(key: str, state: str, word: str = "DELIVRD", at: datetime = NOW) -> dict[str, Any]:
    return {"SessionContext": key, "SerialNo": f"s-{key[-4:]}", "ReportStatus": state, "Description": word,
            "UserReceiveTime": int(at.timestamp()), "PhoneNumber": NUMBER, "SubscriberNumber": "12000000001",
            "CountryCode": "86"}
