"""The same warning from several sources is one version of one chain, with all its sources kept.

The first that arrives acts. A later copy asks nobody; what it tells beyond the first (geometry, places, a text, a
higher colour) is added to the version, and is no renewal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dutydesk.domain.alert import Alert
from dutydesk.domain.ids import derive
from dutydesk.domain.match import Match
from dutydesk.domain.records import Telling, Version
from dutydesk.domain.sameness import base_of, same_message
from dutydesk.domain.succession import Says, merge
from dutydesk.engine.reading import Reading, parts_of, says_of, version_of
from dutydesk.ports.store import Reads, Tx


@dataclass(frozen=True, slots=True)
class Told:
    """One alert of one document and what it says."""

    alert: Alert
    found: Match
    reading: Reading
    says: Says

    @property
    def id(self) -> str:
        """The id of this telling: the same source saying the same again is the same telling."""
        return derive("tl", self.reading.source.id, self.says.identifier, self.says.content,
                      self.says.sent.isoformat())


@dataclass(frozen=True, slots=True)
class Known:
    """A version and what its sources told of it so far."""

    version: Version
    tellings: tuple[Telling, ...]

    def adds(self, it: Told) -> tuple[str, ...]:
        """What a further telling says that none said before."""
        before = merge([each.says for each in self.tellings])
        parts = parts_of(it.alert, it.found) - {part for each in self.tellings for part in each.adds}
        raises = {"places" if place not in before.gives else "colour" for place, colour in it.says.gives.items()
                  if colour > before.gives.get(place, 0)}
        return tuple(sorted(parts | raises | ({"colour"} if it.says.colour > before.colour else set())))


def told(alert: Alert, found: Match, reading: Reading) -> Told:
    """Make one alert ready to be compared with what is known."""
    return Told(alert, found, reading, says_of(alert, found, reading.source))


def known(reads: Reads, it: Told) -> Known | None:
    """The version that is the same message, with what its sources told so far; None for news."""
    says = it.says
    found = reads.marked("base", base_of(says.identifier))
    found += reads.marked("wording", says.wording) if says.wording else []
    for version in {each.id: each for each in found}.values():
        tellings = tuple(each for each in reads.tellings(version.chain) if each.version == version.id)
        if any(same_message(says, each.says) for each in tellings):
            return Known(version, tellings)
    return None


def keep_first(tx: Tx, it: Told, chain: str, join: str, refers: list[str]) -> Version:
    """Store a message nobody told before, by what it is found again, and that this source told it."""
    version = version_of(it.alert, it.reading.document, chain, join)
    tx.add_version(version)
    tx.add_marks(version.id, [("base", base_of(version.identifier)), *(("refers", each) for each in refers)])
    _keep(tx, it, version.id, tuple(sorted(parts_of(it.alert, it.found))))
    return version


def keep_copy(tx: Tx, it: Told, known: Known, adds: tuple[str, ...]) -> None:
    """Store that one more source told a known version, and let the version show the fuller text."""
    _keep(tx, it, known.version.id, adds)
    copy, version = version_of(it.alert, it.reading.document, "", ""), known.version
    tx.add_marks(version.id, [("base", base_of(copy.identifier))])
    fuller = copy if len(copy.text) > len(version.text) else version
    tx.enrich_version(replace(
        version, headline=fuller.headline, text=fuller.text, colour=max(version.colour, copy.colour),
        expires=max((each for each in (version.expires, copy.expires) if each), default=None)))


def _keep(tx: Tx, it: Told, version: str, adds: tuple[str, ...]) -> None:
    document = it.reading.document
    tx.add_telling(Telling(it.id, version, it.reading.source.id, document.hash, document.received_at, it.says, adds))
    if it.says.wording:
        tx.add_marks(version, [("wording", it.says.wording)])
