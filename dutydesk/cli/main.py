"""`dutydesk COMMAND ...`: finds the command and imports it only then, so that `--help` is quick."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from dutydesk.errors import DutydeskError, Faulty

#: Command -> the one line of its help. Each lives in a module of its own in `dutydesk.cli`.
COMMANDS = {
    "init": "copy the example site into a new folder",
    "check": "tell every fault of a site at once, and who answers for nothing",
    "demo": "show the main job: the example site, simulated phones, a storm, the console in a browser",
    "run": "run the desk",
    "parse": "read warning documents and print what they say",
    "match": "tell who would be called for a document, and why",
    "replay": "tell a scenario again and see who would have answered",
    "explain": "tell why a person was, or was not, called",
    "incident": "open or lift an incident by hand",
    "sighting": "take in what a caller reports: where, what, who; shows whom it calls and asks",
    "fire": "list fires, enter what was found on the ground and how the fire goes on",
    "callsheet": "print everybody who must be called by hand, numbers in full",
    "answer": "enter an answer taken by phone, or write a callout off",
    "shelter": "list shelters, open and close them, count people, find the nearest that can be used",
    "team": "list teams, enter what they are doing, find who can be there first",
    "map": "draw a map to hand out, or a layer for another program",
    "texts": "print every text the site can send, to be approved by a provider",
    "journal": "verify the journal, or print its head",
    "lists": "read lists of people as offices keep them into contacts/",
    "load": "bring a site folder into the database, showing the difference first",
    "feeds": "the sources of this site: how each does, try a new one, paste, record, replay",
    "export": "write what neighbours may read: incidents as CAP 1.2, signed where a key is set",
    "user": "make users, give them roles and passwords, close them",
    "audit": "list who logged in, looked, exported or changed what, or verify that record",
    "channels": "list the channels of this site",
    "doctor": "try every channel before it is needed, end to end",
    "schema": "write the JSON Schemas of a site's files",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 1 the input has faults, 2 wrong usage, 3 refused)."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    if not arguments or arguments[0] not in COMMANDS:
        return _no_command(parser, arguments)
    name, rest = arguments[0], arguments[1:]
    module = import_module(f"dutydesk.cli.{name}")
    command = argparse.ArgumentParser(prog=f"dutydesk {name}", description=module.__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    _takes_site(command)
    module.add_arguments(command)
    try:
        options = command.parse_args(_site_first(rest))
        code: int = module.run(options)
    except DutydeskError as error:
        print(f"dutydesk {name}: {error}", file=sys.stderr)
        for fault in error.faults if isinstance(error, Faulty) else ():
            print(fault, file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def _takes_site(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, default=Path(), metavar="DIR", help="the site folder (default: here)")


def _site_first(rest: Sequence[str]) -> list[str]:
    """Bring `--site DIR` to the front, so that it may stand anywhere, behind the word of an action too."""
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS,
                                     exit_on_error=False)
    finder.add_argument("--site")
    try:
        found, others = finder.parse_known_args(list(rest))
    except argparse.ArgumentError:   # `--site` without a folder: the command's own parser says so
        return list(rest)
    return ["--site", found.site, *others] if "site" in found else others


def _no_command(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in ("-h", "--help"):
        parser.print_help()
        return 0
    if arguments and arguments[0] == "--version":
        from importlib.metadata import version

        print(f"dutydesk {version('dutydesk')}")
        return 0
    parser.print_help(sys.stderr)
    if arguments:
        print(f"\ndutydesk: there is no command {arguments[0]!r}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS)) + 2
    table = "\n".join(f"  {name:<{width}}{text}" for name, text in COMMANDS.items())
    return argparse.ArgumentParser(
        prog="dutydesk", usage="dutydesk COMMAND [--site DIR] ...", add_help=False,
        description="The duty desk that calls until somebody answers.",
        epilog=f"commands:\n{table}\n\n`dutydesk COMMAND --help` tells more of each.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
