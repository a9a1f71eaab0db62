"""Rows of contacts/*.csv and waivers.csv."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from dutydesk.content.models.words import Clock, Day, Filled, Id, MaybeDay, PostId, Strict, Text

_DAYS = re.compile(r"[1-7](-[1-7])?(,[1-7](-[1-7])?)*")
_DIGITS = re.compile(r"\+?[0-9]{3,17}")


def phone(text: object) -> str:
    """Read a phone number, blanks and hyphens taken out; raises ValueError naming what a spreadsheet does to it."""
    bare = re.sub(r"[\s\u00a0()-]", "", str(text))
    if re.fullmatch(r"[\d.]+[eE]\+?\d+", bare):
        raise ValueError(f"{text!r} was shortened by a spreadsheet; type the number anew in a text column")
    if not _DIGITS.fullmatch(bare):
        raise ValueError(f"{text!r} is no phone number; write digits, with + and the country where it is abroad")
    return bare


def weekdays(text: object) -> frozenset[int]:
    """Read `1-5`, `6,7`, `6-1` (Saturday to Monday) as ISO weekdays, 1 Monday to 7 Sunday; raises ValueError."""
    if isinstance(text, frozenset):
        return text
    bare = re.sub(r"[\s\"]", "", str(text)).replace(";", ",").replace("，", ",").replace("、", ",")
    if not _DAYS.fullmatch(bare):
        raise ValueError(f"{text!r} names no weekdays; write 1-5, or \"6,7\", with 1 for Monday and 7 for Sunday")
    found: set[int] = set()
    for part in bare.split(","):
        first, last = int(part[0]), int(part[-1])
        found.update((first - 1 + step) % 7 + 1 for step in range((last - first) % 7 + 1))
    return frozenset(found)


Phone = Annotated[str, BeforeValidator(phone), StringConstraints(max_length=18), WithJsonSchema(
    {"type": "string", "pattern": r"^\+?[0-9][0-9 ()-]{2,24}$", "examples": ["+99900012345"]})]
Weekdays = Annotated[frozenset[int], BeforeValidator(weekdays), WithJsonSchema(
    {"type": "string", "pattern": r"^[1-7](-[1-7])?([,;][1-7](-[1-7])?)*$", "examples": ["1-5", "6,7"]})]


class PersonRow(Strict):
    """contacts/people.csv: a responsible person (责任人)."""

    id: Id = Field(description="the person's id, used by the other tables; never given to somebody else later")
    name: Filled = Field(description="name as it is spoken on the phone")
    organisation: Text = Field(default="", description="where the person works")
    title: Text = Field(default="", description="office or function")


class NumberRow(Strict):
    """contacts/numbers.csv: one way to reach a person; rows are tried from top to bottom, neighbours last. A phone the
    network cannot reach hands on to the next row at once.
    """

    person: Id = Field(description="id of the person in people.csv")
    kind: Literal["mobile", "landline", "satellite", "neighbour"] = Field(description="what kind of number")
    number: Phone = Field(description="digits; +999... is imaginary and never dialled for real")
    confirmed: MaybeDay = Field(
        default=None, description="day somebody last rang it and the right person answered")


class PostRow(Strict):
    """contacts/posts.csv: one seat of a post (责任岗位), which is one duty at one place."""

    place: Id = Field(description="id of the place in geo/")
    duty: Id = Field(description="flood, fire, general, ... as the playbooks name them")
    seat: Annotated[int, Field(ge=1, le=99)] = Field(description="1 holds the post, 2 and above are deputies")
    person: Annotated[str, StringConstraints(pattern=r"^[\w.-]*$", max_length=64)] = Field(
        default="", description="id of the person in people.csv; empty while the seat is vacant")
    superior: Annotated[PostId | None, BeforeValidator(lambda value: value or None)] = Field(
        default=None, description="post to climb to, place/duty; empty: the same duty at the nearest place above, else "
                          "its general post")


class ShiftRow(Strict):
    """contacts/roster.csv: who is on duty at a desk, as a weekly pattern in the site's own time."""

    desk: Id = Field(description="id of the desk in dutydesk.toml")
    role: Literal["officer", "backup", "leader"] = Field(description="值班员, 副班 or 带班领导")
    days: Weekdays = Field(description="weekdays the shift begins on: 1-5, or 6,7")
    start: Clock = Field(description="HH:MM")
    end: Clock = Field(description="HH:MM; not later than start: runs past midnight")
    person: Id = Field(description="id of the person in people.csv")
    since: MaybeDay = Field(default=None, description="first day it applies; empty: always")
    until: MaybeDay = Field(default=None, description="last day it applies; empty: always")


class WaiverRow(Strict):
    """waivers.csv: a finding somebody answers for, until a day."""

    rule: Id = Field(description="name of the rule in square brackets at the end of the finding")
    about: Text = Field(default="", description="the id the finding is about; * stands for anything")
    what: Filled = Field(description="what is accepted")
    why: Filled = Field(description="why it cannot be put right now")
    who: Filled = Field(description="who answers for it")
    until: Day = Field(description="last day it holds")
