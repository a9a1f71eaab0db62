"""SMS and calls by Twilio against a fake of its official description on loopback; the hooks and the store are real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from fake_twilio import ACCOUNT, OURS, PUBLIC, TOKEN, FakeTwilio, Line, push, report, serving
from starlette.testclient import TestClient

from dutydesk import store as stores
from dutydesk.channels import registry
from dutydesk.channels.settings import Filled
from dutydesk.clock import VirtualClock
from dutydesk.domain.replies import Understood, read_keys
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.channel import Limits, Outgoing
from dutydesk.store import SqlStore
from dutydesk.web.hooks import hooks
from tests.corpus import corpus

#: The library itself uses what a coming version of aiohttp calls otherwise.
pytestmark = [pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
              pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning")]

NOW = datetime(2026, 7, 20, 4, 0, 30, tzinfo=UTC)
SAY = f"{PUBLIC}/hooks/voice/say?call=k1"
STATUS = f"{PUBLIC}/hooks/voice/status?call=k1"
TEXT = "这里是威海应急值班室。暴雨红色预警。再说一遍。暴雨红色预警。收到请按1。"


def channel(kind: str, name: str, **changes: Any) -> Any:
    settings = {"account": ACCOUNT, "token": Filled(TOKEN), "number": OURS, "public_url": PUBLIC,
                "limits": Limits(timeout=2), **changes}
    return registry.make(kind, name, settings)


class House:
    """Stands for the house: knows the text of one call, and what is open for one phone."""

    open_for = "+8612000000001"

    def text_of(self, call: str) -> str:
        return {"k1": TEXT, "kback": "您有两件事待应答。"}.get(call, "")

    def called_back(self, number: str, key: str, name: str, at: datetime) -> tuple[str, str]:
        return ("kback", self.text_of("kback")) if number == self.open_for else ("", "")


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    """The store of the hooks; that both databases keep rows alike is tested elsewhere."""
    made = stores.open(sqlite_url, key=b"k", inline=True)
    yield made
    made.close()


@pytest.fixture
def voice() -> Any:
    made = channel("twilio-voice", "voice", duty_phone="0631-0001234")
    made.connect(House())
    return made


@pytest.fixture
def client(store: SqlStore, voice: Any) -> Iterator[TestClient]:
    app = hooks(store, {"voice": voice, "sms": channel("twilio-sms", "sms")}, VirtualClock(NOW))
    with TestClient(app, base_url=PUBLIC) as made:
        yield made


def keys(store: SqlStore) -> list[tuple[str, str]]:
    """What was pressed, as stored: call and keys."""
    with store.read() as reads:
        return [(row.call, row.text) for row in reads.inbound("new", 99) if row.kind == "key"]


def outcomes(store: SqlStore) -> list[Outcome | None]:
    """Receipts in the order in which the desk takes them."""
    with store.read() as reads:
        return [row.outcome for row in reads.inbound("new", 99) if row.kind == "receipt"]


# -- out ----------------------------------------------------------------------------------------------
def sent(kind: str, end: str) -> tuple[Any, FakeTwilio]:
    async def story() -> tuple[Any, FakeTwilio]:
        async with serving(FakeTwilio()) as fake:
            made = channel(kind, "x", api_url=f"http://127.0.0.1:{fake.port}")
            via = Via.SMS if kind == "twilio-sms" else Via.VOICE
            try:
                handed = await made.send(Outgoing("k1", via, f"+861200000000{end}", "p1", TEXT))
            except SendError as error:
                handed = error
            await made.close()
            return handed, fake
    return asyncio.run(story())


def test_a_message_is_made_with_our_key_in_the_address_of_its_reports() -> None:
    handed, fake = sent("twilio-sms", "1")
    assert handed.outcome is Outcome.QUEUED
    assert fake.asked == [("Messages", [("To", "+8612000000001"), (
        "StatusCallback", f"{PUBLIC}/hooks/x/status?call=k1"), ("From", OURS), ("Body", TEXT)])]


def test_a_call_is_made_with_every_report_and_machine_detection() -> None:
    handed, fake = sent("twilio-voice", "1")
    assert handed.outcome is Outcome.QUEUED
    assert handed.provider.startswith("CA")
    (kind, fields), = fake.asked
    assert kind == "Calls"
    assert [value for name, value in fields if name == "StatusCallbackEvent"] == [
        "initiated", "ringing", "answered", "completed"]
    assert dict(fields)["MachineDetection"] == "Enable"
    assert dict(fields)["Url"] == f"{PUBLIC}/hooks/x/say?call=k1"
    assert dict(fields)["Timeout"] == "30"


@pytest.mark.parametrize("kind", ["twilio-sms", "twilio-voice"])
@pytest.mark.parametrize(("end", "wanted"), [
    ("7", Outcome.REFUSED), ("5", Outcome.LIMIT), ("4", Outcome.NUMBER_DEAD), ("6", Outcome.FAILED_NOW),
    ("3", Outcome.UNKNOWN), ("2", Outcome.UNKNOWN)])
def test_every_answer_becomes_what_it_means(kind: str, end: str, wanted: Outcome) -> None:
    handed, _ = sent(kind, end)
    assert handed.outcome is wanted


def test_where_nobody_listens_nothing_left() -> None:
    async def story() -> None:
        made = channel("twilio-sms", "x", api_url="http://127.0.0.1:1")
        with pytest.raises(SendError) as error:
            await made.send(Outgoing("k1", Via.SMS, "+8612000000001", "p1", TEXT))
        assert not error.value.permanent
        await made.close()
    asyncio.run(story())


@pytest.mark.parametrize(("token", "status", "good"), [
    (TOKEN, "active", True), (TOKEN, "suspended", False), ("another", "active", False)])
def test_the_account_is_looked_at_before_it_is_needed(token: str, status: str, good: bool) -> None:
    async def story() -> None:
        async with serving(FakeTwilio(status=status)) as fake:
            made = channel("twilio-sms", "x", token=Filled(token), api_url=f"http://127.0.0.1:{fake.port}")
            check, = await made.look_over()
            assert (check.what, check.good, bool(check.remedy)) == ("login", good, not good)
            assert (made.addresses(), made.public_address()) == ([f"http://127.0.0.1:{fake.port}"], PUBLIC)
            assert not fake.asked
            await made.close()
    asyncio.run(story())


def test_a_token_in_the_file_and_an_address_that_is_none_are_refused() -> None:
    with pytest.raises(UsageError, match="no secret stands in the file"):
        channel("twilio-sms", "x", token="plain")
    with pytest.raises(UsageError, match="public_url"):
        channel("twilio-sms", "x", public_url="hooks.example.org")


# -- a call -------------------------------------------------------------------------------------------
def test_the_message_is_said_slowly_in_the_sites_language_and_waits_for_one_key(client: TestClient) -> None:
    line = Line(client)
    twiml = line.post(SAY, CallStatus="in-progress").text
    assert f'<Say language="zh-CN"><prosody rate="slow">{TEXT}</prosody></Say>' in twiml, twiml
    assert 'input="dtmf"' in twiml
    assert 'numDigits="1"' in twiml


@pytest.mark.parametrize(("key", "heard"), [("1", "应答"), ("2", "到岗"), ("4", "支援"), ("0", "不能履职")])
def test_one_key_answers_and_is_stored_before_it_is_thanked_for(client: TestClient, store: SqlStore, key: str,
                                                                 heard: str) -> None:
    line = Line(client).goes(SAY)
    assert heard in line.presses(key)
    assert line.over
    assert keys(store) == [("k1", key)]
    assert isinstance(read_keys(key), Understood)


def test_three_takes_a_number_reads_it_back_and_counts_it_only_when_confirmed(client: TestClient,
                                                                              store: SqlStore) -> None:
    line = Line(client).goes(SAY)
    assert "人数" in line.presses("3")
    assert "已转移32人" in line.presses("32#")
    assert keys(store) == []
    assert "已记录" in line.presses("1")
    assert line.over
    (call, text), = keys(store)
    assert call == "k1"
    reading = read_keys(text)
    assert isinstance(reading, Understood)
    assert reading.n == 32


def test_a_number_that_was_wrong_is_entered_again(client: TestClient, store: SqlStore) -> None:
    line = Line(client).goes(SAY)
    line.presses("3")
    assert "已转移23人" in line.presses("23#")
    assert "人数" in line.presses("*")
    assert "已转移32人" in line.presses("32#")
    line.presses("1")
    assert [text for _, text in keys(store)] == ["332#"]


def test_nobody_to_move_is_a_number_and_none_at_all_is_asked_again(client: TestClient, store: SqlStore) -> None:
    line = Line(client).goes(SAY)
    line.presses("3")
    assert "人数" in line.presses("#")
    assert "已转移0人" in line.presses("0#")
    line.presses("1")
    assert [text for _, text in keys(store)] == ["30#"]


@pytest.mark.parametrize(("pressed", "said", "kept"), [("2#", "叫醒2号", "52#"), ("#", "叫醒该处责任人", "5#")])
def test_who_was_woken_is_read_back_by_the_number_of_the_place(client: TestClient, store: SqlStore, pressed: str,
                                                               said: str, kept: str) -> None:
    line = Line(client).goes(SAY)
    assert "序号" in line.presses("5")
    assert said in line.presses(pressed)
    line.presses("1")
    assert [text for _, text in keys(store)] == [kept]
    assert isinstance(read_keys(kept), Understood)


def test_star_says_it_again_and_a_wrong_key_too(client: TestClient, store: SqlStore) -> None:
    line = Line(client).goes(SAY)
    for _ in range(4):
        assert line.presses("*") == TEXT
    line = Line(client, sid="CA" + "2" * 32).goes(SAY)
    assert line.presses("9") == TEXT
    assert "按键无效" in line.hears[-2]
    assert keys(store) == []


def test_who_presses_nothing_hears_it_three_times_and_has_not_answered(client: TestClient, store: SqlStore) -> None:
    line = Line(client).goes(SAY)
    while not line.over:
        line.presses("")
    assert line.hears.count(TEXT) == 3
    assert keys(store) == []


def test_a_machine_hears_the_message_and_is_asked_nothing(client: TestClient, store: SqlStore) -> None:
    line = Line(client).goes(SAY, AnsweredBy="machine_start")
    assert line.over
    assert line.hears == [TEXT]
    assert outcomes(store) == [Outcome.MACHINE]


def test_a_slow_answer_of_ours_keeps_the_key_and_counts_it_once(voice: Any, store: SqlStore,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    keeper: list[Callable[[], bool]] = []
    late = iter([True, False])

    class Late:
        """The store of the hooks: the first row is durable only after we gave up waiting."""

        def submit(self, work: Any) -> Any:
            future = store.submit(work)
            if next(late, False):
                from concurrent.futures import Future

                keeper.append(future.result)  # type: ignore[arg-type]
                return Future()
            return future
    monkeypatch.setattr("dutydesk.web.hooks.PATIENCE", 0.2)
    with TestClient(hooks(Late(), {"voice": voice}, VirtualClock(NOW)), base_url=PUBLIC) as client:  # type: ignore[arg-type]
        line = Line(client)
        line.goes(SAY)
        twiml = line.post(line.action, CallStatus="in-progress", Digits="1").text
        assert "Digits=1" in twiml
        assert "<Redirect" in twiml
    with TestClient(hooks(store, {"voice": voice}, VirtualClock(NOW)), base_url=PUBLIC) as client:
        line.client = client
        from xml.etree import ElementTree

        line.follow(ElementTree.fromstring(twiml))
    assert "应答" in line.hears[-1]
    assert keys(store) == [("k1", "1")]


# -- reports ------------------------------------------------------------------------------------------
def test_reports_that_come_out_of_order_are_put_right_by_their_sequence(client: TestClient, store: SqlStore) -> None:
    line = Line(client)
    for state, sequence in [("completed", 3), ("in-progress", 2), ("initiated", 0), ("ringing", 1)]:
        assert report(line, STATUS, state, sequence, NOW) == 204
    assert outcomes(store) == [Outcome.QUEUED, Outcome.HANDED_OVER, Outcome.PICKED_UP, Outcome.PICKED_UP]


@pytest.mark.parametrize(("state", "more", "wanted"), [
    ("busy", {}, Outcome.BUSY), ("no-answer", {}, Outcome.NO_ANSWER),
    ("completed", {"AnsweredBy": "machine_end_beep"}, Outcome.MACHINE),
    ("completed", {"AnsweredBy": "human"}, Outcome.PICKED_UP),
    ("failed", {"SipResponseCode": "404"}, Outcome.NUMBER_DEAD), ("failed", {"SipResponseCode": "486"}, Outcome.BUSY),
    ("failed", {"SipResponseCode": "503"}, Outcome.FAILED_NOW), ("failed", {"ErrorCode": "13224"}, Outcome.NUMBER_DEAD),
    ("something new", {}, None)])
def test_a_report_is_what_it_says(client: TestClient, store: SqlStore, state: str, more: dict[str, str],
                                  wanted: Outcome | None) -> None:
    assert report(Line(client), STATUS, state, 2, NOW, **more) == 204
    assert outcomes(store) == [wanted]


@pytest.mark.parametrize(("state", "code", "wanted"), [
    ("sent", "", Outcome.HANDED_OVER), ("delivered", "", Outcome.ON_HANDSET), ("undelivered", "30005",
     Outcome.NUMBER_DEAD), ("undelivered", "30003", Outcome.FAILED_NOW), ("failed", "30007", Outcome.REFUSED),
    ("undelivered", "", Outcome.FAILED_NOW)])
def test_a_report_of_a_message_is_what_it_says(client: TestClient, store: SqlStore, state: str, code: str,
                                               wanted: Outcome) -> None:
    fields = [("MessageSid", "SM1"), ("MessageStatus", state), ("AccountSid", ACCOUNT), ("NewField", "is welcome")]
    fields += [("ErrorCode", code)] if code else []
    for _ in range(2):
        assert push(client, f"{PUBLIC}/hooks/sms/status?call=k7", fields).status_code == 200
    with store.read() as reads:
        row, = reads.inbound("new", 9)
    assert (row.call, row.outcome) == ("k7", wanted)


# -- in -----------------------------------------------------------------------------------------------
REPLY = [("MessageSid", "SM9"), ("AccountSid", ACCOUNT), ("From", "+8612000000001"), ("To", OURS),
         ("Body", "1收到，已到岗 & 没事"), ("NumMedia", "0"), ("SmsStatus", "received")]


def test_a_reply_is_durable_once_however_often_it_comes(client: TestClient, store: SqlStore) -> None:
    for _ in range(3):
        done = push(client, f"{PUBLIC}/hooks/sms/in", REPLY)
        assert (done.status_code, done.text) == (200, "<Response/>")
    with store.read() as reads:
        row, = reads.inbound("new", 9)
    assert (row.kind, row.number, row.text) == ("reply", "+8612000000001", "1收到，已到岗 & 没事")


@pytest.mark.parametrize("forge", ["token", "field", "query", "account", "none"])
def test_what_is_not_signed_by_the_account_stores_nothing(client: TestClient, store: SqlStore, forge: str) -> None:
    url, fields = f"{PUBLIC}/hooks/sms/in?a=1", list(REPLY)
    if forge == "token":
        done = push(client, url, fields, token="another")
    elif forge == "account":
        done = push(client, url, [("AccountSid", "AC" + "f" * 32), *fields[2:], fields[0]])
    else:
        from twilio.request_validator import RequestValidator

        signature = RequestValidator(TOKEN).compute_signature(url, dict(fields))
        changed = [*fields[:4], ("Body", "4"), *fields[5:]] if forge == "field" else fields
        done = client.post("/hooks/sms/in?a=2" if forge == "query" else "/hooks/sms/in?a=1", data=dict(changed),
                           headers={} if forge == "none" else {"X-Twilio-Signature": signature})
    assert done.status_code == 401
    with store.read() as reads:
        assert reads.inbound("new", 9) == []


def test_who_calls_back_hears_what_is_open_and_may_answer(client: TestClient, store: SqlStore) -> None:
    line = Line(client)
    line.goes(f"{PUBLIC}/hooks/voice/in", From="+8612000000001", To=OURS, Direction="inbound")
    assert line.hears == ["您有两件事待应答。"]
    line.presses("1")
    assert keys(store) == [("kback", "1")]


def test_who_calls_back_and_is_asked_nothing_hears_the_duty_phone(client: TestClient) -> None:
    line = Line(client)
    line.goes(f"{PUBLIC}/hooks/voice/in", From="+8612000000099", To=OURS, Direction="inbound")
    assert line.over
    assert "没有需要您应答的事项" in line.hears[0]
    assert "0631-0001234" in line.hears[1]


def test_a_report_of_the_future_counts_from_now(client: TestClient, store: SqlStore) -> None:
    report(Line(client), STATUS, "busy", 3, NOW + timedelta(hours=8))
    with store.read() as reads:
        row, = reads.inbound("new", 9)
    assert row.received_at - NOW < timedelta(milliseconds=1)


# -- the official description -------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["twilio-sms", "twilio-voice"])
def test_what_we_ask_is_what_the_official_description_allows(kind: str) -> None:
    description = json.loads(corpus("..", "gateways", "twilio", "messages_calls_openapi.json").read_text("utf-8"))
    (path, fields), = sent(kind, "1")[1].asked
    form = description["paths"][f"/2010-04-01/Accounts/{{AccountSid}}/{path}.json"]["post"]["requestBody"]["content"][
        "application/x-www-form-urlencoded"]["schema"]
    given: dict[str, list[str]] = {}
    for name, value in fields:
        given.setdefault(name, []).append(value)
    assert set(form["required"]) <= set(given) <= set(form["properties"])
    for name, values in given.items():
        about = form["properties"][name]
        assert len(values) == 1 or about["type"] == "array"
        value: Any = values if about["type"] == "array" else int(values[0]) if about["type"] == "integer" else values[0]
        jsonschema.validate(value, {key: about[key] for key in ("type", "enum", "items", "pattern") if key in about})
