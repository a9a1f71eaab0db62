"""Users of the console. Passwords are asked for, or read from the standard input, one a line; never given as options.

  dutydesk user add root --role system                    the first user; from then on one logs in
  dutydesk user add zhang --role duty --person p0001 --by root
  dutydesk user role zhang commander --by safety          roles are given by the security administrator
  dutydesk user passwd zhang --by root                    also unlocks; by himself: --by zhang
  dutydesk user disable zhang --by root
  dutydesk user list

Where --by is given his password is asked for first. Three administrators stand apart: system makes and closes accounts,
security gives roles, audit reads the audit. Commanders and administrators log in with one-time codes besides: what
their app reads is printed once, when the account is made or gets such a role.
"""

from __future__ import annotations

import argparse
import json
import sys
from getpass import getpass

from dutydesk.errors import UsageError

ROLES = ("duty", "commander", "content", "viewer", "system", "security", "audit")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="add|list|passwd|role|disable|enable")
    listing = actions.add_parser("list", help="every user")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    for name, text in (("add", "make a user"), ("passwd", "give another password, and unlock"),
                       ("role", "give a role"), ("disable", "close an account"), ("enable", "open it again")):
        action = actions.add_parser(name, help=text)
        action.add_argument("name", metavar="NAME", help="what he logs in with")
        if name == "role":
            action.add_argument("role", choices=ROLES)
        if name == "add":
            action.add_argument("--role", required=True, choices=ROLES)
            action.add_argument("--person", default="", metavar="ID", help="his id in contacts/people.csv")
        action.add_argument("--by", default="", metavar="NAME", help="the administrator who does it")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    if options.action is None:
        raise UsageError("say add, list, passwd, role, disable or enable")
    if options.action == "list":
        _list(options)
        return 0
    from dutydesk.app.accounts import keep

    given = {name: getattr(options, name) for name in ("name", "role", "person", "by") if hasattr(options, name)}
    if options.by:
        given["by_password"] = _password(f"{options.by} 的口令: ")
    if options.action in ("add", "passwd"):
        given["password"] = _password(f"{options.name} 的新口令: ", twice=True)
    told = keep(options.site, options.action, given)
    print(f"done: {options.action} {options.name}")
    if told:
        print(f"one-time codes, shown this once: {told}")
    return 0


def _password(prompt: str, *, twice: bool = False) -> str:
    """A password from the terminal, or a line of the standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass(prompt)
    if twice and getpass("再输一遍: ") != first:
        raise UsageError("the two passwords differ; try again")
    return first


def _list(options: argparse.Namespace) -> None:
    from dutydesk.app.looking import reading

    with reading(options.site) as (_, reads):
        found = reads.accounts()
    for each in found:
        state = "disabled" if each.disabled else "open"
        if options.json:
            print(json.dumps({"name": each.name, "role": each.role.value, "person": each.person, "state": state,
                              "codes": bool(each.salt)}, ensure_ascii=False))
        else:
            print(f"{each.name:<20} {each.role.value:<10} {state:<9} {each.person}")
