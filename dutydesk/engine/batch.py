"""One batch of alerts: chains and incidents as they stand within it, and the sum of their changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import datetime

from dutydesk.domain import incident as machine
from dutydesk.domain.ids import derive
from dutydesk.domain.incident import Change, Fed, highest, net
from dutydesk.domain.match import Touch, lift_to_ancestors
from dutydesk.domain.records import Chain, Incident, Ruling, Version
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine import openings
from dutydesk.engine.books import Books
from dutydesk.engine.openings import Cause
from dutydesk.engine.story import Story

ACTUAL = "Actual"


class Batch:
    """Chains and incidents touched by the alerts of one turn; `carry` carries the net change into callouts."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.chains: dict[str, Chain] = {}
        self.stories: dict[str, Story] = {}
        self.incidents: dict[str, Incident] = {}
        self.changes: dict[str, list[tuple[Change, ...]]] = {}
        self.causes: dict[str, Cause] = {}
        self.kept: set[str] = set()

    # -- versions and chains --------------------------------------------------------------------------
    def chain(self, id: str) -> Chain | None:
        """A chain as it stands in this batch."""
        if id not in self.chains:
            found = self.books.tx.chain(id)
            if found is None:
                return None
            self.chains[id] = found
        return self.chains[id]

    def chain_of(self, version: Version) -> Chain:
        """The chain of a stored version."""
        found = self.chain(version.chain)
        if found is None:
            raise AssertionError(f"version {version.id} has no chain")
        return found

    def story(self, chain: str) -> Story:
        """What a chain's messages say, by all sources; read once a batch."""
        if chain not in self.stories:
            story = self.stories[chain] = Story(self.books.tx.ruling(chain))
            for telling in self.books.tx.tellings(chain):
                story.add(telling.version, telling.says)
        return self.stories[chain]

    def move(self, other: Chain, chain: Chain) -> None:
        """Let the versions of one chain, and what was ruled about it, belong to another."""
        story, told = self.story(chain.id), self.story(other.id)
        self.books.tx.move_versions(other.id, chain.id)
        del self.stories[other.id]
        story.take_over(told, chain.id)
        if story.ruling is not None:
            self.books.tx.set_ruling(story.ruling)

    def rule(self, chain: Chain, colours: Mapping[str, Colour]) -> None:
        """Keep that an officer or the clock had the last word about a chain: these colours, and no earlier version
        changes them any more.
        """
        ruling = Ruling(chain.id, chain.sent, dict(colours))
        self.books.tx.set_ruling(ruling)
        if chain.id in self.stories:
            self.stories[chain.id].ruling = ruling

    def open_chains(self, event: str) -> list[Chain]:
        """Open chains of one event type, those of this batch included."""
        return [chain for chain in self._newest(self.books.tx.open_chains(event=event)) if chain.open]

    def chains_since(self, office: str, event: str, since: datetime) -> list[Chain]:
        """Chains of an office and event, open or over, that had a version since then."""
        return [chain for chain in self._newest(self.books.tx.chains_since(office, event, since))
                if (chain.office, chain.event) == (office, event)]

    def _newest(self, stored: Iterable[Chain]) -> list[Chain]:
        """Those chains as they stand in this batch, and all others of it."""
        return list(({chain.id: chain for chain in stored} | self.chains).values())

    def keep(self, chain: Chain) -> None:
        """Keep a chain as it stands now; `carry` saves it once."""
        self.chains[chain.id] = chain
        self.kept.add(chain.id)

    # -- incidents ------------------------------------------------------------------------------------
    def drills(self, family: str) -> bool:
        """Whether a drill of that family is on, that an exercise message may feed."""
        return any(each.kind is Kind.DRILL and each.family == family
                   for each in self.books.tx.incidents(open_only=True))

    def incident(self, desk: str, family: str, kind: Kind, chain: Chain | None) -> Incident:
        """The incident of a desk and family: the open one, the one this chain fed before, or a new one."""
        for incident in self.incidents.values():
            if (incident.desk, incident.family, incident.kind) == (desk, family, kind):
                return incident
        found = self.books.tx.claim_incident(desk, family, kind) or self._former(desk, family, kind, chain)
        found = found or self._of_this_moment(desk, family, kind)
        if found is None:
            local = self.books.now.astimezone(self.books.ctx.zone)
            number = f"{local:%Y%m%d-%H%M}-{desk}-{family}" + ("" if kind is Kind.REAL else f"-{kind.value}")
            found = Incident(self._id(desk, family, kind), number, desk, family, kind,
                             self.books.now)
            self.books.note("incident_opened", incident=found.id, number=number, kind=kind.value)
            self.books.tx.save_incident(found)
            found = self.books.tx.lock_incident(found.id) or found
        self.incidents[found.id] = found
        self.books.incidents[found.id] = found
        return found

    def fed_by(self, chain: str) -> list[Incident]:
        """The open incidents a chain feeds, those of this batch included."""
        stored = {each.id: each for each in self.books.tx.incidents(open_only=True)}
        return [each for each in (stored | self.incidents).values() if chain in each.chains]

    def _id(self, desk: str, family: str, kind: Kind) -> str:
        return derive("i", desk, family, kind, self.books.now.isoformat())

    def _of_this_moment(self, desk: str, family: str, kind: Kind) -> Incident | None:
        """An incident opened and closed at this very moment is opened again: its id is the moment's."""
        return self.books.tx.lock_incident(self._id(desk, family, kind))

    def _former(self, desk: str, family: str, kind: Kind, chain: Chain | None) -> Incident | None:
        """A closed incident that a later version of one of its chains reopens."""
        if chain is None or is_fresh(chain):
            return None
        for incident in self.books.tx.incidents(open_only=False):
            if chain.id in incident.chains and (incident.desk, incident.family, incident.kind) == (desk, family, kind):
                self.books.note("incident_reopened", incident=incident.id, chain=chain.id)
                return self.books.tx.lock_incident(incident.id)
        return None

    # -- touching -------------------------------------------------------------------------------------
    def touch(self, chain: Chain, direct: Mapping[str, Colour], *, kind: Kind, cause: Cause, renewal: bool,
              spoken: Set[str] = frozenset()) -> Chain:
        """Let a chain give the places new colours; every desk concerned gets its part.

        `spoken` are the places the text names: only these are renewed, they and what lies above them; none: all.
        """
        before, after = self._all(chain.colours), self._all(direct)
        site = self.books.ctx.site
        renewed = {*spoken, *(above.id for place in spoken for above in site.ancestors(place))} or None
        for desk in sorted({site.places[place].desk for place in {*before, *after}}):
            incident = self.incident(desk, chain.family, kind, chain)
            fed = Fed(chain.id, _of_desk(site.places, before, desk), _of_desk(site.places, after, desk), renewal,
                      renewed)
            moved, changes = machine.touch(incident, fed, others=self._others(incident, chain.id), now=self.books.now)
            self.incidents[incident.id] = moved
            self.changes.setdefault(incident.id, []).append(changes)
            best = self.causes.get(incident.id)
            if best is None or any(change.what is machine.What.RAISED for change in changes):
                self.causes[incident.id] = cause
        return replace(chain, colours=dict(direct))

    def by_hand(self, incident: Incident, direct: Mapping[str, Colour], *, cause: Cause) -> None:
        """Let an officer give places colours; an empty map lifts what he gave."""
        given = self._all(direct)
        bare = replace(incident, by_hand={})
        fed = Fed("", dict(incident.by_hand), _of_desk(self.books.ctx.site.places, given, incident.desk), renewal=False)
        moved, changes = machine.touch(bare, fed, others=self._others(incident, ""), now=self.books.now)
        chains = tuple(chain for chain in moved.chains if chain)
        self.incidents[incident.id] = replace(moved, by_hand=dict(fed.after), chains=chains)
        self.changes.setdefault(incident.id, []).append(changes)
        self.causes[incident.id] = cause

    def _others(self, incident: Incident, chain: str) -> dict[str, Colour]:
        """What the other open chains of an incident give to its places, places above included."""
        others = [each for each in incident.chains if each != chain]
        standing = [self.chain(each) for each in others]
        return highest(*(self._all(each.colours) for each in standing if each is not None and each.open))

    def _all(self, direct: Mapping[str, Colour]) -> dict[str, Colour]:
        """The places and everything above them, at the worst colour below."""
        touches = {place: Touch(place, colour, "", "") for place, colour in direct.items()
                   if place in self.books.ctx.site.places}
        return lift_to_ancestors(touches, self.books.ctx.site)

    def carry(self, *, expired: bool = False) -> None:
        """Save the chains, and carry the net change of every incident into its callouts.

        `expired`: what falls was not lifted, its time ran out.
        """
        for id in sorted(self.kept):
            self.books.tx.save_chain(self.chains[id])
        for id, rows in self.changes.items():
            openings.apply(self.books, self.incidents[id], net(rows), self.causes[id], expired=expired)


def kind_of(status: str) -> Kind:
    """What sort of incident a message of that status feeds."""
    return Kind.REAL if status == ACTUAL else Kind.DRILL


def is_fresh(chain: Chain) -> bool:
    """Whether a chain has had no version yet."""
    return not chain.latest


def _of_desk(places: Mapping[str, object], colours: Mapping[str, Colour], desk: str) -> dict[str, Colour]:
    return {place: colour for place, colour in colours.items() if getattr(places[place], "desk", "") == desk}
