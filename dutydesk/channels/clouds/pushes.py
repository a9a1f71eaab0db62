"""Reads what the clouds push. They sign nothing: a long secret of ours stands in the address instead.

A push that is said again makes the same rows, so a recorded one gains nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from dutydesk.domain.records import Inbound
from dutydesk.errors import Refused
from dutydesk.ports.channel import Callback

logger = logging.getLogger(__name__)

BEIJING = ZoneInfo("Asia/Shanghai")   # of every time written without a zone


Read = Callable[[Mapping[str, Any], datetime], Iterable[Inbound]]


def rows_of(name: str, callback: Callback, key: SecretStr, read: Read) -> list[Inbound]:
    """Return the rows of a push, `read` from each object in it; one that cannot be read keeps no other away.

    Raises Refused where the key in the address is not ours, ValueError for nonsense.
    """
    if not compare_digest(callback.path.strip("/").encode(), key.get_secret_value().encode()):
        raise Refused("the address does not end in push_key")
    told = json.loads(callback.body)
    found: list[Inbound] = []
    for each in told if isinstance(told, list) else [told]:
        try:
            found += read(each, callback.at)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            logger.warning("%s: a row of a push cannot be read: %s", name, type(error).__name__)
    return found


def moment(value: object, now: datetime) -> datetime:
    """A time as the clouds write it, `2026-07-20 12:00:30` in Beijing or seconds since 1970, in UTC and never later
    than `now`; `now` where there is none that can be read.
    """
    text = str(value or "").strip()
    try:
        at = (datetime.fromtimestamp(int(text), UTC) if text.isdecimal()
              else datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).astimezone(UTC))
    except (ValueError, OverflowError, OSError):
        return now
    return min(now, at)
