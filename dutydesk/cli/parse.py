"""Read warning documents and print what they say.

With --json one object a line per alert, per document that a list asks to be fetched, and per measurement, hotspot,
quake, forecast or sighting; an unreadable file gives an object without identifier and with its faults.
Exit 1 if any file could not be read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dutydesk.errors import DocumentError

if TYPE_CHECKING:
    from dutydesk.ports.feed import Item


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a document of the kind")
    parser.add_argument("--json", action="store_true", help="one JSON object a line per alert")
    parser.add_argument("--kind", default="cap", help="the format (see `dutydesk feeds`; default: cap)")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.clock import WallClock
    from dutydesk.feeds.registry import feed
    from dutydesk.ports.feed import Source

    reader, now, code = feed(options.kind), WallClock().now(), 0
    for file in options.files:
        source = Source(str(file), options.kind)
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
