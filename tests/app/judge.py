"""Judges a desk after a storm: by what arrived at the telephones, and by what stands in its database.

The telephones know nothing of the desk's rows, and the rows are read by plain SQL, not by the program.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import create_engine, text

from dutydesk.store.dialect import read_url

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ON_THE_WIRE = timedelta(seconds=2)  # what had left before its sender died may arrive so much later
UNDER_WAY = timedelta(seconds=10)   # a hand-over claimed before an answer may still arrive so much later

LAST_WORDS = timedelta(seconds=7)   # said so shortly before the end, a word may still be with its provider
DUE = timedelta(seconds=3)          # of work without a break: 1 s from landing to due, 2 s from due to the hand-over
IN_FLIGHT = 64                      # what a worker has under way, and so what may double when it is killed


@dataclass(frozen=True)
class Landed:
    """A red for one town, when it landed and, if it was lifted, when the lift landed."""

    serial: int
    town: int
    at: datetime
    lifted: datetime | None = None
    lift: int = 0   # the serial of the lift


@dataclass(frozen=True)
class Stint:
    """From when to when a desk was at work, every part of it: it had said so, and was not killed yet. `queued` are the
    seconds of that in which it had work and the machine no processor for it.
    """

    start: datetime
    end: datetime
    queued: float = 0.0


@dataclass(frozen=True)
class Life:
    """What befell a desk: its stints, and when a process of it that sends was killed or stood still."""

    stints: Sequence[Stint] = ()
    deaths: Sequence[datetime] = ()


@dataclass
class Verdict:
    """What was found; `faults` is empty for a good desk."""

    faults: list[str] = field(default_factory=list)
    arrivals: int = 0
    double_asks: int = 0
    double_needs: int = 0
    double_notices: int = 0
    replies: int = 0
    counted: int = 0
    unclear: int = 0
    callouts: int = 0
    excused: Counter[str] = field(default_factory=Counter)   # posts whose red was lifted before their bound, by reason
    joined: int = 0        # posts called about the red before, whose lift was taken in together with this one
    slowest: float = 0.0   # seconds of work without a break that the slowest first call took
    most_doubles: int = 0  # calls and notices that arrived again after one death

    def line(self) -> str:
        """The numbers in one line."""
        return (f"arrivals {self.arrivals}, callouts {self.callouts}, replies {self.replies} (counted {self.counted}, "
                f"asked back or for the officer {self.unclear}), doubles: asks {self.double_asks}, "
                f"needs {self.double_needs}, notices {self.double_notices}, at most {self.most_doubles} a death; "
                f"first calls within {self.slowest:.2f} s of work; still red, asked before {self.joined}; "
                f"lifted before they were due: {self._excuses()}; faults {len(self.faults)}")

    def _excuses(self) -> str:
        return ", ".join(f"{count} {why}" for why, count in sorted(self.excused.items())) or "none"


class Rows:
    """The rows of a store, by plain SQL."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(read_url(url))

    def __call__(self, sql: str, **values: object) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(text(sql), values).all()

    def close(self) -> None:
        self._engine.dispose()


def when(micros: int) -> datetime:
    """A stored time."""
    return EPOCH + timedelta(microseconds=micros)


def judge(url: str, history: Sequence[Mapping[str, Any]], handsets: Mapping[str, Mapping[str, Any]],
          reds: Sequence[Landed], never: Collection[str], people: Mapping[int, Mapping[str, Sequence[str]]],
          ended: datetime, life: Life) -> Verdict:
    """Judge one store. `history`: what arrived; `handsets`: number -> the phone's own history; `reds`: what must have
    been called; `never`: who must not be, for his warnings were lifted at once; `people`: town -> place -> who;
    `life`: when the desk was at work, and when it died. What was said after `ended`, when the desk was told to end,
    still waits at the telephones and is not judged.
    """
    rows, found = Rows(url), Verdict(arrivals=len(history))
    try:
        _nobody_missed(found, rows, history, reds, people, life.stints)
        _nobody_for_nothing(found, history, never)
        _only_what_is_written(found, rows, history)
        _doubles(found, rows, history, life.deaths)
        _no_ask_after_the_end(found, rows, history)
        _every_reply_counts(found, rows, handsets, ended - LAST_WORDS)
        found.callouts = rows("SELECT count(*) FROM callout")[0][0]
    finally:
        rows.close()
    return found


