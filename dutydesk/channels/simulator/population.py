"""The people who hold the simulated phones: how many answer, how late, by night, and what they report.

Every choice is drawn from a hash of (seed, person, call): the same whatever is processed first, and nothing is
remembered between calls.

How tries depend on each other: in one half of the cases a person's own lot decides, the same for every call of
the same day or night (asleep, away, phone in the car); in the other half each call has a fresh lot. So a share
of 0.6 is the share of *calls* answered; who did not hear the first is less likely than 0.6 to hear the second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from hashlib import blake2b
from math import exp, log
from statistics import NormalDist
from zoneinfo import ZoneInfo

from dutydesk.channels.simulator.behaviour import SILENT, Behaviour, Fate, Said
from dutydesk.domain.scenario import Conduct, Crowd
from dutydesk.domain.values import Role, Via
from dutydesk.ports.channel import Outgoing

NIGHT = (time(22, 0), time(6, 0))       # local hours in which the night's share holds
LIFT = timedelta(seconds=25)            # who answers lifts within this; a phone rings longer
HOLD = timedelta(seconds=60)            # who lifted presses a key within this, or has hung up
DEAD = 0.005                            # share of numbers that no longer exist
STRAYS = ((0.08, Fate.OFF), (0.23, Fate.BUSY), (0.43, Fate.VOICEMAIL))
"""What a call that nobody answers meets: up to the share, that fate; beyond, it rings out."""
_95 = NormalDist().inv_cdf(0.95)
_LISTED = re.compile(r"(?<![0-9])([0-9]{1,3})[.．、)）:：](?=[^0-9])")

RoleOf = Callable[[str, datetime], Role | None]


class Population:
    """Decides what becomes of every call; `behave` fits `Exchange`.

    `officers`: role -> conduct, for whoever `role_of(person, at)` says is on duty. Named persons go before
    roles, roles before the crowd. `timezone` names the zone of the night.
    """

    def __init__(self, crowd: Crowd, *, seed: int, officers: Mapping[str, Conduct] | None = None,
                 role_of: RoleOf | None = None, timezone: str = "Asia/Shanghai") -> None:
        self._crowd = crowd
        self._seed = seed
        self._officers = dict(officers or {})
        self._role_of = role_of or _no_role
        self._zone = ZoneInfo(timezone)

    def behave(self, message: Outgoing, at: datetime) -> Behaviour:
        """Return what becomes of one message handed over at a time (UTC)."""
        receipt = timedelta(seconds=self._spread(3.0, 20.0, "receipt", message.id))
        if not message.asks:
            return Behaviour(receipt_after=receipt)
        conduct = self._conduct(message.person, at)
        if conduct is not None:
            return self._ordered(message, conduct, receipt)
        if self._draw("dead", message.number) < DEAD:
            return Behaviour(Fate.DEAD)
        if not self._answers(message, at):
            return self._unanswered(message, receipt)
        delay = timedelta(seconds=self._spread(self._crowd.median.total_seconds(), self._crowd.p95.total_seconds(),
                                               "delay", message.person, message.id))
        return self._answered(message, delay, receipt)

    def _conduct(self, person: str, at: datetime) -> Conduct | None:
        named = self._crowd.persons.get(person)
        if named is not None:
            return named
        role = self._role_of(person, at)
        return self._officers.get(role.value) if role else None

    def _answers(self, message: Outgoing, at: datetime) -> bool:
        local = at.astimezone(self._zone)
        night = local.time() >= NIGHT[0] or local.time() < NIGHT[1]
        share = self._crowd.night if night else self._crowd.answer
        span = (local - timedelta(hours=6)).date(), night
        own = self._draw("whose lot", message.person, message.id) < 0.5
        lot = self._draw("lot", message.person, *span) if own else self._draw("lot", message.person, message.id)
        return lot < share

    def _ordered(self, message: Outgoing, conduct: Conduct, receipt: timedelta) -> Behaviour:
        """Somebody the scenario names: never, or exactly this reply after exactly this time."""
        if conduct.after is None:
            return Behaviour(receipt_after=receipt)
        said = Said(conduct.after, message.code + (conduct.reply or "1"))
        if message.via is not Via.VOICE:
            return Behaviour(said=(said,), receipt_after=receipt)
        if conduct.after > LIFT + HOLD:
            return Behaviour(said=(said,))     # he missed the ring and texts later
        keys = Said(conduct.after, _as_keys(conduct.reply or "1"), key=True)
        return Behaviour(Fate.PICKED_UP, min(conduct.after / 2, LIFT), (keys,))

    def _unanswered(self, message: Outgoing, receipt: timedelta) -> Behaviour:
        """Nobody answers: a text lies there; a ring meets a busy line, a machine, a phone that is off ..."""
        if message.via is not Via.VOICE:
            return Behaviour(receipt_after=receipt)
        lot = self._draw("stray", message.person, message.id)
        fate = next((fate for bound, fate in STRAYS if lot < bound), None)
        return Behaviour(fate) if fate else SILENT

    def _answered(self, message: Outgoing, delay: timedelta, receipt: timedelta) -> Behaviour:
        if message.via is not Via.VOICE:
            said = Said(delay, message.code + "1", late=self._late(message))
            return Behaviour(said=(said, *self._reports(message, delay)), receipt_after=receipt)
        lift = LIFT * self._draw("lift", message.person, message.id)
        pressed = lift + timedelta(seconds=5) + timedelta(seconds=25) * self._draw("press", message.person, message.id)
        keys = Said(pressed, "1", key=True)
        return Behaviour(Fate.PICKED_UP, lift, (keys, *self._reports(message, pressed)))

    def _late(self, message: Outgoing) -> timedelta:
        """One reply in twenty is kept by the provider, for up to a minute."""
        lot = self._draw("late", message.id)
        return timedelta(seconds=60 * self._draw("how late", message.id)) if lot < 0.05 else timedelta()

    def _reports(self, message: Outgoing, answered: timedelta) -> tuple[Said, ...]:
        """Acts some minutes after the answer: on post, then persons moved or the word
        the message asks for; or a list's places one after another."""
        if self._draw("acts", message.person) >= self._crowd.act:
            return ()
        listed = tuple(dict.fromkeys(int(each) for each in _LISTED.findall(message.text)))
        if listed and "叫醒" in message.text:
            return self._knocked(message, answered, listed)
        there = answered + timedelta(seconds=self._spread(300, 900, "on post", message.person, message.id))
        done = next((word for word in ("已巡查", "已开放") if word in message.text), "")
        moved = there + timedelta(seconds=self._spread(600, 1500, "moved", message.person, message.id))
        persons = 2 + int(60 * self._draw("persons", message.person))
        return (Said(there, f"{message.code}2"), Said(moved, f"{message.code}{done or f'3 {persons}'}"))

    def _knocked(self, message: Outgoing, answered: timedelta, listed: tuple[int, ...]) -> tuple[Said, ...]:
        """A superior knocked on the doors of his list: most are woken, one in ten is not found."""
        back = answered + timedelta(seconds=self._spread(420, 840, "knocked", message.person, message.id))
        lost = tuple(each for each in listed if self._draw("lost", message.id, each) < 0.1)
        woken = tuple(each for each in listed if each not in lost)
        lines = ((digit, each) for digit, each in (("5", woken), ("6", lost)) if each)
        return tuple(Said(back + timedelta(seconds=20 * place), f"{message.code}{digit} {' '.join(map(str, each))}")
                     for place, (digit, each) in enumerate(lines))

    def _draw(self, *what: object) -> float:
        """Return a number between 0 and 1 (neither) that depends only on the seed and what it is for."""
        text = "\x1f".join(str(each) for each in (self._seed, *what))
        return (int.from_bytes(blake2b(text.encode(), digest_size=7).digest()) + 0.5) / 2**56

    def _spread(self, median: float, p95: float, *what: object) -> float:
        """Draw from the log-normal distribution with that median and 95th percentile (seconds)."""
        if p95 <= median:
            return median
        sigma = log(p95 / median) / _95
        return median * exp(sigma * NormalDist().inv_cdf(self._draw(*what)))


def _as_keys(reply: str) -> str:
    """Write a text reply as keys: `3 32` is 3, 3, 2, #."""
    digit, _, number = reply.partition(" ")
    return f"{digit}{number}#" if number else reply


def _no_role(person: str, at: datetime) -> Role | None:
    """Nobody is on duty."""
    return None
