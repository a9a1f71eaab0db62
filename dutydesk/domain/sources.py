"""What a desk knows of its sources: when each was asked and heard, what is still to be fetched, when one is silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST_SILENCE = timedelta(minutes=10)
"""However often a source is polled, shorter silence is no alarm (rule 9: two cycles, or 10 minutes if longer)."""

LONGEST_WAIT = timedelta(minutes=5)
"""A source that fails is tried again at least this often, or at its own interval if that is longer."""

LONGEST_ASKED = timedelta(hours=1)
"""So long at most a server's own wish to be left alone (Retry-After) is followed: lives hang on the next warning."""

TELL_AT = 3        # failed tries after which a document that cannot be fetched is put before the officer
GIVE_UP = timedelta(hours=24)
DEEPEST = 3        # a list may name a list; what those name is fetched, and no further


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source does. Times are aware and UTC; None where it never happened.

    `since`: watched since. `tried_at`: last poll. `fetched_at`: last answer. `heard_at`: last time it brought something
    readable, or said that nothing is new. `failures`: polls in a row that failed, `error` why. `silent_at`: when the
    officer was told that it is silent.
    """

    id: str
    since: datetime | None = None
    tried_at: datetime | None = None
    fetched_at: datetime | None = None
    heard_at: datetime | None = None
    failures: int = 0
    error: str = ""
    silent_at: datetime | None = None
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a source is fetched: at its own addresses (`own`), and where its documents say that more lies.

    state: waiting, done, lost (given up). `url` has its secrets as `${NAME}`. `updated`: what the list said when it was
    asked for last. `depth`: 0 for its own, one more for every list on the way. `due_at` None: not to be fetched.
    `document`: hash of what it brought last.
    """

    source: str
    url: str
    own: bool = False
    title: str = ""
    updated: datetime | None = None
    asked_at: datetime | None = None
    depth: int = 0
    state: str = "waiting"
    tries: int = 0
    due_at: datetime | None = None
    error: str = ""
    etag: str = ""
    modified: str = ""
    document: str = ""


def silence(cycle: timedelta) -> timedelta:
    """Return after how long without a word a source counts as silent: two cycles, or 10 minutes if longer."""
    return max(2 * cycle, LEAST_SILENCE)


def silent_since(state: SourceState, cycle: timedelta, *, began: datetime, now: datetime) -> datetime | None:
    """Return since when a watched source has been silent for too long, None where it has not.

    `began`: when this desk began to watch. After a standstill the source gets the time of one poll to speak up, for its
    silence was ours.
    """
    last = state.heard_at or state.since
    if state.since is None or last is None or now - last <= silence(cycle):
        return None
    grace = min(silence(cycle), cycle + timedelta(minutes=1))
    return last if now - began >= grace else None


def next_poll(interval: timedelta, jitter: float, chance: float) -> timedelta:
    """Return how long to wait after the beginning of a poll; `chance` is between 0 and 1."""
    return interval * (1 + jitter * (2 * chance - 1))


def next_try(interval: timedelta, tries: int, *, chance: float, asked: float | None = None) -> timedelta:
    """Return how long to wait after the `tries`th failure in a row.

    1. Twice as long after every failure, beginning with `interval`; at most 5 minutes, or `interval` if longer.
    2. Spread by a quarter to both sides, so that a server that comes back is not overrun.
    3. Never sooner than the server asked (`asked` seconds), as far as an hour.
    """
    longest = max(interval, LONGEST_WAIT)
    wait: timedelta = min(interval * 2.0 ** min(tries - 1, 12), longest) * (0.75 + 0.5 * chance)
    wanted = min(timedelta(seconds=asked or 0), LONGEST_ASKED)
    return max(wait, wanted)


def in_time(delays: Sequence[timedelta]) -> tuple[timedelta | None, timedelta | None]:
    """Return median and 95th percentile (nearest rank) of delays from sending to receipt; None where there is none."""
    ordered = sorted(delays)
    if not ordered:
        return None, None
    return ordered[(len(ordered) - 1) // 2], ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]
