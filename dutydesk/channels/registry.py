"""Which channels there are: a lazy table of dotted paths, and the entry points `dutydesk.channels` of others.

An entry is a function `(name, settings) -> Channel`; it is imported when it is used, never before.
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
    "simulator-sms": "dutydesk.channels.simulator:sms",
    "simulator-voice": "dutydesk.channels.simulator:voice",
}

Make = Callable[[str, Mapping[str, Any]], Channel]


def names() -> tuple[str, ...]:
    """Return the names of all channels that can be made here, sorted; nothing is imported."""
    return tuple(sorted({*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))}))


def make(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the channel of that name with its settings from `dutydesk.toml`.

    Our own table goes before entry points: nobody replaces the simulator by installing a package. Raises
    UsageError naming the channels there are.
    """
    return _maker(name)(name, settings)


def _maker(name: str) -> Make:
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        return cast(Make, getattr(import_module(module), attribute))
    for entry in entry_points(group=GROUP, name=name):
        return cast(Make, entry.load())
    raise UsageError(f"there is no channel {name!r}; choose one of {', '.join(names())}")
