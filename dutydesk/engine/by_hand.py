"""What officers do by hand: the same facts as the machine's own, with the officer's name as evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from dutydesk.domain.evidence import entered
from dutydesk.domain.happenings import ByHand, Happening, Replied
from dutydesk.domain.reach import reach_person
from dutydesk.domain.records import Callout, Incident, State
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.domain.values import Colour, Kind, Role, Via
from dutydesk.engine import cards, fire_hand, pasting, registers, sent
from dutydesk.engine.batch import Batch
from dutydesk.engine.books import Books, is_officer
from dutydesk.engine.context import Context
from dutydesk.engine.hand_opening import open_by_hand, touched
from dutydesk.engine.hand_opening import preview as preview_opening
from dutydesk.engine.holding import release
from dutydesk.engine.openings import Cause
from dutydesk.engine.phone_intake import preview, take_in
from dutydesk.engine.restating import concede, follow
from dutydesk.errors import Refused
from dutydesk.ports.clock import Clock
from dutydesk.ports.hand import CardView, Order, Pasted, Preview, Report
from dutydesk.ports.opening import Opening, OpeningPreview
from dutydesk.ports.store import Store

T = TypeVar("T")

LONGEST_WHY = 40   # characters of a correction's reason
ACTS = frozenset({"answer", "on_post", "moved", "patrolled", "opened", "page", "help", "woken", "not_found", "decline"})


class Hand:
    """Carries out officers' orders, each durable when it returns; `after` is called then."""

    def __init__(self, ctx: Context, store: Store, clock: Clock, *, after: Callable[[], None] = lambda: None) -> None:
        self.ctx = ctx
        self.store = store
        self.clock = clock
        self._after = after

    def _do(self, work: Callable[[Books], T], *officers: str) -> T:
        """Run one order in a transaction of its own; every officer it names must be one."""
        for officer in officers:
            if officer not in self.ctx.officers:
                raise Refused(f"{officer or '（未写明）'} 不在值班表上，不能下命令；值班表见 contacts/roster.csv。")

        def turn(tx: object) -> T:
            books = Books(self.ctx, tx, self.clock.now())  # type: ignore[arg-type]  # the store passes its Tx
            result = work(books)
            books.close()
            return result

        result = self.store.write(turn)
        self._after()
        return result

    def _order(self, callout: str, officer: str, order: Callable[[Books, Callout], Happening]) -> None:
        def work(books: Books) -> None:
            found = _open(books, callout)
            books.advance(found, order(books, found))

        self._do(work, officer)

    # -- alarms ---------------------------------------------------------------------------------------
    def take_alarm(self, incident: str, officer: str) -> None:
        """Stop the ringing of an incident's alarm; closes nothing."""

        def work(books: Books) -> None:
            found = books.officer(incident)
            if found is None or found.state is State.CLOSED:
                raise Refused("这个事件没有待接的报警。")
            books.advance(found, Replied(books.now, "answer", officer, Role.OFFICER, Via.CONSOLE,
                                            evidence=f"by hand: {officer}"))

        self._do(work, officer)

    # -- channels -------------------------------------------------------------------------------------
    def channel_tested(self, channel: str, call: str, good: bool, found: Mapping[str, str]) -> None:
        """Keep in the journal what a test of a channel came to; it belongs to no callout."""
        self._do(lambda books: books.note("channel_tested", channel=channel, call=call, good=good, found=dict(found)))

    # -- answers --------------------------------------------------------------------------------------
    def answer_by_phone(self, callouts: Sequence[str], person: str, act: str, n: int | None, officer: str,
                        reporter: str = "", proof: str = "") -> None:
        """Enter what a person said on the phone, or somebody reported of him, for one or several callouts."""
        if person not in self.ctx.site.people:
            raise Refused(f"没有 {person} 这个人；人员见 contacts/people.csv。")
        if act not in ACTS:
            raise Refused(f"没有 {act} 这种应答；可用：{'、'.join(sorted(ACTS))}。")
        if n is not None and n < 0:
            raise Refused("转移人数不能是负数；无人需要转移写 0。")
        evidence = entered(officer, reporter, proof)

        def work(books: Books) -> None:
            found = books.tx.lock_callouts(callouts)
            if len(found) != len(set(callouts)):
                raise Refused("有叫应编号不存在，请刷新页面后重试。")
            for rank, callout in enumerate(found):
                role = _role(books, callout, person)
                said = Replied(books.now, act, person, role, Via.VOICE, n if rank == 0 else None, evidence=evidence)
                books.advance(callout, said)

        self._do(work, officer)

    # -- the ladder -----------------------------------------------------------------------------------
    def call_again(self, callout: str, officer: str) -> None:
        """Start the present step anew."""
        self._order(callout, officer,
                    lambda books, found: ByHand(books.now, "call_again", officer, step=max(found.step, 0)))

    def skip(self, callout: str, officer: str) -> None:
        """Go to the next step at once."""
        self._order(callout, officer, lambda books, found: ByHand(books.now, "skip", officer))

    def add_person(self, callout: str, person: str, officer: str) -> None:
        """Ask one more person."""
        known = self.ctx.site.people.get(person)
        if known is None or not known.numbers:
            raise Refused(f"人员 {person} 不存在或没有号码。")
        extra = reach_person(known, Role.DEPUTY)
        self._order(callout, officer, lambda books, found: ByHand(books.now, "add_person", officer, reached=extra))

    # -- the phone card -------------------------------------------------------------------------------
    def open_card(self, person: str, callouts: Sequence[str], officer: str) -> CardView:
        """Keep the robot off a person's phones while the officer talks to him."""
        return self._do(lambda books: cards.open_card(books, person, callouts, officer), officer)

    def close_card(self, person: str, officer: str) -> None:
        """Let the robot ring his phones again."""
        self._do(lambda books: cards.close_card(books, person, officer), officer)

    def new_number(self, person: str, number: str, callouts: Sequence[str], officer: str) -> None:
        """Take a number heard on the phone; it is dialled at once."""
        self._do(lambda books: cards.new_number(books, person, number, callouts, officer), officer)

    def log_sheet(self, form: str, rows: int, officer: str, areas: Sequence[str] = (), incident: str = "") -> None:
        """Note that a call sheet, with numbers in full, was printed."""
        self._do(lambda books: books.note("sheet_printed", incident=incident, person=officer, form=form, rows=rows,
                                          areas=list(areas)), officer)

    def write_off(self, callout: str, officer: str, why: str) -> None:
        """Close a callout without an answer; `why` is kept."""
        if not why.strip():
            raise Refused("核销必须写明原因。")
        self._order(callout, officer, lambda books, found: ByHand(books.now, "write_off", officer, why))

    def stand_down(self, incident: str, officers: Sequence[str], why: str) -> None:
        """Stand all callouts of an incident down; a red wants two different officers."""

        def work(books: Books) -> None:
            names = _enough(_standing(books, incident), officers)
            for callout in books.lock_of(incident):
                if not is_officer(callout):
                    books.advance(callout, ByHand(books.now, "stand_down", names, why))

        self._do(work, *officers)

    def correct(self, incident: str, officers: Sequence[str], why: str) -> None:
        """Take back a call made by mistake: everybody called hears so, and why; the incident ends. A red wants two
        different officers.
        """
        wrong = why.strip()
        if not 0 < len(wrong) <= LONGEST_WHY:
            raise Refused(f"更正须写明原因，不超过 {LONGEST_WHY} 字：它会原样发给每个被叫的人。")

        def work(books: Books) -> None:
            found = _standing(books, incident)
            names = _enough(found, officers)
            books.note("corrected", incident=incident, officers=names, why=wrong)
            called = [each.id for each in books.tx.callouts_of(incident, open_only=False) if not is_officer(each)]
            for callout in books.lock(called).values():
                books.advance(callout, ByHand(books.now, "correct", names, wrong))
            _clear(books, found)

        self._do(work, *officers)

    # -- incidents ------------------------------------------------------------------------------------
    def open_incident(self, kind: Kind, family: str, colour: Colour, places: Sequence[str], officer: str,
                      text: str, area: Sequence[tuple[float, float]] = ()) -> str:
        """Open an incident by hand, or widen the open one of that desk, family and kind; return its id."""
        opening = Opening(kind, family, colour, tuple(places), text, tuple(area))
        touched(self.ctx, opening)   # refuses what cannot be opened before the store is troubled
        return self._do(lambda books: open_by_hand(books, opening, officer), officer)

    def preview_opening(self, opening: Opening) -> OpeningPreview:
        """Return whom an opening would call now and what they would read; nothing is stored."""
        with self.store.read() as reads:
            return preview_opening(self.ctx, reads, opening, self.clock.now())

    def lift(self, incident: str, officers: Sequence[str]) -> None:
        """Declare that the danger is over: every colour of the incident goes, whoever gave it. A red wants two
        different officers.
        """

        def work(books: Books) -> None:
            found = _standing(books, incident)
            books.note("lifted_by_hand", incident=incident, officers=_enough(found, officers))
            _clear(books, found)

        self._do(work, *officers)

    # -- callers --------------------------------------------------------------------------------------
    def preview_report(self, report: Report) -> Preview:
        """Return whom a report would call now; nothing is stored."""
        return preview(self.ctx, report, self.clock.now())

    def take_report(self, report: Report, officer: str) -> str:
        """Take in what a caller reports; return the id of the document that keeps it."""
        preview(self.ctx, report, self.clock.now())   # refuses what is no report
        return self._do(lambda books: take_in(books, report, officer), officer)
    # -- fires ----------------------------------------------------------------------------------------
    def verify_fire(self, fire: str, result: str, officers: Sequence[str]) -> None:
        """Enter what was found of a hotspot on the ground: fire, none or unverified."""
        self._do(lambda books: fire_hand.verify(books, fire, result, officers), *officers)

    def record_fire(self, incident: str, state: str, at: datetime | None, officer: str, text: str = "") -> None:
        """Enter a state of a fire's record (see `domain.fire_record`); no time is now."""
        self._do(lambda books: fire_hand.record(books, incident, state, at or books.now, officer, text), officer)
    # -- registers ------------------------------------------------------------------------------------
    def set_shelter(self, shelter: str, state: ShelterState | None, registered: int | None, officer: str,
                    note: str = "") -> None:
        """Open or close a shelter, or count who is in it; None leaves a thing as it was."""
        self._do(lambda books: registers.set_shelter(books, shelter, state, registered, officer, note), officer)

    def set_team(self, team: str, state: Readiness, officer: str, note: str = "") -> None:
        """Enter what a team is doing."""
        self._do(lambda books: registers.set_team(books, team, state, officer, note), officer)

    def send(self, token: str, order: Order, officer: str) -> None:
        """Carry out an order that came over a bad link, once for each token."""
        self._do(lambda books: sent.carry_out(books, token, order, officer), officer)

    # -- documents ------------------------------------------------------------------------------------
    def release(self, document: str, officer: str) -> None:
        """Let a held document go its way now."""

        def work(books: Books) -> None:
            release(books, document)
            books.note("released_by_hand", person=officer, document=document)

        self._do(work, officer)

    def hold(self, document: str, officer: str) -> None:
        """Keep a document from calling anybody until it is released."""

        def work(books: Books) -> None:
            for task in books.tx.tasks():
                if task.what == "hold" and task.about == document:
                    books.tx.save_task(replace(task, state="dropped"))
            books.note("held_by_hand", person=officer, document=document)

        self._do(work, officer)

    def try_again(self, document: str, officer: str) -> None:
        """Read a document once more that could not be read; one that could not be fetched is fetched at once."""

        def work(books: Books) -> None:
            found = books.tx.document(document)
            if found is None or found.state != "bad":
                raise Refused("只有读不了的文件才能重试；这份文件不是，或已不在。")
            known = books.tx.known_addresses(found.source, [found.address] if found.address else [])
            fetched = known.get(found.address)
            if fetched is not None and not found.body:
                books.tx.save_addresses([replace(fetched, state="waiting", tries=0, due_at=books.now)])
            else:
                books.tx.finish_document(document, "waiting")
            books.note("tried_again", person=officer, document=document)

        self._do(work, officer)

    def preview(self, text: str, exercise: bool) -> tuple[Pasted, ...]:
        """Read a pasted text and tell what it says and whom it would call; nothing is stored."""
        return pasting.preview(self.ctx, self.clock, text, exercise=exercise)

    def paste(self, text: str, exercise: bool, officer: str) -> str:
        """Take a pasted warning in and let it go its way at once; return the hash of its document."""
        return self._do(lambda books: pasting.paste(books, text, officer, exercise=exercise), officer)

    def confirm_rest(self, incident: str, officer: str) -> None:
        """Let the rest of a raised area follow the named places at once."""

        def work(books: Books) -> None:
            found = books.incident(incident)
            for task in books.tx.tasks():
                if task.what == "rest" and found is not None and task.about in found.chains:
                    books.tx.save_task(replace(task, state="done"))
                    follow(books, task.about)
            books.note("rest_confirmed", incident=incident, person=officer)

        self._do(work, officer)


    def confirm_fall(self, incident: str, officer: str) -> None:
        """Let reds fall that were lowered or lifted by another hand, or are covered no more, and waited for a word."""

        def work(books: Books) -> None:
            found = books.incident(incident)
            if found is None or found.closed_at is not None:
                raise Refused("这个事件已经结束。")
            for chain in found.chains:
                concede(books, chain)
            books.settle(incident, found.desk, frozenset({"confirm"}))
            books.note("fall_confirmed", incident=incident, person=officer)

        self._do(work, officer)


