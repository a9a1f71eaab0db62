"""The far side of a ferry, written from docs/howto/cross-a-gate.md alone: it knows nothing of the program."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

NAME = re.compile(r"(\d{10})-(\w+)-([0-9a-f]{64})\.json")
COLUMNS = ("kind", "id", "number", "text", "call", "outcome", "at")
AT = "2026-07-20T12:00:30+08:00"


def arrived(outbox: Path) -> dict[int, dict[str, Any]]:
    """What the gate finds: number -> message; every file is whole and tells its number twice."""
    found = {}
    for path in outbox.iterdir():
        if path.name.startswith(".") or path.name.endswith(".part"):
            continue
        named = NAME.fullmatch(path.name)
        assert named, path.name
        body = path.read_bytes()
        assert hashlib.sha256(body).hexdigest() == named[3], "a file that is not whole can be seen"
        message = json.loads(body)
        assert message["form"] == "dutydesk-ferry-1"
        assert (int(named[1]), named[2]) == (message["sequence"], message["id"])
        assert message["sequence"] not in found
        found[message["sequence"]] = message
    return found


def row(kind: str, **told: str) -> dict[str, str]:
    return {"kind": kind, "at": AT, **told}


def as_json(rows: Iterable[Mapping[str, str]]) -> bytes:
    return json.dumps({"rows": list(rows)}, ensure_ascii=False).encode()


def as_csv(rows: Iterable[Mapping[str, str]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS)
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode(encoding)


def named(number: int, body: bytes, form: str = "json") -> str:
    return f"{number:06}-{hashlib.sha256(body).hexdigest()}.{form}"


def bring(inbox: Path, number: int, body: bytes, form: str = "json") -> Path:
    """Put a file there as the gate does: whole, by a new name."""
    path = inbox / named(number, body, form)
    draft = inbox / f"{path.name}.part"
    draft.write_bytes(body)
    draft.rename(path)
    return path
