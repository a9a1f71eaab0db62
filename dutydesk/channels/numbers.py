"""Numbers as providers write them, and as the site does."""

from __future__ import annotations

import re

_NO_DIGIT = re.compile(r"\D")


def digits(number: str) -> str:
    """Only the digits, country code included: `+999 01 00` is `9990100`."""
    return _NO_DIGIT.sub("", number)


def national(number: str, country: str = "86") -> str:
    """Without the country code, as most domestic gateways want it; a foreign number keeps its own, after 00."""
    if number.startswith(f"+{country}"):
        return digits(number)[len(country):]
    return f"00{digits(number)}" if number.startswith("+") else digits(number)


def international(number: str, country: str = "86") -> str:
    """With + and country code, however a provider wrote it: with +, 00, the bare code, or none.

    1. What begins with + or 00 says its country.
    2. Eleven digits that begin with 1 are a mobile of `country` 86.
    3. A country code is believed where enough digits follow it; +999 is what invented numbers begin with.
    4. Anything else stays as it is: a short number has no country.
    """
    said = number.strip()
    plain = digits(said)
    if said.startswith("+"):
        return f"+{plain}"
    if plain.startswith("00"):
        return f"+{plain[2:]}"
    if country == "86" and len(plain) == 11 and plain.startswith("1"):
        return f"+86{plain}"
    if (plain.startswith(country) and len(plain) >= len(country) + 9) or (plain.startswith("999") and len(plain) > 5):
        return f"+{plain}"
    return plain
