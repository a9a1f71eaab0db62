"""Texts by a modem: a real gammu-smsd with Gammu's dummy phone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smsd import Smsd, needed, wait_for

from dutydesk.channels import registry
from dutydesk.channels.modem.reading import read, whole
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.channel import Checks, Limits, Outgoing
from tests.channels.gateways.driving import Kept
from tests.proving import examples

NUMBER = "+9990100"
TEXT = "【威海应急】暴雨红色预警(10:20市气象台)。您负责:苘山镇5个村。回复1收到"
LONG = TEXT + "请立即组织转移危险区群众。" * 20
BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def smsd(tmp_path: Path) -> Iterator[Smsd]:
    needed()
    made = Smsd(tmp_path)
    yield made
    made.stop()


class Driven:
    """The channel, told the folders of a daemon, and what it heard."""

    def __init__(self, root: Path, *, timeout: float = 20) -> None:
        folders = {name: str(root / name) for name in ("inbox", "outbox", "sent", "error", "keep")}
        self.shift = timedelta()
        settings = {**folders, "limits": Limits(timeout=timeout), "now": self.now}
        self.made: Any = registry.make("modem", "modem", settings)
        self.kept = Kept()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    async def pulled(self, kind: str, text: str = "") -> Inbound:
        """The first row of that kind, waited for."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            await self.made.pull(self.kept.take, self.now())
            for row in self.kept.rows.values():
                if row.kind == kind and text in row.text:
                    return row
            await asyncio.sleep(0.2)
        raise AssertionError(f"no {kind} came: {self.kept.rows}")

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        async def whole() -> None:
            try:
                await story()
            finally:
                await self.made.close()
        asyncio.run(whole())


def message(id: str, number: str = NUMBER, text: str = TEXT) -> Outgoing:
    return Outgoing(id, Via.SMS, number, "p1", text)


