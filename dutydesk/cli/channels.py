"""List the kinds of channels this installation has, and the channels of this site with their limits and settings.

Secrets are shown by the names of their variables, and whether these are set here.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from dutydesk.domain.setup import Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.house import open_folder
    from dutydesk.channels.registry import kinds
    from dutydesk.engine.lanes import limits_of

    print(f"kinds: {', '.join(kinds())}")
    setup = open_folder(options.site).setup
    config = setup.config
    for way, names in config.channels.items():
        for place, name in enumerate(names):
            each = limits_of(config, name)
            carries = [f"{each.per_second:g} a second", f"{each.lines} lines" if way == "voice" else "",
                       f"{each.max_in_flight} in flight", f"time-out {each.timeout:g} s"]
            carries += [f"{quota.most} in {quota.per} to a number" for quota in each.per_number]
            carries += [f"{quota.most} in {quota.per} to a number in one wording" for quota in each.per_template]
            print(f"{way if not place else '':<7}{name:<18}{', '.join(filter(None, carries))}")
            _settings(config, name)
    for name in config.channel_settings:
        if not any(name in names for names in config.channels.values()):
            print(f"{'-':<7}{name:<18}not used: [channels] does not name it")
            _settings(config, name)
    for name, row in config.copies.items():
        told = ", ".join(cast("tuple[str, ...]", row["what"]))
        print(f"{'copy':<7}{name:<18}tells {told} every {row['every']}")
        print(f"{'':<9}kind = {row['kind']}")
        _lines({key: value for key, value in row.items() if key not in ("what", "every")}, "")
    print("real channels: " + (f"switched on by {config.live.by} since {config.live.since}"
                               if config.live else "off ([live] is not set)"))
    return 0


def _settings(config: Config, name: str) -> None:
    """Print what the site says of a channel, one line each."""
    print(f"{'':<9}kind = {config.kind(name)}")
    _lines(config.channel_settings.get(name, {}), "")


def _lines(settings: Mapping[str, object], before: str) -> None:
    import os
    import re

    for key, value in settings.items():
        if isinstance(value, Mapping):
            _lines(value, f"{before}{key}.")
        elif key != "kind":
            names = re.findall(r"\$\{(\w+)\}", str(value))
            said = "".join(f"  ({each} is {'set' if os.environ.get(each) else 'NOT SET'})" for each in names)
            print(f"{'':<9}{before}{key} = {value}{said}")
