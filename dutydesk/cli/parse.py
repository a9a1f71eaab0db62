"""Read documents of warnings, measurements, forecasts or alarms and print what they say.

With --json one object a line per alert, per document that a list asks to be fetched, and per measurement, hotspot,
quake, forecast or sighting; an unreadable file gives an object without identifier and with its faults.
Exit 1 if any file could not be read.

  dutydesk parse warning.xml
  dutydesk parse --kind table --set mapping=uk-ea readings.json
  dutydesk parse --source hydro readings.csv
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dutydesk.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from dutydesk.ports.feed import Item, Source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a document of the kind")
    parser.add_argument("--json", action="store_true", help="one JSON object a line per alert")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--kind", default="cap", help="the format (see `dutydesk feeds`; default: cap)")
    how.add_argument("--source", metavar="ID", help="as this source of the site: its kind, its zone, its mapping")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="a setting of the kind, as a [[source]] would have it (a number, a text, or JSON)")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.clock import WallClock
    from dutydesk.feeds.registry import feed

    source = _source(options)
    reader, now, code = feed(source.kind), WallClock().now(), 0
    for file in options.files:
        try:
            found = list(reader.parse(file.read_bytes(), source, now))
        except (DocumentError, OSError) as error:
            code = 1
            name = getattr(error, "name", "unreadable")
            fault = {"name": name if isinstance(name, str) else "unreadable", "where": str(file), "text": str(error)}
            _print({"identifier": None, "file": str(file), "faults": [fault]}, as_json=options.json)
            continue
        for one in found:
            _print(_mapping(one), as_json=options.json)
    return code


def _source(options: argparse.Namespace) -> Source:
    """The source as which the files are read; raises UsageError for one there is not, or a setting that is none."""
    from dutydesk.app.house import open_folder, sources
    from dutydesk.ports.feed import Source

    settings = dict(_setting(each) for each in options.set)
    if not options.source:
        return Source("parse", options.kind, settings=settings)
    known = sources(open_folder(options.site))
    if options.source not in known:
        raise UsageError(f"there is no source {options.source!r} in dutydesk.toml; there are: {', '.join(known)}")
    found = known[options.source]
    return replace(found, settings={**found.settings, **settings})


def _setting(text: str) -> tuple[str, object]:
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise UsageError(f"--set {text!r}: write NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _mapping(one: Item) -> dict[str, Any]:
    """Return what a feed read as JSON values."""
    from dutydesk.domain.alert import Alert, Request
    from dutydesk.feeds.as_json import as_json, observed_as_json, request_as_json

    if isinstance(one, Alert):
        return as_json(one)
    return request_as_json(one) if isinstance(one, Request) else observed_as_json(one)


def _print(alert: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(alert, ensure_ascii=False))
        return
    if "request" in alert:
        print(f"asks for {alert['request']}  {alert['title']}")
    elif "report" in alert:
        print(", ".join(f"{name} {value}" for name, value in alert.items()
                        if name not in ("identifier", "faults") and value not in (None, "")))
    elif alert["identifier"] is None:
        print(f"{alert['file']}: cannot be read: {alert['faults'][0]['text']}")
        return
    else:
        _print_alert(alert)
    for fault in alert["faults"]:
        print(f"  ! {fault['name']} at {fault['where']}: {fault['text']}")


def _print_alert(alert: dict[str, Any]) -> None:
    event = alert["event"]
    print(f"{alert['identifier']}  {alert['msg_type']}  {event['name']} ({event['family']})  {alert['colour']}  "
          f"sent {alert['sent']}")
    for info in alert["infos"]:
        print(f"  [{info['language']}] {info['headline']}")
        for area in info["areas"]:
            codes = ", ".join(f"{code['name']}={code['value']}" for code in area["geocodes"])
            shape = (area["geometry"] or {}).get("type", "no geometry")
            print(f"      {area['name']}: {codes or 'no codes'}; {shape}")
