"""What a phone and its owner do with one call: values that the switchboard acts out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dutydesk.ports.channel import Outgoing


class Fate(StrEnum):
    """What becomes of a phone that is dialled, and of a text where it applies (OFF, DEAD)."""

    RINGS_OUT = "rings_out"
    PICKED_UP = "picked_up"
    BUSY = "busy"
    OFF = "off"
    VOICEMAIL = "voicemail"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Said:
    """Something the owner says `after` the text arrived or the phone began to ring.

    `key`: pressed during the call (lost if the call is over); otherwise a text to the desk. `late` is how long
    the provider keeps it before the desk hears; its time stays the time it was said.
    """

    after: timedelta
    text: str
    key: bool = False
    late: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One call's fate. `pick_after`: ringing time until picked up; `receipt_after`: delay of the delivery report
    of a text (None: never comes); `off_for`: how long a phone that is OFF keeps texts waiting (None: for ever).
    """

    fate: Fate = Fate.RINGS_OUT
    pick_after: timedelta = timedelta(seconds=8)
    said: tuple[Said, ...] = ()
    receipt_after: timedelta | None = timedelta(seconds=2)
    off_for: timedelta | None = None


SILENT = Behaviour()
"""Texts arrive and are not answered; the phone rings and nobody comes."""

Behave = Callable[[Outgoing, datetime], Behaviour]
"""Decides what becomes of one message handed over at a time (UTC)."""


def hurried(behave: Behave, factor: float) -> Behave:
    """Let everybody act `factor` times as fast: for trials against real clocks."""
    def shorter(span: timedelta | None) -> timedelta | None:
        return None if span is None else span / factor

    def behave_fast(message: Outgoing, at: datetime) -> Behaviour:
        slow = behave(message, at)
        said = tuple(replace(each, after=each.after / factor, late=each.late / factor) for each in slow.said)
        return replace(slow, pick_after=slow.pick_after / factor, said=said, off_for=shorter(slow.off_for),
                       receipt_after=shorter(slow.receipt_after))
    return behave_fast
