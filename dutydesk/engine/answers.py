"""What the desk says back: every accepted reply gets one line, every unclear one a question and a ring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dutydesk.domain.channel_trial import says_test
from dutydesk.domain.ids import derive
from dutydesk.domain.message import codes_line
from dutydesk.domain.records import Ask, Callout, Inbound, State
from dutydesk.domain.replies import Act, Understood, in_words
from dutydesk.domain.values import Kind, Role, Via
from dutydesk.engine import meaning, wording
from dutydesk.engine.books import Books, is_officer
from dutydesk.engine.composing import is_back, listed
from dutydesk.engine.house import house_incident
from dutydesk.engine.meaning import Phone


def confirm(books: Books, row: Inbound, reading: Understood, asks: Sequence[Ask],
            callouts: Mapping[str, Callout]) -> None:
    """Tell the sender what was understood and for which place; a late one, what is open now.

    A key pressed in a call was read back there; it gets no message.
    """
    if row.kind != "reply":
        return
    counted = [callouts[ask.callout] for ask in asks if ask.callout in callouts]
    if not counted or all(is_officer(each) for each in counted):
        return
    drill = _drill(books, asks[0].incident)
    facts = wording.about(books.ctx, counted, drill=drill) | {
        "understood": in_words(reading),
        "codes": codes_line("", wording.acts_of(books.ctx, counted))}
    was_open = [each for each in counted if each.state is not State.CLOSED]
    template = "reply.ok"
    if not was_open:
        later = _open_later(books, row.number, asks[0])
        template = "reply.old_round" if later else "reply.closed"
        if later:
            facts |= wording.about(books.ctx, later, drill=drill) | {
                "codes": codes_line("", wording.acts_of(books.ctx, later))}
        facts["open_now"] = _open_now(books, row)
    books.tell(asks[0].incident, asks[0].person, row.number, template, books.ctx.texts.render(template, facts), row.id)


def _open_later(books: Books, number: str, ask: Ask) -> list[Callout]:
    """Callouts this phone is asked for in a later round of the same incident."""
    asks = [each for each in books.tx.asks_to(number, since=ask.due_at)
            if each.incident == ask.incident and each.round > ask.round]
    found = books.lock(each.callout for each in asks)
    return [each for each in found.values() if each.state is not State.CLOSED]


def _open_now(books: Books, row: Inbound) -> str:
    """The places this phone is asked about now and nobody has answered for, of any incident."""
    asks = books.tx.asks_to(row.number, since=row.received_at - meaning.LOOK_BACK)
    waiting = [each.place for each in books.lock(ask.callout for ask in asks).values()
               if each.state is not State.CLOSED and each.answered_at is None and not is_officer(each)]
    return wording.places(books.ctx, list(dict.fromkeys(waiting))) if waiting else ""


def unclear(books: Books, row: Inbound, phone: Phone, why: str) -> str:
    """Nothing is acknowledged. With any ask open the man is awake: ask back, and ring him with all open asks."""
    open_asks = [ask for ask in phone.asked() if phone.open(ask)]
    if not open_asks:
        return "test" if says_test(row.text) else _for_the_officer(books, row, why)
    first = open_asks[0]
    drill = _drill(books, first.incident)
    callouts = [phone.callouts[id] for id in dict.fromkeys(ask.callout for ask in open_asks)]
    facts = wording.base(books.ctx, drill=drill) | {
        "codes": codes_line(_letter(phone, first), wording.acts_of(books.ctx, callouts)), "why": why}
    books.tell(first.incident, first.person, row.number, "reply.unclear",
               books.ctx.texts.render("reply.unclear", facts), row.id)
    ring_back(books, row, open_asks)
    books.note("unclear", incident=first.incident, person=first.person, inbound=row.id, why=why,
               callouts=[callout.id for callout in callouts])
    return f"unclear: {why}"


def _letter(phone: Phone, ask: Ask) -> str:
    mine = next((code.code for code in phone.codes if (code.incident, code.round) == (ask.incident, ask.round)), "")
    return mine if len({(code.incident, code.round) for code in phone.codes if code.free_at is None}) > 1 else ""


def ring_back(books: Books, row: Inbound, asks: Sequence[Ask]) -> None:
    """Ring the phone at once with every open ask; pressing 1 takes all that the ring reads out.

    Several unclear texts within half a minute are one ring. What has ended since he wrote is not asked any more.
    """
    callouts = books.lock(each.callout for each in asks)
    asks = [each for each in asks if each.callout in callouts and callouts[each.callout].state is not State.CLOSED]
    if any(is_back(ask) and ask.due_at > books.now - books.ctx.rules.ask_back for ask in asks):
        return
    for ask in {each.callout: each for each in asks}.values():
        id = derive("a", ask.callout, "back", row.id)
        books.asks[id] = Ask(id, ask.callout, ask.incident, ask.round, ask.place, ask.person, ask.role, row.number,
                             Via.VOICE, ask.step, ask.climb, 0, ask.klass, books.now)


def contact(books: Books, row: Inbound, act: Act) -> str:
    """A wrong number, or somebody who wants no messages: the contact must be mended."""
    owners = books.ctx.site.number_owners.get(row.number, ())
    house = house_incident(books)
    for person in {number.person for number in owners}:
        books.task(house.id, "contact", house.desk, "officer", books.now, about=person)
    return act.value


def nothing_asked(books: Books, row: Inbound, reading: Understood) -> str:
    """An understood reply of a phone that was asked nothing: help rings, the rest waits for the officer."""
    if reading.act is Act.HELP:
        house = house_incident(books)
        books.alarm(house.id, "help", place=house.desk, text=row.id)
        return "help"
    return _for_the_officer(books, row, reading.act.value)


def _for_the_officer(books: Books, row: Inbound, why: str) -> str:
    """Into the officer's queue of texts to read by eye."""
    house = house_incident(books)
    books.task(house.id, "read", house.desk, "officer", books.now, about=row.id)
    return f"for the officer: {why}".rstrip(": ")


