"""A channel test: one message that warns of nothing and asks for nothing but a sign that it arrived.

Its ids begin with `t`, so that whatever comes back for one is known to belong to no callout.
"""

from __future__ import annotations

import re

from dutydesk.domain.setup import Config
from dutydesk.domain.values import Via

REPLY = "测试"
"""The whole reply to a test by SMS: no word of the grammar, so it can never count as an answer."""

_TEST = re.compile("t[0-9a-f]{20}")
_AROUND = " 【】“”\"'。.!！"
_SMS = "【{signature}】这是通道测试，不是预警，无须行动。收到请回复“{reply}”。值班电话{phone}"
_VOICE = "这里是{signature}值班室。这是通道测试，不是预警，无须行动。收到请按1。值班电话{phone}。"


def is_test(call: str) -> bool:
    """Whether a call's id is that of a channel test."""
    return _TEST.fullmatch(call) is not None


def says_test(text: str) -> bool:
    """Whether a text is nothing but the reply to a channel test."""
    return text.strip(_AROUND) == REPLY


def text_of(config: Config, via: Via) -> str:
    """What a channel test says by this way."""
    form = _VOICE if via.rings else _SMS
    return form.format(signature=config.signature, phone=config.duty_phone, reply=REPLY)
