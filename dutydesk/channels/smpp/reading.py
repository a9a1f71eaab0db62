"""Reads what a message centre says, from the bytes of its messages (SMPP 3.4, sections 4 and 5, appendix B).

The library's own reader refuses codings, dates and error codes that real centres use, and what it refuses comes again
for ever; here nothing is refused that can be read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dutydesk.channels.parts import Part, unpacked

HEADER = 16
RECEIPTED_ID, STATE, PAYLOAD = 0x001E, 0x0427, 0x0424
SAR_REFERENCE, SAR_TOTAL, SAR_RANK = 0x020C, 0x020E, 0x020F
_WITH_HEADER = 0x40
_KIND, _RECEIPT, _NOTIFICATION = 0x3C, 0x04, 0x20
#: message_state of section 5.2.28 as the words of appendix B.
STATES: Mapping[int, str] = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD",
                             7: "UNKNOWN", 8: "REJECTD"}
_SAID = re.compile(r"\b(id|stat|err):\s*(\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message of the centre to us. `data` is the text as it came, without its header; `ton` is its sender's."""

    sequence: int
    sender: str
    ton: int
    to: str
    kind: int
    coding: int
    data: bytes
    part: Part | None = None
    parameters: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def receipt(self) -> bool:
        """Whether it tells of a message of ours."""
        return self.kind & _KIND in (_RECEIPT, _NOTIFICATION)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the centre says of a message: its own id, a word, an error code."""

    id: str
    state: str
    error: str


def sequence(pdu: bytes) -> int:
    """The number by which request and answer belong together."""
    return int.from_bytes(pdu[12:HEADER], "big")


def answer(pdu: bytes) -> tuple[int, int, str]:
    """Of an answer to a message: its sequence number, its status, and the centre's id for the message."""
    id = pdu[HEADER:].partition(b"\0")[0]
    return sequence(pdu), int.from_bytes(pdu[8:12], "big"), id.decode("ascii", "replace")


def delivered(pdu: bytes) -> Delivered:
    """Read a deliver_sm; raises ValueError for one that is cut short."""
    body = _Body(pdu[HEADER:])
    body.text()                                   # service type
    ton, _, sender = body.octet(), body.octet(), body.text()
    _, _, to = body.octet(), body.octet(), body.text()
    kind = body.octet()
    body.take(2)                                  # protocol, priority
    body.text(), body.text()                      # when, until when
    body.take(2)                                  # registered, replace
    coding = body.octet()
    body.octet()                                  # a canned text
    data = body.take(body.octet())
    parameters = dict(body.parameters())
    data = data or parameters.get(PAYLOAD, b"")
    part = _sar(parameters)
    if kind & _WITH_HEADER and data:
        own, data = unpacked(data)
        part = own or part
    return Delivered(sequence(pdu), sender, ton, to, kind, coding, data, part, parameters)


def receipt(message: Delivered) -> Receipt:
    """Read a receipt: its parameters where it has some, else its text. Raises ValueError for one of no message."""
    said: dict[str, str] = {}
    for name, value in _SAID.findall(message.data.partition(b"text:")[0].decode("latin-1")):
        said.setdefault(name.lower(), value)
    id = message.parameters.get(RECEIPTED_ID, b"").rstrip(b"\0").decode("ascii", "replace") or said.get("id", "")
    if not id:
        raise ValueError("a receipt of no message")
    state = message.parameters.get(STATE, b"")
    word = said.get("stat", "").upper() or (STATES.get(state[0], "") if state else "")
    return Receipt(id, word, said.get("err", ""))


def text_of(coding: int, data: bytes, alphabet: str) -> str:
    """The words of a message. Nothing is refused: what cannot be read is marked by U+FFFD.

    `coding` as in section 5.2.19, and 15, by which Chinese centres mean GB; the groups of GSM 03.38 with a class say in
    bits 2 and 3 which alphabet.
    """
    fixed = {1: "ascii", 3: "latin-1", 8: "utf-16-be", 15: "gb18030", 6: "iso8859-5", 7: "iso8859-8"}.get(coding)
    if fixed is None and coding in range(0x10, 0x40):
        fixed = {0x08: "utf-16-be", 0x04: "latin-1"}.get(coding & 0x0C)
    elif fixed is None and (coding in (2, 4) or (coding >= 0xF0 and coding & 0x04)):
        fixed = "latin-1"
    name = fixed or alphabet
    if name != "gsm7":
        return data.decode(name, "replace")
    from aiosmpplib import GSM7BitCodec

    return str(GSM7BitCodec().decode(data, "replace")[0])


class _Body:
    """Bytes, read from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        found = self._data[self._at:self._at + count]
        if len(found) < count:
            raise ValueError("a message that is cut short")
        self._at += count
        return found

    def octet(self) -> int:
        return self.take(1)[0]

    def text(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise ValueError("a text without an end")
        return (self.take(end - self._at) + self.take(1)).rstrip(b"\0").decode("latin-1")

    def parameters(self) -> Iterator[tuple[int, bytes]]:
        """The optional ones; a piece too short to be one ends them."""
        while len(self._data) - self._at >= 4:
            tag = int.from_bytes(self.take(2), "big")
            length = int.from_bytes(self.take(2), "big")
            yield tag, self._data[self._at:self._at + length]
            self._at += length


def _sar(parameters: Mapping[int, bytes]) -> Part | None:
    numbers = [int.from_bytes(parameters.get(tag, b""), "big") for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_RANK)]
    part = Part(*numbers)
    return part if SAR_TOTAL in parameters and part.sound else None
