"""Which channels there are: a lazy table of dotted paths, and the entry points `dutydesk.channels` of others.

An entry is a function `(name, settings) -> Channel`; it is imported when it is used, never before. `name` is what the
site calls the channel, `settings` are `limits` (a `Limits`) and what `[channel.NAME]` of `dutydesk.toml` says, secrets
filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

from dutydesk.errors import UsageError
from dutydesk.ports.channel import Channel

GROUP = "dutydesk.channels"
BUILT_IN: Mapping[str, str] = {
    "aliyun-sms": "dutydesk.channels.aliyun:make_sms",
    "aliyun-voice": "dutydesk.channels.aliyun:make_voice",
    "cmpp": "dutydesk.channels.cmpp:make",
    "ferry": "dutydesk.channels.ferry:make",
    "http": "dutydesk.channels.http:make",
    "modem": "dutydesk.channels.modem:make",
    "simulator-sms": "dutydesk.channels.simulator:sms",
    "simulator-voice": "dutydesk.channels.simulator:voice",
    "smpp": "dutydesk.channels.smpp:make",
    "tencent-sms": "dutydesk.channels.tencent:make_sms",
    "tencent-voice": "dutydesk.channels.tencent:make_voice",
    "twilio-sms": "dutydesk.channels.twilio:make_sms",
    "twilio-voice": "dutydesk.channels.twilio:make_voice",
}

Make = Callable[[str, Mapping[str, Any]], Channel]


def kinds() -> tuple[str, ...]:
    """Return the kinds of all channels that can be made here, sorted; nothing is imported."""
    return tuple(sorted({*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))}))


def make(kind: str, name: str, settings: Mapping[str, Any]) -> Channel:
    """Make a channel of that kind under that name, with its settings from `dutydesk.toml`.

    Our own table goes before entry points: nobody replaces the simulator by installing a package. Raises
    UsageError naming the kinds there are, or what is wrong with the settings.
    """
    return _maker(kind)(name, settings)


def _maker(kind: str) -> Make:
    if kind in BUILT_IN:
        module, _, attribute = BUILT_IN[kind].partition(":")
        return cast(Make, getattr(import_module(module), attribute))
    for entry in entry_points(group=GROUP, name=kind):
        return cast(Make, entry.load())
    raise UsageError(f"there is no channel {kind!r}; choose one of {', '.join(kinds())}")
