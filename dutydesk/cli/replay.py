"""Tell a scenario again on tonight's roster and see who would have answered.

With --json one line per happening, the summary last; without, the same for people, with a bar for the time.
Scenarios live in the site's `scenarios/` folder; a path to another folder works too.
"""

from __future__ import annotations

import argparse
import json
import sys

from dutydesk.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("scenario", nargs="?", help="name of a scenario, or its folder")
    parser.add_argument("--list", action="store_true", help="list the scenarios of this site")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--seed", type=int, help="another draw of who answers when (default: the scenario's)")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.content.scenario import load_scenario, names

    if options.list:
        for name in names(options.site):
            scenario = load_scenario(name, options.site)
            print(json.dumps({"name": name, "title": scenario.title}, ensure_ascii=False) if options.json
                  else f"{name:<22}{scenario.title}")
        return 0
    if not options.scenario:
        raise UsageError(f"name a scenario: {', '.join(names(options.site)) or 'this site has none'}")
    from dutydesk.app.house import open_folder
    from dutydesk.app.replay import run as replay

    folder = open_folder(options.site)
    scenario = load_scenario(options.scenario, options.site)
    if options.json:
        for line in replay(folder, scenario, seed=options.seed):
            sys.stdout.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
        return 0
    from dutydesk.cli.telling import tell

    tell(folder, scenario, seed=options.seed)
    return 0
