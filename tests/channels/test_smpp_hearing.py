"""Replies by SMPP 3.4, and the line they come on, against a centre that behaves as the protocol says, or worse."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.channels import parts
from dutydesk.channels.smpp import reading
from dutydesk.domain.values import Outcome
from dutydesk.ports.channel import Limits
from tests.channels.gateways.driving import Kept
from tests.channels.gateways.kannel import free_ports
from tests.channels.gateways.smpp_kit import LONG, NOW, PHONE, at, channel, message, outcome, rows, run, until
from tests.channels.gateways.smsc import body, centre


# -- replies ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("coding", "data", "wanted"), [
    (8, "1收到".encode("utf-16-be"), "1收到"), (0, b"3 32", "3 32"), (0, b"\x00\x1b\x65", "@€"), (1, b"1", "1"),
    (3, "1 déjà".encode("latin-1"), "1 déjà"), (4, b"1", "1"), (15, "1收到".encode("gb18030"), "1收到"),
    (0x18, "1收到".encode("utf-16-be"), "1收到"), (0xF0, b"1", "1"), (0xF5, b"4", "4"), (0x0D, b"1", "1"),
    (0xC8, b"1", "1"), (8, b"\0", "�")])
def test_a_reply_is_read_in_whatever_coding_it_comes(coding: int, data: bytes, wanted: str) -> None:
    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take):
            assert await fake.deliver(PHONE, data, coding=coding) == 0
            row, = kept.rows.values()
            assert (row.kind, row.number, row.text, row.call) == ("reply", "+" + PHONE, wanted, "")
            assert len(fake.binds) == 1
    run(story)


@pytest.mark.parametrize(("number", "ton"), [(PHONE, 1), ("12000000001", 0), ("+" + PHONE, 1), ("00" + PHONE, 0)])
def test_a_number_is_the_sites_however_the_centre_writes_it(number: str, ton: int) -> None:
    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take):
            await fake.deliver(number, b"1", coding=0, ton=ton)
            assert [row.number for row in kept.rows.values()] == ["+" + PHONE]
    run(story)


def test_nothing_is_acknowledged_before_somebody_stored_it() -> None:
    async def story() -> None:
        kept, free = Kept(), asyncio.Event()

        async def slow(rows_: Any) -> None:
            await free.wait()
            await kept.take(rows_)
        async with centre() as fake, at(fake) as made:
            await made.send(message())
            offered = [fake.offer(body(PHONE, str(n).encode(), coding=0)) for n in range(3)]
            await asyncio.sleep(0.2)             # nobody pulls yet
            pulling = asyncio.create_task(made.pull(slow, NOW))
            await asyncio.sleep(0.2)
            assert not any(each.done() for each in offered)
            assert await outcome(made, message("k2")) is Outcome.HANDED_OVER      # they hold nothing up
            free.set()
            assert await asyncio.gather(*offered) == [0, 0, 0]
            assert len(kept.rows) == 3
            pulling.cancel()
    run(story)


def test_what_could_not_be_stored_is_to_come_again_and_what_cannot_be_read_is_not() -> None:
    async def story() -> None:
        kept = Kept(away=True)
        async with centre() as fake, at(fake, kept.take):
            assert await fake.deliver(PHONE, b"1", coding=0) == 0x64
            kept.away = False
            assert await fake.deliver(PHONE, b"1", coding=0) == 0
            assert len(kept.rows) == 1
            assert await fake.offer(b"\0\1\1cut") == 0x65
            assert await fake.deliver(PHONE, b"2", coding=0) == 0
            assert len(fake.binds) == 1
    run(story)



@pytest.mark.parametrize("form", ["udh", "udh16", "udh-more", "sar", "payload"])
def test_a_long_reply_is_one_row_acknowledged_once_all_of_it_is_stored(form: str) -> None:
    text = "4 需支援，桥头进水，有人被困。" * 9

    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take):
            if form == "payload":
                await fake.deliver(PHONE, b"", tlv={0x0424: text.encode("utf-16-be")})
            else:
                pieces = [text.encode("utf-16-be")[n:n + 100] for n in range(0, len(text) * 2, 100)]
                offered = []
                for rank in (3, 1, 2):
                    offered.append(fake.offer(part(form, rank, pieces)))
                    await asyncio.sleep(0.05)
                    assert bool(kept.rows) == (rank == 2)
                assert await asyncio.gather(*offered) == [0, 0, 0]
            assert [row.text for row in kept.rows.values()] == [text]
    run(story)


def part(form: str, rank: int, pieces: list[bytes]) -> bytes:
    data, total = pieces[rank - 1], len(pieces)
    if form == "sar":
        return body(PHONE, data, tlv={0x020C: b"\0\x09", 0x020E: bytes([total]), 0x020F: bytes([rank])})
    heads = {"udh": bytes((5, 0, 3, 9, total, rank)), "udh16": bytes((6, 8, 4, 7, 9, total, rank)),
             "udh-more": bytes((9, 0x24, 2, 1, 1, 0, 3, 9, total, rank))}
    return body(PHONE, heads[form] + data, esm=0x40)


def test_a_centre_that_sends_part_after_part_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PATIENCE", 0.2)
    pieces = ["第一".encode("utf-16-be"), "第二".encode("utf-16-be")]

    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take):
            assert await fake.offer(part("udh", 1, pieces)) == 0
            assert [row.text for row in kept.rows.values()] == ["[1/2] 第一"]     # acknowledged: so it is stored
            assert await fake.offer(part("udh", 2, pieces)) == 0
            assert [row.text for row in kept.rows.values()] == ["[1/2] 第一", "第一第二"]
    run(story)


def test_a_part_whose_whole_could_not_be_stored_comes_again_like_the_others() -> None:
    async def story() -> None:
        kept = Kept(away=True)
        pieces = [b"\0a", b"\0b"]
        async with centre() as fake, at(fake, kept.take):
            offered = [fake.offer(part("udh", rank, pieces)) for rank in (1, 2)]
            assert await asyncio.gather(*offered) == [0x64, 0x64]
            kept.away = False
            offered = [fake.offer(part("udh", rank, pieces)) for rank in (2, 1)]
            assert await asyncio.gather(*offered) == [0, 0]
            assert [row.text for row in kept.rows.values()] == ["ab"]
    run(story)


# -- the line -----------------------------------------------------------------------------------------
def test_a_line_that_breaks_is_made_again_and_what_was_said_on_it_again_is_one_row() -> None:
    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take) as made:
            await fake.deliver(PHONE, b"1", coding=0)
            fake.hang_up()
            await fake.ready(2)
            await fake.deliver(PHONE, b"1", coding=0)      # its acknowledgement had been lost
            assert len(kept.rows) == 1
            await fake.deliver(PHONE, b"1", coding=0)      # he says it once more
            assert len(kept.rows) == 2
            assert await outcome(made, message()) is Outcome.HANDED_OVER
    run(story)


def test_what_is_said_again_long_after_the_line_broke_is_new() -> None:
    async def story() -> None:
        kept, clock = Kept(), [NOW]
        async with centre() as fake, at(fake, kept.take, now=lambda: clock[0]):
            await fake.deliver(PHONE, b"1", coding=0)
            fake.hang_up()
            await fake.ready(2)
            clock[0] += timedelta(seconds=31)
            await fake.deliver(PHONE, b"1", coding=0)
            assert len(kept.rows) == 2
    run(story)


def test_a_store_that_was_slow_acknowledges_nothing_on_the_next_line() -> None:
    async def story() -> None:
        kept, free = Kept(), asyncio.Event()

        async def slow(rows_: Any) -> None:
            await free.wait()
            await kept.take(rows_)
        async with centre() as fake, at(fake, slow):
            fake.offer(body(PHONE, b"1", coding=0))
            await asyncio.sleep(0.1)
            fake.hang_up()
            await fake.ready(2)
            fake.told.clear()
            free.set()
            await until(lambda: kept.rows)
            await asyncio.sleep(0.1)
            assert (0x80000005, 0) not in fake.told
            assert await fake.deliver(PHONE, b"1", coding=0) == 0
            assert len(kept.rows) == 1
    run(story)


def test_a_silent_line_is_tried_and_one_that_does_not_answer_is_left() -> None:
    async def story() -> None:
        async with centre() as fake, at(fake, enquire="1s", limits=Limits(timeout=0.5)) as made:
            await made.send(message())
            await until(lambda: fake.enquired, 4)
            assert len(fake.binds) == 1
            stuck = fake._writer
            fake._hear = lambda *_: asyncio.sleep(0)  # type: ignore[assignment, method-assign]
            await asyncio.sleep(2)
            del fake._hear
            await fake.ready(2)
            assert stuck
            assert await outcome(made, message("k2")) is Outcome.HANDED_OVER
    run(story)


def test_a_command_nobody_knows_is_answered_and_the_line_lives() -> None:
    async def story() -> None:
        async with centre() as fake, at(fake, Kept().take) as made:
            assert await fake.offer(b"", command=0x0103) == 0x03     # data_sm
            assert await fake.offer(b"", command=0x7777) == 0x03
            assert await outcome(made, message()) is Outcome.HANDED_OVER
            assert len(fake.binds) == 1
    run(story)


def test_nonsense_ends_the_line_and_not_the_channel() -> None:
    async def story() -> None:
        kept = Kept()
        async with centre() as fake, at(fake, kept.take):
            assert fake._writer
            fake._writer.write(b"\xff" * 64)
            await fake.ready(2)
            await fake.deliver(PHONE, b"1", coding=0)
            assert len(kept.rows) == 1
    run(story)


@given(st.binary(max_size=80))
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        found = reading.delivered(bytes(16) + data)
        assert isinstance(reading.text_of(found.coding, found.data, "gsm7"), str)
        assert reading.receipt(found).id


# -- a centre by others -------------------------------------------------------------------------------
def test_a_centre_by_others_takes_what_we_send_and_is_understood() -> None:
    async def story() -> None:
        kept, port, count = Kept(), free_ports(1)[0], len(parts.split(LONG))
        server = smpp34.Server(host="127.0.0.1", port=port, system_id="OTHERS")
        await server.start()
        made = channel(port)
        pulling = asyncio.create_task(made.pull(kept.take, NOW))
        esme = await server.next()
        sending = asyncio.create_task(made.send(message(text=LONG)))
        taken = []
        while len(taken) < count:
            taken.append(await server.next())
            taken[-1].accept(message_id=f"m{len(taken)}")
        assert (await sending).outcome is Outcome.HANDED_OVER
        taken.sort(key=lambda event: event.short_message[5])     # it keeps no order
        assert "".join(event.short_message[6:].decode("utf-16-be") for event in taken) == LONG
        assert {(event.destination_addr, event.data_coding, event.registered_delivery) for event in taken} == {
            (PHONE, 8, 1)}
        for rank in range(1, count + 1):
            said = f"id:m{rank} stat:DELIVRD err:000 text:".encode()
            await esme.deliver_sm("10690371", said, source_addr=PHONE, esm_class=4)
        said = "1收到".encode("utf-16-be")
        await esme.deliver_sm("10690371", said, source_addr=PHONE, source_addr_ton=1, data_coding=8)
        assert [row.outcome for row in rows(kept, "receipt")][-1] is Outcome.ON_HANDSET
        assert [(row.number, row.text) for row in rows(kept, "reply")] == [("+" + PHONE, "1收到")]
        pulling.cancel()
        await made.close()
        await server.stop()
    run(story)
