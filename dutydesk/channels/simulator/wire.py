"""How messages, rows and arrivals are written between the desk and a switchboard in a process of its own: JSON,
signed with HMAC-SHA256 over the body.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hmac import compare_digest, new
from typing import Any

from dutydesk.channels.simulator.phone import Arrival
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import Refused
from dutydesk.ports.channel import Outgoing

SIGNATURE = "X-Dutydesk-Signature"


def dumps(value: object) -> bytes:
    """Write values as JSON; times as ISO 8601."""
    return json.dumps(value, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place on the wire")


def sign(key: str, body: bytes) -> str:
    """Return the signature of a body, in hex."""
    return new(key.encode(), body, "sha256").hexdigest()


def signed(headers: Sequence[tuple[str, str]], key: str, body: bytes) -> bool:
    """Tell whether a body carries the signature of our key."""
    given = next((value for name, value in headers if name.lower() == SIGNATURE.lower()), "")
    return compare_digest(given.encode(), sign(key, body).encode())


def rows_to_json(rows: Iterable[Inbound]) -> bytes:
    """Write heard rows."""
    return dumps([asdict(row) for row in rows])


def rows_from_json(body: bytes) -> list[Inbound]:
    """Read heard rows; raises Refused if they are none."""
    try:
        return [
            Inbound(row["id"], row["channel"], row["kind"], row["number"], row["text"], row["call"],
                    datetime.fromisoformat(row["received_at"]), Outcome(row["outcome"]) if row["outcome"] else None)
            for row in json.loads(body)
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"these are no rows of a switchboard: {error!r}") from error


def outgoing(fields: Mapping[str, Any]) -> Outgoing:
    """Read a message; raises KeyError or ValueError if something is missing or wrong."""
    return Outgoing(fields["id"], Via(fields["via"]), fields["number"], fields["person"], fields["text"],
                    fields.get("code", ""), fields.get("asks", True), fields.get("drill", False))


def arrival(fields: Mapping[str, Any]) -> Arrival:
    """Read one line of a switchboard's history."""
    known = {**fields, "at": datetime.fromisoformat(fields["at"]), "via": Via(fields["via"])}
    return Arrival(**known)
