"""The links messages carry to the page of a responsible person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dutydesk.domain.links import sign
from dutydesk.domain.setup import DutyPage

PURPOSE = "duty-page"


def links(page: DutyPage, key: bytes) -> Callable[[str, datetime], str]:
    """Return what makes the link of a call from its id and the time."""
    address = page.address.rstrip("/")
    return lambda call, now: f"{address}/p/{sign(PURPOSE, call, now + page.life, key)}"