def _nobody_missed(found: Verdict, rows: Rows, history: Sequence[Mapping[str, Any]], reds: Sequence[Landed],
                   people: Mapping[int, Mapping[str, Sequence[str]]], stints: Sequence[Stint]) -> None:
    """Every post of a red's town was called after it landed, unless it was lifted before the call was due.

    A call is due once the desk has been at work for `DUE` without a break since the red landed. Only a red lifted
    before that excuses, and is counted by what stood between. Where the lift of the red before was taken in together
    with this one the place stayed red, and who was asked then is not asked again.
    """
    called: dict[str, list[datetime]] = defaultdict(list)
    for arrival in history:
        if arrival["asks"]:
            called[arrival["person"]].append(datetime.fromisoformat(arrival["at"]))
    before = _joined(rows, reds)
    opened: dict[str, list[datetime]] = defaultdict(list)
    for place, at in rows("SELECT place, opened_at FROM callout"):
        opened[place].append(when(at))
    for red in reds:
        for place, persons in people[red.town].items():
            times = [at for person in persons for at in called[person]]
            first = min((at for at in times if red.at <= at and _before(at, red.lifted)), default=None)
            worked = _longest(stints, red.at, first or red.lifted)
            if first is None and any(before[red.serial] <= at <= red.at for at in times if red.serial in before):
                found.joined += 1
            elif worked >= DUE.total_seconds() or (first is None and red.lifted is None):
                found.faults.append(f"{place}: red {red.serial} of {red.at} lifted {red.lifted} was called {first}, "
                                    f"though the desk was at work for {worked:.2f} s in between")
            elif first is not None:
                found.slowest = max(found.slowest, worked)
            else:
                known = any(red.at <= at <= (red.lifted or at) for at in opened[place])
                found.excused[_excuse(worked, known=known)] += 1


def _joined(rows: Rows, reds: Sequence[Landed]) -> dict[int, datetime]:
    """Reds that were taken in together with the lift of the red before in the same town, and when that one landed."""
    taken = {int(json.loads(facts)["identifier"].rpartition("_")[2]): at
             for at, facts in rows("SELECT at, facts FROM journal WHERE what = 'version'")}
    found: dict[int, datetime] = {}
    last: dict[int, Landed] = {}
    for red in sorted(reds, key=lambda each: each.serial):
        former = last.get(red.town)
        if former is not None and former.lift and taken.get(former.lift) == taken.get(red.serial) is not None:
            found[red.serial] = found.get(former.serial, former.at)
        last[red.town] = red
    return found


def _longest(stints: Sequence[Stint], since: datetime, until: datetime | None) -> float:
    """The longest time without a break, in seconds, that the desk could work between two moments."""
    return max(((min(each.end, until or each.end) - max(each.start, since)).total_seconds() - each.queued
                for each in stints
                if each.end > since and (until is None or each.start < until)), default=0.0)


def _excuse(worked: float, *, known: bool) -> str:
    """Why a call was not due yet when its red was lifted."""
    if not worked:
        return "while the desk was down or starting"
    return f"within {DUE.total_seconds():g} s of work, {'taken in' if known else 'not taken in yet'}"


def _before(at: datetime, lifted: datetime | None) -> bool:
    return lifted is None or at <= lifted + UNDER_WAY


def _nobody_for_nothing(found: Verdict, history: Sequence[Mapping[str, Any]], never: Collection[str]) -> None:
    """A warning that was lifted in the same batch rings nobody."""
    found.faults += [f"rung for nothing: {arrival['person']} at {arrival['at']}" for arrival in history
                     if arrival["asks"] and arrival["person"] in never]


def _only_what_is_written(found: Verdict, rows: Rows, history: Sequence[Mapping[str, Any]]) -> None:
    """Whatever arrived had been written down before it was dialled."""
    known = {row[0] for row in rows("SELECT id FROM call")} | {row[0] for row in rows("SELECT id FROM notice")}
    for arrival in history:
        if arrival["call"] not in known:
            found.faults.append(f"dialled and not written down: {arrival['call']} to {arrival['person']}")


