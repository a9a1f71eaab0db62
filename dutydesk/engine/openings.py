"""From changed places to callouts: opening rounds, and letting renewals, falls and lifts reach open callouts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dutydesk.domain.happenings import ByHand, Expired, Lifted, Lowered, Renewed, Superseded
from dutydesk.domain.ids import derive
from dutydesk.domain.incident import Change, What
from dutydesk.domain.playbook import Playbook
from dutydesk.domain.records import Callout, Closed, Incident, NoticeRow, State
from dutydesk.domain.site import Post
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine import chores, closing, wording
from dutydesk.engine.books import Books, is_officer

_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Cause:
    """What stands in the messages of a round: the event, when it was issued and by whom."""

    event: str
    office: str
    issued: datetime
    onset: datetime | None = None


def apply(books: Books, incident: Incident, changes: Sequence[Change], cause: Cause, *,
          expired: bool = False) -> Incident:
    """Carry changed colours into the incident's callouts and save the incident.

    1. Places that rose open the next round for their posts; callouts of an older round are superseded.
    2. A colour without a ladder is one notice.
    3. Renewals, falls and lifts happen to the callouts that are open there; `expired`: a lift nobody declared.
    4. Work of the playbook opens with the rise and with the lift.
    """
    playbook = books.ctx.playbook(incident.family)
    if playbook is None:
        books.note("no_playbook", incident=incident.id, family=incident.family)
        return closing.save(books, incident, 0)
    standing: dict[str, list[Callout]] = {}
    for callout in books.lock_of(incident.id):
        if not is_officer(callout):
            standing.setdefault(callout.place, []).append(callout)
    done = _done(books, incident, {c.place for c in changes if c.what is not What.RENEWED})
    incident = _raise(books, incident, playbook, [c for c in changes if c.what is What.RAISED], standing, done, cause)
    for change in changes:
        if change.what is not What.RAISED:
            for callout in (*standing.get(change.place, ()), *done.get(change.place, ())):
                _happen(books, playbook, callout, change, cause, expired=expired)
    lifted = [change.place for change in changes if change.what is What.LIFTED]
    chores.open_for(books, incident, playbook, lifted, "lift", books.now)
    for change in changes:
        books.note("colour", incident=incident.id, place=change.place, change=change.what.value,
                   was=change.old.word if change.old else None, now=change.new.word if change.new else None)
    still_open = sum(1 for callouts in standing.values() for callout in callouts
                     if books.callouts.get(callout.id, callout).state is not State.CLOSED)
    return closing.save(books, incident, still_open + sum(
        1 for id in books.fresh if books.callouts[id].incident == incident.id))


def _done(books: Books, incident: Incident, places: Set[str]) -> dict[str, list[Callout]]:
    """The callouts of each post's newest round that are done, by place: their people hear of a fall or a lift too."""
    if not places or not incident.round:
        return {}
    newest: dict[tuple[str, ...], Callout] = {}
    for callout in books.tx.callouts_of(incident.id, open_only=False):
        if callout.place in places and not is_officer(callout):
            key = (callout.post, *callout.memo.get("seats", ()))
            newest[key] = max(callout, newest.get(key, callout), key=lambda each: each.round)
    ended = [callout.id for callout in newest.values() if callout.closed_as is Closed.DONE]
    found: dict[str, list[Callout]] = {}
    for callout in books.lock(ended).values():
        found.setdefault(callout.place, []).append(callout)
    return found


def _raise(books: Books, incident: Incident, playbook: Playbook, raised: Sequence[Change],
           standing: dict[str, list[Callout]], done: dict[str, list[Callout]], cause: Cause) -> Incident:
    """Open the next round for the posts of places that rose; tell the others by one notice."""
    asked: list[tuple[Post, Colour]] = []
    told: list[tuple[str, Colour]] = []
    for change in raised:
        place = books.ctx.site.places.get(change.place)
        if place is None or change.new is None:
            continue
        duties = playbook.asks(place.kind, change.new)
        asked += [(post, change.new) for post in books.ctx.site.posts_at.get(place.id, ()) if post.duty in duties]
        if not duties and playbook.posts.get(place.kind):
            told.append((place.id, change.new))
    if asked:
        incident = replace(incident, round=incident.round + 1)
        former = {place: [*standing.get(place, ()), *done.get(place, ())] for place in {*standing, *done}}
        _open_round(books, incident, playbook, asked, former, cause)
    _tell(books, incident, playbook, told, cause)
    if any(colour is Colour.RED for _, colour in asked):
        said = wording.heading(cause.event, Colour.RED, wording.local(books.ctx, cause.issued), cause.office)
        books.alarm(incident.id, "red", place=incident.desk, text=cause.event, said=f"红色预警到达:{said}")
    if incident.kind is Kind.REAL and any(colour >= Colour.ORANGE for _, colour in asked):
        stop_drills(books, incident.desk)
    start = cause.onset or cause.issued
    chores.open_for(books, incident, playbook, [change.place for change in raised], "onset", start)
    return incident


