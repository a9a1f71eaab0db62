"""Asks providers, by our own key, what became of calls: of a sender that died, and of hand-overs that timed out.

It must not decide what follows: an outcome is booked, or goes the way of every receipt.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from dutydesk.domain.ids import derive
from dutydesk.domain.records import Call, Inbound
from dutydesk.domain.values import Outcome
from dutydesk.engine.dispatch import Dispatch, Parcel, Sent
from dutydesk.errors import SendError
from dutydesk.ports.channel import Tracks
from dutydesk.ports.clock import Clock

logger = logging.getLogger(__name__)

FAR = datetime.max.replace(tzinfo=UTC)
AT_ONCE = 64          # questions to providers under way at once
TIMES = 12            # how often one timed-out call is asked for, once a round
SURE = 2              # so often must a provider deny a timed-out call: it may still have stood in its queue


@dataclass(slots=True)
class _Doubt:
    parcel: Parcel
    call: Call
    left: int = TIMES
    denied: int = 0


class Fates:
    """What is not known of calls that may have left. Use inside one event loop."""

    def __init__(self, dispatch: Dispatch, clock: Clock) -> None:
        self._dispatch = dispatch
        self._clock = clock
        self._doubts: dict[str, _Doubt] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    def doubt(self, sent: Sent) -> None:
        """Remember a hand-over that ended in the unknown: its provider is asked from now on."""
        if sent.parcel.call is not None and sent.outcome is Outcome.UNKNOWN:
            self._doubts[sent.parcel.call.id] = _Doubt(sent.parcel, sent.parcel.call)

    async def orphans(self) -> list[Sent]:
        """What became of every call still sending, whatever its lease: for a desk that is alone with its store and
        has sent nothing yet, so that each was left by a dead one.
        """
        return await self._ask_for(await asyncio.to_thread(self._dispatch.overdue, FAR))

    async def overdue(self) -> list[Sent]:
        """What became of calls whose lease ran out: their sender died or stalled."""
        return await self._ask_for(await asyncio.to_thread(self._dispatch.overdue, self._clock.now()))

    async def learn(self) -> list[Inbound]:
        """Ask once more for each call in doubt; return what was learnt as receipts."""
        doubts = list(self._doubts.values())
        told = await asyncio.gather(*(self._status(each.parcel, each.call) for each in doubts))
        return [_receipt(doubt.call, outcome, self._clock.now())
                for doubt, outcome in zip(doubts, told, strict=True) if self._is_known(doubt, outcome)]

    def _is_known(self, doubt: _Doubt, outcome: Outcome) -> bool:
        """Whether that settles the doubt; one that was asked often enough is given up."""
        doubt.left -= 1
        doubt.denied += outcome is Outcome.FAILED_NOW
        known = doubt.denied >= SURE or outcome not in (Outcome.UNKNOWN, Outcome.FAILED_NOW)
        if known or doubt.left <= 0:
            self._doubts.pop(doubt.call.id, None)
        return known

    async def _ask_for(self, calls: Iterable[Call]) -> list[Sent]:
        answers = await asyncio.gather(*(self._fate(call) for call in calls))
        return [sent for sent in answers if sent is not None]

    async def _fate(self, call: Call) -> Sent | None:
        """What the provider says of a call.

        1. It never came: it is to go again at once.
        2. How far it got; the provider had it, at the latest, when we began.
        3. The provider cannot be asked now: None, and it is asked again. When nobody learns it in time the
           supervisor books it as unknown.
        4. The channel can tell nothing: unknown at once.
        """
        parcel = self._dispatch.parcel_again(call)
        if _tracks(parcel) is None:
            return Sent(parcel, Outcome.UNKNOWN, self._clock.now(), why="nobody can tell")
        outcome = await self._status(parcel, call)
        if outcome is Outcome.UNKNOWN:
            return None
        at = self._clock.now() if outcome is Outcome.FAILED_NOW else call.created_at
        return Sent(parcel, outcome, at, why="asked of the provider", left=outcome is not Outcome.FAILED_NOW)

    async def _status(self, parcel: Parcel, call: Call) -> Outcome:
        """The provider's word; UNKNOWN when there is none, FAILED_NOW when it never had the call."""
        tracks = _tracks(parcel)
        if tracks is None:
            return Outcome.UNKNOWN
        async with self._room:
            try:
                async with asyncio.timeout(parcel.channel.limits.timeout):
                    return await tracks.status(call.id)
            except SendError as error:
                return Outcome.UNKNOWN if not error.permanent else Outcome.FAILED_NOW
            except TimeoutError:
                return Outcome.UNKNOWN
            except Exception:  # a broken adapter must not keep the others from being asked
                logger.exception("channel %s broke when asked for a call", parcel.channel.name)
                return Outcome.UNKNOWN


def _tracks(parcel: Parcel) -> Tracks | None:
    inner = getattr(parcel.channel, "inner", parcel.channel)
    return inner if isinstance(inner, Tracks) else None


def _receipt(call: Call, outcome: Outcome, now: datetime) -> Inbound:
    return Inbound(derive("i", call.id, "asked", outcome.value), call.channel, "receipt", call.number, "", call.id, now,
                   outcome)
