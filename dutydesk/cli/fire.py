"""List fires, enter what was found of a hotspot on the ground, and how the fire goes on.

  dutydesk fire list                                            hotspots of the last days, their clocks and results
  dutydesk fire verify FIRE none --officer p0001                无火; fire is 有火, unverified is 未核实
  dutydesk fire record INCIDENT extinguished --officer p0001    明火扑灭; --at 2031-04-05T14:30 for an earlier time
"""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dutydesk.errors import UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_DAYS = 7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from dutydesk.domain.fire_record import RESULTS, STATES

    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help=f"the fires of the last {_DAYS} days").add_argument("--json", action="store_true")
    verify = actions.add_parser("verify", help="enter what was found on the ground")
    verify.add_argument("fire", help="id of the fire, as `list` shows it")
    verify.add_argument("result", choices=tuple(RESULTS))
    verify.add_argument("--officer", required=True, action="append",
                        help="who enters it; to say none of a red wants two: give it twice")
    record = actions.add_parser("record", help="enter a state of the fire's record")
    record.add_argument("incident")
    record.add_argument("state", choices=tuple(STATES))
    record.add_argument("--at", help="when it was, as 2031-04-05T14:30 in the site's zone (default: now)")
    record.add_argument("--text", default="", help="a remark, kept in the journal")
    record.add_argument("--officer", required=True, help="who enters it: a person id")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.orders import order

    if options.action == "list":
        _list(options)
    elif options.action == "verify":
        order(options.site, "verify_fire", {"fire": options.fire, "result": options.result,
                                            "officers": options.officer})
    else:
        order(options.site, "record_fire", {
            "incident": options.incident, "state": options.state, "at": _time(options), "officer": options.officer,
            "text": options.text})
    return 0


def _time(options: argparse.Namespace) -> str | None:
    """Return the time given with its zone, as ISO 8601; None for none. Raises UsageError."""
    if not options.at:
        return None
    from dutydesk.app.house import open_folder

    try:
        moment = datetime.fromisoformat(options.at)
    except ValueError:
        raise UsageError(f"{options.at!r} is no time; write it like 2031-04-05T14:30") from None
    zone = open_folder(options.site).setup.config.timezone
    return _placed(moment, zone).isoformat()


def _placed(moment: datetime, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _list(options: argparse.Namespace) -> None:
    from zoneinfo import ZoneInfo

    from dutydesk.app.looking import reading
    from dutydesk.clock import WallClock
    from dutydesk.engine.fires import VERIFY

    with reading(options.site) as (folder, reads):
        now = WallClock().now()
        due = {task.about: task.due_at for task in reads.tasks() if task.what == VERIFY}
        zone = ZoneInfo(folder.setup.config.timezone)
        for fire in reads.fires(now - timedelta(days=_DAYS), now):
            row = {"id": fire.id, "incident": fire.incident or None, "first": _told(fire.first_at, zone),
                   "last": _told(fire.last_at, zone), "lon": round(fire.lon, 4), "lat": round(fire.lat, 4),
                   "pixels": fire.pixels, "at_once": fire.at_once, "result": fire.result or None,
                   "due": _told(due[fire.id], zone) if fire.id in due else None}
            print(json.dumps(row, ensure_ascii=False) if options.json else
                  f"{row['id']}  {row['lat']:.4f}N {row['lon']:.4f}E  {fire.pixels} pixels, {fire.at_once} at once  "
                  f"{row['first']} to {row['last']}  {row['result'] or 'not looked at'}"
                  + (f", due {row['due']}" if row["due"] else "") + (f"  incident {fire.incident}" if fire.incident
                                                                     else ""))


def _told(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="minutes")
