"""Fills what a gateway wants to be told: `{name}` in the settings, and digests of what was filled."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import quote

from dutydesk.channels.http.settings import Digest
from dutydesk.channels.numbers import digits, national
from dutydesk.domain.ids import derive
from dutydesk.ports.channel import Outgoing

#: Names that are always filled.
CLOCK = {"time", "unix", "millis", "nonce"}
_PLACE = re.compile(r"\{([\w.]+)(?::([^{}]*))?\}")
_SIGNATURE = re.compile(r"^【([^】]*)】")


def facts_of(message: Outgoing, *, extension: str, template: str) -> dict[str, str]:
    """What a request that sends may name; see the reference."""
    signed = _SIGNATURE.match(message.text)
    facts = {
        "key": message.id, "number": message.number, "digits": digits(message.number),
        "national": national(message.number), "text": message.text, "body": _SIGNATURE.sub("", message.text),
        "signature": signed[1] if signed else "", "code": message.code, "extension": extension, "template": template,
        "language": message.language,
    }
    return facts | {f"facts.{name}": value for name, value in message.facts.items()}


def filled(template: str, facts: Mapping[str, str], now: datetime, zone: tzinfo) -> str:
    """Fill one text. `{time:%Y%m%d%H%M%S}` is local, `{unix}` and `{millis}` count from 1970, `{nonce}` is new each
    time, `{quoted:NAME}` is another value as it stands in a URL.

    Raises KeyError naming what does not exist.
    """
    def one(found: re.Match[str]) -> str:
        name, form = found[1], found[2]
        if name == "time":
            return now.astimezone(zone).strftime(form or "%Y-%m-%d %H:%M:%S")
        if name == "unix":
            return str(int(now.timestamp()))
        if name == "millis":
            return str(int(now.timestamp() * 1000))
        if name == "nonce":
            return derive("x", facts.get("key", ""), now.isoformat())[1:17]
        if name == "quoted":
            return quote(facts[form or ""], safe="")
        if name == "header":
            return facts[f"header:{(form or '').lower()}"]
        return facts[name]
    return _PLACE.sub(one, template)


def names(template: str) -> set[str]:
    """The names a text wants to be filled with."""
    return {form if name == "quoted" and form else name for name, form in _PLACE.findall(template)}


def digested(digests: Mapping[str, Digest], facts: dict[str, str], now: datetime, zone: tzinfo,
             encoding: str) -> dict[str, str]:
    """Add every digest under its name, in the order of the file: one may speak of those before it."""
    for name, digest in digests.items():
        facts[name] = digest_of(digest, filled(digest.of, facts, now, zone), encoding)
    return facts


def digest_of(digest: Digest, text: str, encoding: str) -> str:
    """The digest of a text, as the gateway writes it."""
    data = text.encode(encoding)
    kind = digest.by.removeprefix("hmac-")
    if digest.by.startswith("hmac-"):
        key = digest.key.get_secret_value().encode(encoding) if digest.key else b""
        raw = hmac.new(key, data, kind).digest()
    else:
        raw = hashlib.new(kind, data).digest()
    if digest.form == "base64":
        return base64.b64encode(raw).decode()
    return raw.hex().upper() if digest.form == "HEX" else raw.hex()


def nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """Fields as JSON wants them: a dot in a name goes one deeper, `[]` at its end makes a list of one."""
    tree: dict[str, Any] = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        place = tree
        for part in path:
            place = place.setdefault(part, {})
        if last.endswith("[]"):
            place[last[:-2]] = [value]
        else:
            place[last] = value
    return tree