def trouble(books: Books, row: Inbound) -> str:
    """A channel says that something is wrong with it, so that answers may be missing: the officer must know."""
    house = house_incident(books)
    books.alarm(house.id, "channel", place=house.desk, text=row.text, said=f"通道{row.channel}：{row.text}", red=False)
    return "for the officer: trouble"


def cry_for_help(books: Books, row: Inbound, phone: Phone, words: Sequence[str]) -> None:
    """An unasked text with words of danger: the officer's alarm, at the place of whoever was asked last."""
    asks = sorted(phone.asked(), key=lambda ask: ask.due_at)
    text = "、".join(words)
    if asks:
        last = asks[-1]
        books.alarm(last.incident, "help", place=last.place, callout=last.callout, text=text)
    else:
        house = house_incident(books)
        books.alarm(house.id, "help", place=house.desk, text=text)


def send_list_back(books: Books, row: Inbound, asks: Sequence[Ask]) -> str:
    """A bare 5 or 6 for a longer list, or a number that is not on it: send the list again."""
    mine = [ask for ask in asks if ask.role is Role.SUPERIOR] or list(asks)
    first = mine[0]
    incident = books.incident(first.incident)
    callouts = list(books.lock(ask.callout for ask in mine).values())
    numbered = {place: number for number, place in (listed(incident, first.person) if incident else {}).items()}
    known = [each for each in callouts if each.place in numbered]
    if known:
        text = wording.list_call(books.ctx, Via.SMS, known, numbered, "",
                                 drill=_drill(books, first.incident)).text
        books.tell(first.incident, first.person, row.number, "list.sms", text, row.id)
    return "which of the list?"


def _drill(books: Books, incident: str) -> bool:
    found = books.incident(incident)
    return found is not None and found.kind is not Kind.REAL
