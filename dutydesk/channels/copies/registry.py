"""Which kinds of copies there are: a lazy table of dotted paths, and the entry points `dutydesk.copies` of others.

An entry is a function `(name, settings) -> Copy`, imported when it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

from dutydesk.errors import UsageError
from dutydesk.ports.copy import Copy

GROUP = "dutydesk.copies"
BUILT_IN: Mapping[str, str] = {
    "dingtalk": "dutydesk.channels.copies.dingtalk:make",
    "feishu": "dutydesk.channels.copies.feishu:make",
    "wecom": "dutydesk.channels.copies.wecom:make",
    "mail": "dutydesk.channels.copies.mail:make",
    "webhook": "dutydesk.channels.copies.webhook:make",
    "apprise": "dutydesk.channels.copies.other:make",
}

Make = Callable[[str, Mapping[str, Any]], Copy]


def kinds() -> tuple[str, ...]:
    """Return the kinds of all copies that can be made here, sorted; nothing is imported."""
    return tuple(sorted({*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))}))


def make(kind: str, name: str, settings: Mapping[str, Any]) -> Copy:
    """Make a copy of that kind; raises UsageError naming the kinds there are, or what is wrong with the settings."""
    if kind in BUILT_IN:
        module, _, attribute = BUILT_IN[kind].partition(":")
        return cast(Make, getattr(import_module(module), attribute))(name, settings)
    for entry in entry_points(group=GROUP, name=kind):
        return cast(Make, entry.load())(name, settings)
    raise UsageError(f"there is no copy of kind {kind!r}; choose one of {', '.join(kinds())}")