def _standing(books: Books, id: str) -> Incident:
    """Lock an incident that is still open; raises Refused otherwise."""
    found = books.incident(id)
    if found is None or found.closed_at is not None:
        raise Refused(f"事件 {id} 不存在或已经结束。")
    return found


def _enough(incident: Incident, officers: Sequence[str]) -> str:
    """The names of those who order it, checked to be enough; raises Refused."""
    names = sorted(set(officers))
    if not names:
        raise Refused("须写明是谁下的命令。")
    if Colour.RED in incident.colours.values() and len(names) < 2:
        raise Refused("解除红色须两名不同的值班人员共同确认。")
    return "、".join(names)


def _open(books: Books, id: str) -> Callout:
    """Lock a callout that is still open; raises Refused otherwise."""
    found = books.tx.lock_callouts([id])
    if not found:
        raise Refused(f"叫应 {id} 不存在。")
    if found[0].state is State.CLOSED:
        raise Refused("这条叫应已经结束。")
    return found[0]


def _role(books: Books, callout: Callout, person: str) -> Role:
    """In which capacity a person speaks for a callout: by his seat, else as whom he was asked, else superior."""
    post = books.ctx.site.posts.get(callout.post)
    seats = tuple(callout.memo.get("seats") or (post.seats if post else ()))
    if person in seats:
        return Role.HOLDER if person == seats[0] else Role.DEPUTY
    asked = callout.memo.get("roles", {}).get(person)
    return Role(asked) if asked else Role.SUPERIOR


def _clear(books: Books, incident: Incident) -> None:
    """Take every colour from an incident: what officers gave, and what each of its chains gives at this desk."""
    batch = Batch(books)
    cause = Cause("", "值班室", books.now)
    batch.incidents[incident.id] = incident
    for id in incident.chains:
        chain = batch.chain(id)
        if chain is not None and chain.open:
            left = {place: colour for place, colour in chain.colours.items()
                    if books.ctx.site.places[place].desk != incident.desk}
            moved = batch.touch(chain, left, kind=incident.kind, cause=cause, renewal=False)
            batch.keep(replace(moved, open=bool(left)))
            batch.rule(chain, left)
    batch.by_hand(batch.incidents[incident.id], {}, cause=cause)
    batch.carry()
