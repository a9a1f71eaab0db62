"""The bytes of CMPP 2.0 and 3.0: what we say to a gateway, and what it says to us. Pure.

After the interface protocol of China Mobile (中国移动通信互联网短信网关接口协议, versions 2.0 and 3.0), sections 7.2 to
7.4. All numbers are unsigned and big-endian, texts are filled up with zero bytes.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Any, Literal

Version = Literal["2.0", "3.0"]

CONNECT, TERMINATE, SUBMIT, DELIVER, ACTIVE_TEST = 0x1, 0x2, 0x4, 0x5, 0x8
RESPONSE = 0x80000000
HEADER = 12
LONGEST = 65_536        # bytes of one message; the longest the protocol knows is far below
UCS2 = 8                # Msg_Fmt of Chinese text
_FEE_SP = 2             # Fee_UserType: the service provider pays
_WITH_HEADER = 1        # TP_udhi
_LOGGED_IN_2 = 18       # octets of CONNECT_RESP in 2.0
_REPORT_STATES = 7      # octets of a report's word


@dataclass(frozen=True, slots=True)
class Submit:
    """One message, or one part of it, to one phone. Texts are ASCII; `content` is UCS-2, with its header in a part."""

    to: str
    sender: str
    sp: str
    content: bytes
    total: int = 1
    rank: int = 1
    service: str = ""
    fee_type: str = "01"
    fee_code: str = ""
    valid: str = ""
    report: bool = True


@dataclass(frozen=True, slots=True)
class Deliver:
    """A text to us, or a report of a message of ours (`report`). `id` is the gateway's."""

    id: int
    to: str
    sender: str
    coding: int
    content: bytes
    with_header: bool = False
    report: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the message the gateway called `id`: a word like DELIVRD."""

    id: int
    state: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a message: the gateway's id for it, and 0 or what stands against it."""

    id: int
    result: int


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The answer to a login: 0 or what stands against it, and the proof that the gateway knows the secret."""

    status: int
    proof: bytes


def framed(command: int, sequence: int, body: bytes = b"") -> bytes:
    """A message with its header."""
    return struct.pack(">III", HEADER + len(body), command, sequence) + body


def header(data: bytes) -> tuple[int, int, int]:
    """Length of the body, command and sequence number; raises ValueError for a length that cannot be."""
    length, command, sequence = struct.unpack(">III", data)
    if not HEADER <= length <= LONGEST:
        raise ValueError(f"a message of {length} bytes")
    return length - HEADER, command, sequence


def login(version: Version, sp: str, secret: str, stamp: str) -> bytes:
    """The body of CONNECT; `stamp` is the local time as MMDDHHMMSS."""
    name = sp.encode("ascii")
    return struct.pack(">6s16sBI", name, authenticator(sp, secret, stamp), _byte(version), int(stamp))


def authenticator(sp: str, secret: str, stamp: str) -> bytes:
    """AuthenticatorSource: MD5 over name, nine zero bytes, secret and time."""
    return hashlib.md5(sp.encode("ascii") + bytes(9) + secret.encode() + stamp.encode("ascii")).digest()


def proven(answer: LoggedIn, ours: bytes, secret: str) -> bool:
    """Whether a gateway knows the secret (AuthenticatorISMG). Gateways disagree on how long the status in it is."""
    return any(answer.proof == hashlib.md5(answer.status.to_bytes(size, "big") + ours + secret.encode()).digest()
               for size in (1, 4))


def logged_in(body: bytes) -> LoggedIn:
    """Read the body of CONNECT_RESP; raises ValueError.

    Its length tells its version, which need not be ours: a gateway that knows only 2.0 refuses 3.0 in its own form.
    """
    status, proof = _unpack(">B16s" if len(body) <= _LOGGED_IN_2 else ">I16s", body)
    return LoggedIn(status, proof)


def submit(version: Version, message: Submit) -> bytes:
    """The body of SUBMIT."""
    split = message.total > 1
    start = struct.pack(">QBBBB10sB", 0, message.total, message.rank, message.report, 1,
                        message.service.encode("ascii"), _FEE_SP)
    payer = bytes(21 if version == "2.0" else 33)      # 3.0: and whether it is disguised
    middle = struct.pack(">BBB6s2s6s17s17s21sB", 0, _WITH_HEADER if split else 0, UCS2, message.sp.encode("ascii"),
                         message.fee_type.encode("ascii"), message.fee_code.encode("ascii"),
                         message.valid.encode("ascii"), b"", message.sender.encode("ascii"), 1)
    number = message.to.encode("ascii")
    to = struct.pack(">21s" if version == "2.0" else ">32sx", number)
    return b"".join((start, payer, middle, to, bytes((len(message.content),)), message.content,
                     bytes(8 if version == "2.0" else 20)))


def taken(version: Version, body: bytes) -> Taken:
    """Read the body of SUBMIT_RESP; raises ValueError."""
    id, result = _unpack(">QB" if version == "2.0" else ">QI", body)
    return Taken(id, result)


def deliver(version: Version, body: bytes) -> Deliver:
    """Read the body of DELIVER; of a text that is cut off, what is there. Raises ValueError without a sender."""
    form = ">Q21s10sBBB21sBB" if version == "2.0" else ">Q21s10sBBB32sxBB"
    id, to, _, _, udhi, coding, sender, report, length = _unpack(form, body)
    start = struct.calcsize(form)
    return Deliver(id, _text(to), _text(sender), coding, body[start:start + length], bool(udhi & _WITH_HEADER),
                   report == 1)


def report(content: bytes) -> Report:
    """Read the content of a report. What follows the word differs between versions and gateways, and is not needed."""
    id, state = _unpack(f">Q{_REPORT_STATES}s", content)
    return Report(id, _text(state).strip().upper())


def thanks(version: Version, id: int, result: int = 0) -> bytes:
    """The body of DELIVER_RESP."""
    return struct.pack(">QB" if version == "2.0" else ">QI", id, result)


def _byte(version: Version) -> int:
    """Version: the main number in the upper half."""
    return 0x20 if version == "2.0" else 0x30


def _unpack(form: str, body: bytes) -> tuple[Any, ...]:
    try:
        return struct.unpack_from(form, body)
    except struct.error:
        raise ValueError(f"a message of {len(body)} bytes, too short") from None


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("ascii", "replace")
