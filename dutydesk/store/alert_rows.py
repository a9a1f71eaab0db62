"""Documents as received, versions, chains and incidents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from dutydesk.domain.records import Chain, Document, Incident, Version
from dutydesk.domain.values import Kind
from dutydesk.store.codec import (
    clean,
    colour_of,
    dump,
    dump_colours,
    dump_words,
    load,
    load_colours,
    load_words,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
)
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session, Upkeep
from dutydesk.store.tables import chain, document, incident, version


def _document(row: Any) -> Document:
    hash_, source, name, received, body, state, faults, address = row
    return Document(hash_, source, name, moment(received), body, state, load_words(faults), address)


def _version(row: Any) -> Version:
    (id_, chain_, document_, identifier, sender, msg_type, status, sent, received, event, colour, headline, text,
     expires, join, content) = row
    return Version(id_, chain_, document_, identifier, sender, msg_type, status, moment(sent), moment(received),
                   event, colour_of(colour), headline, text, moment_or_none(expires), join, content)


def _new_version(it: Version) -> dict[str, Any]:
    return {
        "id": it.id, "chain": it.chain, "document": it.document, "identifier": clean(it.identifier),
        "sender": clean(it.sender), "msg_type": it.msg_type, "status": it.status, "sent": micros(it.sent),
        "received_at": micros(it.received_at), "event": clean(it.event), "colour": int(it.colour),
        "headline": clean(it.headline), "text": clean(it.text), "expires": micros_or_none(it.expires),
        "joined": it.join, "content": it.content,
    }


def _chain(row: Any) -> Chain:
    id_, office, event, family, source, status, open_, latest, sent, expires, colours, version_ = row
    return Chain(id_, office, event, family, source, status, bool(open_), latest, moment(sent),
                 moment_or_none(expires), load_colours(colours), version_)


def _new_chain(it: Chain) -> dict[str, Any]:
    return {
        "id": it.id, "office": clean(it.office), "event": clean(it.event), "family": it.family,
        "source": it.source, "status": it.status, "open": int(it.open), "latest": clean(it.latest),
        "sent": micros(it.sent), "expires": micros_or_none(it.expires), "colours": dump_colours(it.colours),
        "version": it.version,
    }


def _incident(row: Any) -> Incident:
    (id_, number, desk, family, kind, opened, closed, round_, colours, chains, renewals, by_hand, silent,
     version_) = row
    return Incident(id_, number, desk, family, Kind(kind), moment(opened), moment_or_none(closed), round_,
                    load_colours(colours), load_words(chains), load(renewals), load_colours(by_hand),
                    load(silent), version_)


def _new_incident(it: Incident) -> dict[str, Any]:
    return {
        "id": it.id, "number": it.number, "desk": it.desk, "family": it.family, "kind": it.kind.value,
        "opened_at": micros(it.opened_at), "closed_at": micros_or_none(it.closed_at), "round": it.round,
        "colours": dump_colours(it.colours), "chains": dump_words(it.chains), "renewals": dump(dict(it.renewals)),
        "by_hand": dump_colours(it.by_hand), "silent": dump(dict(it.silent)), "version": it.version,
    }


class AlertSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        d, v, c, i = document.c, version.c, chain.c, incident.c
        self.documents = (select(*d).where(d.state == bindparam("state"))
                          .order_by(d.received_at, d.hash).limit(bindparam("most")))
        self.claim_documents = dialect.claim(self.documents)
        self.document = select(*d).where(d.hash == bindparam("hash"))
        self.add_document = dialect.insert_new(document)
        self.finish_document = (update(document).where(d.hash == bindparam("b_hash"))
                                .values(state=bindparam("now_is"), faults=bindparam("found")))
        self.versions = (select(*v).where(v.chain == bindparam("chain"))
                         .order_by(v.received_at, v.sent, v.id))
        self.by_identifier = (select(*v).where(v.identifier == bindparam("identifier"))
                              .order_by(v.received_at.desc(), v.id).limit(1))
        self.add_version = dialect.insert_new(version)
        self.move_versions = (update(version).where(v.chain == bindparam("b_chain"))
                              .values(chain=bindparam("to")))
        self.chains = select(*c).where(dialect.among(c.id, "ids"))
        self.open_chains = select(*c).where(c.open == 1).order_by(c.sent, c.id)
        self.keep_chain = Upkeep(dialect, chain)
        self.incident = select(*i).where(i.id == bindparam("id"))
        self.lock_incident = dialect.lock(self.incident)
        self.incidents = select(*i).order_by(i.opened_at, i.id)
        self.open_incidents = self.incidents.where(i.closed_at.is_(None))
        self.claim_incident = dialect.lock(
            select(*i).where(i.desk == bindparam("desk"), i.family == bindparam("family"),
                             i.kind == bindparam("kind"), i.closed_at.is_(None))
            .order_by(i.opened_at, i.id).limit(1))
        self.keep_incident = Upkeep(dialect, incident)


class AlertReads(Session):
    """Looking alerts and incidents up."""

    def documents(self, state: str, limit: int) -> list[Document]:
        """Return documents in a state, oldest first."""
        values = {"state": state, "most": limit}
        return [_document(row) for row in self.rows(self.home.statements(AlertSql).documents, values)]

    def document(self, hash: str) -> Document | None:
        """Return the document with that hash."""
        row = self.first(self.home.statements(AlertSql).document, {"hash": hash})
        return None if row is None else _document(row)

    def versions(self, chain: str) -> list[Version]:
        """Return the versions of a chain in the order they came."""
        return [_version(row) for row in self.rows(self.home.statements(AlertSql).versions, {"chain": chain})]

    def version_by_identifier(self, identifier: str) -> Version | None:
        """Return the version its sender gave that identifier; the newest, if senders share one."""
        row = self.first(self.home.statements(AlertSql).by_identifier, {"identifier": clean(identifier)})
        return None if row is None else _version(row)

    def chain(self, id: str) -> Chain | None:
        """Return the chain with that id."""
        found = self.chains([id])
        return found[0] if found else None

    def chains(self, ids: Iterable[str]) -> list[Chain]:
        """Return the chains with these ids, in the order of the ids."""
        return self.ordered(self.home.statements(AlertSql).chains, ids, _chain)

    def open_chains(self, *, event: str | None = None, office: str | None = None) -> list[Chain]:
        """Return open chains, optionally of one event or office, oldest version first."""
        wanted = self.home.statements(AlertSql).open_chains
        if event is not None:
            wanted = wanted.where(chain.c.event == event)
        if office is not None:
            wanted = wanted.where(chain.c.office == office)
        return [_chain(row) for row in self.rows(wanted)]

    def incident(self, id: str) -> Incident | None:
        """Return the incident with that id."""
        row = self.first(self.home.statements(AlertSql).incident, {"id": id})
        return None if row is None else _incident(row)

    def incidents(self, *, open_only: bool = True) -> list[Incident]:
        """Return incidents, oldest first."""
        sql = self.home.statements(AlertSql)
        return [_incident(row) for row in self.rows(sql.open_incidents if open_only else sql.incidents)]


class AlertWrites(AlertReads):
    """Keeping documents, chains and incidents."""

    def add_document(self, document: Document) -> bool:
        """Store a document unless its hash is known; tell whether it is new."""
        row = {"hash": document.hash, "source": document.source, "name": clean(document.name),
               "received_at": micros(document.received_at), "body": document.body, "state": document.state,
               "faults": dump_words(document.faults), "address": clean(document.address)}
        return self.change(self.home.statements(AlertSql).add_document, row) == 1

    def claim_documents(self, limit: int) -> list[Document]:
        """Lock and return waiting documents, oldest first."""
        values = {"state": "waiting", "most": limit}
        return [_document(row) for row in self.rows(self.home.statements(AlertSql).claim_documents, values)]

    def finish_document(self, hash: str, state: str, faults: Sequence[str] = ()) -> None:
        """Put a document into a state, with the faults found in it."""
        self.change(self.home.statements(AlertSql).finish_document,
                    {"b_hash": hash, "now_is": state, "found": dump_words(tuple(faults))})

    def add_version(self, version: Version) -> None:
        """Store a version; a known id is left alone."""
        self.change(self.home.statements(AlertSql).add_version, _new_version(version))

    def move_versions(self, chain: str, to: str) -> None:
        """Let the versions of one chain belong to another from now on."""
        self.change(self.home.statements(AlertSql).move_versions, {"b_chain": chain, "to": to})

    def save_chain(self, chain: Chain) -> None:
        """Add or change a chain; raises Conflict if its version has moved."""
        self.save_versioned(self.home.statements(AlertSql).keep_chain, _new_chain(chain), "chain")

    def claim_incident(self, desk: str, family: str, kind: Kind) -> Incident | None:
        """Lock and return the open incident of that desk, family and kind (the oldest, if drills share them)."""
        row = self.first(self.home.statements(AlertSql).claim_incident,
                         {"desk": desk, "family": family, "kind": kind.value})
        return None if row is None else _incident(row)

    def lock_incident(self, id: str) -> Incident | None:
        """Lock and return an incident."""
        row = self.first(self.home.statements(AlertSql).lock_incident, {"id": id})
        return None if row is None else _incident(row)

    def save_incident(self, incident: Incident) -> None:
        """Add or change an incident; raises Conflict if its version has moved, or if another real one of its
        desk and family is open.
        """
        self.save_versioned(self.home.statements(AlertSql).keep_incident, _new_incident(incident), "incident")
