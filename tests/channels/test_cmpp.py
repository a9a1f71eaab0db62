"""Texts by CMPP 2.0 and 3.0, both ways, against a gateway written from the protocol on a real socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from dutydesk.channels import registry
from dutydesk.channels.settings import fill
from dutydesk.domain.records import REF, Inbound
from dutydesk.domain.values import Outcome
from dutydesk.errors import UsageError
from dutydesk.ports.channel import Limits
from tests.channels.gateways.driving import Kept, message, outcome
from tests.channels.gateways.ismg import Ismg, gateway, in_parts, reported

NOW = datetime(2026, 7, 20, 4, 0, 30, tzinfo=UTC)
CODE = "106912345601"
PHONE = "12000000001"
LONG = "【威海应急】暴雨红色预警(10:20市气象台)。您负责:苘山镇5个村。" + "请立即组织转移危险区群众。" * 14


class Desk:
    """The channel at a gateway, and what it stored."""

    def __init__(self, far: Ismg, **changes: Any) -> None:
        given = {"host": "127.0.0.1", "port": far.port, "version": f"{far.version}.0", "sp": "901234",
                 "password": "${SECRET}", "number": CODE[:-2], "extension": "01", "heartbeat": "30s", **changes}
        timeout = given.pop("timeout", 5)
        settings = fill("cmcc", given, {"SECRET": "shared secret"})
        self.far = far
        self.kept = Kept()
        settings |= {"limits": Limits(timeout=timeout), "now": lambda: NOW}
        self.made: Any = registry.make("cmpp", "cmcc", settings)
        self._pulling = asyncio.create_task(self.made.pull(self.kept.take, NOW))

    async def sends(self, end: str, key: str = "k1", **more: Any) -> Outcome | str:
        return await outcome(self.made, message(key, f"+861200000000{end}", **more))

    async def heard(self, kind: str, count: int = 1) -> list[Inbound]:
        """So many rows of a kind, waited for."""
        def found() -> list[Inbound]:
            return [row for row in self.kept.rows.values() if row.kind == kind]
        await until(lambda: len(found()) >= count)
        return found()

    async def close(self) -> None:
        self._pulling.cancel()
        with suppress(asyncio.CancelledError):
            await self._pulling
        await self.made.close()


async def until(true: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        await asyncio.sleep(0.02)


def told(far: Ismg, story: Callable[[Desk], Awaitable[None]], **changes: Any) -> None:
    """Tell a story at a gateway."""
    async def whole() -> None:
        async with gateway(far):
            desk = Desk(far, **changes)
            try:
                await story(desk)
            finally:
                await desk.close()
    asyncio.run(whole())


both = pytest.mark.parametrize("version", [2, 3])


# -- out ----------------------------------------------------------------------------------------------
@both
def test_a_message_is_on_the_phone_as_it_was_written_and_its_report_counts(version: int) -> None:
    async def story(desk: Desk) -> None:
        handed = await desk.made.send(message("k1", f"+86{PHONE}"))
        assert handed.outcome is Outcome.HANDED_OVER
        receipt, = await desk.heard("receipt")
        assert (receipt.call, receipt.outcome) == ("k1", Outcome.ON_HANDSET)
        assert handed.provider == f"{REF}cmcc:{desk.far._id - 1}"
        await until(lambda: desk.far.acknowledged)
        assert desk.far.texts() == [(PHONE, message("k1").text)]
        assert [each["src_id"] for each in desk.far.submitted] == [CODE]
        assert {result for _, result in desk.far.acknowledged} == {0}
    told(Ismg(version), story)


@both
def test_a_long_text_leaves_in_parts_and_lies_there_once_all_of_them_do(version: int) -> None:
    async def story(desk: Desk) -> None:
        assert await desk.sends("2", text=LONG) is Outcome.HANDED_OVER      # its phone reports nothing
        assert desk.far.texts() == [("12000000002", LONG)]
        ids = [desk.far._id - n for n in range(len(desk.far.submitted))]
        assert len(ids) == 4
        for count, id in enumerate(ids, 1):
            desk.far.deliver(id=desk.far.id(), to=CODE, sender=PHONE, report=1,
                             content=reported(version, id, b"DELIVRD", PHONE))
            rows = await desk.heard("receipt", count)
            assert [row.outcome for row in rows][-1] is (Outcome.ON_HANDSET if count == 4 else Outcome.HANDED_OVER)
        assert {row.call for row in rows} == {"k1"}
    told(Ismg(version), story)


@pytest.mark.parametrize(("version", "end", "wanted"), [
    (2, "9", Outcome.LIMIT), (3, "9", Outcome.LIMIT), (2, "8", Outcome.NUMBER_DEAD), (3, "8", Outcome.NUMBER_DEAD),
    (2, "7", Outcome.UNKNOWN), (3, "6", Outcome.UNKNOWN)])
def test_every_answer_becomes_what_it_means_and_nothing_better(version: int, end: str, wanted: Outcome) -> None:
    async def story(desk: Desk) -> None:
        assert await desk.sends(end) is wanted
        assert await desk.sends("1", "k2") in (Outcome.HANDED_OVER, "not now")    # the others go on
    told(Ismg(version), story, timeout=2)


def test_what_is_refused_leaves_nothing_half() -> None:
    async def story(desk: Desk) -> None:
        assert await desk.sends("9", text=LONG) is Outcome.LIMIT
        assert len(desk.far.submitted) == 1
    told(Ismg(), story)


def test_the_site_says_what_a_result_of_its_gateway_means() -> None:
    async def story(desk: Desk) -> None:
        assert await desk.sends("9") is Outcome.FAILED_NOW
        assert await desk.sends("3", "k2") is Outcome.HANDED_OVER
        receipt, = await desk.heard("receipt")
        assert (receipt.text, receipt.outcome) == ("MA:0006", Outcome.NUMBER_DEAD)
    told(Ismg(), story, errors={"8": "failed_now"}, states={"MA:0006": "number_dead"})


@pytest.mark.parametrize(("end", "wanted"), [("4", Outcome.FAILED_NOW), ("3", Outcome.FAILED_NOW)])
def test_a_report_that_it_will_not_arrive_counts(end: str, wanted: Outcome) -> None:
    async def story(desk: Desk) -> None:
        assert await desk.sends(end) is Outcome.HANDED_OVER
        receipt, = await desk.heard("receipt")
        assert receipt.outcome is wanted
    told(Ismg(), story)


@both
def test_a_report_that_beats_the_answer_finds_its_message(version: int) -> None:
    async def story(desk: Desk) -> None:
        assert await desk.sends("5") is Outcome.HANDED_OVER
        receipt, = await desk.heard("receipt")
        assert (receipt.call, receipt.outcome) == ("k1", Outcome.ON_HANDSET)
    told(Ismg(version), story)


def test_a_report_of_a_message_of_another_life_goes_by_the_gateways_id() -> None:
    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins)
        desk.far.deliver(id=5, to=CODE, sender=PHONE, report=1, content=reported(2, 4711, b"DELIVRD", PHONE))
        receipt, = await desk.heard("receipt")
        assert receipt.call == f"{REF}cmcc:4711"
    told(Ismg(), story)


def test_no_more_than_the_window_waits_for_answers() -> None:
    far = Ismg(delay=0.05)

    async def story(desk: Desk) -> None:
        found = await asyncio.gather(*(desk.sends("2", f"k{n}") for n in range(40)))
        assert set(found) == {Outcome.HANDED_OVER}
        assert far.most_open == 4
    told(far, story, window=4)


def test_where_the_window_stays_full_nothing_left() -> None:
    async def story(desk: Desk) -> None:
        found = await asyncio.gather(*(desk.sends("7", f"k{n}") for n in range(4)))
        assert sorted(map(str, found)) == ["not now", "not now", "unknown", "unknown"]
        assert len(desk.far.submitted) == 2
    told(Ismg(), story, window=2, timeout=1)


def test_where_nobody_listens_nothing_left() -> None:
    async def story() -> None:
        desk = Desk(Ismg(port=1))
        assert await desk.sends("1") == "not now"
        await desk.close()
    asyncio.run(story())


@pytest.mark.parametrize(("far", "changes", "why"), [
    (Ismg(secret="another"), {}, "3 (wrong name or password)"), (Ismg(status=2), {}, "2 (this address"),
    (Ismg(2), {"version": "3.0"}, "4 (the version is too high)"), (Ismg(proves=False), {"verify": True}, "prove")])
def test_a_login_that_fails_says_why_and_nothing_leaves(far: Ismg, changes: dict[str, Any], why: str,
                                                        caplog: pytest.LogCaptureFixture) -> None:
    async def story(desk: Desk) -> None:
        assert await desk.sends("1") == "not now"
    told(far, story, patience="1s", **changes)
    assert any(why in record.getMessage() for record in caplog.records)
    assert "shared secret" not in caplog.text
    assert not far.submitted


@pytest.mark.parametrize(("far", "good"), [(Ismg(), True), (Ismg(secret="another"), False)])
def test_the_login_is_tried_before_it_is_needed(far: Ismg, good: bool) -> None:
    async def story(desk: Desk) -> None:
        check, = await desk.made.look_over()
        assert (check.what, check.good, bool(check.remedy)) == ("login", good, not good)
        assert desk.made.addresses() == [f"tcp://127.0.0.1:{far.port}"]
    told(far, story, patience="1s", timeout=2)
    assert not far.submitted


def test_a_gateway_that_proves_itself_is_believed() -> None:
    async def story(desk: Desk) -> None:
        assert await desk.sends("1") is Outcome.HANDED_OVER
    told(Ismg(3), story, verify=True)


def test_a_number_too_long_for_the_protocol_is_dead_here() -> None:
    async def story(desk: Desk) -> None:
        assert await outcome(desk.made, message("k1", "+" + "9" * 30)) == "permanent"
    told(Ismg(), story)


def test_how_long_the_network_tries_is_told_as_the_protocol_writes_it() -> None:
    async def story(desk: Desk) -> None:
        await desk.sends("1")
        assert desk.far.submitted[0]["valid_time"] == "000001010000000R"
    told(Ismg(), story, valid="25h")


# -- the line -----------------------------------------------------------------------------------------
def test_a_line_that_broke_is_made_again_and_what_waited_is_unknown() -> None:
    async def story(desk: Desk) -> None:
        sending = asyncio.create_task(desk.made.send(message("k1", "+8612000000007")))
        await until(lambda: desk.far.submitted)
        desk.far.hang_up()
        handed = await sending
        assert (handed.outcome, "line broke" in handed.why) == (Outcome.UNKNOWN, True)
        await until(lambda: desk.far.logins == 2)
        assert await desk.sends("1", "k2") is Outcome.HANDED_OVER
    told(Ismg(), story)


def test_nothing_leaves_before_the_login_is_through() -> None:
    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins)
        desk.far.slow = 0.5
        desk.far.hang_up()
        found = []
        while desk.far.logins < 2:
            found.append(await desk.sends("2", f"k{len(found)}"))
            await asyncio.sleep(0.02)
        assert set(found) <= {Outcome.HANDED_OVER, Outcome.UNKNOWN, "not now"}
        assert await desk.sends("2", "last") is Outcome.HANDED_OVER
        assert desk.far.early == 0
    told(Ismg(), story, timeout=1)


def test_a_dead_line_is_found_by_its_silence() -> None:
    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins == 2)
        assert desk.far.tests >= 1
    told(Ismg(deaf=True), story, heartbeat="1s", patience="1s")


def test_a_silent_line_that_answers_is_kept_and_the_gateways_tests_are_answered() -> None:
    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.tests == 2)
        desk.far.test()
        await until(lambda: desk.far.tests_answered == 1)
        assert desk.far.logins == 1
    told(Ismg(), story, heartbeat="1s", patience="1s")


def test_nonsense_on_the_line_ends_it_and_a_new_one_is_made() -> None:
    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins == 1)
        desk.far.raw(b"\xff" * 12)
        await until(lambda: desk.far.logins == 2)
    told(Ismg(), story)


def test_the_desk_takes_its_leave() -> None:
    far = Ismg()

    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins)
    told(far, story)
    assert far.terminated == 1


# -- in -----------------------------------------------------------------------------------------------
@both
@pytest.mark.parametrize(("coding", "encoding"), [(8, "utf-16-be"), (15, "gbk"), (0, "ascii")])
def test_a_reply_is_stored_before_it_is_acknowledged(version: int, coding: int, encoding: str) -> None:
    text = "B3 32" if coding == 0 else "1收到，已到岗"

    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins)
        desk.kept.away = True
        desk.far.deliver(id=77, to=CODE, sender=PHONE, coding=coding, content=text.encode(encoding))
        await asyncio.sleep(0.5)
        assert not desk.far.acknowledged
        desk.kept.away = False
        row, = await desk.heard("reply")
        assert (row.number, row.text, row.received_at) == (f"+86{PHONE}", text, NOW)
        await until(lambda: desk.far.acknowledged == [(77, 0)])
    told(Ismg(version), story)


def test_a_reply_that_comes_again_on_the_next_line_is_one_row() -> None:
    async def story(desk: Desk) -> None:
        for login in (1, 2):
            await until(lambda login=login: desk.far.logins == login)
            desk.far.deliver(id=77, to=CODE, sender=f"86{PHONE}", content="1".encode("utf-16-be"))
            await until(lambda login=login: len(desk.far.acknowledged) == login)
            desk.far.hang_up()
        assert len(await desk.heard("reply")) == 1
    told(Ismg(), story)


def test_a_long_reply_is_one_text_whatever_the_order_and_acknowledged_once_it_is_stored() -> None:
    text = "3 32 " + "转移" * 60

    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins)
        pieces = in_parts(text)
        for n in (1, 0):
            desk.far.deliver(id=80 + n, to=CODE, sender=PHONE, content=pieces[n], udhi=1)
            await asyncio.sleep(0.2)
        row, = await desk.heard("reply")
        assert row.text == text
        await until(lambda: {id for id, _ in desk.far.acknowledged} == {80, 81})
    told(Ismg(), story)


def test_a_part_whose_others_never_come_is_not_lost() -> None:
    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins)
        desk.far.deliver(id=80, to=CODE, sender=PHONE, content=in_parts("救命" * 50)[0], udhi=1)
        row, = await desk.heard("reply")
        assert row.text == "[1/2] " + ("救命" * 50)[:67]
        await until(lambda: desk.far.acknowledged)
    told(Ismg(), story)


def test_a_text_to_another_extension_is_none_of_ours() -> None:
    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins)
        desk.far.deliver(id=1, to=CODE[:-2] + "02", sender=PHONE, content="1".encode("utf-16-be"))
        desk.far.deliver(id=2, to=CODE + "7", sender=PHONE, content="2".encode("utf-16-be"))
        row, = await desk.heard("reply")
        assert row.text == "2"
        await until(lambda: len(desk.far.acknowledged) == 2)
    told(Ismg(), story)


def test_a_message_without_a_sender_is_refused_and_the_line_goes_on() -> None:
    async def story(desk: Desk) -> None:
        await until(lambda: desk.far.logins)
        desk.far.raw(bytes.fromhex("00000018 00000005 00000009") + (9).to_bytes(8, "big") + b"1069")
        await until(lambda: desk.far.acknowledged == [(9, 1)])
        assert await desk.sends("1") is Outcome.HANDED_OVER
        assert desk.far.logins == 1
    told(Ismg(), story)


# -- settings -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("change", "said"), [
    ({"sp": "9012345"}, "sp"), ({"password": "plain"}, "no secret stands in the file"), ({"version": "1.1"}, "version"),
    ({"number": "1069-1"}, "number"), ({"errors": {"8": "often"}}, r"errors\.8"), ({"hots": "x"}, "hots")])
def test_settings_that_cannot_be_used_say_which(change: dict[str, Any], said: str) -> None:
    given = {"host": "ismg.example.org", "sp": "901234", "password": "${SECRET}", "number": CODE} | change
    with pytest.raises(UsageError, match=said):
        registry.make("cmpp", "cmcc", fill("cmcc", given, None))


def test_a_line_ends_when_it_is_told_to_whatever_it_is_doing() -> None:
    async def whole() -> None:
        far = Ismg()
        async with gateway(far):
            for steps in range(120):
                desk = Desk(far)
                for _ in range(steps):
                    await asyncio.sleep(0)
                closing = asyncio.create_task(desk.close())
                ended, _ = await asyncio.wait([closing], timeout=5)
                assert ended, f"told to end after {steps} steps, it goes on"
    asyncio.run(whole())
