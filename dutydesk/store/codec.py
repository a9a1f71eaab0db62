"""Small conversions between values and columns: times, enums, JSON, free text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from dutydesk.domain.journal import canonical
from dutydesk.domain.values import Colour, Outcome, Via

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_COLOURS = {int(colour): colour for colour in Colour}
_OUTCOMES: dict[str | None, Outcome | None] = {None: None, **{str(each): each for each in Outcome}}
_WAYS = {str(each): each for each in Via}


def micros(moment: datetime) -> int:
    """Return microseconds UTC of an aware time; raises TypeError for a time without a zone."""
    return (moment - _EPOCH) // _TICK


def micros_or_none(moment: datetime | None) -> int | None:
    """Return microseconds UTC, or None."""
    return None if moment is None else (moment - _EPOCH) // _TICK


@lru_cache(maxsize=4096)   # the rows of a batch share their times
def moment(ticks: int) -> datetime:
    """Return the aware UTC time of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=ticks)


def moment_or_none(ticks: int | None) -> datetime | None:
    """Return the aware UTC time, or None."""
    return None if ticks is None else moment(ticks)


def dump(value: Any) -> str:
    """Return JSON text with sorted keys; raises TypeError or ValueError for what is no JSON value."""
    return "{}" if value == {} else clean(canonical(value))


def load(text: str) -> Any:
    """Read JSON text."""
    return {} if text == "{}" else json.loads(text)


def dump_words(values: tuple[str, ...]) -> str:
    """Return a tuple of texts as JSON."""
    return "[]" if not values else clean(canonical(list(values)))


def load_words(text: str) -> tuple[str, ...]:
    """Read a JSON list of texts."""
    return () if text == "[]" else tuple(json.loads(text))


def dump_colours(colours: Mapping[str, Colour]) -> str:
    """Return place -> colour as JSON of numbers."""
    return dump({place: int(colour) for place, colour in colours.items()})


def load_colours(text: str) -> dict[str, Colour]:
    """Read place -> colour."""
    return {place: _COLOURS[number] for place, number in load(text).items()}


def colour_of(number: int) -> Colour:
    """Return the colour of its number."""
    return _COLOURS[number]


def outcome_of(word: str | None) -> Outcome | None:
    """Return the outcome of its word, or None."""
    return _OUTCOMES[word]


def via_of(word: str | None) -> Via | None:
    """Return the way of its word, or None."""
    return None if word is None else _WAYS[word]


def way_of(word: str) -> Via:
    """Return the way of its word."""
    return _WAYS[word]


def clean(text: str) -> str:
    """Return free text as every database can hold it: NUL shown as ␀, broken surrogates as a question mark.

    PostgreSQL refuses a NUL in text, and a reply must not be lost for one odd character.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "␀").encode("utf-8", "replace").decode()
