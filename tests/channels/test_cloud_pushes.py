"""What Aliyun and Tencent push, and what is asked of them because no push came; the hooks and the store are real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cloud_kit import ALL, KEY, NOW, NUMBER, channel, listed, message, report, told
from fake_clouds import PUSH_KEY, Cloud
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from dutydesk import store as stores
from dutydesk.channels.aliyun.voice import long, short
from dutydesk.clock import VirtualClock
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.replies import Understood, read_keys
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError
from dutydesk.ports.channel import Callback
from dutydesk.store import SqlStore
from dutydesk.web.hooks import hooks
from tests.channels.gateways.driving import Kept


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    made = stores.open(sqlite_url, key=b"k", inline=True)
    yield made
    made.close()


@pytest.fixture
def client(store: SqlStore) -> Iterator[TestClient]:
    with TestClient(hooks(store, {kind: channel(kind) for kind in ALL}, VirtualClock(NOW))) as made:
        yield made


def push(client: TestClient, kind: str, body: Any, key: str = PUSH_KEY) -> Any:
    return client.post(f"/hooks/{kind}/{key}", content=json.dumps(body, ensure_ascii=False).encode())


def rows(store: SqlStore) -> list[Inbound]:
    with store.read() as reads:
        return reads.inbound("new", 99)


ALIYUN_REPORT = {"phone_number": "12000000001", "send_time": "2026-07-20 12:00:00",
                 "report_time": "2026-07-20 12:00:09", "success": True, "err_code": "DELIVERED",
                 "err_msg": "ok", "sms_size": "1", "biz_id": "1^0",
                 "out_id": KEY}
ALIYUN_REPLY = {"phone_number": "12000000001", "send_time": "2026-07-20 12:00:20", "content": "1",
                "sign_name": "威海应急", "dest_code": "10690001", "sequence_id": 77}
ALIYUN_CALL = {"call_id": "9^1", "out_id": short(KEY), "status_code": "200001", "end_time": "2026-07-20 12:00:25"}
TENCENT_REPORT = {"user_receive_time": "2026-07-20 12:00:09", "nationcode": "86", "mobile": "12000000001",
                  "report_status": "SUCCESS", "errmsg": "DELIVRD", "sid": "s1"}
TENCENT_REPLY = {"extend": "", "mobile": "12000000001", "nationcode": "86", "sign": "威海应急", "text": "3 32",
                 "time": int(NOW.timestamp()) - 10}


@pytest.mark.parametrize(("kind", "body", "wanted"), [
    ("aliyun-sms", [ALIYUN_REPORT, ALIYUN_REPLY],
     {("receipt", KEY, "", Outcome.ON_HANDSET), ("reply", "", NUMBER, None)}),
    ("aliyun-sms", [{**ALIYUN_REPORT, "success": False, "err_code": "MOBILE_NOT_ON_SERVICE"}],
     {("receipt", KEY, "", Outcome.FAILED_NOW)}),
    ("tencent-sms", [TENCENT_REPORT], {("receipt", "@tencent-sms:s1", "", Outcome.ON_HANDSET)}),
    ("tencent-sms", TENCENT_REPLY, {("reply", "", NUMBER, None)}),
    ("aliyun-voice", [ALIYUN_CALL], {("receipt", KEY, "", Outcome.PICKED_UP)}),
    ("tencent-voice", {"voiceprompt_callback": {"result": "1", "callid": "c1", "end_calltime": "1784520020"}},
     {("receipt", "@tencent-voice:c1", "", Outcome.NO_ANSWER)}),
    ("tencent-voice", {"voice_failure_callback": {"callid": "c1", "failure_code": 8, "failure_reason": "空号"}},
     {("receipt", "@tencent-voice:c1", "", Outcome.NUMBER_DEAD)}),
])
def test_pushes_become_rows_once_and_are_thanked_for(client: TestClient, store: SqlStore, kind: str, body: Any,
                                                     wanted: set[tuple[Any, ...]]) -> None:
    for _ in range(2):
        done = push(client, kind, body)
        assert done.status_code == 200
        assert done.json().get("code", done.json().get("result")) == 0
    found = rows(store)
    assert {(row.kind, row.call, row.number, row.outcome) for row in found} == wanted
    assert len(found) == len(wanted)
    assert all(NOW - timedelta(minutes=1) <= row.received_at <= NOW for row in found)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("key", ["", "0123456789abcdeF", "0123456789abcde"])
def test_a_push_to_another_address_is_refused(client: TestClient, store: SqlStore, kind: str, key: str) -> None:
    assert push(client, kind, [ALIYUN_REPLY, TENCENT_REPLY], key).status_code == 401
    assert rows(store) == []


def test_a_row_that_cannot_be_read_keeps_no_other_away(client: TestClient, store: SqlStore) -> None:
    assert push(client, "aliyun-sms", [{"content": "1"}, 5, ALIYUN_REPLY]).status_code == 200
    assert [row.text for row in rows(store)] == ["1"]
    assert client.post(f"/hooks/aliyun-sms/{PUSH_KEY}", content=b"<xml>").status_code == 400


@pytest.mark.parametrize(("kind", "body", "call"), [
    ("aliyun-voice", [{"call_id": "9^1", "out_id": short(KEY), "status_code": "300000", "dtmf": "1",
                       "status_time": "2026-07-20 12:00:20"}], KEY),
    ("tencent-voice", {"voicekey_callback": {"callid": "c1", "mobile": "12000000001", "nationcode": "86",
                                             "keypress": "1"}}, "@tencent-voice:c1"),
])
def test_a_pressed_key_is_the_answer_of_its_call(client: TestClient, store: SqlStore, kind: str, body: Any,
                                                 call: str) -> None:
    push(client, kind, body)
    row, = rows(store)
    assert (row.kind, row.call, row.text) == ("key", call, "1")
    assert isinstance(read_keys(row.text), Understood)


def test_a_key_told_in_the_report_again_is_one_row_and_strange_keys_are_none(client: TestClient,
                                                                            store: SqlStore) -> None:
    pressed = {"call_id": "9^1", "out_id": short(KEY), "status_code": "300000", "dtmf": "1"}
    push(client, "aliyun-voice", [pressed, {**ALIYUN_CALL, "dtmf": "91"}])
    push(client, "tencent-voice", {"voicekey_callback": {"callid": "c1", "keypress": "3"}})
    assert sorted((row.kind, row.text) for row in rows(store)) == [("key", "1"), ("receipt", "200001")]


@pytest.mark.parametrize(("code", "rang", "wanted"), [
    ("200000", True, Outcome.PICKED_UP), ("200002", False, Outcome.BUSY), ("200003", True, Outcome.NO_ANSWER),
    ("200010", False, Outcome.FAILED_NOW), ("200005", True, Outcome.NO_ANSWER), ("200005", False, Outcome.FAILED_NOW),
    ("200011", False, Outcome.NUMBER_DEAD), ("200104", False, Outcome.REFUSED)])
def test_a_call_that_did_not_ring_is_no_evidence_of_called(client: TestClient, store: SqlStore, code: str, rang: bool,
                                                           wanted: Outcome) -> None:
    push(client, "aliyun-voice", [{**ALIYUN_CALL, "status_code": code,
                                   "ring_time": "2026-07-20 12:00:11" if rang else ""}])
    row, = rows(store)
    assert row.outcome is wanted


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_our_key_fits_into_fifteen_characters_and_comes_back_whole(parts: list[str]) -> None:
    key = derive("k", *parts)
    assert len(short(key).encode()) <= 15
    assert long(short(key)) == key


# -- asked for ----------------------------------------------------------------------------------------
def test_a_report_that_aliyun_never_pushed_is_asked_for_once_it_is_due() -> None:
    async def story(made: Any, fake: Cloud) -> None:
        kept = Kept()
        await made.send(message("aliyun-sms"))
        fake.kept = {"sent": [listed(KEY, 1, at="2026-07-20 12:00:31")]}
        assert await made.pull(kept.take, NOW + timedelta(seconds=50)) == 0
        assert fake.requests == 1
        assert await made.pull(kept.take, NOW + timedelta(seconds=61)) == 0          # it still waits
        fake.kept = {"sent": [listed(KEY, 3, "DELIVERED", at="2026-07-20 12:00:31")]}
        assert await made.pull(kept.take, NOW + timedelta(minutes=4)) == 1
        row, = kept.rows.values()
        assert (row.kind, row.call, row.outcome) == ("receipt", KEY, Outcome.ON_HANDSET)
        asked = fake.requests
        assert await made.pull(kept.take, NOW + timedelta(minutes=40)) == 0
        assert fake.requests == asked                                               # its end is known
    told("aliyun-sms", story)


def test_a_call_that_aliyun_never_reported_is_asked_for_by_its_id() -> None:
    async def story(made: Any, fake: Cloud) -> None:
        kept = Kept()
        handed = await made.send(message("aliyun-voice"))
        fake.kept = {"calls": [{"callId": handed.provider, "state": "200002", "endDate": "2026-07-20 12:00:40"}]}
        assert await made.pull(kept.take, NOW + timedelta(minutes=2)) == 1
        row, = kept.rows.values()
        assert (row.call, row.outcome) == (KEY, Outcome.BUSY)
    told("aliyun-voice", story)


def test_what_tencent_gives_once_is_not_lost_where_the_store_is_away() -> None:
    replies = [{"CountryCode": "86", "SubscriberNumber": "12000000001", "ReplyContent": str(n), "SignName": "威海应急",
                "ReplyTime": int(NOW.timestamp()) - n} for n in range(230)]

    async def story(made: Any, fake: Cloud) -> None:
        kept = Kept(away=True)
        fake.kept = {"PullSmsSendStatus": [report(KEY, "SUCCESS")], "PullSmsReplyStatus": list(replies)}
        with pytest.raises(OSError, match="full"):
            await made.pull(kept.take, NOW)
        kept.away, fake.down = False, True
        with pytest.raises(SendError):
            await made.pull(kept.take, NOW)
        assert len(kept.rows) == 1          # what it gave already is stored, whatever it says now
        fake.down = False
        assert await made.pull(kept.take, NOW) == 230
        assert len(kept.rows) == 231
        assert {row.call for row in kept.rows.values() if row.kind == "receipt"} == {KEY}
        pushed = replace(next(row for row in kept.rows.values() if row.text == "7"), state="new")
        await kept.take(made.read_callback(_pushed({"mobile": "12000000001", "nationcode": "86", "text": "7",
                                                    "time": int(NOW.timestamp()) - 7})))
        assert len(kept.rows) == 231        # the same reply, pushed too
        assert kept.rows[pushed.id] == pushed
        assert await made.pull(kept.take, NOW) == 0
    told("tencent-sms", story)


def _pushed(body: Any) -> Callback:
    return Callback("POST", f"/hooks/tencent-sms/{PUSH_KEY}", PUSH_KEY, (), (), json.dumps(body).encode(), NOW)
