"""Show the main job: the example site, simulated phones, a storm told at speed, the console in a browser.

Nothing real is called: every number of the example begins with +999. The database is thrown away at the end.
Pick up any simulated phone in the console, read or hear the message, and reply.
"""

from __future__ import annotations

import argparse
import signal
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, default=8470, help="port of the console on 127.0.0.1 (default 8470)")
    parser.add_argument("--scenario", default="demo", help="which scenario to tell (default: demo)")
    parser.add_argument("--speed", type=float, default=10.0, help="how many times faster than life (default 10)")


def run(options: argparse.Namespace) -> int:
    """Run the command until it is interrupted."""
    from dutydesk.app.demo import Demo
    from dutydesk.app.example import example

    site = options.site if (options.site / "dutydesk.toml").is_file() else example()
    told: list[int] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, frame: told.append(number))
    with Demo(Path(site), options.scenario, speed=options.speed, port=options.port) as demo:
        print(f"open http://127.0.0.1:{demo.port}/ in a browser; stop with Ctrl-C", flush=True)
        print(f"{demo.scenario.title}: {demo.scenario.start:%H:%M}, {options.speed:g} times as fast", flush=True)
        for line in demo.tell(lambda: bool(told)):
            print(line, flush=True)
    return 0
