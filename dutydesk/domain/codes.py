"""Reply letters: which letter a phone uses to say which incident and round it answers.

A code belongs to one phone, incident and round; who holds which is the store's knowledge, not ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import product

from dutydesk.errors import Refused

REAL_LETTERS = "ABCDEFGHJKLMNPQRSTUVW"   # I and O are left out: they read as 1 and 0
DRILL_LETTERS = "XYZ"
_ALL_LETTERS = REAL_LETTERS + DRILL_LETTERS
_NEVER = frozenset({"TD"})               # the word by which every Chinese phone ends a subscription


def codes(*, drill: bool) -> Iterator[str]:
    """Yield every code of real incidents, or of drills, in the order in which they are given out."""
    first = DRILL_LETTERS if drill else REAL_LETTERS
    yield from first
    for pair in product(first, _ALL_LETTERS):
        code = "".join(pair)
        if code not in _NEVER:
            yield code


def pick(in_use: Set[str], *, drill: bool) -> str:
    """Return the first code not in use on this phone: one letter, or two when no single one is free.

    The first letter alone tells drill from real. Raises Refused when all are taken (over 70 drills or 500
    real incidents at one phone within the rest time of codes: something else is wrong then).
    """
    for code in codes(drill=drill):
        if code not in in_use:
            return code
    raise Refused("every reply letter of this phone is in use; close old incidents so that letters get free")


def is_drill(code: str) -> bool:
    """Tell whether a code belongs to a drill."""
    return code[:1] in DRILL_LETTERS and bool(code)
