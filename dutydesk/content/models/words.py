"""The small forms that several files share: ids, durations, colours, dates and times as people type them."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

from dutydesk.domain.values import Colour, colour

_DURATION = re.compile(r"\+?(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s)?")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")

#: Kinds of phone numbers, in the words of the files.
NUMBER_KINDS = ("mobile", "landline", "satellite", "neighbour")
#: What a post can report beyond an answer, and `done_when` may ask for.
ACTS = ("on_post", "moved", "patrolled", "opened", "page")
#: Hazard families an event of a warning can have; `default` stands for every one without a playbook.
FAMILIES = ("flood", "fire", "wind", "snow", "quake", "geohazard", "fog", "heat", "thunder", "drought", "sea",
            "other")


class Strict(BaseModel):
    """Base of every model: an unknown name is a fault, never silently dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def duration(text: object) -> timedelta:
    """Read `30s`, `5m`, `2h`, `+1h59m`, `1d`; raises ValueError saying how to write it."""
    if isinstance(text, timedelta):
        return text
    found = _DURATION.fullmatch(str(text).strip())
    parts = {name: int(value) for name, value in found.groupdict().items() if value} if found else {}
    if not parts:
        raise ValueError(f"{text!r} is no duration; write it like 30s, 5m, 2h or 1h30m")
    return timedelta(**parts)


def day(text: object) -> date:
    """Read `2026-04-20`, or `2026/4/20` as a spreadsheet leaves it; raises ValueError."""
    if isinstance(text, date):
        return text
    found = _DATE.fullmatch(str(text).strip())
    if not found:
        raise ValueError(f"{text!r} is no date; write it like 2026-04-20")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError(f"{text!r} is a day that does not exist; write it like 2026-04-20") from None


def clock(text: object) -> time:
    """Read `08:00` or `8:00` (24:00 is 00:00); raises ValueError."""
    if isinstance(text, time):
        return text
    found = _TIME.fullmatch(str(text).strip())
    hour, minute = (int(part) for part in found.groups()) if found else (99, 0)
    if (hour, minute) == (24, 0):
        return time(0)
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is no time of day; write it like 08:00")
    return time(hour, minute)


def _colour(word: object) -> Colour:
    return word if isinstance(word, Colour) else colour(str(word))


def _text(value: Any) -> Any:
    """Codes written without quotation marks come as numbers; they are text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _empty(value: Any) -> Any:
    """An empty cell is an absent one."""
    return None if value == "" else value


Duration = Annotated[timedelta, BeforeValidator(duration), WithJsonSchema(
    {"type": "string", "pattern": r"^\+?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$", "examples": ["30s", "5m", "1h30m"]})]
Day = Annotated[date, BeforeValidator(day), WithJsonSchema(
    {"type": "string", "pattern": r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$", "examples": ["2026-04-20"]})]
MaybeDay = Annotated[date | None, BeforeValidator(lambda value: None if value in ("", None) else day(value)),
                     WithJsonSchema({"type": "string", "examples": ["2026-04-20", ""]})]
Clock = Annotated[time, BeforeValidator(clock), WithJsonSchema(
    {"type": "string", "pattern": r"^\d{1,2}:\d{2}(:00)?$", "examples": ["08:00"]})]
ColourWord = Annotated[Colour, BeforeValidator(_colour), WithJsonSchema(
    {"type": "string", "enum": [each.word for each in Colour]})]
#: An id: no blank, no comma, no slash (a post is `place/duty`).
Id = Annotated[str, BeforeValidator(_text), StringConstraints(pattern=r"^[\w.-]+$", max_length=64)]
#: A post: `place/duty`.
PostId = Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$", max_length=128)]
Filled = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1, max_length=1000)]
Text = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=1000)]
MaybeInt = Annotated[int, BeforeValidator(lambda value: 0 if value in ("", None) else value)]
MaybeFloat = Annotated[float | None, BeforeValidator(_empty)]
