"""Bytes of a file to text, whatever an office's computer made of them, losing no line."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from dutydesk.content.faults import Faults

_BREAK = re.compile(r"\r\n|\n|\r")
_MAX_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A text file: its name inside the site, with `/`, and its text with `\\n` line ends and no BOM."""

    file: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The lines without their ends; line 1 is `lines[0]`."""
        return self.text.split("\n")


def read(folder: Path, path: Path, faults: Faults) -> Source | None:
    """Read one file as text; None, and an error, when it cannot be opened.

    UTF-8 with or without BOM is taken silently; UTF-16 with BOM and GBK (GB 18030) are read and told as info.
    A file that is mostly UTF-8 keeps its good lines; each bad line is an error of its own.
    """
    file = path.relative_to(folder).as_posix()
    try:
        if path.stat().st_size > _MAX_BYTES:
            faults.add("file-unreadable", file, 1, f"is larger than {_MAX_BYTES // 1_000_000} MB; split the layer")
            return None
        body = path.read_bytes()
    except OSError as error:
        faults.add("file-unreadable", file, 1, f"cannot be opened ({error.strerror}); check the file's rights")
        return None
    return Source(file, _BREAK.sub("\n", _decode(body, file, faults)))


def _decode(body: bytes, file: str, faults: Faults) -> str:
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if body.startswith(mark):
            faults.add("file-encoding", file, 1, "is written in UTF-16; save it as UTF-8 when you next change it")
            return body.decode(name, errors="replace")
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_lines(body, file, faults)


def _decode_lines(body: bytes, file: str, faults: Faults) -> str:
    """Decide by majority of the lines that are not plain ASCII whether a file is GBK or damaged UTF-8."""
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    wide = [number for number, line in enumerate(lines) if not line.isascii()]
    bad = {number for number in wide if not _is(lines[number], "utf-8")}
    gbk = len(bad) * 2 > len(wide) and all(_is(lines[number], "gb18030") for number in bad)
    if gbk and _is(body, "gb18030"):
        faults.add("file-encoding", file, 1, "is written in GBK; save it as UTF-8 when you next change it")
        return body.decode("gb18030")
    texts = []
    for number, line in enumerate(lines):
        if number in bad:
            faults.add("line-encoding", file, number + 1,
                       "has bytes that are not UTF-8; type the damaged words of this line anew")
        texts.append(line.decode("utf-8", errors="replace"))
    return "\n".join(texts)


def _is(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
