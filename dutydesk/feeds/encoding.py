"""Turns the bytes of an XML document into text, whatever its declaration claims.

The decoding is ours alone: the XML library gets clean UTF-8 without a declaration, so no encoding trick reaches it.
"""

from __future__ import annotations

import codecs
import re

from dutydesk.errors import Dangerous, NotWellFormed
from dutydesk.feeds.faults import Notes

# A longer mark first: UTF-32's begins like UTF-16's.
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
          (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WIDE = {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
_CHINESE = {"gb2312", "gbk", "gb18030", "hz"}
_PLAIN = re.compile(r"(?:iso-?8859-?\d{1,2}|iso8859-\d{1,2}|cp125\d|windows-125\d|ascii|utf-8|big5|big5hkscs|"
                    r"euc_jp|euc_kr|shift_jis|koi8-r|cp936|cp950|mac-roman)\Z")
_DECLARED = re.compile(rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_DECLARATION = re.compile(r"<\?xml(?=\s)[^>]{0,400}?\?>")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_LEADING = "\ufeff \t\r\n\x00"


def text_of(body: bytes, notes: Notes) -> str:
    """Return the document as text without declaration, byte order mark and forbidden characters.

    1. A byte order mark, or zero bytes around the first `<`, decides.
    2. Else UTF-8 if the bytes are UTF-8, unless a declared Chinese encoding fits as well and gives Chinese.
    3. Else the declared encoding, but GB18030 for Chinese bytes declared as something Western.
    4. Else UTF-8 with the few damaged characters replaced, GB18030, or Windows' Western encoding.
    Raises Dangerous for UTF-7, NotWellFormed where nothing fits.
    """
    text = _wide(body, notes)
    if text is None:
        text = _narrow(body, notes)
    stripped = text.lstrip(_LEADING)
    if len(text) > len(stripped) and stripped.startswith("<?xml"):
        notes.add("text-before-declaration", "")
    stripped = _DECLARATION.sub("", stripped, count=1) if stripped.startswith("<?xml") else stripped
    stripped = stripped.rstrip("\x00 \t\r\n")
    if _FORBIDDEN.search(stripped):
        notes.add("control-characters", "")
        stripped = _FORBIDDEN.sub("", stripped)
    return stripped


def _wide(body: bytes, notes: Notes) -> str | None:
    """Return the text of a document in UTF-16 or UTF-32, or of one with any byte order mark; else None."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return None if name == "utf-8" else _strictly(body[len(mark):], name)
    head = body[:200].lstrip(b" \t\r\n\x00")[:1]
    if head == b"<" and b"\x00" in body[:8]:
        name = "utf-16-le" if body[:200].index(b"<") % 2 == 0 else "utf-16-be"
        return _strictly(body, name)
    return None


def _strictly(body: bytes, name: str) -> str:
    try:
        return body.decode(name)
    except UnicodeDecodeError as error:
        raise NotWellFormed(f"文件不是完整的 {name.upper()} 文本（第 {error.start} 字节）") from None


def _narrow(body: bytes, notes: Notes) -> str:
    """Return the text of a document of single bytes."""
    declared = _declared(body, notes)
    body = body.removeprefix(codecs.BOM_UTF8)
    utf8 = _try(body, "utf-8")
    if declared in _CHINESE:
        chinese = _try(body, "gb18030")
        if chinese is not None and (utf8 is None or not _has_chinese(utf8)):
            return chinese
    if utf8 is not None:
        if declared not in ("", "utf-8", "ascii") and not utf8.isascii():
            notes.add("encoding-wrong", "", declared)
        return utf8
    return _not_utf8(body, declared, notes)


def _not_utf8(body: bytes, declared: str, notes: Notes) -> str:
    """Return the text of bytes that are not clean UTF-8."""
    replaced = body.decode("utf-8", "replace")
    lost, foreign = replaced.count("\ufffd"), sum(1 for char in replaced if char > "\x7f")
    if lost * 10 <= foreign:
        notes.add("encoding-damaged", "", f"{lost}")
        return replaced
    if declared in ("", "utf-8", "ascii", "iso8859-1", "cp1252") and _looks_gb(body):
        notes.add("encoding-wrong", "", declared)
        return body.decode("gb18030", "replace")
    if declared and declared not in ("utf-8", "ascii"):
        codec = "gb18030" if declared in _CHINESE else "cp1252" if declared == "iso8859-1" else declared
        text = body.decode(codec, "replace")
        if "\ufffd" in text:
            notes.add("encoding-damaged", "", f"{text.count(chr(0xfffd))}")
        return text
    notes.add("encoding-wrong", "", declared)
    return body.decode("cp1252", "replace")


def _declared(body: bytes, notes: Notes) -> str:
    """Return Python's name of the declared encoding, empty where none or a useless one is declared."""
    match = _DECLARED.search(body[:1000])
    if not match:
        return ""
    written = match.group(1).decode("ascii")
    if re.sub(r"[^a-z0-9]", "", written.lower()) in ("utf7", "unicode11utf7", "csutf7", "xutf7"):
        raise Dangerous("文件声明使用 UTF-7 编码，已拒绝")
    try:
        name = codecs.lookup(written).name
    except LookupError:
        name = ""
    if name in _WIDE:      # claims two bytes a character and has one: common from programs that build strings
        notes.add("encoding-wrong", "", written)
        return ""
    if name not in _CHINESE and not _PLAIN.match(name):
        notes.add("encoding-unknown", "", written)
        return ""
    return name


def _try(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeDecodeError:
        return None


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def _looks_gb(body: bytes) -> bool:
    """Tell Chinese bytes from Western ones: Chinese stands in pairs of high bytes, an accent stands alone."""
    runs = [len(run.group()) for run in _HIGH_RUN.finditer(body[:200_000])]
    even = sum(1 for run in runs if run % 2 == 0)
    return bool(runs) and even >= 0.8 * len(runs)
