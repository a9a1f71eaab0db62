"""A gateway that is configured, not programmed: three of different shape, driven by the same code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from dutydesk.channels import registry
from dutydesk.channels.numbers import international, national
from dutydesk.clock import VirtualClock
from dutydesk.domain.values import Outcome
from dutydesk.errors import Refused, SendError, UsageError
from dutydesk.ports.channel import Callback, Hears, Pulls, Tracks
from dutydesk.store import SqlStore
from dutydesk.web.hooks import hooks
from tests.channels.gateways.driving import NOW, SETTINGS, TEXT, Kept, channel, message, outcome, serving
from tests.channels.gateways.fakes import Fake, FormGateway, JsonGateway, LineGateway

FAKES: dict[str, Callable[[], Fake]] = {"form": FormGateway, "json": JsonGateway, "line": LineGateway}
STAMP = "20260720120030"      # NOW in Beijing


def told(name: str, number: str) -> tuple[Outcome | str, Fake]:
    """What one message to a number came to at a fake."""
    async def story() -> tuple[Outcome | str, Fake]:
        async with serving(FAKES[name]()) as fake:
            made = channel(name, fake.port)
            found = await outcome(made, message("k1", number))
            await made.close()
            return found, fake
    return asyncio.run(story())


@pytest.mark.parametrize("name", FAKES)
def test_a_message_is_handed_over_as_the_gateway_wants_it(name: str) -> None:
    found, fake = told(name, "+8612000000001")
    assert not fake.faults
    assert found is Outcome.HANDED_OVER
    taken, = fake.taken
    assert taken["key"] == "k1"
    assert (taken["number"], taken["text"]) == {
        "form": ("12000000001", TEXT.removeprefix("【威海应急】")), "json": ("+8612000000001", "苘山镇"),
        "line": ("8612000000001", TEXT)}[name]


@pytest.mark.parametrize("name", FAKES)
@pytest.mark.parametrize(("end", "wanted"), [
    ("7", Outcome.REFUSED), ("5", Outcome.LIMIT), ("4", Outcome.NUMBER_DEAD), ("6", Outcome.FAILED_NOW),
    ("3", Outcome.UNKNOWN), ("2", Outcome.UNKNOWN)])
def test_every_answer_becomes_what_it_means_and_nothing_better(name: str, end: str, wanted: Outcome) -> None:
    if name == "line" and end in "654":      # its settings name no codes: every error is a refusal
        wanted = Outcome.REFUSED
    found, fake = told(name, f"+861200000000{end}")
    assert not fake.faults
    assert found is wanted


@pytest.mark.parametrize("name", FAKES)
def test_where_nobody_listens_nothing_left(name: str) -> None:
    async def story() -> None:
        made = channel(name, 1)
        assert await outcome(made, message("k1")) == "not now"
        await made.close()
    asyncio.run(story())


def test_a_wording_without_a_template_is_refused_before_it_leaves() -> None:
    async def story() -> None:
        async with serving(JsonGateway()) as fake:
            made = channel("json", fake.port)
            handed = await made.send(message("k1", template="remind.sms"))
            assert handed.outcome is Outcome.REFUSED
            assert "remind.sms" in handed.why
            assert not fake.taken
            await made.close()
    asyncio.run(story())


def test_a_gateway_is_asked_by_our_key_and_tells_what_it_never_had() -> None:
    async def story() -> None:
        async with serving(JsonGateway()) as fake:
            made = channel("json", fake.port)
            await made.send(message("k1"))
            assert await made.status("k1") is Outcome.ON_HANDSET
            with pytest.raises(SendError) as never:
                await made.status("k2")
            assert never.value.permanent
            await made.close()
        with pytest.raises(SendError) as away:
            await made.status("k1")
        assert not away.value.permanent
        await made.close()
    asyncio.run(story())


def test_a_channel_has_the_powers_it_was_given_and_no_others() -> None:
    powers = {name: [isinstance(channel(name, 1), power) for power in (Tracks, Hears, Pulls)] for name in FAKES}
    assert powers == {"form": [False, True, False], "json": [True, True, True], "line": [False, False, True]}


# -- pushes -------------------------------------------------------------------------------------------
def test_pushes_are_durable_once_whatever_their_shape(store: SqlStore) -> None:
    form, fake = channel("form", 1), FormGateway()
    made, other = channel("json", 1), JsonGateway()
    body, headers = other.pushed([
        {"type": "report", "msgId": "J1", "state": "DELIVRD", "at": int(NOW.timestamp() * 1000)},
        {"type": "reply", "eventId": "e1", "from": "12000000001", "text": "1", "at": int(NOW.timestamp() * 1000)}])
    with TestClient(hooks(store, {"form": form, "json": made}, VirtualClock(NOW))) as client:
        for _ in range(2):
            done = client.get("/hooks/form?" + fake.receipt("k1", "DELIVRD", STAMP))
            assert (done.status_code, done.text) == (200, "0")
            assert client.get("/hooks/form?" + fake.reply("12000000001", "3 32", STAMP)).status_code == 200
            assert client.post("/hooks/json", content=body, headers=headers).status_code == 200
    with store.read() as reads:
        heard = reads.inbound("new", 99)
    assert len(heard) == 4
    rows = {(row.channel, row.kind, row.number, row.text, row.call, row.outcome) for row in heard}
    assert rows == {
        ("form", "receipt", "", "", "k1", Outcome.ON_HANDSET), ("form", "reply", "+8612000000001", "3 32", "", None),
        ("json", "receipt", "", "", "@json:J1", Outcome.ON_HANDSET), ("json", "reply", "+8612000000001", "1", "", None)}


@pytest.mark.parametrize("change", ["sign=0", "userid=k2", "stamp=20260720120031"])
def test_a_forged_push_stores_nothing(store: SqlStore, change: str) -> None:
    query = FormGateway().receipt("k1", "DELIVRD", STAMP)
    name = change.partition("=")[0]
    forged = "&".join(change if part.startswith(f"{name}=") else part for part in query.split("&"))
    with TestClient(hooks(store, {"form": channel("form", 1)}, VirtualClock(NOW))) as client:
        assert client.get("/hooks/form?" + forged).status_code == 401
        assert client.get("/hooks/form?type=report").status_code == 401
    with store.read() as reads:
        assert reads.inbound("new", 9) == []


@pytest.mark.parametrize(("age", "good"), [(-90, False), (-30, True), (0, True), (290, True), (310, False)])
def test_a_push_that_is_too_old_or_of_tomorrow_is_refused(age: int, good: bool) -> None:
    made = channel("form", 1)
    from urllib.parse import parse_qsl

    query = parse_qsl(FormGateway().receipt("k1", "DELIVRD", STAMP))
    late = Callback("GET", "/hooks/form", "", query, (), b"", NOW + timedelta(seconds=age))
    if good:
        assert len(made.read_callback(late)) == 1
    else:
        with pytest.raises(Refused, match="old push"):
            made.read_callback(late)


def test_one_row_that_cannot_be_read_keeps_no_other_away(caplog: pytest.LogCaptureFixture) -> None:
    made, fake = channel("json", 1), JsonGateway()
    body, headers = fake.pushed([
        {"type": "reply", "eventId": "e1", "from": "", "text": "1", "at": "0"},
        {"type": "reply", "eventId": "e2", "from": "+8612000000002", "text": "1", "at": "soon"},
        {"type": "new sort", "eventId": "e3"},
        {"type": "reply", "eventId": "e4", "from": "+8612000000004", "text": "4", "at": "1784520030"}])
    rows = made.read_callback(Callback("POST", "/hooks/json", "", (), list(headers.items()), body, NOW))
    assert [row.number for row in rows] == ["+8612000000004"]
    assert sum("cannot be read" in record.message for record in caplog.records) == 2


def test_a_word_of_a_receipt_nobody_explained_changes_nothing() -> None:
    made, fake = channel("json", 1), JsonGateway()
    body, headers = fake.pushed([{"type": "report", "msgId": "J1", "state": "WHATEVER", "at": 0}])
    row, = made.read_callback(Callback("POST", "/hooks/json", "", (), list(headers.items()), body, NOW))
    assert row.outcome is None
    assert row.text == "WHATEVER"


# -- pulls --------------------------------------------------------------------------------------------
def event(number: int, **more: Any) -> dict[str, Any]:
    return {"type": "reply", "eventId": f"e{number}", "from": "12000000001", "text": "1",
            "at": int(NOW.timestamp() * 1000) + number, **more}


def test_a_reply_lost_by_push_is_pulled_and_one_that_was_not_is_one_row_still() -> None:
    async def story() -> None:
        async with serving(JsonGateway()) as fake:
            made, kept = channel("json", fake.port), Kept()
            fake.kept = [event(n) for n in range(5)]        # every push of them: only the first arrived
            body, headers = fake.pushed(fake.kept[:1])
            await kept.take(made.read_callback(Callback("POST", "", "", (), list(headers.items()), body, NOW)))
            assert await made.pull(kept.take, NOW) == 5
            assert len(kept.rows) == 5
            assert fake.confirmed == [f"e{n}" for n in range(5)]
            assert fake.kept == []
            assert await made.pull(kept.take, NOW) == 0
            await made.close()
    asyncio.run(story())


def test_what_could_not_be_stored_is_not_confirmed_and_comes_again() -> None:
    async def story() -> None:
        async with serving(JsonGateway()) as fake:
            made, kept = channel("json", fake.port), Kept(away=True)
            fake.kept = [event(1)]
            with pytest.raises(OSError, match="disk"):
                await made.pull(kept.take, NOW)
            assert fake.confirmed == []
            kept.away = False
            assert await made.pull(kept.take, NOW) == 1
            await made.close()
    asyncio.run(story())


def test_lines_of_text_are_receipts_and_replies() -> None:
    async def story() -> None:
        async with serving(LineGateway()) as fake:
            made, kept = channel("line", fake.port), Kept()
            handed = await made.send(message("k1"))
            assert handed.provider == "@line:9001"
            fake.kept = [{"line": each} for each in (
                f"R|9001|8612000000001|D|{STAMP}", f"M|m7|8612000000001|1收到，已到岗|{STAMP}", "nonsense")]
            assert await made.pull(kept.take, NOW) == 2
            assert {(row.kind, row.call, row.number, row.text, row.outcome) for row in kept.rows.values()} == {
                ("receipt", "@line:9001", "", "", Outcome.ON_HANDSET),
                ("reply", "", "+8612000000001", "1收到，已到岗", None)}
            assert all(row.received_at == NOW for row in kept.rows.values())
            await made.close()
    asyncio.run(story())


def test_a_gateway_that_does_not_answer_a_pull_is_an_error_to_be_tried_again() -> None:
    async def story() -> None:
        made = channel("line", 1)
        with pytest.raises(SendError):
            await made.pull(Kept().take, NOW)
        await made.close()
    asyncio.run(story())


# -- settings and numbers -----------------------------------------------------------------------------
@pytest.mark.parametrize(("change", "fault"), [
    ({"url": "sms.example"}, "url: 'sms.example' is no address"),
    ({"fields": {"a": "{nothing}"}}, "nothing fills {nothing}"),
    ({"digests": {"sign": {"of": "{later}", "by": "md5"}}}, r"digests.sign: nothing fills {later}"),
    ({"digests": {"sign": {"of": "{sign}", "by": "md5"}}}, r"digests.sign: nothing fills {sign}"),
    ({"digests": {"sign": {"of": "a", "by": "hmac-sha1"}}}, "hmac-sha1 wants a key"),
    ({"states": {"D": "fine"}}, "states.D"),
    ({"zone": "Weihai"}, "no time zone"),
    ({"answer": {"format": "text", "pattern": "("}}, "no regular expression"),
    ({"fileds": {}}, "fileds: Extra inputs"),
    ({"push": {"check": "a", "equals": "b"}}, "push: name receipts, replies or keys"),
])
def test_settings_that_cannot_work_are_told_before_they_are_needed(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(UsageError) as wrong:
        registry.make("http", "gateway", {**SETTINGS["line"], **change})
    assert fault in str(wrong.value)


@pytest.mark.parametrize(("given", "wanted"), [
    ("12000000001", "+8612000000001"), ("8612000000001", "+8612000000001"), ("+86 120 0000 0001", "+8612000000001"),
    ("008612000000001", "+8612000000001"), ("99901000001", "+99901000001"), ("12379", "12379"),
    ("＋8612000000001", "+8612000000001")])
def test_a_number_is_the_sites_however_a_provider_wrote_it(given: str, wanted: str) -> None:
    assert international(given) == wanted


def test_a_domestic_gateway_gets_no_country_and_a_foreign_number_keeps_its_own() -> None:
    assert national("+8612000000001") == "12000000001"
    assert national("+99912345678") == "0099912345678"
    assert national("0631-5200000") == "06315200000"
