"""Reads what a gateway says, JSON, XML, form or lines of text, into one tree, and rows out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import parse_qsl

from lxml import etree

from dutydesk.channels.http.settings import Body, Rows
from dutydesk.channels.numbers import international
from dutydesk.domain.ids import derive
from dutydesk.domain.records import REF, Inbound
from dutydesk.domain.values import Outcome

_SECOND = timedelta(microseconds=999_999)
MILLIS = 10**11   # a count of seconds is smaller than this for the next thousand years


def tree(form: Body, data: bytes, encoding: str) -> Any:
    """Read a document into dicts, lists and texts; raises ValueError for what is none."""
    if form.format == "json":
        return json.loads(data.decode(encoding))
    if form.format == "xml":
        return _element(_xml(data))
    text = data.decode(encoding)
    if form.format == "form":
        return dict(parse_qsl(text, keep_blank_values=True, encoding=encoding))
    found = [match.groupdict() for match in re.finditer(form.pattern, text, re.MULTILINE)]
    return found if len(found) != 1 else found[0]


def _xml(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no XML: {error}") from error


def _element(element: etree._Element) -> Any:
    """Attributes and children by name, repeated ones as a list; without either the text."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children and not element.attrib:
        return (element.text or "").strip()
    found: dict[str, Any] = {str(name): str(value) for name, value in element.attrib.items()}
    for child in children:
        name, value = etree.QName(child).localname, _element(child)
        if name in found:
            known = found[name]
            found[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            found[name] = value
    return found


def pick(document: Any, path: str) -> str:
    """The text at a path like `data.list.0.id`; empty where there is none."""
    value = at(document, path)
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def at(document: Any, path: str) -> Any:
    """Whatever stands at a path; the document itself for an empty one, None where there is nothing."""
    value = document
    for part in path.split(".") if path else ():
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            return None
    return value


def rows_of(document: Any, form: Rows) -> Iterator[Any]:
    """The rows of a document that are meant; one that stands alone may stand without a list."""
    found = at(document, form.rows)
    for row in found if isinstance(found, list) else [] if found is None or found == "" else [found]:
        if all(pick(row, name) == value for name, value in form.when.items()):
            yield row


class Heard:
    """Makes rows of the desk out of a gateway's."""

    def __init__(self, channel: str, country: str, states: Mapping[str, Outcome], zone: tzinfo) -> None:
        self._channel = channel
        self._country = country
        self._states = states
        self._zone = zone

    def row(self, kind: str, given: Any, form: Rows, now: datetime) -> Inbound:
        """One row. Its id derives from all the gateway says of it, so that the same said twice is one row.

        Raises ValueError for a receipt of no message, a reply of nobody, and a time that cannot be read.
        """
        number = international(pick(given, form.number), self._country) if form.number else ""
        key = pick(given, form.key) if form.key else ""
        its_id = pick(given, form.id) if form.id else ""
        call = key or (ref(self._channel, its_id) if its_id and kind != "reply" else "")
        state, text = pick(given, form.state) if form.state else "", _words(given, form)
        if kind == "reply" and not number:
            raise ValueError("a reply without a number")
        if kind != "reply" and not call:
            raise ValueError(f"a {kind} without the message it belongs to")
        stamp = pick(given, form.time) if form.time else ""
        moment = time_of(stamp, form.time_format, self._zone) if stamp else now
        if stamp and kind != "receipt" and not moment.microsecond:
            moment += _SECOND   # it names a second, and nobody answers before he was asked
        told = self._meant(state, form) if kind == "receipt" else None
        text = text or ("" if told else state)     # a word nobody explained is kept for the eye
        unique = its_id if kind == "reply" and its_id else (number, text, state, call, stamp or now.isoformat())
        return Inbound(derive("i", self._channel, kind, *([unique] if isinstance(unique, str) else unique)),
                       self._channel, kind, number, text, "" if kind == "reply" else call, min(moment, now), told)


    def _meant(self, state: str, form: Rows) -> Outcome | None:
        """What a state means; None where nobody explained it."""
        exact = self._states.get(state)
        if exact or not form.bits or not state.isdigit():
            return exact
        flags = {int(each): outcome for each, outcome in self._states.items() if each.isdigit() and int(each)}
        return next((outcome for flag, outcome in flags.items() if int(state) & flag == flag), None)


def _words(given: Any, form: Rows) -> str:
    """The text of a row; raises ValueError for hexadecimal digits that are none."""
    text = pick(given, form.text) if form.text else ""
    return bytes.fromhex(text).decode(form.hex) if form.hex else text


def time_of(text: str, form: str, zone: tzinfo) -> datetime:
    """A time as a gateway writes it (local to `zone` if it names none), in UTC; raises ValueError."""
    if text.isdigit() and form in ("unix", "millis", ""):
        seconds = int(text) / 1000 if int(text) > MILLIS else int(text)
        return datetime.fromtimestamp(seconds, UTC)
    moment = datetime.strptime(text, form)  # noqa: DTZ007 - its zone is given or follows
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def ref(channel: str, provider: str) -> str:
    """How a message is called where its provider knows it by its own id only."""
    return f"{REF}{channel}:{provider}"
