"""Gathers what neighbours may read, out of the store as it stands: nothing is kept for it, nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Protocol

from dutydesk.app.house import Folder
from dutydesk.app.signing import Signer, signer
from dutydesk.domain.alert import Alert
from dutydesk.domain.cap_list import cap_list
from dutydesk.domain.cap_out import BY_HAND, CANCEL_SHOWN, COLOUR, Chapter, tell
from dutydesk.domain.cap_text import cap_text
from dutydesk.domain.geofence import Fences
from dutydesk.domain.journal import Head
from dutydesk.domain.records import Incident, JournalRow
from dutydesk.errors import UsageError
from dutydesk.ports.clock import Clock
from dutydesk.ports.shares import Shared
from dutydesk.ports.store import Reads

_PAGE = 5000      # journal rows read at once
_FRESH = 30.0     # seconds after which it is gathered again though nothing changed: ends are told for a day only


class Looks(Reads, Protocol):
    """Look-ups that also know the journal's head."""

    def journal_head(self) -> Head: ...   # noqa: D102  # as the store has it


class Sharing:
    """What one desk shares. `look` opens look-ups on its store."""

    def __init__(self, folder: Folder, look: Callable[[], AbstractContextManager[Looks]], clock: Clock, *,
                 sign: bool = True) -> None:
        self._folder, self._look, self._clock, self._sign = folder, look, clock, sign
        self._told: tuple[int, datetime, tuple[Shared, ...]] | None = None
        self._signed: dict[bytes, bytes] = {}
        self._busy = Lock()

    def messages(self) -> Sequence[Shared]:
        """Return every message of the open incidents and the ends of the last day, gathered anew when the journal grew.

        Raises Refused where the key cannot be used: an unsigned message must not go out in its place.
        """
        with self._busy:
            now = self._clock.now()
            with self._look() as reads:
                head = reads.journal_head().seq
                told = self._told
                if told is None or told[0] != head or (now - told[1]).total_seconds() > _FRESH:
                    self._told = told = head, now, self._gather(reads, self._recent(reads, now), now)
            return told[2]

    def of(self, id: str) -> Sequence[Shared]:
        """Return the messages of one incident by id or number; raises UsageError where there is none."""
        now = self._clock.now()
        with self._look() as reads:
            found = [each for each in reads.incidents(open_only=False) if id in (each.id, each.number)]
            if not found:
                raise UsageError(f"there is no incident {id}; the console's page 事件 lists them with their numbers")
            return self._gather(reads, found, now)

    def index(self) -> bytes:
        """Return the Atom feed of `messages`, with links below `[cap_out] address`."""
        return self.listed(self.messages(), self._folder.setup.config.cap_out.address)

    def listed(self, messages: Sequence[Shared], address: str) -> bytes:
        """Return the Atom feed of these messages; without an address its links are relative."""
        rows = [(each.id, each.title, each.sent) for each in messages]
        return cap_list(rows, name=self._folder.setup.config.name, address=address)

    # -- gathering ------------------------------------------------------------------------------------
    def _recent(self, reads: Reads, now: datetime) -> list[Incident]:
        return [each for each in reads.incidents(open_only=False)
                if each.closed_at is None or now - each.closed_at <= CANCEL_SHOWN]

    def _gather(self, reads: Reads, incidents: Sequence[Incident], now: datetime) -> tuple[Shared, ...]:
        site = self._folder.setup.site
        alerts = [alert for each in incidents for alert in tell(_chapter(reads, each), site, self._fences, now)]
        return tuple(Shared(each.identifier, each.infos[0].headline, each.sent, self._body(each)) for each in alerts)

    def _body(self, alert: Alert) -> bytes:
        """The document; the signature of one that is told unchanged stays the same."""
        text = cap_text(alert)
        if self._signer is None:
            return text
        if text not in self._signed:
            self._signed[text] = self._signer.sign(text)
        return self._signed[text]

    @cached_property
    def _fences(self) -> Fences:
        return Fences.build(self._folder.setup.site.places.values())

    @cached_property
    def _signer(self) -> Signer | None:
        return signer(self._folder.path, self._folder.setup.config.cap_out) if self._sign else None


def _chapter(reads: Reads, incident: Incident) -> Chapter:
    chains = reads.chains(incident.chains)
    said = {chain.id: [each.says for each in reads.tellings(chain.id)] for chain in chains}
    return Chapter(incident, chains, said, tuple(_rows(reads, incident.id)))


def _rows(reads: Reads, incident: str) -> Iterator[JournalRow]:
    after = 0
    while rows := reads.journal(after=after, limit=_PAGE, incident=incident):
        yield from (row for row in rows if row.what in (COLOUR, BY_HAND))
        after = rows[-1].seq or after
