"""Run the desk: watch the sources, call, listen, escalate; the console is at the address printed.

One process does everything on SQLite. On PostgreSQL several workers can share the work:
  dutydesk run --only web     dutydesk run --only engine --only dispatch     dutydesk run --only feeds
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

from dutydesk.errors import UsageError

PARTS = ("web", "feeds", "engine", "dispatch")


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
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, frame: stop.set())
    try:
        running.start()
        for line in running.greeting():
            print(line, flush=True)
        stop.wait()
    finally:
        left = running.stop()
    if left:
        # Threads that hang in a provider's library would hold the process; everything else is booked and closed.
        print(f"{left} calls had not come back; the next start asks the provider for them", file=sys.stderr, flush=True)
        os._exit(0)
    return 0
