"""A writing command beside a live desk goes to it, over a socket only its owner can open.

One JSON object a line: `{"do": METHOD, "with": {...}}` answered by `{"result": ...}` or `{"refused": "..."}`.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dutydesk.domain.values import Kind, colour
from dutydesk.engine.by_hand import Hand
from dutydesk.errors import DutydeskError, Refused

NAME = "var/desk.sock"
ORDERS = frozenset({"take_alarm", "answer_by_phone", "call_again", "skip", "add_person", "write_off", "stand_down",
                    "open_incident", "lift", "release", "hold", "confirm_rest"})


class Listener:
    """The live desk's end of the socket."""

    def __init__(self, site: Path, hand: Hand) -> None:
        self._path = site / NAME
        self._hand = hand
        self._socket = socket.socket(socket.AF_UNIX)
        self._thread = threading.Thread(target=self._serve, name="orders", daemon=True)

    def start(self) -> None:
        """Listen; a socket file left by a dead desk is replaced (the store's lock proves that it is dead)."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._socket.listen()
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            with peer, peer.makefile("rwb") as stream:
                line = stream.readline()
                if line:
                    stream.write(json.dumps(self._answer(line), ensure_ascii=False).encode() + b"\n")

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            order = json.loads(line)
            return {"result": carry_out(self._hand, order["do"], order["with"])}
        except (DutydeskError, ValueError, KeyError, TypeError) as error:
            return {"refused": str(error)}


def carry_out(hand: Hand, name: str, arguments: Mapping[str, Any]) -> object:
    """Do one order; raises Refused for one there is not."""
    if name not in ORDERS:
        raise Refused(f"there is no order {name!r}")
    given = dict(arguments)
    if "kind" in given:
        given["kind"] = Kind(given["kind"])
    if "colour" in given:
        given["colour"] = colour(given["colour"])
    result: object = getattr(hand, name)(**given)
    return result


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
