"""Reads an XML document from a stranger: tolerant of sloppiness, deaf to every trick.

No entity is expanded, no file or address is opened, no DTD is read, and nothing but a DocumentError comes out.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from dutydesk.errors import Dangerous, NotWellFormed, TooLarge
from dutydesk.feeds.encoding import text_of
from dutydesk.feeds.faults import Notes

HARD_LIMIT = 50_000_000   # bytes; more than this is refused whatever a source allows

# An element costs fifty times its characters. Real documents have a mark in 20 to 60; a bomb has one in 4 to 10.
_MARKS, _DENSEST = 50_000, 12

_BARE = re.compile(r"(<!\[CDATA\[.*?\]\]>)|&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)", re.DOTALL)
_REACHES_OUT = re.compile(r"\[|\b(?:SYSTEM|PUBLIC)\b")


def read(body: bytes, max_bytes: int, notes: Notes) -> etree._Element:
    """Return the root of a document of at most `max_bytes` bytes; what was forgiven is noted.

    Raises TooLarge before anything is read, Dangerous for entities, internal subsets, external doctypes and
    UTF-7, NotWellFormed for anything that is no complete XML.
    """
    limit = min(max_bytes, HARD_LIMIT)
    if len(body) > limit:
        raise TooLarge(f"文件有 {len(body):,} 字节，超过该来源允许的 {limit:,} 字节")
    text = text_of(body, notes)
    if not text:
        raise NotWellFormed("文件是空的")
    _refuse_tricks(text)
    if text.count("<") > max(_MARKS, len(text) // _DENSEST):
        raise TooLarge(f"文件有 {text.count('<'):,} 个 XML 标记，远多于任何真实预警")
    try:
        return _parse(text)
    except etree.XMLSyntaxError as error:
        mended = _BARE.sub(lambda match: match.group(1) or "&amp;", text)
        if mended == text:
            raise NotWellFormed(_told(error)) from None
    try:
        root = _parse(mended)
    except etree.XMLSyntaxError as error:
        raise NotWellFormed(_told(error)) from None
    notes.add("bare-ampersand", "")
    return root


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace, in lower case."""
    return bare_name(str(element.tag))


@lru_cache(maxsize=1024)
def bare_name(tag: str) -> str:
    """Return a tag as lxml writes it (`{namespace}name`) without its namespace, in lower case."""
    return tag.rpartition("}")[2].lower()


def namespace(element: etree._Element) -> str:
    """Return the namespace of an element, empty where it has none."""
    return str(element.tag)[1:].rpartition("}")[0]


def _parse(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
                             huge_tree=False, remove_comments=True, remove_pis=True, collect_ids=False)
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def _told(error: etree.XMLSyntaxError) -> str:
    line, column = error.position if error.position else (0, 0)
    return f"文件不是完整的 XML：第 {line} 行第 {column} 列"


def _refuse_tricks(text: str) -> None:
    """Raise Dangerous if the prolog has a doctype with an internal subset or an address."""
    at = _after_prolog(text)
    if not text.startswith("<!DOCTYPE", at):
        return
    declaration = text[at:at + 10_000]
    end = declaration.find(">")
    if end < 0 or _REACHES_OUT.search(declaration[:end]):
        raise Dangerous("文件带有可引用外部内容或定义实体的 DOCTYPE，已拒绝")


def _after_prolog(text: str) -> int:
    """Return where the first thing stands that is neither blank nor comment nor processing instruction."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith("<!--", at):
            at = _behind(text, "-->", at + 4)
        elif text.startswith("<?", at):
            at = _behind(text, "?>", at + 2)
        else:
            break
    return at


def _behind(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)
