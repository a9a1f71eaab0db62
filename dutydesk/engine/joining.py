"""How a message joins a chain, and what its chain then gives to places.

By referenced id first; else office, type and overlapping area, marked as inferred; else a chain of its own. What a
chain gives follows from all its messages in the order of sending, whatever order they came in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dutydesk.domain.alert import Alert
from dutydesk.domain.ids import derive
from dutydesk.domain.incident import highest
from dutydesk.domain.records import Chain
from dutydesk.domain.sameness import base_of
from dutydesk.domain.succession import Says, Standing
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine.batch import Batch
from dutydesk.engine.context import OWN
from dutydesk.engine.openings import Cause
from dutydesk.engine.story import Before
from dutydesk.ports.feed import Source


def join(batch: Batch, alert: Alert, says: Says, source: Source) -> tuple[Chain, str]:
    """Find or make the chain of a message; tells how it was joined: reference, inferred, unlinked, first.

    1. The chains of the same identifier, of messages it refers to, that refer to it, or to what it refers to: one
       chain from now on.
    2. A chain of the same office, type and status that shared a place at that time; what the desk itself concludes says
       itself what it follows, so nothing is inferred of it.
    3. A chain of its own.
    """
    linked = _linked(batch, alert)
    if linked:
        chain = linked[0]
        for other in linked[1:]:
            _unite(batch, chain, other)
        return batch.chains[chain.id], "reference"
    inferred = None if source.id.endswith(OWN) else _inferred(batch, alert, says)
    if inferred is not None:
        return inferred, "inferred"
    chain = Chain(derive("h", alert.identifier, alert.status), alert.office, alert.event.name, alert.event.family,
                  source.id, alert.status, True, "", alert.sent, None)
    return batch.chain(chain.id) or chain, "first" if alert.msg_type == "Alert" else "unlinked"


def references(alert: Alert) -> list[str]:
    """The messages an alert refers to, beside itself, as they are looked up."""
    own = base_of(alert.identifier)
    found = dict.fromkeys(base_of(each.identifier) for each in alert.references)
    return [each for each in found if each != own or _by_serial(alert)]


def _by_serial(alert: Alert) -> bool:
    """Whether it refers to a message of the same second and sender, told apart by the serial alone."""
    return any(each.identifier != alert.identifier and base_of(each.identifier) == base_of(alert.identifier)
               for each in alert.references)


def _linked(batch: Batch, alert: Alert) -> list[Chain]:
    """The chains that references tie to a message, the one that began first in front."""
    tx, own, refers = batch.books.tx, base_of(alert.identifier), references(alert)
    versions = [*(each for each in tx.marked("base", own) if each.identifier == alert.identifier),
                *(each for base in refers for each in tx.marked("base", base)),
                *(each for base in (own, *refers) for each in tx.marked("refers", base))]
    ids = dict.fromkeys(each.chain for each in versions if each.status == alert.status)
    chains = [chain for chain in map(batch.chain, ids) if chain is not None]
    begun = {chain.id: min((each.age for each in batch.story(chain.id).messages()), default=None) for chain in chains}
    return sorted(chains, key=lambda chain: (begun[chain.id] is None, begun[chain.id] or (), chain.id))


def _inferred(batch: Batch, alert: Alert, says: Says) -> Chain | None:
    """The chain of the same office, type and status that gave a place of this message when it was sent, or that begins
    later while this message still held: its beginning is what came late.
    """
    every = {chain.id: chain for chain in (*batch.open_chains(alert.event.name),
                                           *batch.chains_since(alert.office, alert.event.name, alert.sent))}
    holds_until = says.expires or says.sent + batch.books.ctx.rules.assume_expired
    for chain in sorted(every.values(), key=lambda chain: (chain.sent, chain.id)):
        if (chain.office, chain.status) != (alert.office, alert.status):
            continue
        story = batch.story(chain.id)
        messages = story.messages()
        if _overlap(story.standing_at(says).colours, says):
            return chain
        if messages and not says.lifts and says.age < messages[0].age and messages[0].sent <= holds_until \
                and (messages[0].lifts or _overlap(messages[0].gives, says)):
            return chain
    return None


def _overlap(colours: Mapping[str, Colour], says: Says) -> bool:
    """Whether they share a place; a lift that names none is about all there are."""
    return bool(colours) and (not says.gives or not says.gives.keys().isdisjoint(colours))


def _unite(batch: Batch, chain: Chain, other: Chain) -> None:
    """Let another chain become part of one: a message came that ties them together. No colour moves by that alone."""
    batch.move(other, chain)
    batch.books.note("adopted", chain=chain.id, orphan=other.id)
    batch.keep(replace(batch.chains[chain.id], colours=highest(chain.colours, other.colours)))
    batch.keep(replace(other, open=False, colours={}))


def feed(batch: Batch, chain: Chain, says: Says, before: Before, *, kind: Kind, anew: bool) -> None:
    """Let a chain give the colours that follow from all its messages, one of which was just told (by one more source).

    `before` is how the chain stood before that, `anew`: nobody told this message before. A message older than the
    newest takes its place among the others; only the newest is a renewal, and only where it says something new.
    """
    story, last = batch.story(chain.id), before.newest
    if anew and last is not None and says.age < last.age:
        batch.books.note("late_version", chain=chain.id, identifier=says.identifier)
    standing, now = story.standing(), story.messages()[-1]
    counts = standing.now(chain.colours)
    renewed = anew and last is not None and says.sent > last.sent and last.content != says.content
    cause = Cause(now.event, now.office_name, now.sent, now.onset)
    moved = chain
    if renewed or counts != chain.colours:
        moved = batch.touch(chain, counts, kind=kind, cause=cause, spoken=now.named, renewal=renewed)
    batch.keep(replace(moved, open=bool(standing.colours), latest=now.identifier, sent=now.sent, expires=now.expires,
                       event=now.event, office=story.messages()[0].office))
    _ask(batch, chain, before.standing, standing, counts, now.identifier)


def _ask(batch: Batch, chain: Chain, before: Standing, standing: Standing, counts: dict[str, Colour],
         identifier: str) -> None:
    """Put before the officer what waits for his word since this message: the rest of an area, a red that fell."""
    fed = batch.fed_by(chain.id)
    waits = {place for place in standing.waits.keys() - before.waits.keys()
             if counts.get(place, 0) < standing.colours[place]}
    for incident in fed[:1] if waits else ():
        batch.books.task(incident.id, "rest", incident.desk, "officer",
                         batch.books.now + batch.books.ctx.rules.rest_of_area, chain.id)
        batch.books.note("rest_waits", incident=incident.id, chain=chain.id, places=len(waits))
    kept = standing.kept - before.kept
    for incident in fed if kept else ():
        places = sorted(place for place in kept if batch.books.ctx.site.places[place].desk == incident.desk)
        if places:
            batch.books.alarm(incident.id, "confirm", place=incident.desk, text=identifier, red=False)
            batch.books.note("kept_red", incident=incident.id, chain=chain.id, places=places[:50])
