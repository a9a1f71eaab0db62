"""The page of a responsible person over a real site: what a text asked, where his people can go, photos on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from city import build
from office import NOON, TOWN, registers

from dutydesk.app import house
from dutydesk.app.duty_pages import PHOTOS, LiveDutyPages
from dutydesk.app.resources import LiveResources
from dutydesk.clock import VirtualClock
from dutydesk.domain.links import LinkOver
from dutydesk.domain.records import Call, Inbound
from dutydesk.domain.values import Colour, Kind, Via
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.rounds import Rounds
from dutydesk.errors import Refused
from dutydesk.store.store import SqlStore, open_store

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 500
PAGE = '\n[page]\naddress = "https://duty.example/"\nchannels = ["simulator-sms"]\nlife = "1h"\n'


@dataclass
class Bureau:
    """A site whose texts carry links, called by hand."""

    pages: LiveDutyPages
    store: SqlStore
    rounds: Rounds
    folder: Path

    def text(self, place: str) -> Call:
        """The text to the holder of a village."""
        with self.store.read() as reads:
            person = reads.site().posts[f"{place}/flood"].seats[0]
            numbers = [each.number for each in reads.site().people[person].numbers]
            return next(call for call in reads.calls_to_any(numbers, since=NOON - timedelta(hours=1))
                        if call.via is Via.SMS)

    def token(self, call: Call) -> str:
        return call.text.rpartition("/p/")[2]


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    folder = build(tmp_path / "site", towns=2, villages=4).folder
    with (folder / "dutydesk.toml").open("a", encoding="utf-8") as file:
        file.write(PAGE)
    registers(folder)
    opened = house.open_folder(folder)
    clock = VirtualClock(NOON)
    store = open_store(f"sqlite:///{tmp_path / 'desk.sqlite3'}", key=b"k", inline=True, durable=False)
    ctx = house.context(opened, {"exchange": house.exchange(opened, clock)})
    store.write(lambda tx: tx.save_site(opened.setup.site))
    rounds = Rounds(ctx, store)
    Hand(ctx, store, clock).open_incident(Kind.REAL, "flood", Colour.RED, [TOWN], "officer", "漫坝")
    rounds.run_once(NOON)
    pages = LiveDutyPages(folder, store, ctx, LiveResources(store, ctx), house.journal_key(folder))
    yield Bureau(pages, store, rounds, folder)
    store.close()


def test_the_link_of_a_text_opens_what_that_text_asked_and_the_nearest_safe_shelter(bureau: Bureau) -> None:
    call = bureau.text(f"{TOWN}201")
    assert "https://duty.example/p/" in call.text
    assert bureau.pages.call_of(bureau.token(call), NOON + timedelta(minutes=59)) == call.id
    with pytest.raises(LinkOver):
        bureau.pages.call_of(bureau.token(call), NOON + timedelta(hours=1))
    view = bureau.pages.look(call.id, NOON)
    assert view is not None
    assert (view.title, view.drill, view.over, view.done) == ("漫坝红色预警", False, False, ())
    near, = view.shelters
    assert near.name == "小学"       # the square is nearer to nobody and unfit for a flood
    assert near.metres < 1000


def test_what_he_said_stands_on_his_page(bureau: Bureau) -> None:
    call = bureau.text(f"{TOWN}201")
    said = Inbound("pg1", "page", "page", "", "3 32\n", call.id, NOON + timedelta(minutes=1))
    bureau.store.write(lambda tx: tx.add_inbound([said]))
    bureau.rounds.run_once(NOON + timedelta(minutes=1))
    view = bureau.pages.look(call.id, NOON + timedelta(minutes=2))
    assert view is not None
    assert [(each.what, each.act, each.n) for each in view.done] == [("answered", "", None), ("acted", "moved", 32)]


def test_no_call_shows_nothing(bureau: Bureau) -> None:
    assert bureau.pages.look("k00000000000000000000", NOON) is None


def test_a_photo_is_on_the_disk_once_and_whole_and_no_other_file_is_taken(bureau: Bureau) -> None:
    names = {bureau.pages.keep_photo(JPEG) for _ in range(3)}
    kept = sorted((bureau.folder / PHOTOS).iterdir())
    assert [path.name for path in kept] == sorted(names)
    assert kept[0].read_bytes() == JPEG
    with pytest.raises(Refused, match="照片"):
        bureau.pages.keep_photo(b"<html>")
    assert len(list((bureau.folder / PHOTOS).iterdir())) == 1