def _doubles(found: Verdict, rows: Rows, history: Sequence[Mapping[str, Any]], deaths: Sequence[datetime]) -> None:
    """Calls and notices that arrived twice; and needs met more often than planned, though under another id each time.

    What arrives again was under way when a worker died, and one death doubles no more than it had under way.
    """
    arrivals: dict[str, list[datetime]] = defaultdict(list)
    for arrival in history:
        arrivals[arrival["call"]].append(datetime.fromisoformat(arrival["at"]))
    arrived = Counter({call: len(times) for call, times in arrivals.items()})
    notices = {row[0] for row in rows("SELECT id FROM notice")}
    blame: Counter[datetime] = Counter()
    for call, times in arrivals.items():
        for first, again in pairwise(sorted(times)):
            after = [each for each in deaths if first <= each <= again]
            before = [each for each in deaths if first - ON_THE_WIRE <= each < first]
            death = min(after) if after else max(before, default=None)
            if call in notices:
                found.double_notices += 1
            else:
                found.double_asks += 1
            if death is None:
                found.faults.append(f"twice though nobody died: {call} at {first} and {again}")
            else:
                blame[death] += 1
    found.most_doubles = max(blame.values(), default=0)
    found.faults += [f"{count} doubled by the death at {death}" for death, count in blame.items() if count > IN_FLIGHT]
    tries = {row[0]: [step[2] for step in json.loads(row[1])["steps"]]
             for row in rows("SELECT hash, body FROM policy")}
    policy = {row[0]: row[1] for row in rows("SELECT id, policy FROM callout WHERE post NOT LIKE '%/officer'")}
    needs: dict[tuple[str, int, str, str, int], set[str]] = defaultdict(set)
    for callout, climb, person, via, step, call in rows(
            "SELECT callout, climb, person, via, step, call FROM ask WHERE tries > 0 AND call IS NOT NULL"):
        if callout in policy and arrived[call]:
            needs[callout, climb, person, via, step].add(call)
    for (callout, _, _, _, step), calls in needs.items():
        found.double_needs += max(0, len(calls) - tries[policy[callout]][step])


def _no_ask_after_the_end(found: Verdict, rows: Rows, history: Sequence[Mapping[str, Any]]) -> None:
    """No ask was claimed after its callout's end was written, and none arrived long after it.

    Officers' alarms end and begin again; they are not judged here.
    """
    ended: dict[str, tuple[int, datetime]] = {}
    callout_of = {row[0]: row[1] for row in rows("SELECT id, callout FROM ask")}
    asks_of: dict[str, list[str]] = {}
    for number, at, what, callout, facts in rows(
            "SELECT row, at, what, callout, facts FROM journal WHERE what IN ('closed', 'call') ORDER BY row"):
        if what == "closed":
            ended.setdefault(callout, (number, when(at)))
            continue
        told = json.loads(facts)
        asks_of[told["call"]] = told["asks"]
        late = [ask for ask in told["asks"] if callout_of[ask] in ended]
        if late:
            found.faults.append(f"claimed after the end: {told['call']} with {late}")
    for arrival in history:
        over = [ended[callout_of[ask]] for ask in asks_of.get(arrival["call"], ()) if callout_of[ask] in ended]
        if over and len(over) == len(asks_of[arrival["call"]]):
            at = datetime.fromisoformat(arrival["at"])
            if at > max(moment for _, moment in over) + UNDER_WAY:
                found.faults.append(f"arrived after the end: {arrival['call']} at {at}")


def _every_reply_counts(found: Verdict, rows: Rows, handsets: Mapping[str, Mapping[str, Any]],
                        ended: datetime) -> None:
    """Every word said at a phone was heard once, and is a fact or was asked back."""
    heard: dict[tuple[str, str, datetime], list[str]] = defaultdict(list)
    for number, words, at, state, understood in rows(
            "SELECT number, text, received_at, state, understood FROM inbound WHERE kind <> 'receipt'"):
        heard[number, words, when(at)].append(understood if state in ("done", "open") else "")
    facts = {(row[0], when(row[1])) for row in rows("SELECT person, at FROM fact WHERE what <> 'called'")}
    owner = {row[0]: row[1] for row in rows("SELECT number, person FROM number")}
    for number, handset in handsets.items():
        for bubble in handset["history"]:
            at = datetime.fromisoformat(bubble["at"])
            if not bubble["mine"] or at > ended:
                continue
            found.replies += 1
            understood = heard.get((number, bubble["text"], at), [])
            if len(understood) != 1 or not understood[0]:
                found.faults.append(f"reply of {number} at {at} ({bubble['text']!r}) was heard as {understood}")
            elif (owner[number], at) in facts:
                found.counted += 1
            elif understood[0].startswith(("unclear", "for the officer", "no valid key")):
                found.unclear += 1
            else:
                found.faults.append(f"reply of {number} at {at} was understood as {understood[0]!r} and is no fact")
