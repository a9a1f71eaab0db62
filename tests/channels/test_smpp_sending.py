"""Texts and their receipts by SMPP 3.4, against a message centre that behaves as the protocol says, or worse."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.channels import parts
from dutydesk.channels.settings import Filled
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.channel import Checks, Holds, Limits
from tests.channels.gateways.driving import Kept
from tests.channels.gateways.smpp_kit import LONG, OTHER, PHONE, SHORT, at, channel, message, outcome, rows, run, until
from tests.channels.gateways.smsc import PASSWORD, body, centre


# -- out ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("numbers", "wanted"), [("international", PHONE), ("national", "12000000001")])
def test_a_short_text_is_one_message_in_ucs2_with_a_receipt_asked_for(numbers: str, wanted: str) -> None:
    async def story() -> None:
        async with centre() as fake, at(fake, numbers=numbers) as made:
            handed = await made.send(message())
            assert (handed.outcome, handed.provider) == (Outcome.HANDED_OVER, "@centre:1001")
            taken, = fake.taken
            assert (taken.number, taken.source, taken.text) == (wanted, "10690371", SHORT)
            assert (taken.esm, taken.coding, taken.registered, taken.tlv) == (0, 8, 1, {})
    run(story)


@pytest.mark.parametrize("long", ["udh", "sar", "payload"])
def test_a_long_text_arrives_whole_whichever_way_the_centre_wants_it(long: str) -> None:
    async def story() -> None:
        async with centre() as fake, at(fake, long=long) as made:
            for key in ("k1", "k2"):
                assert await outcome(made, message(key, text=LONG)) is Outcome.HANDED_OVER
            half = fake.taken[:len(fake.taken) // 2]
            assert "".join(each.text for each in half) == LONG
            if long == "payload":
                assert len(half) == 1
                return
            heads = [tuple(each.data[:6]) if long == "udh" else tuple(each.tlv[tag][-1] for tag in sorted(each.tlv))
                     for each in fake.taken]
            ranks = [head[-1] if long == "udh" else each.tlv[0x020F][0]
                     for head, each in zip(heads, fake.taken, strict=True)]
            assert ranks[:len(half)] == [*range(1, len(half) + 1)]
            references = {head[3] if long == "udh" else each.tlv[0x020C][-1]
                          for head, each in zip(heads, fake.taken, strict=True)}
            assert len(references) == 2          # two messages cannot be mixed up
            assert all(len(each.data) <= 140 for each in fake.taken)
    run(story)


@given(st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.text("山😀", min_size=60)))
def test_no_part_is_too_long_and_together_they_are_the_text(text: str) -> None:
    pieces = parts.split(text)
    assert "".join(each.decode("utf-16-be") for each in pieces) == text     # each can be read by itself
    assert max(map(len, pieces)) <= (140 if len(pieces) == 1 else 134)


@pytest.mark.parametrize(("status", "wanted"), [
    (0x0B, Outcome.NUMBER_DEAD), (0x58, Outcome.FAILED_NOW), (0x14, Outcome.FAILED_NOW), (0x08, Outcome.FAILED_NOW),
    (0x0A, Outcome.REFUSED), (0x65, Outcome.REFUSED), (0x400, Outcome.LIMIT), (0x4FF, Outcome.FAILED_NOW)])
def test_a_refusal_is_what_its_status_says_and_the_rest_of_a_long_text_stays_here(
        status: int, wanted: Outcome) -> None:
    async def story() -> None:
        async with centre(status={PHONE: status}) as fake, at(fake, errors={"0x400": "limit"}) as made:
            handed = await made.send(message(text=LONG))
            assert (handed.outcome, handed.why) == (wanted, f"status 0x{status:X}")
            assert len(fake.taken) == 1
            assert await outcome(made, message("k2", "+" + OTHER)) is Outcome.HANDED_OVER    # the line lives
            assert len(fake.binds) == 1
    run(story)


def test_what_the_centre_does_not_understand_is_refused() -> None:
    async def story() -> None:
        async with centre(nack=True) as fake, at(fake) as made:
            assert await outcome(made, message()) is Outcome.REFUSED
    run(story)


def test_where_nobody_listens_nothing_left() -> None:
    async def story() -> None:
        made = channel(1)
        began = asyncio.get_running_loop().time()
        for _ in range(3):
            assert await outcome(made, message()) == "not now"
        assert asyncio.get_running_loop().time() - began < 1
        await made.close()
    run(story)


def test_a_wrong_password_is_told_and_never_written(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with centre() as fake, at(fake, password=Filled("secret9")) as made:
            with pytest.raises(SendError, match="ESME_RINVPASWD"):
                await made.send(message())
    with caplog.at_level(logging.DEBUG):
        run(story)
    assert "ESME_RINVPASWD" in caplog.text
    assert "secret9" not in caplog.text


def test_a_line_is_looked_over_without_sending_anything() -> None:
    async def story() -> None:
        async with centre() as fake:
            for word, good, found in ((PASSWORD, True, "bound"), ("other", False, "it says ESME_RINVPASWD")):
                async with at(fake, password=Filled(word)) as made:
                    assert isinstance(made, Checks)
                    assert isinstance(made, Holds)
                    assert made.addresses() == [f"tcp://127.0.0.1:{fake.port}"]
                    checked, = await made.look_over()
                    assert (checked.what, checked.good, checked.found) == ("login", good, found)
                    assert bool(checked.remedy) != good
            assert not fake.taken
    run(story)


def test_no_number_and_no_text_is_written_to_any_log(caplog: pytest.LogCaptureFixture,
                                                     capfd: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take) as made:
            await made.send(message())
            await fake.deliver(PHONE, "1收到".encode("utf-16-be"))
    with caplog.at_level(logging.DEBUG):
        run(story)
    written = caplog.text + "".join(capfd.readouterr())
    assert PHONE not in written
    assert "收到" not in written


@pytest.mark.parametrize("how", [{"silent": True}, {"cut": True}])
def test_what_left_and_was_not_answered_is_unknown(how: dict[str, Any]) -> None:
    async def story() -> None:
        async with centre(**how) as fake, at(fake) as made:
            assert await outcome(made, message()) is Outcome.UNKNOWN
            assert len(fake.taken) == 1
    run(story)


def test_what_did_not_leave_in_time_is_said_so_and_never_leaves_later() -> None:
    async def story() -> None:
        async with centre() as fake, at(fake, parts_per_second=0.8, limits=Limits(timeout=1)) as made:
            told = await asyncio.gather(*(outcome(made, message(f"k{n}")) for n in range(3)))
            assert sorted(map(str, told)) == ["handed_over", "not now", "not now"]
            assert await outcome(made, message("late")) is Outcome.HANDED_OVER     # and it holds up nothing
            await asyncio.sleep(2)
            assert len(fake.taken) == 2
    run(story)


def test_what_waited_when_the_line_broke_did_not_leave_and_what_had_left_is_unknown() -> None:
    async def story() -> None:
        async with centre(silent=True) as fake, at(fake, parts_per_second=2, limits=Limits(timeout=20)) as made:
            sends = [asyncio.create_task(outcome(made, message(f"k{n}"))) for n in range(4)]
            await until(lambda: fake.taken)
            fake.hang_up()
            told = await asyncio.wait_for(asyncio.gather(*sends), 5)      # at once, not after the time-out
            assert sorted(map(str, told)) == ["not now", "not now", "not now", "unknown"]
            await fake.ready(2)
            await asyncio.sleep(1)
            assert len(fake.taken) == 1
    run(story)


def test_no_more_is_under_way_than_the_window_allows() -> None:
    async def story() -> None:
        hold = asyncio.Event()
        async with centre(hold=hold) as fake, at(fake, window=2) as made:
            sends = [asyncio.create_task(outcome(made, message(f"k{n}"))) for n in range(5)]
            await asyncio.sleep(0.3)
            assert len(fake.taken) == 2
            hold.set()
            assert set(await asyncio.gather(*sends)) == {Outcome.HANDED_OVER}
    run(story)


# -- receipts -----------------------------------------------------------------------------------------
WORDS = "id:{id} sub:001 dlvrd:001 submit date:{date} done date:{date} stat:{stat} err:{err} text:hello id:0"


@pytest.mark.parametrize(("stat", "err", "wanted"), [
    ("DELIVRD", "000", Outcome.ON_HANDSET), ("EXPIRED", "-1", Outcome.FAILED_NOW),
    ("UNDELIV", "29", Outcome.FAILED_NOW), ("UNDELIV", "001", Outcome.NUMBER_DEAD),
    ("REJECTD", "MK:0001", Outcome.REFUSED), ("ACCEPTD", "", Outcome.HANDED_OVER),
    ("MB:0042", "0A", Outcome.NUMBER_DEAD), ("UNKNOWN", "000", None), ("WHAT", "000", None)])
@pytest.mark.parametrize("date", ["2607201200", "260720120030", "soon"])
def test_a_receipt_is_read_whatever_the_centre_writes_into_it(
        stat: str, err: str, wanted: Outcome | None, date: str) -> None:
    async def story() -> None:
        kept = Kept()
        states = {"UNDELIV 001": "number_dead", "mb:0042": "number_dead"}
        async with centre() as fake, at(fake, kept.take, states=states) as made:
            await made.send(message())
            said = WORDS.format(id="00001001", stat=stat, err=err, date=date)
            assert await fake.receipt(said) == 0
            row, = rows(kept, "receipt")
            assert (row.call, row.outcome, row.text) == ("k1", wanted, f"{stat} {err}".strip())
            assert await fake.receipt(said) == 0
            assert len(kept.rows) == 1
    run(story)


def test_a_receipt_may_say_everything_in_parameters() -> None:
    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take) as made:
            await made.send(message())
            assert await fake.receipt("", {0x001E: b"00001001\0", 0x0427: b"\2"}) == 0
            row, = rows(kept, "receipt")
            assert (row.call, row.outcome) == ("k1", Outcome.ON_HANDSET)
            assert await fake.receipt("nothing at all") == 0x65
    run(story)


@pytest.mark.parametrize(("base", "said"), [("decimal", "4097"), ("same", "1001"), ("hex", "3E9")])
def test_an_id_may_come_back_in_the_other_base(base: str, said: str) -> None:
    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take, receipt_ids=base) as made:
            await made.send(message())
            await fake.receipt(f"id:{said} stat:DELIVRD err:000")
            assert [row.call for row in rows(kept, "receipt")] == ["k1"]
    run(story)


def test_a_receipt_that_beats_the_answer_belongs_to_its_message() -> None:
    async def story() -> None:
        kept = Kept()

        def early(id: str) -> bytes:
            return body(PHONE, f"id:{id} stat:DELIVRD err:000 text:".encode(), coding=0, esm=4)
        async with centre(before=early) as fake, at(fake, kept.take) as made:
            told = await asyncio.gather(*(made.send(message(f"k{n}")) for n in range(9)))
            assert {each.outcome for each in told} == {Outcome.HANDED_OVER}
            await until(lambda: len(kept.rows) == 9)
            assert sorted(row.call for row in rows(kept, "receipt")) == [f"k{n}" for n in range(9)]
    run(story)


def test_a_receipt_after_a_restart_names_the_message_as_its_hand_over_did() -> None:
    async def story() -> None:
        kept = Kept()
        async with centre() as fake:
            async with at(fake) as first:
                handed = await first.send(message(text=LONG))
            async with at(fake, kept.take):
                await fake.ready(2)
                await fake.receipt(f"id:{fake.id(len(fake.taken))} stat:DELIVRD err:000")
                row, = rows(kept, "receipt")
                assert (row.call, row.outcome) == (handed.provider, Outcome.ON_HANDSET)
    run(story)


def test_a_long_text_lies_on_the_phone_once_every_part_does_and_failed_if_one_did() -> None:
    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take) as made:
            await made.send(message("good", text=LONG))
            await made.send(message("bad", text=LONG))
            ids = [fake.id(n + 1) for n in range(len(fake.taken))]
            half = len(ids) // 2
            for id in ids[:half - 1]:
                await fake.receipt(f"id:{id} stat:DELIVRD err:000")
            assert {row.outcome for row in kept.rows.values()} == {Outcome.HANDED_OVER}
            await fake.receipt(f"id:{ids[half - 1]} stat:DELIVRD err:000")
            assert [*kept.rows.values()][-1].outcome is Outcome.ON_HANDSET
            await fake.receipt(f"id:{ids[half]} stat:DELIVRD err:000")
            await fake.receipt(f"id:{ids[half + 1]} stat:UNDELIV err:000")
            last = [*kept.rows.values()][-1]
            assert (last.call, last.outcome) == ("bad", Outcome.FAILED_NOW)
    run(story)


def test_the_receipt_of_a_message_whose_answer_came_too_late_belongs_to_it() -> None:
    async def story() -> None:
        kept, hold = Kept(), asyncio.Event()
        async with centre(hold=hold) as fake, at(fake, kept.take, limits=Limits(timeout=0.5)) as made:
            assert await outcome(made, message()) is Outcome.UNKNOWN
            hold.set()
            await asyncio.sleep(0.1)
            await fake.receipt("id:00001001 stat:DELIVRD err:000")
            assert [(row.call, row.outcome) for row in rows(kept, "receipt")] == [("k1", Outcome.ON_HANDSET)]
    run(story)


@pytest.mark.parametrize(("change", "fault"), [
    ({"password": "plain"}, "no secret stands in the file"), ({"password": Filled("much-too-long")}, "8 characters"),
    ({"errors": {"much": "refused"}}, "no command status"), ({"system_id": "x" * 16}, "system_id"),
    ({"states": {"X": "fine"}}, "states.X"), ({"sender_ton": 9}, "sender_ton"), ({"hots": "x"}, "hots: Extra inputs")])
def test_settings_that_cannot_work_are_told_before_they_are_needed(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        channel(1, **change)


def test_a_line_ends_when_it_is_told_to_whatever_it_is_doing() -> None:
    async def one(port: int, steps: int) -> None:
        made = channel(port)
        looking = asyncio.create_task(made.look_over())
        for _ in range(steps):
            await asyncio.sleep(0)
        ended, _ = await asyncio.wait([asyncio.create_task(made.close())], timeout=10)
        assert ended, f"told to end after {steps} steps, it goes on"
        looking.cancel()

    async def story() -> None:
        async with centre() as fake:
            await asyncio.gather(*(one(fake.port, steps) for steps in range(60)))
    asyncio.run(story())
