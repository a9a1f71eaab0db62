"""Tell every fault of a site at once, and where nobody answers.

Each line is `file:line: what is wrong and what to do`. Exit 1 if any of them is an error. A finding can be
waived in waivers.csv (rule, about, what, why, who, until).
"""

from __future__ import annotations

import argparse
import json
from datetime import date


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="one JSON object with findings, coverage and bounds")
    parser.add_argument("--at", type=date.fromisoformat, metavar="DATE", help="check as of this day (default: today)")
    parser.add_argument("--all", action="store_true", help="every line, also of warnings that repeat")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.house import folder_of, tried
    from dutydesk.clock import WallClock
    from dutydesk.content.check import check, to_json
    from dutydesk.content.load import load

    loaded = load(folder_of(options.site))
    report = check(loaded, options.at or WallClock().now().date(),
                   lambda: tried(loaded.config) if loaded.config else {})
    if options.json:
        print(json.dumps(to_json(report), ensure_ascii=False, indent=1))
    else:
        from rich.console import Console

        from dutydesk.content.check.show import show

        show(report, Console(), everything=options.all)
    return 1 if report.errors else 0
