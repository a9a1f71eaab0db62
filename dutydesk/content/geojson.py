"""GeoJSON text to features with their lines, however it is laid out; a damaged feature harms no other."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dutydesk.content.faults import Faults
from dutydesk.content.source import Source

_FEATURES = re.compile(r'"features"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_OPENING = re.compile(r"^[\s,]*\{", re.MULTILINE)
_DECODER = json.JSONDecoder()
_DATUM = re.compile(r"gcj[-_ ]?0?2|bd[-_ ]?0?9", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as written: its first line, its properties, its geometry as a GeoJSON mapping (or None)."""

    line: int
    properties: Mapping[str, Any]
    geometry: Any


@dataclass(frozen=True, slots=True)
class Layer:
    """One file of features. `crs` is the name of its coordinate system, empty where none is given."""

    file: str
    crs: str
    features: list[Feature] = field(default_factory=list)


def read_layer(source: Source, faults: Faults) -> Layer:
    """Read a FeatureCollection, or one bare Feature.

    1. Find where the list of features begins; without it, begin at the first line that opens an object.
    2. Take one feature after the other, with the line it begins on.
    3. Where one is broken, report it and go on at the next line that opens an object.
    4. Read what stands around the list for the coordinate system.
    """
    starts = [0, *(match.end() for match in re.finditer("\n", source.text))]
    opening = _FEATURES.search(source.text)
    reader = _Reader(source, starts, faults)
    begin = opening.end() if opening else reader.next_opening(-1)
    if opening is None and begin == len(source.text):
        faults.add("file-unreadable", source.file, 1,
                   'is no GeoJSON; it must begin with {"type":"FeatureCollection","features":[')
    elif opening is None and source.text[:begin].strip():
        faults.add("row", source.file, 1,
                   'the list of features is not announced; begin with {"type":"FeatureCollection","features":[')
    features = list(reader.features(begin))
    around = source.text[:begin] + source.text[reader.end:] if opening else ""
    return Layer(source.file, _crs(around, source.file, faults), features)


def _whole(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class _Reader:
    """Walks through the list of features."""

    def __init__(self, source: Source, starts: list[int], faults: Faults) -> None:
        self.source = source
        self.starts = starts
        self.faults = faults
        self.end = len(source.text)

    def line(self, at: int) -> int:
        """Return the line of a character."""
        return bisect_right(self.starts, at)

    def features(self, at: int) -> Iterator[Feature]:
        """Yield the features from a character on, and remember where the list ended."""
        text = self.source.text
        while True:
            between = _BETWEEN.match(text, at)
            at = between.end() if between else at
            if at >= len(text) or text[at] == "]":
                self.end = at
                at = self.next_opening(at)
                if at >= len(text):
                    return
                self.faults.add("row", self.source.file, self.line(self.end),
                                "the list of features ends here and more follow; take the bracket out")
            try:
                value, after = _DECODER.raw_decode(text, at)
            except (ValueError, RecursionError) as error:
                self._broken(at, error)
                after = self.next_opening(at)
            else:
                if feature := self._feature(value, self.line(at)):
                    yield feature
            at = after

    def _broken(self, at: int, error: Exception) -> None:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        line = error.lineno if isinstance(error, json.JSONDecodeError) else self.line(at)
        first = self.line(at)
        where = f", seen on line {line}" if line != first else ""
        self.faults.add("row", self.source.file, first,
                        f"the feature that begins here is no JSON ({reason}{where}); check its quotes and brackets")

    def next_opening(self, at: int) -> int:
        """Return where the next line opens an object that reads as a feature; else the end of the text."""
        for match in _OPENING.finditer(self.source.text, at + 1):
            begin = match.end() - 1
            try:
                value, _ = _DECODER.raw_decode(self.source.text, begin)
            except (ValueError, RecursionError):
                if self.source.text.startswith('{"type"', begin):
                    return begin            # a feature line as well, and broken too: it gets its own error
                continue
            if isinstance(value, dict) and "properties" in value:
                return begin
        return len(self.source.text)

    def _feature(self, value: Any, line: int) -> Feature | None:
        if not isinstance(value, dict):
            self.faults.add("row", self.source.file, line, "is no feature; remove it")
            return None
        properties = value.get("properties")
        if not isinstance(properties, dict):
            self.faults.add("row", self.source.file, line, "the feature has no properties; add id, name and kind")
            return None
        return Feature(line, properties, value.get("geometry"))


def _crs(around: str, file: str, faults: Faults) -> str:
    """Return the name of the layer's system from the members around the list."""
    head = _whole(around.replace("[]", "[ ]", 1)) if around else {}
    if not isinstance(head, dict):
        if datum := _DATUM.search(around):
            return datum[0]
        faults.add("row", file, 1, "what stands around the features is no JSON; longitude and latitude in "
                                   "EPSG:4326 are assumed")
        return ""
    return name_of(head.get("crs")) or name_of(head.get("datum"))


def name_of(crs: Any) -> str:
    """Return the name inside a `crs` member: a text, `{"properties": {"name": ...}}`, or nothing."""
    if isinstance(crs, dict):
        inner = crs.get("properties")
        return name_of(inner.get("name")) if isinstance(inner, dict) else ""
    return crs.strip() if isinstance(crs, str) else ""
