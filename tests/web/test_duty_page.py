"""The page of a responsible person: small, signed, kept before it says so, once for every press."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fake import FakeClock, FakeHand, FakeViews
from fake_duty import AT, FakeDuty, token
from lxml import html
from starlette.testclient import TestClient

from dutydesk.domain.photos import MOST_BYTES
from dutydesk.domain.records import Inbound
from dutydesk.errors import Refused
from dutydesk.store import SqlStore
from dutydesk.web import words
from dutydesk.web.app import create
from dutydesk.web.duty_page import PER_MINUTE, SAYS, DutyPage
from dutydesk.web.hooks import hooks

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 500
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Side:
    """The public side, and what stands behind it."""

    client: TestClient
    duty: FakeDuty
    clock: FakeClock
    store: SqlStore

    def rows(self) -> list[Inbound]:
        with self.store.read() as reads:
            return reads.inbound("new", 100)

    def says(self, **form: Any) -> Any:
        return self.client.post(f"/p/{token()}", data=form, follow_redirects=False)


def _app(store: Any, duty: FakeDuty, clock: FakeClock) -> Any:
    return hooks(store, {}, clock, more=lambda keeper: DutyPage(duty, keeper, clock, ZONE).routes())


@pytest.fixture
def side(store: SqlStore) -> Iterator[Side]:
    duty, clock = FakeDuty(), FakeClock(AT)
    with TestClient(_app(store, duty, clock)) as client:
        yield Side(client, duty, clock, store)


def test_the_whole_page_is_a_few_kilobytes_and_asks_for_nothing_else(side: Side) -> None:
    answer = side.client.get(f"/p/{token()}")
    assert answer.status_code == 200
    assert len(answer.content) < 8_000
    page = html.fromstring(answer.text)
    assert not page.xpath("//@src|//link|//img")
    text = " ".join(page.text_content().split())
    for told in ("暴雨红色预警", "苘山镇东庄村", "请立即组织转移危险区群众", "苘山小学，1.2 公里", "0631-0001234",
                 "03:21 转移 32 人"):
        assert told.replace(" ", "") in text.replace(" ", "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("form", "text"), [
    ({"act": "answer"}, "1\n"), ({"act": "on_post", "n": "9"}, "2\n"), ({"act": "moved", "n": " 032 "}, "3 32\n"),
    ({"act": "moved", "n": "0"}, "3 0\n"), ({"act": "help"}, "4\n"), ({"act": "decline"}, "0\n"),
    ({"act": "opened"}, "已开放\n"), ({"act": "patrolled", "lon": "122.051234", "lat": "37.45"},
                                   "已巡查\n122.05123,37.45000"),
    ({"act": "patrolled", "lon": "nan", "lat": "37.45"}, "已巡查\n"),
    ({"act": "patrolled", "lon": "222", "lat": "37.45"}, "已巡查\n")])
def test_what_he_presses_is_kept_as_the_reply_it_is_before_he_is_told_so(
        side: Side, form: dict[str, str], text: str) -> None:
    answer = side.says(**form)
    assert answer.status_code == 303
    row, = side.rows()
    assert (row.kind, row.text, row.call, row.received_at, row.state) == ("page", text, "k1", AT, "new")
    shown = side.client.get(answer.headers["Location"]).text
    assert f"值班室已收到：{words.word(form['act'], 'act')}" in shown


def test_every_word_of_the_page_is_understood_as_the_act_it_stands_for() -> None:
    from dutydesk.domain.replies import Understood, read

    for act, said in SAYS.items():
        found = read(said.replace("n", "32"))
        assert isinstance(found, Understood)
        assert found.act.value == act


def test_the_same_press_twice_is_one_row_and_a_new_look_at_the_page_may_say_it_again(side: Side) -> None:
    for _ in range(3):
        assert side.says(act="help", shown="1626722460000").status_code == 303
    assert len(side.rows()) == 1
    side.says(act="help", shown="1626722999000")
    assert len(side.rows()) == 2


@pytest.mark.parametrize(("form", "why"), [
    ({}, "没有这个选项"), ({"act": "dance"}, "没有这个选项"), ({"act": "moved", "n": ""}, "总人数"),
    ({"act": "moved", "n": "many"}, "总人数"), ({"act": "moved", "n": "1234567"}, "总人数")])
def test_what_says_nothing_is_told_so_and_not_kept(side: Side, form: dict[str, str], why: str) -> None:
    answer = side.says(**form)
    assert answer.status_code == 400
    assert why in answer.text
    assert side.rows() == []


def test_a_photo_is_kept_as_the_type_it_is_and_goes_with_the_act(side: Side) -> None:
    answer = side.client.post(f"/p/{token()}", data={"act": "patrolled", "lon": "122.05", "lat": "37.45"},
                              files={"photo": ("x.exe", JPEG, "text/html")}, follow_redirects=False)
    assert answer.status_code == 303
    row, = side.rows()
    name, = side.duty.photos
    assert re.fullmatch(r"[0-9a-f]{32}\.jpg", name)
    assert row.text == f"已巡查\n122.05000,37.45000 {name}"


@pytest.mark.parametrize(("body", "status", "why"), [
    (b"<svg onload=alert(1)>", 400, "不是照片"), (b"\xff\xd8\xff" + b"\0" * (MOST_BYTES + 9000), 413, "太大")])
def test_what_is_no_photo_or_too_large_is_refused_and_nothing_kept(
        side: Side, body: bytes, status: int, why: str) -> None:
    answer = side.client.post(f"/p/{token()}", data={"act": "patrolled"}, files={"photo": ("p.jpg", body)},
                              follow_redirects=False)
    assert answer.status_code == status
    assert why in answer.text
    assert side.rows() == []
    assert side.duty.photos == {}


@pytest.mark.parametrize("bad", ["x", token()[:-2], token().replace(".", ".A", 1), token(life=timedelta(hours=-1)),
                                 token("k2")])
def test_a_link_that_is_forged_over_or_of_nothing_opens_nothing(side: Side, bad: str) -> None:
    for answer in (side.client.get(f"/p/{bad}"), side.client.post(f"/p/{bad}", data={"act": "nothing"})):
        assert answer.status_code in (404, 400)
        assert "苘山" not in answer.text
        assert "0631-0001234" in answer.text
    assert side.rows() == []


def test_whoever_presses_without_end_is_slowed_and_nobody_else(side: Side) -> None:
    statuses = [side.client.get(f"/p/{token()}").status_code for _ in range(PER_MINUTE + 5)]
    assert statuses == [200] * PER_MINUTE + [429] * 5
    assert side.client.get(f"/p/{token('k2')}").status_code == 404      # another link: not slowed
    side.clock.moment += timedelta(minutes=1)
    assert side.client.get(f"/p/{token()}").status_code == 200


def test_what_cannot_be_kept_is_never_called_received() -> None:
    class Full:
        def submit(self, work: Callable[[Any], Any]) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(Refused("the disk is full"))
            return future

    with TestClient(_app(Full(), FakeDuty(), FakeClock(AT))) as client:
        answer = client.post(f"/p/{token()}", data={"act": "answer"}, follow_redirects=False)
    assert answer.status_code == 503
    assert "已收到" not in answer.text
    assert "没有记下" in answer.text


def test_the_officer_sees_the_photo_and_nothing_else_of_the_folder(tmp_path: Path) -> None:
    name = f"{'0' * 32}.jpg"
    (tmp_path / name).write_bytes(JPEG)
    (tmp_path / "secret.txt").write_text("x")
    views = FakeViews()
    with TestClient(create(views, FakeHand(views), None, FakeClock(), photos=tmp_path)) as client:
        shown = client.get(f"/photos/{name}")
        assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/jpeg", JPEG)
        for other in ("secret.txt", f"{'1' * 32}.jpg", "..%2fsecret.txt"):
            assert client.get(f"/photos/{other}").status_code == 404


@pytest.mark.parametrize(("evidence", "told", "photo"), [
    ("automatic", "自动", ""), ("page", "网页", ""), ("page 122.05000,37.45000", "网页 122.05000,37.45000", ""),
    (f"page 122.05000,37.45000 {'0' * 32}.jpg", "网页 122.05000,37.45000", f"{'0' * 32}.jpg"),
    ("林某值 录入", "林某值 录入", "")])
def test_evidence_is_read_as_words_and_a_photo(evidence: str, told: str, photo: str) -> None:
    assert (words.proof(evidence), words.photo(evidence)) == (told, photo)
