"""Run the desk: watch the sources, call, listen, escalate; the console is at the address printed.

A desk that seems to hang tells where each of its threads stands when it gets the signal USR1.
One process does everything on SQLite. On PostgreSQL several workers can share the work:
  dutydesk run --only web     dutydesk run --only engine --only dispatch     dutydesk run --only feeds
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import signal
import sys
import time

from dutydesk.errors import UsageError

PARTS = ("web", "feeds", "engine", "dispatch")
LOOK = 0.2   # seconds between two looks for the signal to end


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--only", action="append", choices=PARTS, help="only this part (PostgreSQL); may be repeated")
    parser.add_argument("--port", type=int, default=8470, help="port of the console on 127.0.0.1 (default 8470)")
    parser.add_argument("--hooks-port", type=int, default=8471, help="port of the providers' hooks (default 8471)")


def run(options: argparse.Namespace) -> int:
    """Run the command until it is interrupted."""
    from dutydesk.app import house

    folder = house.open_folder(options.site)
    url = house.store_url(folder.path, folder.setup.config.store)
    if options.only and url.startswith("sqlite"):
        raise UsageError("--only needs PostgreSQL: SQLite has one writer. Set [store] url in dutydesk.toml.")
    from dutydesk.app.running import Running

    running = Running(folder, url, parts=tuple(options.only or PARTS), port=options.port,
                      hooks_port=options.hooks_port, environment=dict(os.environ))
    faulthandler.register(signal.SIGUSR1)
    told: list[int] = []
    try:
        running.start()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda number, frame: told.append(number))
        for line in running.greeting():
            print(line, flush=True)
        while not told:   # a signal that reaches another thread would not end a wait without end
            time.sleep(LOOK)
    finally:
        left = running.stop()
    if left:
        # Threads that hang in a provider's library would hold the process; everything else is booked and closed.
        print(f"{left} calls had not come back; the next start asks the provider for them", file=sys.stderr, flush=True)
        os._exit(0)
    return 0
