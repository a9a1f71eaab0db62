"""Shelters as they are now: list them, open and close them, count who is in, find the nearest that can be used.

  dutydesk shelter list
  dutydesk shelter open 371072009-e01 --officer p0001
  dutydesk shelter count 371072009-e01 813 --officer p0001
  dutydesk shelter near 371003110201 --family flood      nearest with free places, for a village or for `122.1,37.2`
  dutydesk shelter history 371072009-e01

Distances follow the roads of `geo/roads.geojson` where there is one, else they are straight lines, and say so.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from dutydesk.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="list|open|close|count|near|history")
    listing = actions.add_parser("list", help="every shelter, those in danger first")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    for name, meaning in (("open", "people may come"), ("close", "it cannot be used"), ("standby", "empty and ready")):
        _writes(actions.add_parser(name, help=meaning))
    count = actions.add_parser("count", help="how many people are registered in it")
    _writes(count)
    count.add_argument("people", type=int, metavar="PEOPLE")
    near = actions.add_parser("near", help="the nearest that can be used")
    near.add_argument("where", metavar="PLACE", help="a place id, or longitude,latitude in EPSG:4326")
    near.add_argument("--family", default="flood", help="the family of danger (default flood)")
    near.add_argument("--people", type=int, default=1, metavar="N", help="who need a place; one with room for all "
                                                                         "goes first")
    near.add_argument("--most", type=int, default=5, metavar="N", help="how many (default 5)")
    near.add_argument("--json", action="store_true", help="one JSON object a line")
    history = actions.add_parser("history", help="who set what, and when")
    history.add_argument("shelter", metavar="SHELTER")


def _writes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shelter", metavar="SHELTER")
    parser.add_argument("--officer", required=True, help="who enters it: a person id")
    parser.add_argument("--note", default="", help="why, or by whom it was counted")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    states = {"open": "open", "close": "closed", "standby": "standby", "count": None}
    if options.action in states:
        from dutydesk.app.orders import order

        _, warning = order(options.site, "set_shelter", {
            "shelter": options.shelter, "state": states[options.action], "officer": options.officer,
            "registered": options.people if options.action == "count" else None, "note": options.note})
        if warning:
            print(warning, file=sys.stderr)
    elif options.action == "list":
        _list(options)
    elif options.action == "near":
        _near(options)
    elif options.action == "history":
        history(options, "shelter", options.shelter)
    else:
        raise UsageError("say list, open, close, standby, count, near or history")
    return 0


def _list(options: argparse.Namespace) -> None:
    from dutydesk.app.looking import resources

    with resources(options.site) as found:
        rows = found.shelters()
    for row in rows:
        it = row.shelter
        unsafe = "；".join(f"{each.number} {each.reason}" for each in row.unsafe)
        if options.json:
            told: dict[str, Any] = {
                "id": it.id, "name": it.name, "place": it.place, "where": row.where, "state": it.state.value,
                "capacity": it.capacity, "registered": it.registered, "free": it.free, "keepers": row.keepers,
                "unsafe": [asdict(each) for each in row.unsafe], "set": row.set.at.isoformat() if row.set else None}
            print(json.dumps(told, ensure_ascii=False))
        else:
            print(f"{it.id:<18} {it.state.zh:<4} 空位 {it.free:>5} / {it.capacity:<5} {it.name}  {row.where}"
                  f"{f'  ! {unsafe}' if unsafe else ''}")


def _near(options: argparse.Namespace) -> None:
    from dutydesk.app.looking import resources

    with resources(options.site) as known:
        found = known.near_shelters(options.where, options.family, people=options.people, most=options.most)
    for each in found:
        it, how = each.shelter, "road" if each.by_road else "straight"
        if options.json:
            print(json.dumps({"id": it.id, "name": it.name, "metres": round(each.metres), "how": how, "free": it.free,
                              "state": it.state.value, "doubtful": each.doubtful}, ensure_ascii=False))
        else:
            print(f"{it.id:<18} {each.metres / 1000:6.1f} km {'沿路' if each.by_road else '直线'}  空位 {it.free:>5}  "
                  f"{it.name}")
    if not found and not options.json:
        print("no shelter can be used there: all are closed, full, unfit or in the zone of danger")


def history(options: argparse.Namespace, register: str, entry: str) -> None:
    """Print who set what about one entry of a register, newest first; the times are the site's own."""
    from zoneinfo import ZoneInfo

    from dutydesk.app.looking import resources

    with resources(options.site) as found:
        changes, zone = found.history(register, entry), ZoneInfo(found.ctx.config.timezone)
    for each in changes:
        people = "" if each.registered is None else f"  {each.registered} 人"
        at = f"{each.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        print(f"{at}  {each.person}  {each.state}{people}  {each.note}".rstrip())
    if not changes:
        print("nothing was ever entered about it")