def test_a_long_text_leaves_in_its_parts_and_counts_as_handed_over_when_the_modem_sent_it(smsd: Smsd) -> None:
    smsd.start()
    driven = Driven(smsd.root)

    async def story() -> None:
        assert (await driven.made.send(message("c1", text=LONG))).outcome is Outcome.HANDED_OVER
        assert await driven.made.status("c1") is Outcome.HANDED_OVER
        receipt = await driven.pulled("receipt")
        assert (receipt.call, receipt.outcome) == ("c1", Outcome.HANDED_OVER)
        assert await driven.made.status("c1") is Outcome.HANDED_OVER
    driven.run(story)
    assert smsd.log().count("SMS sent on device") == -(-len(LONG) // 67)
    assert f'to "{NUMBER}" with text "{LONG[:60]}' in smsd.log()
    assert "dlr: 1" in smsd.log()
    kept, = (smsd.root / "keep" / "sent").iterdir()
    assert kept.read_bytes().decode("utf-16") == LONG


def test_what_comes_in_is_taken_once_however_long_and_from_whom_it_says(smsd: Smsd) -> None:
    smsd.start()
    driven = Driven(smsd.root)
    forged = '1\n[SMSBackup001]\nPDU = Deliver\nNumber = "+999666"\nNumberUnicode = 002B003900390039\nText00 = 0034\n'

    async def story() -> None:
        smsd.texted(NUMBER, "3 32")
        assert (await driven.pulled("reply", "3 32")).number == NUMBER
        smsd.texted("+9990200", "转移" * 60)
        assert (await driven.pulled("reply", "转移")).text == "转移" * 60
        smsd.texted("+9990300", forged)
        assert (await driven.pulled("reply", "SMSBackup")).number == "+9990300"
    driven.run(story)
    assert {(row.kind, row.number) for row in driven.kept.rows.values()} == {
        ("reply", NUMBER), ("reply", "+9990200"), ("reply", "+9990300")}
    assert not any((smsd.root / "inbox").iterdir())
    assert len(list((smsd.root / "keep" / "came").iterdir())) == 3


def test_a_delivery_report_counts_for_the_one_message_it_can_mean(smsd: Smsd) -> None:
    smsd.start()
    driven = Driven(smsd.root)

    async def story() -> None:
        await driven.made.send(message("c1"))
        smsd.reported(NUMBER, "Delivered")
        receipt = await driven.pulled("receipt", "Delivered")
        assert (receipt.call, receipt.outcome) == ("c1", Outcome.ON_HANDSET)
        await driven.made.send(message("c2"))
        smsd.reported(NUMBER, "Failed")
        wait_for(lambda: any((smsd.root / "inbox").iterdir()), "the second report")
        await asyncio.sleep(0.5)
        for seconds in (5, 10):
            await driven.made.pull(driven.kept.take, driven.now() + timedelta(seconds=seconds))
    driven.run(story)
    assert not any("Failed" in row.text for row in driven.kept.rows.values())   # two messages could be meant
    assert len(list((smsd.root / "keep" / "came").iterdir())) == 2


def test_a_dead_modem_sends_nothing_later(smsd: Smsd) -> None:
    driven = Driven(smsd.root, timeout=2)

    async def story() -> None:
        first = asyncio.create_task(driven.made.send(message("c1")))
        await asyncio.sleep(0.5)
        second = await driven.made.send(message("c2"))
        assert (await first).outcome is Outcome.UNKNOWN
        assert second.outcome is Outcome.QUEUED         # the first was taken back meanwhile: something moved
        assert await driven.made.status("c1") is Outcome.UNKNOWN
        driven.shift = timedelta(minutes=3)
        await driven.made.pull(driven.kept.take, driven.now())
        assert {(row.call, row.outcome) for row in driven.kept.rows.values()} == {
            ("c1", Outcome.UNKNOWN), ("c2", Outcome.UNKNOWN)}
        smsd.start()
        await asyncio.sleep(3)
    driven.run(story)
    assert "SMS sent on device" not in smsd.log()
    assert not any((smsd.root / "outbox").iterdir())


def test_what_stood_behind_another_in_a_dead_modem_surely_did_not_leave_and_may_go_again(tmp_path: Path) -> None:
    for name in ("inbox", "outbox", "sent", "error"):
        (tmp_path / name).mkdir()
    driven = Driven(tmp_path, timeout=1)
    (tmp_path / "outbox" / "OUTA_of_another_program.txt").write_text("in front")

    async def story() -> None:
        handed = await driven.made.send(message("c1"))
        assert (handed.outcome, "gammu-smsd" in handed.why) == (Outcome.FAILED_NOW, True)
        for _ in range(2):      # before and after the file was put aside
            with pytest.raises(SendError) as never:
                await driven.made.status("c1")
            assert never.value.permanent
            await driven.made.pull(driven.kept.take, driven.now())
    driven.run(story)
    assert [(row.call, row.outcome) for row in driven.kept.rows.values()] == [("c1", Outcome.FAILED_NOW)]
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_what_the_modem_could_not_send_failed_for_now(tmp_path: Path) -> None:
    for name in ("inbox", "outbox", "sent", "error"):
        (tmp_path / name).mkdir()
    driven = Driven(tmp_path, timeout=5)

    async def story() -> None:
        sending = asyncio.create_task(driven.made.send(message("c1")))
        await asyncio.sleep(0.3)
        path, = (tmp_path / "outbox").iterdir()
        path.rename(tmp_path / "error" / path.name)     # as smsd does
        assert (await sending).outcome is Outcome.FAILED_NOW
        assert (await driven.pulled("receipt")).outcome is Outcome.FAILED_NOW
        assert await driven.made.status("c1") is Outcome.FAILED_NOW
    driven.run(story)


@pytest.mark.parametrize("number", ["", "12", "+" + "9" * 21, "+999 0100", "OUT_../x"])
def test_a_number_a_modem_cannot_dial_never_reaches_it(tmp_path: Path, number: str) -> None:
    driven = Driven(tmp_path)
    with pytest.raises(SendError) as error:
        asyncio.run(driven.made.send(message("c1", number)))
    assert error.value.permanent


def test_without_its_folders_nothing_left(tmp_path: Path) -> None:
    driven = Driven(tmp_path)
    for story in (driven.made.send(message("c1")), driven.made.pull(driven.kept.take, driven.now())):
        with pytest.raises(SendError, match="see whether") as error:
            asyncio.run(story)
        assert not error.value.permanent


def test_its_folders_are_looked_at_before_they_are_needed(tmp_path: Path) -> None:
    driven = Driven(tmp_path)
    for name in ("outbox", "sent", "error"):
        (tmp_path / name).mkdir()

    async def story() -> None:
        assert isinstance(driven.made, Checks)
        found = await driven.made.look_over()
        assert [(check.good, bool(check.remedy)) for check in found] == [(True, False)] * 3 + [(False, True)]
        assert str(tmp_path / "inbox") in found[3].found
    driven.run(story)


def test_what_could_not_be_stored_comes_again(smsd: Smsd) -> None:
    smsd.start()
    driven = Driven(smsd.root)

    async def story() -> None:
        smsd.texted(NUMBER, "1")
        wait_for(lambda: any((smsd.root / "inbox").iterdir()), "the text")
        driven.kept.away = True
        with pytest.raises(OSError, match="full"):
            await driven.pulled("reply")
        driven.kept.away = False
        await driven.pulled("reply", "1")
    driven.run(story)


def test_a_folder_written_as_a_relative_path_is_refused() -> None:
    with pytest.raises(UsageError, match=r"inbox.*whole path"):
        registry.make("modem", "m", dict.fromkeys(("outbox", "sent", "error", "inbox", "keep"), "box"))


# -- what smsd writes ---------------------------------------------------------------------------------
def section(place: int = 0, **changes: str) -> str:
    fields = {"PDU": "Deliver", "DateTime": "20260720T120030", "NumberUnicode": NUMBER.encode("utf-16-be").hex(),
              "Text00": "0031", "Coding": "Unicode_No_Compression", "MessageReference": "0", **changes}
    return f"[SMSBackup{place:03}]\n" + "".join(f"{name} = {value}\n" for name, value in fields.items()) + "\n"


def test_a_file_grows_section_by_section_and_parts_are_joined_by_their_numbers() -> None:
    parts = [section(0, UDH="0500032B0202", Text00="0032"), section(1, UDH="0500032B0201", Text00="0031")]
    growing = ("", parts[0][:-40], parts[0], parts[0] + parts[1][:60], "".join(parts))
    assert [whole(text.encode()) for text in growing] == [False, False, True, False, True]
    assert read("".join(parts).encode(), BEIJING).text == "12"


@pytest.mark.parametrize(("stamp", "wanted"), [
    ("20260720T120030", datetime(2026, 7, 20, 4, 0, 30, tzinfo=UTC)),
    ("20260720T040030Z", datetime(2026, 7, 20, 4, 0, 30, tzinfo=UTC))])
def test_a_time_without_a_zone_is_local(stamp: str, wanted: datetime) -> None:
    assert read(section(DateTime=stamp).encode(), BEIJING).at == wanted


@pytest.mark.parametrize(("status", "wanted"), [
    ("0", Outcome.ON_HANDSET), ("2", Outcome.ON_HANDSET), ("32", None), ("63", None), ("64", Outcome.FAILED_NOW),
    ("70", Outcome.FAILED_NOW), ("127", Outcome.FAILED_NOW)])
def test_the_status_of_a_report_is_believed_before_its_word(status: str, wanted: Outcome | None) -> None:
    word = "Pending".encode("utf-16-be").hex()
    came = read(section(PDU="Status_Report", DeliveryStatus=status, Text00=word).encode(), BEIJING)
    assert (came.report, came.outcome) == (True, wanted)


@given(st.text(min_size=1, max_size=200), st.integers(20, 180))
@examples(60)
def test_whatever_was_written_is_read(text: str, width: int) -> None:
    text = text.encode("utf-16-be", "replace").decode("utf-16-be")
    written = text.encode("utf-16-be").hex().upper()
    parts = {f"Text{n:02}": written[n * width * 4:(n + 1) * width * 4] for n in range(-(-len(written) // (width * 4)))}
    assert read(section(**parts).encode(), BEIJING).text == text


@given(st.binary(max_size=300))
@examples(200)
def test_nonsense_is_refused_as_such(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(b"[SMSBackup000]\nCoding = 8bit\n" + body.replace(b"[", b""), BEIJING)


def test_a_message_that_is_no_text_is_kept_and_told(tmp_path: Path) -> None:
    for name in ("inbox", "outbox", "sent", "error"):
        (tmp_path / name).mkdir()
    driven = Driven(tmp_path)
    (tmp_path / "inbox" / "IN1.bin").write_text(section(Coding="8bit"))

    async def story() -> None:
        trouble = await driven.pulled("trouble")
        assert "8bit" in trouble.text
        assert replace(trouble, text="").number == ""
    driven.run(story)
    assert [each.name for each in (tmp_path / "keep" / "bad").iterdir()] == ["IN1.bin"]
