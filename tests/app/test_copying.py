"""A copy follows the journal: everything once, in order, whatever fails in between, and nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from dutydesk.app.copying import Copying
from dutydesk.app.house import open_folder
from dutydesk.clock import VirtualClock
from dutydesk.domain.records import Incident, JournalRow
from dutydesk.domain.setup import Setup
from dutydesk.domain.values import Kind
from dutydesk.errors import SendError, Throttled
from dutydesk.ports.copy import Digest
from dutydesk.store import SqlStore

ROOT = Path(__file__).parents[2]
Row = tuple[str, str, dict[str, object]]
VILLAGE = "371002001001"
NOW = datetime(2031, 7, 20, 4, tzinfo=UTC)


@dataclass
class Room:
    """A chat room in memory; `fails` are raised first, one a call."""

    name: str = "room"
    most: int = 2000
    per_minute: int = 6000
    told: list[Digest] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    def send(self, digest: Digest) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.told.append(digest)

    @property
    def lines(self) -> list[str]:
        return [line for digest in self.told for line in digest.lines]


@pytest.fixture(scope="module")
def setup() -> Setup:
    return open_folder(ROOT).setup


@pytest.fixture
def room() -> Room:
    return Room()


def write(store: SqlStore, *rows: Row) -> None:
    """Put rows (word, incident, facts) into the journal and seal them."""
    store.write(lambda tx: tx.note([JournalRow(NOW, what, incident, "", "", facts) for what, incident, facts in rows]))
    store.write(lambda tx: tx.seal(NOW, 1000))


def alarm(incident: str = "i1") -> Row:
    return "alarm", incident, {"reason": "with_officer", "place": VILLAGE, "text": "", "callout": ""}


def version(n: int = 1, status: str = "Actual") -> Row:
    return "version", "", {"colour": "red", "event": "暴雨", "msg_type": "Alert", "touched": n, "status": status}


def copying(room: Room, setup: Setup, store: SqlStore, **more: object) -> Copying:
    made = Copying(room, setup, store, VirtualClock(NOW), **more)  # type: ignore[arg-type]
    made.turn(patient=False)
    return made


def test_a_new_copy_tells_what_happens_from_now_on(room: Room, setup: Setup, store: SqlStore) -> None:
    write(store, version(1))
    mine = copying(room, setup, store)
    assert room.told == []
    write(store, version(2), alarm())
    assert mine.turn(patient=True)
    name = setup.site.places[VILLAGE].name
    assert room.lines == ["12:00 预警发布：暴雨红色，涉及2处", f"12:00 报警：无人应答，{name}"]


def test_everything_is_told_once_and_in_order_whatever_fails(room: Room, setup: Setup, store: SqlStore) -> None:
    mine = copying(room, setup, store)
    for n in range(1, 8):
        write(store, version(n))
        if n % 2:
            room.fails = [SendError("no answer", permanent=False)]
            with pytest.raises(SendError):
                mine.turn(patient=False)
        if n % 3 == 0:
            mine = Copying(room, setup, store, VirtualClock(NOW))   # a process that starts anew goes on
        mine.turn(patient=False)
    mine.turn(patient=False)
    assert [line.rpartition("涉及")[2] for line in room.lines] == [f"{n}处" for n in range(1, 8)]


def test_a_digest_that_is_sent_again_has_the_same_id(room: Room, setup: Setup, store: SqlStore) -> None:
    mine = copying(room, setup, store)
    write(store, version())
    seen: list[str] = []
    accept = room.send

    def accepted_but_lost(digest: Digest) -> None:
        accept(digest)
        seen.append(digest.id)
        if len(seen) == 1:
            raise SendError("the answer was lost", permanent=False)

    room.send = accepted_but_lost  # type: ignore[method-assign]
    with pytest.raises(SendError):
        mine.turn(patient=False)
    mine.turn(patient=False)
    assert len(seen) == 2
    assert len(set(seen)) == 1


def test_what_is_not_urgent_waits_for_more_and_an_alarm_does_not(room: Room, setup: Setup, store: SqlStore) -> None:
    mine = copying(room, setup, store)
    write(store, ("round", "i1", {"round": 1, "callouts": 46, "event": "暴雨"}))
    assert not mine.turn(patient=True)
    write(store, alarm())
    assert mine.turn(patient=True)
    assert len(room.told) == 1
    assert room.lines[0] == "12:00 第1轮叫应：46个岗位（暴雨）"


def test_answers_are_counted_and_nobody_is_named(room: Room, setup: Setup, store: SqlStore) -> None:
    mine = copying(room, setup, store)
    answered = [("fact", "i1", {"fact": "answered", "evidence": "automatic"}) for _ in range(3)]
    write(store, *answered, ("closed", "i1", {"how": "done"}), ("fact", "i1", {"fact": "called"}))
    mine.turn(patient=False)
    assert room.lines == ["其间：应答 3，结束 1"]
    people = {person.name for person in setup.site.people.values()}
    assert not any(name in line for line in room.lines for name in people)


def test_a_drill_is_marked_and_never_looks_real(room: Room, setup: Setup, store: SqlStore) -> None:
    mine = copying(room, setup, store)
    store.write(lambda tx: tx.save_incident(Incident("i9", "n", "371000", "flood", Kind.DRILL, NOW)))
    write(store, alarm(incident="i9"), version(1, status="Exercise"))
    mine.turn(patient=False)
    assert all("【演练】" in line for line in room.lines)
    assert room.told[0].drill
    assert room.told[0].title.startswith("【演练】")
    write(store, alarm(incident="i9"), alarm(incident="i1"))
    mine.turn(patient=False)
    assert not room.told[1].drill
    assert ["【演练】" in line for line in room.told[1].lines] == [True, False]


def test_of_two_workers_one_tells(room: Room, setup: Setup, store: SqlStore) -> None:
    one = copying(room, setup, store, worker="a")
    other = Room()
    two = Copying(other, setup, store, VirtualClock(NOW + timedelta(seconds=1)), worker="b")
    write(store, version(1))
    held = room.send

    def while_it_sends(digest: Digest) -> None:
        assert not two.turn(patient=False)
        held(digest)

    room.send = while_it_sends  # type: ignore[method-assign]
    one.turn(patient=False)
    write(store, version(2))
    two.turn(patient=False)
    assert (len(room.lines), len(other.lines)) == (1, 1)


@pytest.fixture
def running(room: Room, setup: Setup, store: SqlStore) -> Iterator[Copying]:
    mine = Copying(room, setup, store, VirtualClock(NOW), every=timedelta(0))
    mine.start()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with store.read() as reads:
            if reads.setting("copy:room") is not None:
                break
        time.sleep(0.02)
    yield mine
    mine.stop()


def test_a_throttled_copy_waits_by_itself_and_ends_at_once(running: Copying, room: Room, store: SqlStore) -> None:
    room.fails = [Throttled("full", wait=600.0)]
    write(store, version(1))
    deadline = time.monotonic() + 10
    while room.fails and time.monotonic() < deadline:
        time.sleep(0.02)
    assert room.fails == []
    began = time.monotonic()
    write(store, version(2))            # nobody who writes waits for it
    running.stop()                      # nor does the end
    assert time.monotonic() - began < 5
    assert room.told == []


def test_a_database_that_was_away_ends_no_copy(running: Copying, room: Room, store: SqlStore,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def away() -> object:
        nonlocal looks
        looks += 1
        raise OperationalError("SELECT", {}, OSError("the server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr(store, "read", away)
        deadline = time.monotonic() + 10
        while not looks and time.monotonic() < deadline:
            time.sleep(0.02)
    assert looks
    write(store, alarm())
    deadline = time.monotonic() + 20
    while not room.told and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(room.lines) == 1