def _open_round(books: Books, incident: Incident, playbook: Playbook, asked: Iterable[tuple[Post, Colour]],
                former: dict[str, list[Callout]], cause: Cause) -> None:
    """Supersede what stands for these posts, done or open, and open their callouts of the new round, due now."""
    night = books.ctx.is_night(playbook, books.now)
    opened = 0
    policies: dict[tuple[str, Colour], str] = {}
    for post, colour in asked:
        for callout in former.get(post.place, ()):
            if callout.post == post.id:
                books.advance(callout, Superseded(books.now, incident.round))
        kind = books.ctx.site.places[post.place].kind
        if (kind, colour) not in policies:
            policy = playbook.policy(kind, colour, at_night=night)
            books.add_policy(policy)
            policies[kind, colour] = policy.hash
        for seats in _seats(post, playbook.answer.get(kind) == "each"):
            books.add_callout(_callout(books, incident, post, seats, colour, policies[kind, colour], cause))
            opened += 1
    books.note("round", incident=incident.id, round=incident.round, callouts=opened, event=cause.event)


def _seats(post: Post, each: bool) -> list[tuple[str, ...]]:
    """The seats of each callout: all of the post in one, or every named seat in one of its own."""
    return [(person,) for person in post.seats] if each and post.seats else [post.seats]


def _callout(books: Books, incident: Incident, post: Post, seats: tuple[str, ...], colour: Colour, policy: str,
             cause: Cause) -> Callout:
    klass = 3 if incident.kind is not Kind.REAL else (1 if colour is Colour.RED else 2)
    own = seats if seats != post.seats else ()
    id = derive("c", incident.id, post.id, incident.round, *own)
    memo = {"family": incident.family, "event": cause.event, "office": cause.office,
            "issued": wording.local(books.ctx, cause.issued)}
    return Callout(id, incident.id, post.id, post.place, incident.round, colour, klass, policy, books.now,
                   due_at=books.now, memo=memo | ({"seats": list(own)} if own else {}))


def _happen(books: Books, playbook: Playbook, callout: Callout, change: Change, cause: Cause, *,
            expired: bool) -> None:
    """Let a renewal, a fall or a lift happen to one open callout."""
    office, issued = cause.office, wording.local(books.ctx, cause.issued)
    if change.what is What.RENEWED:
        books.advance(callout, Renewed(books.now, change.count))
        return
    place = books.ctx.site.places.get(change.place)
    duty = callout.post.partition("/")[2]
    if change.what is What.LOWERED and change.new and place and duty in playbook.asks(place.kind, change.new):
        lower = playbook.policy(place.kind, change.new, at_night=books.ctx.is_night(playbook, books.now))
        merged = books.policy(callout.policy).lowered_to(lower)
        books.add_policy(merged)
        books.advance(callout, Lowered(books.now, change.new, merged, office, issued))
    else:
        books.advance(callout, Expired(books.now) if expired else Lifted(books.now, office, issued))


def _tell(books: Books, incident: Incident, playbook: Playbook, told: Iterable[tuple[str, Colour]],
          cause: Cause) -> None:
    """One notice to the holders at places whose colour asks nothing; at most so many a month and family."""
    per_person: dict[str, list[tuple[str, Colour]]] = {}
    for place, colour in told:
        duties = playbook.posts.get(books.ctx.site.places[place].kind, ())
        for post in books.ctx.site.posts_at.get(place, ()):
            if post.duty in duties and post.seats:
                per_person.setdefault(post.seats[0], []).append((place, colour))
    for person, rows in per_person.items():
        _inform(books, incident, playbook, person, rows, cause)


def _inform(books: Books, incident: Incident, playbook: Playbook, person: str, rows: list[tuple[str, Colour]],
            cause: Cause) -> None:
    known = books.ctx.site.people.get(person)
    number = next((n.number for n in known.numbers if n.kind in ("mobile", "satellite")), "") if known else ""
    if not number:
        return
    recent: list[NoticeRow] = [row for row in books.tx.notices_since(person, books.now - _MONTH)
                               if row.what == f"notice.info:{incident.family}" and row.state != "dropped"]
    if len(recent) >= books.ctx.rules.notices_per_month:
        books.note("notice_dropped", incident=incident.id, person=person, why="本月同类通知已满")
        return
    worst = max(colour for _, colour in rows)
    facts = wording.base(books.ctx, drill=incident.kind is Kind.DRILL) | {
        "title": wording.title(cause.event, worst), "event": cause.event, "colour": worst.zh,
        "issued": wording.local(books.ctx, cause.issued), "office": cause.office,
        "action": playbook.action.get(worst, ""), "places": wording.places(books.ctx, [place for place, _ in rows])}
    text = books.ctx.texts.render("notice.info", facts)
    books.tell(incident.id, person, number, f"notice.info:{incident.family}", text, cause.issued.isoformat(), worst)


def stop_drills(books: Books, desk: str) -> None:
    """A real orange or red stops every drill of the same desk at once."""
    for incident in books.tx.incidents(open_only=True):
        if incident.desk == desk and incident.kind is not Kind.REAL:
            for callout in books.lock_of(incident.id):
                if not is_officer(callout):
                    books.advance(callout, ByHand(books.now, "stand_down", "desk", "真实预警到达，演练中止"))
            for done in _done(books, incident, set(incident.colours)).values():
                for callout in done:
                    books.advance(callout, Expired(books.now))
            books.note("drill_stopped", incident=incident.id)
            closing.save(books, replace(books.incident(incident.id) or incident, colours={}, by_hand={}), 0)
