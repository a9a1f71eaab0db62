"""Reads what gammu-smsd writes of a message that came in (inboxformat detail): a text, or a delivery report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from dutydesk.domain.values import Outcome

_TEXTS = ("Unicode_No_Compression", "Default_No_Compression")
_WORDS = {"Delivered": Outcome.ON_HANDSET, "Failed": Outcome.FAILED_NOW}
_Section = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Came:
    """One message. `at` is the network's time, None where it gave none; `report`: it is a delivery report, and
    `outcome` what it says (None: still under way).
    """

    number: str
    text: str
    at: datetime | None
    report: bool = False
    outcome: Outcome | None = None


def whole(body: bytes) -> bool:
    """Whether the last section of a file is complete; another may still follow."""
    return body.endswith(b"\n\n") and b"MessageReference = " in body.rpartition(b"[SMSBackup")[2]


def read(body: bytes, zone: tzinfo) -> Came:
    """Read a file; `zone` is that of times without one. Raises ValueError for what is no message of people."""
    sections = _sections(body)
    if not sections:
        raise ValueError("no message in it")
    first = sections[0]
    number = _ucs2(first.get("NumberUnicode", ""))
    if not number:
        raise ValueError("it has no sender")
    text = "".join(map(_text, sorted(sections, key=lambda each: each.get("UDH", "")[-2:])))
    at = _moment(first.get("DateTime", ""), zone)
    report = first.get("PDU") == "Status_Report"
    return Came(number, text, at, report, _outcome(first, text) if report else None)


def _sections(body: bytes) -> Sequence[_Section]:
    """The sections as name -> value. Only a line feed ends a line: a text's own are hidden in comments and in hex."""
    found: list[dict[str, str]] = []
    for raw in body.split(b"\n"):
        line = raw.rstrip(b"\r").decode("utf-8", "replace")
        if line.startswith("[SMSBackup"):
            found.append({})
        elif found and not line.startswith(";"):
            name, equals, value = line.partition(" = ")
            if equals:
                found[-1][name] = value.strip('"')
    return found


def _text(section: _Section) -> str:
    if section.get("Coding") not in _TEXTS:
        raise ValueError(f"its coding is {section.get('Coding', 'not told')}: no text")
    return _ucs2("".join(section[name] for name in sorted(section) if name.startswith("Text")))


def _ucs2(text: str) -> str:
    try:
        return bytes.fromhex(text).decode("utf-16-be", "replace")
    except ValueError as error:
        raise ValueError(f"no hexadecimal digits: {text[:20]!r}") from error


def _moment(text: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    moment = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone follows
    return moment.replace(tzinfo=UTC if text.endswith("Z") else zone).astimezone(UTC)


def _outcome(section: _Section, text: str) -> Outcome | None:
    """What a report says: by TP-Status (3GPP TS 23.040, 9.2.3.15) where it is written, else by gammu's word for it.

    0-2 the phone has it; 0x20-0x3f the network still tries; anything beyond: it will not come there.
    """
    status = section.get("DeliveryStatus", "")
    if not status.isdigit():
        return _WORDS.get(text)
    if int(status) <= 2:
        return Outcome.ON_HANDSET
    return Outcome.FAILED_NOW if int(status) >= 0x40 else None
