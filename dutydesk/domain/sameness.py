"""Tells whether two documents carry one message: the same warning comes by several sources, each in its own form.

The national id is the key wherever both have it; else the office, the type, the colour, the hour and the words are.
"""

from __future__ import annotations

import re
from datetime import timedelta

from dutydesk.domain.folding import fold
from dutydesk.domain.ids import derive
from dutydesk.domain.succession import Says
from dutydesk.domain.values import Colour

SAME_HOUR = timedelta(minutes=60)
"""Sources give one message times of entry, of issue or of publication; further apart it is another message."""

# GB/T 35965.1: 14 digits of the sender, the time of entry, and in the long form a serial within the second.
_NATIONAL = re.compile(r"(\d{14}_\d{14})(?:_(\d))?\Z")
_SOURCE_NOTE = re.compile(r"\((?:预警信息|数据|信息)?来源:[^()]{0,40}\)")
_LEVEL_NOTE = re.compile(r"\[[^\[\]]{0,20}级?/[^\[\]]{0,20}\]")
_UNSAID = re.compile(r"[\W_]+")
_TELLING = 16   # characters a text needs before its words can stand for a message


def base_of(identifier: str) -> str:
    """Return a national id without its serial (29 of 31 characters); any other identifier as it is."""
    found = _NATIONAL.match(identifier.strip())
    return found[1] if found else identifier


def is_national(identifier: str) -> bool:
    """Tell whether an identifier has the national form, with or without a serial."""
    return bool(_NATIONAL.match(identifier.strip()))


def wording_of(office: str, type: str, colour: Colour, text: str, *, lifts: bool) -> str:
    """Return the key of what a text says, whoever prints it; empty where it says too little.

    Blanks, marks, widths, the bracket with the level and the note of the source are no part of what is said.
    """
    bare = _UNSAID.sub("", _LEVEL_NOTE.sub("", _SOURCE_NOTE.sub("", fold(text))))
    return derive("w", office, type, int(colour), lifts, bare) if len(bare) >= _TELLING else ""


def same_message(one: Says, other: Says) -> bool:
    """Tell whether two documents carry one message.

    1. Never across a warning and its lift, across real and exercise, or when sent more than an hour apart.
    2. The same identifier is the same message.
    3. National ids that differ in nothing but a serial one of them lacks, about the same type, are the same.
    4. Where one of them has no national id and they came by different sources, the same wording is the same message.
    """
    if (one.lifts, one.status) != (other.lifts, other.status) or abs(one.sent - other.sent) > SAME_HOUR:
        return False
    if one.identifier == other.identifier:
        return True
    if base_of(one.identifier) == base_of(other.identifier):
        serials = {_serial(one.identifier), _serial(other.identifier)}
        return "" in serials and one.type == other.type
    both = is_national(one.identifier) and is_national(other.identifier)
    by_one = bool(one.sources.keys() & other.sources.keys())
    return not by_one and not both and one.wording != "" and one.wording == other.wording


def _serial(identifier: str) -> str:
    found = _NATIONAL.match(identifier.strip())
    return (found[2] or "") if found else ""
