"""A writing command beside a live desk goes to it, over a socket only its owner can open.

One JSON object a line: `{"do": METHOD, "with": {...}}` answered by `{"result": ...}` or `{"refused": "..."}`.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from dutydesk.domain.observed import Point
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.domain.values import Kind, colour
from dutydesk.engine.accounts import Accounts
from dutydesk.engine.by_hand import Hand
from dutydesk.errors import DutydeskError, Refused
from dutydesk.ports.hand import Report

NAME = "var/desk.sock"
PATIENCE = 10.0       # seconds a command may take to say its order
LONGEST = 1_000_000   # bytes of one order
ORDERS = frozenset({"take_alarm", "answer_by_phone", "call_again", "skip", "add_person", "write_off", "stand_down",
                    "open_incident", "lift", "release", "hold", "confirm_rest", "confirm_fall", "try_again", "paste",
                    "take_report", "new_number", "correct", "verify_fire", "record_fire", "set_shelter", "set_team",
                    "channel_tested", "log_sheet"})
#: orders whose `state` is a word of one of these
_STATES = {"set_shelter": ShelterState, "set_team": Readiness}


USERS = "user_"
"""How orders about accounts begin."""
USER_ORDERS = frozenset({"add", "passwd", "role", "disable", "enable"})


class Listener:
    """The live desk's end of the socket."""

    def __init__(self, site: Path, hand: Hand, accounts: Accounts) -> None:
        self._path = site / NAME
        self._hand = hand
        self._accounts = accounts
        self._socket = socket.socket(socket.AF_UNIX)
        self._thread = threading.Thread(target=self._serve, name="orders", daemon=True)

    def start(self) -> None:
        """Listen. A socket file left by a dead desk is replaced; where another worker listens already (on
        PostgreSQL), orders go to that one and this one listens to none. Raises Refused where it cannot listen.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if answers(self._path):
            return
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)   # never open to others, not even between bind and chmod
        try:
            self._socket.bind(str(self._path))
        except OSError as error:
            raise Refused(f"the socket {self._path} cannot be made ({error}); a path of more than 100 characters is "
                          "too long for one") from error
        finally:
            os.umask(before)
        self._socket.listen()
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        if not self._thread.is_alive():
            self._socket.close()
            return
        self._path.unlink(missing_ok=True)
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            with peer, suppress(OSError):   # whoever hung up does not hear the answer
                peer.settimeout(PATIENCE)
                with peer.makefile("rwb") as stream:
                    line = stream.readline(LONGEST)
                    if line:
                        stream.write(json.dumps(self._answer(line), ensure_ascii=False).encode() + b"\n")

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            order = json.loads(line)
            if str(order["do"]).startswith(USERS):
                return {"result": carry_out_user(self._accounts, order["do"].removeprefix(USERS), order["with"])}
            return {"result": carry_out(self._hand, order["do"], order["with"])}
        except (DutydeskError, ValueError, KeyError, TypeError) as error:
            return {"refused": str(error)}


def answers(path: Path) -> bool:
    """Whether a desk listens for orders at this socket."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(path))
        except OSError:
            return False
    return True


def carry_out_user(accounts: Accounts, act: str, arguments: Mapping[str, Any]) -> object:
    """Do one order about accounts; raises Refused for one there is not."""
    if act not in USER_ORDERS:
        raise Refused(f"there is no order {act!r} about users")
    result: object = getattr(accounts, act)(**arguments)
    return result


def carry_out(hand: Hand, name: str, arguments: Mapping[str, Any]) -> object:
    """Do one order; raises Refused for one there is not."""
    if name not in ORDERS:
        raise Refused(f"there is no order {name!r}")
    given = dict(arguments)
    if "colour" in given:
        given["colour"] = colour(given["colour"])
    if "kind" in given:
        given["kind"] = Kind(given["kind"])
    if name == "take_report":
        given = {"report": _report(given), "officer": given["officer"]}
    if given.get("at"):
        given["at"] = datetime.fromisoformat(given["at"])
    if given.get("state") is not None and name in _STATES:
        given["state"] = _STATES[name](given["state"])
    result: object = getattr(hand, name)(**given)
    return result


def _report(given: Mapping[str, Any]) -> Report:
    """A report as a command sends it: `lon` and `lat` in degrees (EPSG:4326), or a `place`."""
    point = Point(float(given["lon"]), float(given["lat"])) if given.get("lon") is not None else None
    return Report(given["event"], given["colour"], given["place"], point, given["text"], given["caller"])


def send(site: Path, name: str, arguments: Mapping[str, Any]) -> tuple[bool, object]:
    """Send an order to the live desk of a site; (False, None) where none is running. Raises Refused."""
    path = site / NAME
    if not path.exists():
        return False, None
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False, None
        with line.makefile("rwb") as stream:
            stream.write(json.dumps({"do": name, "with": dict(arguments)}, ensure_ascii=False).encode() + b"\n")
            stream.flush()
            answer = json.loads(stream.readline() or b'{"refused": "the desk hung up"}')
    if "refused" in answer:
        raise Refused(str(answer["refused"]))
    return True, answer["result"]
