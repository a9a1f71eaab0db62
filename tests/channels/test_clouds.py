"""Aliyun and Tencent by their own libraries against fakes on loopback: out, and asked by our key."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cloud_kit import ALL, KEY, NOW, NUMBER, House, channel, listed, message, report, told
from fake_clouds import Cloud

from dutydesk.channels.aliyun.voice import long
from dutydesk.channels.settings import Filled
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.channel import Checks, Limits, Speaks, Tracks
from tests.channels.gateways.driving import outcome


# -- out ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "action", "wanted"), [
    ("aliyun-sms", "SendSms", {"PhoneNumbers": "12000000001", "SignName": "威海应急", "TemplateCode": "T_1",
                               "OutId": KEY}),
    ("aliyun-voice", "IvrCall", {"CalledNumber": "12000000001", "CalledShowNumber": "06310001234", "StartCode": "T_1",
                                 "MenuKeyMap.1.Key": "1", "MenuKeyMap.1.Code": "T_9", "MenuKeyMap.3.Key": "0",
                                 "Timeout": "8000", "PlayTimes": "2"}),
    ("tencent-sms", "SendSms", {"PhoneNumberSet": [NUMBER], "SmsSdkAppId": "1400000000", "SignName": "威海应急",
                                "TemplateId": "T_1", "TemplateParamSet": ["暴雨红色预警", "苘山镇5个村"],
                                "SessionContext": KEY}),
    ("tencent-voice", "SendTts", {"CalledNumber": NUMBER, "VoiceSdkAppid": "1400000000", "TemplateId": "T_1",
                                  "TemplateParamSet": ["暴雨红色预警", "苘山镇5个村"], "SessionContext": KEY}),
])
def test_a_message_goes_out_signed_by_its_approved_template_with_our_key(kind: str, action: str,
                                                                         wanted: dict[str, Any]) -> None:
    async def story(made: Any, fake: Cloud) -> Any:
        handed = await made.send(message(kind))
        assert handed.outcome is (Outcome.HANDED_OVER if kind.endswith("sms") else Outcome.QUEUED), handed
        return fake.taken
    (taken, fields), = told(kind, story)
    assert taken == action
    assert {name: fields.get(name) for name in wanted} == wanted
    if kind == "aliyun-sms":
        assert json.loads(fields["TemplateParam"]) == {"t": "暴雨红色预警", "p": "苘山镇5个村"}
    if kind == "aliyun-voice":
        assert json.loads(fields["StartTtsParams"]) == {"t": "暴雨红色预警", "p": "苘山镇5个村"}
        assert long(fields["OutId"]) == KEY


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize(("end", "wanted"), [
    ("8", Outcome.REFUSED), ("7", Outcome.REFUSED), ("5", Outcome.LIMIT), ("4", Outcome.NUMBER_DEAD),
    ("6", Outcome.FAILED_NOW), ("3", Outcome.UNKNOWN), ("2", Outcome.UNKNOWN)])
def test_every_answer_becomes_what_it_means_and_is_asked_for_once(kind: str, end: str, wanted: Outcome) -> None:
    async def story(made: Any, fake: Cloud) -> Any:
        handed = await made.send(message(kind, f"+861200000000{end}"))
        return handed, fake.requests
    handed, requests = told(kind, story)
    assert handed.outcome is wanted
    assert not handed.outcome.called or wanted is Outcome.UNKNOWN
    assert requests == 1
    assert handed.why


@pytest.mark.parametrize("kind", ALL)
def test_a_wrong_key_is_a_refusal_that_says_so(kind: str) -> None:
    async def story(made: Any, fake: Cloud) -> Any:
        return await made.send(message(kind))
    handed = told(kind, story, key_secret=Filled("another"))
    assert handed.outcome is Outcome.REFUSED
    assert "Signature" in handed.why


@pytest.mark.parametrize("kind", ALL)
def test_where_nobody_listens_nothing_left(kind: str) -> None:
    async def story() -> None:
        made = channel(kind, port=1)
        assert await outcome(made, message(kind)) == "not now"
        await made.close()
    asyncio.run(story())


@pytest.mark.parametrize("kind", ALL)
def test_the_site_may_say_what_a_code_means(kind: str) -> None:
    codes = {"isv.AMOUNT_NOT_ENOUGH": "limit", "FailedOperation.InsufficientBalanceInSmsPackage": "limit"}

    async def story(made: Any, fake: Cloud) -> Any:
        return (await made.send(message(kind, "+8612000000008"))).outcome
    assert told(kind, story, errors=codes) is Outcome.LIMIT


# -- templates ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize(("changes", "why"), [
    ({"template": "fog"}, "no template for the wording fog"),
    ({"facts": {"title": "大雾"}}, "knows no {places}"),
    ({"template": "plain", "drill": True}, "does not say that it is a drill"),
])
def test_what_no_template_fits_is_refused_before_it_leaves(kind: str, changes: dict[str, Any], why: str) -> None:
    async def story(made: Any, fake: Cloud) -> Any:
        return await made.send(message(kind, **changes)), fake.requests
    handed, requests = told(kind, story)
    assert handed.outcome is Outcome.REFUSED
    assert why in handed.why
    assert requests == 0


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize(("template", "drill", "wanted"), [
    ("flood", True, "T_2"), ("flood", False, "T_1"), ("marked", True, "（演练）"), ("marked", False, "")])
def test_a_drill_says_so_by_a_template_of_its_own_or_by_a_mark(kind: str, template: str, drill: bool,
                                                               wanted: str) -> None:
    async def story(made: Any, fake: Cloud) -> Any:
        await made.send(message(kind, template=template, drill=drill))
        return fake.taken[0][1]
    fields = told(kind, story)
    said = fields.get("TemplateCode") or fields.get("TemplateId") or fields.get("StartCode")
    params = fields.get("TemplateParamSet") or list(json.loads(
        fields.get("TemplateParam") or fields.get("StartTtsParams") or "{}").values())
    assert wanted in (said, *params)


# -- asked by our key ---------------------------------------------------------------------------------
def status(kind: str, kept: dict[str, list[dict[str, Any]]], house: House | None) -> Outcome | str:
    async def story(made: Any, fake: Cloud) -> Outcome | str:
        assert isinstance(made, Tracks)
        if house:
            assert isinstance(made, Speaks)
            made.connect(house)
        fake.kept = kept
        try:
            return await made.status(KEY)
        except SendError as error:
            return "never came" if error.permanent else "cannot tell"
    found: Outcome | str = told(kind, story)
    return found


@pytest.mark.parametrize(("row", "wanted"), [
    (listed(KEY, 1), Outcome.HANDED_OVER), (listed(KEY, 3, "DELIVERED"), Outcome.ON_HANDSET),
    (listed(KEY, 2, "MOBILE_NOT_ON_SERVICE"), Outcome.FAILED_NOW),
    (listed(KEY, 2, "INVALID_NUMBER"), Outcome.NUMBER_DEAD),
    (listed(KEY, 2, "CONTENT_KEYWORD"), Outcome.REFUSED), (listed(KEY, 2, "DELIVERED"), Outcome.FAILED_NOW)])
def test_aliyun_is_asked_by_our_key_what_became_of_a_message(row: dict[str, Any], wanted: Outcome) -> None:
    others = [listed(f"k{n:020x}", 3) for n in range(60)]      # the second page has ours
    assert status("aliyun-sms", {"sent": [*others, row]}, House()) is wanted


def test_what_aliyun_does_not_list_never_came_but_only_after_a_minute() -> None:
    assert status("aliyun-sms", {"sent": [listed("k" + "0" * 20, 3)]}, House()) == "never came"
    assert status("aliyun-sms", {}, House(NOW - timedelta(seconds=59))) == "cannot tell"
    assert status("aliyun-sms", {"sent": [listed(KEY, 3)]}, None) == "cannot tell"


def test_a_message_at_midnight_is_looked_for_on_both_days() -> None:
    before = datetime(2026, 7, 19, 15, 59, 50, tzinfo=UTC)     # 23:59:50 in Beijing
    for at in ("2026-07-20 00:00:03", "2026-07-19 23:59:58"):
        assert status("aliyun-sms", {"sent": [listed(KEY, 3, at=at)]}, House(before)) is Outcome.ON_HANDSET


@pytest.mark.parametrize(("row", "wanted"), [
    (report(KEY, "SUCCESS"), Outcome.ON_HANDSET), (report(KEY, "FAIL", "REJECTD"), Outcome.REFUSED),
    (report(KEY, "FAIL", "UNDELIV"), Outcome.FAILED_NOW), (report("k" + "0" * 20, "SUCCESS"), "cannot tell")])
def test_tencent_is_asked_by_our_key_and_silence_proves_nothing(row: dict[str, Any], wanted: Outcome | str) -> None:
    assert status("tencent-sms", {"sent": [row]}, House()) == wanted


@pytest.mark.parametrize("kind", ["aliyun-sms", "tencent-sms"])
def test_a_cloud_that_cannot_be_asked_is_an_error_to_be_tried_again(kind: str) -> None:
    async def story() -> None:
        made = channel(kind, port=1)
        made.connect(House())
        with pytest.raises(SendError) as error:
            await made.status(KEY)
        assert not error.value.permanent
        await made.close()
    asyncio.run(story())


# -- looked over --------------------------------------------------------------------------------------
APPROVED: dict[str, list[dict[str, Any]]] = {
    "aliyun-sms": [{"id": "T_1", "status": 1}, {"id": "T_2", "status": 0}, {"id": "T_3", "status": 1}],
    "tencent-sms": [{"TemplateId": 1, "StatusCode": 0}, {"TemplateId": 2, "StatusCode": 1},
                    {"TemplateId": 3, "StatusCode": 0}]}


def looked_over(kind: str, **changes: Any) -> list[tuple[str, bool | None]]:
    async def story(made: Any, fake: Cloud) -> list[tuple[str, bool | None]]:
        fake.kept = {"templates": APPROVED.get(kind, [])}
        assert isinstance(made, Checks)
        assert made.addresses() == [f"http://127.0.0.1:{fake.port}"]
        found = [(check.what, check.good) for check in await made.look_over()]
        assert not fake.taken
        return found
    if kind == "tencent-sms":      # there ids are numbers
        changes["templates"] = {"flood": {"id": 1, "drill": "2"}, "marked": {"id": 3}, "plain": {"id": 4}}
    found: list[tuple[str, bool | None]] = told(kind, story, **changes)
    return found


@pytest.mark.parametrize("kind", ["aliyun-sms", "tencent-sms"])
def test_every_template_is_asked_for_before_it_is_needed(kind: str) -> None:
    assert looked_over(kind) == [("template", True), ("template", False), ("template", True), ("template", False)]


@pytest.mark.parametrize(("kind", "wanted"), [
    ("aliyun-sms", {("login", False)}), ("aliyun-voice", {("login", False)}), ("tencent-sms", {("login", False)}),
    ("tencent-voice", set())])
def test_a_wrong_key_is_known_before_a_message_needs_it(kind: str, wanted: set[tuple[str, bool]]) -> None:
    assert set(looked_over(kind, key_secret=Filled("another"))) == wanted


def test_a_right_key_is_known_too() -> None:
    assert looked_over("aliyun-voice") == [("login", True)]


# -- settings -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "change", "fault"), [
    ("aliyun-sms", {"key_secret": "plain"}, "no secret stands in the file"),
    ("aliyun-sms", {"push_key": Filled("short")}, "push_key"),
    ("aliyun-sms", {"templates": {}}, "templates"),
    ("aliyun-sms", {"signatur": "x"}, "signatur: Extra inputs"),
    ("aliyun-voice", {"limits": Limits()}, "once a minute, 5 times an hour"),
    ("aliyun-voice", {"caller": ""}, "write caller"),
    ("aliyun-voice", {"keys": {"3": "T_9"}}, "keys.3"),
    ("tencent-sms", {"templates": {"flood": {"id": 1, "params": {"a": "b"}}}}, "templates.flood.params"),
    ("tencent-voice", {"public_url": "hooks.example.org"}, "public_url"),
])
def test_settings_that_cannot_work_are_told_before_they_are_needed(kind: str, change: dict[str, Any],
                                                                   fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        channel(kind, **change)


def test_a_call_without_keys_only_tells() -> None:
    async def story(made: Any, fake: Cloud) -> Any:
        await made.send(message("aliyun-voice"))
        return fake.taken
    (action, fields), = told("aliyun-voice", story, keys={}, caller="")
    assert action == "SingleCallByTts"
    assert (fields["TtsCode"], "CalledShowNumber" in fields) == ("T_1", False)
