"""The phone card: while an officer talks to somebody the robot stays off his phones; a number typed there works now.

Both live in settings of the store, so that every worker keeps to them. A hold ends by itself: an officer whose browser
dies must not keep a phone silent. A number by hand is dialled before those of the site until the site has it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from dutydesk.domain.happenings import ByHand
from dutydesk.domain.reach import reach_person
from dutydesk.domain.records import Callout, State
from dutydesk.domain.site import Number, Person
from dutydesk.domain.values import Kind, Role
from dutydesk.engine import wording
from dutydesk.engine.books import Books, is_officer
from dutydesk.engine.house import house_incident
from dutydesk.errors import Refused
from dutydesk.ports.hand import CardView
from dutydesk.ports.store import Reads

HOLDS = "card.holds"    # setting: number -> [until when (UTC), the officer's person id]
_LOCK = "card.lock"     # setting whose row is the lock of the other
WORDING = "card.voice"
_UNANSWERED = (State.CALLING, State.WITH_OFFICER)
_DIGITS = re.compile(r"\+?\d{5,17}")
_MOBILE = re.compile(r"(\+?86)?1\d{10}|\+999\d+")


def held(reads: Reads, numbers: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Return which of these numbers must not ring now because of an open card, and until when (UTC)."""
    rows: Mapping[str, Sequence[str]] = reads.setting(HOLDS) or {}
    until = {number: datetime.fromisoformat(rows[number][0]) for number in numbers if number in rows}
    return {number: moment for number, moment in until.items() if moment > now}


def open_card(books: Books, person: str, callouts: Sequence[str], officer: str) -> CardView:
    """Keep the robot off a person's phones for `card_hold` from now, and anew at each call; tell his numbers and what
    the officer reads out about these callouts. Raises Refused for nobody.
    """
    numbers, rows = _numbers(books, person), _holds(books)
    if not any(row[1] == officer for number, row in rows.items() if number in numbers):
        books.note("card_opened", person=person, officer=officer)
    until = books.now + books.ctx.rules.card_hold
    books.tx.set_setting(HOLDS, rows | {number: [until.isoformat(), officer] for number in numbers})
    found = [each for each in books.tx.callouts(callouts) if each.state is not State.CLOSED and not is_officer(each)]
    script = _script(books, _known(books, person), found, officer) if found else ""
    return CardView(tuple(numbers), until, script)


def close_card(books: Books, person: str, officer: str) -> None:
    """Let the robot ring a person's phones again; another officer's card on them stays."""
    rows, numbers = _holds(books), _numbers(books, person)
    left = {number: row for number, row in rows.items() if number not in numbers or row[1] != officer}
    if left != rows:
        books.tx.set_setting(HOLDS, left)
        books.note("card_closed", person=person, officer=officer)
        freed = [number for number in rows if number not in left]
        asks = books.tx.asks_to_any(freed, since=books.now)
        books.tx.postpone_asks([ask.id for ask in asks if ask.state == "queued"], books.now, "")


def new_number(books: Books, person: str, number: str, callouts: Sequence[str], officer: str) -> None:
    """Take a number an officer heard of, and end his card: these callouts ask the person there at once where nobody
    has answered, later ones first there; a task has somebody confirm it. Raises Refused for what is no number or is
    known already. The journal holds no number.
    """
    known, bare = _known(books, person), re.sub(r"[\s()-]", "", number)
    if not _DIGITS.fullmatch(bare):
        raise Refused("号码只能是数字：座机带区号，国外的带加号和国家码。")
    if bare in {each.number for each in known.numbers}:
        raise Refused("这个号码已经登记在他名下。")
    fresh = Number(person, "mobile" if _MOBILE.fullmatch(bare) else "landline", bare)
    close_card(books, person, officer)
    books.keep_number(fresh)
    house = house_incident(books)
    books.note("new_number", person=person, officer=officer, sort=fresh.kind)
    books.task(house.id, "contact", house.desk, "officer", books.now, about=person)
    for callout in books.lock(callouts).values():
        if callout.state in _UNANSWERED and not is_officer(callout):
            role = Role(callout.memo.get("roles", {}).get(person, Role.DEPUTY.value))
            reached = reach_person(known, role, also=(fresh,))
            books.advance(callout, ByHand(books.now, "add_person", officer, reached=reached))


def _known(books: Books, person: str) -> Person:
    known = books.ctx.site.people.get(person)
    if known is None:
        raise Refused(f"没有 {person} 这个人；人员见 contacts/people.csv。")
    return known


def _numbers(books: Books, person: str) -> list[str]:
    """Every phone of a person, his neighbours' left out."""
    own = (*books.by_hand.get(person, ()), *_known(books, person).numbers)
    return list(dict.fromkeys(each.number for each in own if each.kind != "neighbour"))


def _holds(books: Books) -> dict[str, list[str]]:
    """The holds that stand, with the setting locked: one change after another."""
    books.tx.set_setting(_LOCK, books.now.isoformat())
    rows: Mapping[str, list[str]] = books.tx.setting(HOLDS) or {}
    return {number: row for number, row in rows.items() if datetime.fromisoformat(row[0]) > books.now}


def _script(books: Books, person: Person, callouts: Sequence[Callout], officer: str) -> str:
    """What the officer reads out in some twenty seconds: who calls, what is coming, what to do, what to answer."""
    incident = books.incident(callouts[0].incident)
    for callout in callouts:
        books.policy(callout.policy)
    speaker = books.ctx.site.people.get(officer)
    facts = wording.about(books.ctx, callouts, drill=incident is not None and incident.kind is not Kind.REAL)
    return books.ctx.texts.render(WORDING, facts | {"who": person.name, "officer": speaker.name if speaker else ""})
