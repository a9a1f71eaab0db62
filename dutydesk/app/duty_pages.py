"""What the page of a responsible person shows and keeps, over a running desk: links, what was asked, photos."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from dutydesk.app.linking import PURPOSE
from dutydesk.app.resources import LiveResources
from dutydesk.domain.event_table import FAMILIES
from dutydesk.domain.links import verify
from dutydesk.domain.photos import photo_name
from dutydesk.domain.records import Call, Callout, State
from dutydesk.domain.values import Kind
from dutydesk.engine import wording
from dutydesk.engine.context import Context
from dutydesk.errors import Refused
from dutydesk.ports.duty import Done, DutyView, NearShelter
from dutydesk.ports.store import Reads
from dutydesk.store.store import SqlStore

PHOTOS = "var/photos"
_PLACES = 3   # of his places for which shelters are looked up
_DONE = 12


class LiveDutyPages:
    """`ports.duty.DutyPages` over a store; photos lie below the site folder, outside the database."""

    def __init__(self, site: Path, store: SqlStore, ctx: Context, resources: LiveResources, key: bytes) -> None:
        self._photos = site / PHOTOS
        self._store = store
        self._ctx = ctx
        self._resources = resources
        self._key = key

    @property
    def duty_phone(self) -> str:
        """The number that is manned day and night."""
        return self._ctx.config.duty_phone

    def call_of(self, token: str, now: datetime) -> str:
        """Return the call a link belongs to; raises BadLink."""
        return verify(token, PURPOSE, self._key, now)

    def look(self, call: str, now: datetime) -> DutyView | None:
        """Return what a call asked; None for one there is not."""
        with self._store.read() as reads:
            found = reads.call(call)
            if found is None:
                return None
            callouts = reads.callouts({ask.callout for ask in reads.asks(found.asks)})
            incident = reads.incident(found.incident)
            done = _done(reads, found, callouts)
            for policy in {each.policy for each in callouts} - self._ctx.policies.keys():
                self._ctx.policies[policy] = reads.policy(policy)
        if incident is None or not callouts:
            return None
        person = self._ctx.site.people.get(found.person)
        drill = incident.kind is not Kind.REAL
        facts = wording.about(self._ctx, callouts, drill=drill)
        return DutyView(
            person.name if person else "", str(facts["title"]), str(facts["places"]), str(facts["action"]),
            wording.acts_of(self._ctx, callouts), done, self._shelters(callouts, incident.family), drill,
            all(each.state is State.CLOSED for each in callouts))

    def _shelters(self, callouts: list[Callout], family: str) -> tuple[NearShelter, ...]:
        """The nearest shelter from each of his first places; none where the family knows none."""
        if family not in FAMILIES:
            return ()
        found = []
        for place in list(dict.fromkeys(each.place for each in callouts))[:_PLACES]:
            known = self._ctx.site.places.get(place)
            if known is None or known.geometry is None:
                continue
            for near in self._resources.near_shelters(place, family, people=0, most=1):
                shape = near.shelter.geometry
                if shape is not None:
                    found.append(NearShelter(known.name, near.shelter.name, shape.centroid.x, shape.centroid.y,
                                             near.metres, near.shelter.free))
        return tuple(found)

    def keep_photo(self, body: bytes) -> str:
        """Keep a photo whole or not at all, and return its name once the disk has it."""
        name = photo_name(body)
        if not name:
            raise Refused("这不是照片：请用手机相机拍一张。")
        self._photos.mkdir(parents=True, exist_ok=True)
        path = self._photos / name
        if not path.exists():
            part = self._photos / f"{name}.{os.getpid()}.part"
            with part.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            folder = os.open(self._photos, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return name


def _done(reads: Reads, call: Call, callouts: list[Callout]) -> tuple[Done, ...]:
    """What he himself said about these callouts, newest first, once for all his places."""
    rows = {(fact.at, fact.what, fact.act, fact.n) for fact in reads.facts_on({each.id for each in callouts})
            if fact.person == call.person and fact.what in ("answered", "acted", "help", "declined")}
    ordered = sorted(rows, key=lambda row: (row[0], row[1]), reverse=True)
    return tuple(Done(at, what, act, n) for at, what, act, n in ordered[:_DONE])
