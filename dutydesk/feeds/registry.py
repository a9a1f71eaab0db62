"""Finds a feed by its kind. Built-in and third-party feeds come in by the same door and are imported when asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from dutydesk.errors import UsageError
from dutydesk.ports.feed import Feed

GROUP = "dutydesk.feeds"
"""Entry point group of third-party feeds: name = kind, value = `module:Class`."""

BUILT_IN: dict[str, str] = {
    "cap": "dutydesk.feeds.cap:Cap",
    "cap-index": "dutydesk.feeds.cap_index:CapIndex",
    "edxl": "dutydesk.feeds.edxl:Edxl",
    "nws": "dutydesk.feeds.nws:Nws",
    "meteoalarm": "dutydesk.feeds.meteoalarm:Meteoalarm",
    "qweather": "dutydesk.feeds.qweather:Qweather",
    "nmc": "dutydesk.feeds.nmc:Nmc",
    "weathercom": "dutydesk.feeds.weathercom:WeatherCom",
    "caiyun": "dutydesk.feeds.caiyun:Caiyun",
    "gdacs": "dutydesk.feeds.gdacs:Gdacs",
    "text": "dutydesk.feeds.text:Text",
}


def kinds() -> dict[str, str]:
    """Return kind -> dotted path of every feed there is; a built-in kind cannot be replaced from outside."""
    return {point.name: point.value for point in entry_points(group=GROUP)} | BUILT_IN


@cache
def feed(kind: str) -> Feed:
    """Return the feed of that kind; raises UsageError naming the kinds there are, or the module that fails."""
    path = kinds().get(kind)
    if path is None:
        raise UsageError(f"there is no feed of kind {kind!r}; there are: {', '.join(sorted(kinds()))}")
    module, _, name = path.partition(":")
    try:
        found: Feed = getattr(import_module(module), name)()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"the feed {kind!r} ({path}) cannot be loaded: {error}") from error
    return found
