"""Take in what a caller reports, in one line: where, what, who. Shows whom it would call, and asks before it does.

  dutydesk sighting --officer p0001 --place 371003111 --event 山体滑坡 --text "路基下沉半米" --caller "村民"
  dutydesk sighting --officer p0001 --at 121.94,37.19 --event 森林火灾 --colour red --yes
"""

from __future__ import annotations

import argparse
import json
import sys

from dutydesk.errors import Refused, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--place", metavar="ID", help="where: id of a place")
    where.add_argument("--at", metavar="LON,LAT", help="where: degrees, longitude first (WGS-84)")
    parser.add_argument("--event", required=True, help="what: the danger, as messages call it: 山体滑坡")
    parser.add_argument("--text", default="", help="what the caller said")
    parser.add_argument("--caller", default="", help="who called; kept with the report, shown nowhere else")
    parser.add_argument("--colour", default="orange", choices=("blue", "yellow", "orange", "red"))
    parser.add_argument("--officer", required=True, help="who takes it: a person id")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="whom it would call as JSON, and nothing is taken in")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.orders import order
    from dutydesk.app.reports import foresee
    from dutydesk.domain.observed import Point
    from dutydesk.domain.values import colour
    from dutydesk.ports.hand import Report

    lon, lat = _position(options.at) if options.at else (None, None)
    report = Report(options.event, colour(options.colour), options.place or "",
                    Point(lon, lat) if lon is not None and lat is not None else None, options.text, options.caller)
    preview = foresee(options.site, report)
    if options.json:
        print(json.dumps({"family": preview.family, "places": preview.places, "called": [
            {"place": each.place, "duty": each.duty, "person": each.person, "step": each.step, "reason": each.reason}
            for each in preview.called]}, ensure_ascii=False))
        return 0
    for each in preview.called:
        if each.step == 1:
            print(f"{each.place_name}  {each.duty}  {each.title or each.person}")
    print(f"{preview.family}: {preview.places} places, {preview.at_once} persons called at once")
    if not options.yes and not _confirmed():
        raise Refused("nothing was taken in; confirm with y, or give --yes")
    hash, warning = order(options.site, "take_report", {
        "event": options.event, "colour": options.colour, "place": options.place or "", "lon": lon, "lat": lat,
        "text": options.text, "caller": options.caller, "officer": options.officer})
    print(hash)
    if warning:
        print(warning, file=sys.stderr)
    return 0


def _confirmed() -> bool:
    """Ask; no terminal to answer from is no."""
    try:
        return input("Call them? [y/N] ").strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def _position(text: str) -> tuple[float, float]:
    """Read `121.94,37.19`; raises UsageError."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--at is {text!r}; write longitude,latitude in degrees, as 121.94,37.19") from None
    return lon, lat
