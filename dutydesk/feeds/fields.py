"""Looks up the fields of an XML element by name, whatever its namespace, prefix, order or case."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from dutydesk.feeds.faults import Notes
from dutydesk.feeds.xml import bare_name, local_name


class Fields:
    """The children of one element. `path` is where it stands in the document, for the faults."""

    def __init__(self, element: etree._Element, path: str, notes: Notes) -> None:
        self.path = path
        self._notes = notes
        self._children: dict[str, list[etree._Element]] = {}
        for child in element:
            tag = child.tag
            if isinstance(tag, str):
                name = bare_name(tag)
                if name in self._children:
                    self._children[name].append(child)
                else:
                    self._children[name] = [child]

    def children(self, name: str) -> list[etree._Element]:
        """Return the child elements of that name in document order."""
        return self._children.get(name.lower(), [])

    def where(self, name: str) -> str:
        """Return the path of a child: `info[1]/event`."""
        return f"{self.path}/{name}" if self.path else name

    def text(self, name: str, *also: str) -> str:
        """Return the first text that is not blank among the children of these names, outer blanks removed."""
        for wanted in (name, *also):
            for child in self.children(wanted):
                found = text_of(child)
                if found:
                    return found
        return ""

    def required(self, name: str, fault: str, also: Sequence[str] = ()) -> str:
        """Return the text; note `fault` where it is missing or blank."""
        found = self.text(name, *also)
        if not found:
            self._notes.add(fault, self.path)
        return found

    def one_of(self, name: str, words: Sequence[str], fault: str, default: str) -> str:
        """Return the standard's spelling of a word, whatever its case. Missing: note `fault`, return `default`.

        Unknown: noted as value-unknown, and `default` again.
        """
        found = self.required(name, fault)
        if not found:
            return default
        known = _in_spelling(found, words)
        if known is None:
            self._notes.add("value-unknown", self.where(name), found)
        return known or default

    def word(self, name: str, words: Sequence[str], fault: str) -> str:
        """Return a word in the standard's spelling, an unknown one as written and noted, `Unknown` if missing."""
        found = self.required(name, fault)
        known = _in_spelling(found, words) if found else "Unknown"
        if known is None:
            self._notes.add("value-unknown", self.where(name), found)
        return known or found

    def pairs(self, name: str) -> list[tuple[str, str]]:
        """Return the valueName and value of the children of that name; CAP 1.0 wrote `name=value`."""
        found = []
        for child in self.children(name):
            key, value = _pair(child) if len(child) else _written_pair(text_of(child))
            if value:
                found.append((key, value))
        return found

    def leaves(self, name: str) -> list[tuple[str, str]]:
        """Return text and path of every child of that name that holds text; the text keeps its inner blanks."""
        found = []
        for n, child in enumerate(self.children(name), 1):
            where = self.where(f"{name}[{n}]")
            # A polygon made of further elements is another vocabulary's; it must not be read as ours.
            found.append((f"<{local_name(child[0])}>" if len(child) else text_of(child), where))
        return found


def _pair(element: etree._Element) -> tuple[str, str]:
    """Return the first valueName and the first value that are not blank; a document can have 10,000 such pairs."""
    key = value = ""
    for child in element:
        tag = child.tag
        name = bare_name(tag) if isinstance(tag, str) else ""
        if name == "valuename":
            key = key or text_of(child)
        elif name == "value":
            value = value or text_of(child)
    return key, value


def _written_pair(text: str) -> tuple[str, str]:
    key, _, value = text.rpartition("=")
    return key.strip(), value.strip()


def text_of(element: etree._Element) -> str:
    """Return all text of an element, outer blanks removed."""
    if len(element):
        return "".join(map(str, element.itertext())).strip()
    return (element.text or "").strip()


def _in_spelling(found: str, words: Sequence[str]) -> str | None:
    if found in words:
        return found
    return next((word for word in words if word.casefold() == found.casefold()), None)
