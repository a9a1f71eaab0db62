"""The areas of an alert: which codes they carry, and which colour each of them has."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dutydesk.domain.alert import Alert, Area
from dutydesk.domain.cap_text import PLACE_ALONE, PLACE_CODE
from dutydesk.domain.values import Colour

_AREA_CODE = re.compile(r"[1-9]\d{5}(?:\d{3}(?:\d{3})?)?")
_OTHER_SYSTEM = re.compile(r"SAME|FIPS|UGC|EMMA|CAP-CP|WARNCELL|NUTS|ISO", re.IGNORECASE)
_COUNTRY = "10"      # what is left of 100000, the whole country

Coloured = tuple[Area, Colour]


def area_code(value: str) -> str | None:
    """Return the part of a Chinese area code that tells: `371000000000` -> `3710`, `371002100000` -> `371002100`.

    6, 9 or 12 digits are read (GB/T 2260 and the 12-digit codes of the statistics bureau: 2 province, 2 city,
    2 county, 3 town, 3 village, padded with zeros). None for anything else, and for the whole country (100000):
    a national warning reaches a place by its geometry only.
    """
    digits = value.strip()
    if not _AREA_CODE.fullmatch(digits):
        return None
    for length in (12, 9, 6, 4):
        padding = 3 if length > 6 else 2
        if len(digits) == length and digits.endswith("0" * padding):
            digits = digits[:-padding]
    return None if digits == _COUNTRY else digits


def coloured(alert: Alert) -> list[Coloured]:
    """Return the areas of all blocks with their colours, the most dangerous first.

    A block in the language and of the kind of danger the alert speaks of has its own colour; another one, which is a
    translation or a by-product, has the alert's.
    """
    main = alert.main
    found = []
    for info in alert.infos:
        own = main is not None and (info.language, info.event.family) == (main.language, main.event.family)
        found += [(area, info.colour if own and info.colour else alert.colour) for area in info.areas]
    return sorted(found, key=lambda row: -row[1])


def coded(areas: Iterable[Coloured]) -> dict[str, tuple[str, str, Colour]]:
    """Return prefix -> (code as written, name of its area, colour), each prefix once and at its highest."""
    found: dict[str, tuple[str, str, Colour]] = {}
    for area, colour in areas:
        for geocode in area.geocodes:
            prefix = area_code(geocode.value)
            own = geocode.name in (PLACE_CODE, PLACE_ALONE)
            if prefix and not own and not _OTHER_SYSTEM.search(geocode.name):
                found[prefix] = geocode.value.strip(), area.name, max(colour, found[prefix][2] if prefix in found
                                                                      else colour)
    return found
