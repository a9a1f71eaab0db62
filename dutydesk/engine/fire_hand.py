"""What officers enter about fires by hand: what was found on the ground, and the record from 起火 to 验收 and 复燃."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dutydesk.domain.fire_record import RESULTS, STATES, Entry, objection
from dutydesk.domain.hotspots import Fire
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Fact, Incident
from dutydesk.domain.values import Colour, Via
from dutydesk.engine import fires
from dutydesk.engine.batch import Batch
from dutydesk.engine.books import Books, is_officer
from dutydesk.engine.openings import Cause
from dutydesk.engine.watching import issue
from dutydesk.errors import Refused


def verify(books: Books, id: str, result: str, officers: Sequence[str]) -> None:
    """Enter what was found of a fire on the ground.

    1. The fact is kept, whatever it says: 无火 is a report too.
    2. 有火 and 无火 stop the clock; 未核实 starts it anew and tells the officer.
    3. 无火 lifts what the fire gave: a Cancel of the desk's own. A red wants two officers.
    """
    fire = books.tx.lock_fire(id)
    if fire is None or fire.into:
        raise Refused(f"没有热点 {id}，或它已并入另一处火点。")
    if result not in RESULTS:
        raise Refused(f"没有“{result}”这种结果；可用：{'、'.join(RESULTS)}。")
    if not fire.incident:
        raise Refused("这处热点没有叫应任何人，不必核实。")
    if not officers:
        raise Refused("须写明是谁报的结果。")
    if result == "none" and _red(books, fire) and len(set(officers)) < 2:
        raise Refused("解除红色须两名不同的值班人员共同确认。")
    _keep(books, fire.incident, "verified", result, books.now, officers[0], fire.id)
    _clock(books, fire, result)
    if result == "none":
        alert = fires.lift(books, fire)
        fire = replace(fire, issued=fire.issued + 1, latest=alert.identifier)
        issue(books, books.ctx.source(fire.source), alert, released=True)
    books.tx.save_fire(replace(fire, result=result))
    books.note("fire_verified", incident=fire.incident, person=officers[0], fire=fire.id, result=result)


def _red(books: Books, fire: Fire) -> bool:
    version = books.tx.version_by_identifier(fire.latest)
    chain = books.tx.chain(version.chain) if version else None
    return chain is not None and Colour.RED in chain.colours.values()


def _clock(books: Books, fire: Fire, result: str) -> None:
    for task in fires.clocks(books, fire.id):
        books.tx.save_task(replace(task, state="done"))
        if result == "unverified":
            books.task(fire.incident, fires.VERIFY, task.place, task.owner,
                       books.now + books.ctx.config.fire.verify, fire.id)
            books.alarm(fire.incident, "unverified", place=task.place, text=fire.id, red=False)
        else:
            books.settle(fire.incident, task.place, frozenset({"verify_late", "unverified"}))


def record(books: Books, id: str, state: str, at: datetime, officer: str, text: str = "") -> None:
    """Enter one state of a fire's record. 复燃 opens the incident again where it was closed, and rings the officer."""
    incident = books.tx.lock_incident(id)
    if incident is None:
        raise Refused(f"事件 {id} 不存在。")
    if incident.family != fires.FAMILY:
        raise Refused("只有森林防火事件才有火情记录。")
    entries: list[Entry] = [(fact.act, fact.at) for fact in books.tx.facts_of(id) if fact.what == "fire"]
    wrong = objection(entries, state, at, books.now)
    if wrong:
        raise Refused(wrong)
    _keep(books, id, "fire", state, at, officer, "")
    books.note("fire_record", incident=id, person=officer, state=state, at=at.isoformat(), text=text)
    if state == "rekindled":
        _again(books, incident)


def _again(books: Books, incident: Incident) -> None:
    """Ask the people of a fire again: in its own incident, or in the one that is open there meanwhile."""
    asked = [each for each in books.tx.callouts_of(incident.id, open_only=False) if not is_officer(each)]
    places = {each.place: each.colour for each in asked if each.place in books.ctx.site.places}
    if incident.closed_at is not None:
        open_one = books.tx.claim_incident(incident.desk, incident.family, incident.kind)
        incident = open_one or replace(incident, closed_at=None)
        books.note("incident_reopened", incident=incident.id, why=STATES["rekindled"])
    batch = Batch(books)
    batch.incidents[incident.id] = books.incidents[incident.id] = incident
    if places:
        worst = max(places.values())
        direct = dict.fromkeys(_lowest(books, places), worst)
        batch.by_hand(incident, {**incident.by_hand, **direct}, cause=Cause("森林火灾复燃", "值班室", books.now))
        batch.carry()
    books.alarm(incident.id, "rekindled", place=incident.desk, red=False)


def _lowest(books: Books, places: dict[str, Colour]) -> list[str]:
    """Those of the places that have none of the others below them: what lies above is touched through them."""
    above = {up.id for place in places for up in books.ctx.site.ancestors(place)}
    return [place for place in places if place not in above]


def _keep(books: Books, incident: str, what: str, act: str, at: datetime, officer: str, about: str) -> None:
    id = derive("f", incident, what, act, at.isoformat(), officer, about)
    books.facts[id] = Fact(id, "", incident, what, officer, Via.CONSOLE, at, f"by hand: {officer}", act,
                           source=about)
    books.note("fact", incident=incident, person=officer, fact=what, at=at.isoformat(), act=act,
               evidence=f"by hand: {officer}")
