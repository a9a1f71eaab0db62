"""The bytes of CMPP against a second reading of the protocol's tables; the fakes share nothing with the program."""

from __future__ import annotations

import asyncio
import hashlib
import string
import struct
from functools import partial
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.channels import parts
from dutydesk.channels.cmpp import wire
from tests.channels.gateways import ismg
from tests.proving import examples

Version = Literal["2.0", "3.0"]
VERSIONS: list[Version] = ["2.0", "3.0"]
PLAIN = string.ascii_letters + string.digits
IDS = st.integers(0, 2**64 - 1)


def number_of(version: Version) -> int:
    return int(version[0])


@pytest.mark.parametrize("version", VERSIONS)
@given(st.data())
@examples(60)
def test_what_we_submit_reads_as_the_table_of_the_protocol_says(version: Version, data: st.DataObject) -> None:
    def text(most: int) -> str:
        return data.draw(st.text(PLAIN, max_size=most))
    total = data.draw(st.integers(1, 255))
    content, rank = data.draw(st.binary(max_size=140)), data.draw(st.integers(1, total))
    message = wire.Submit(text(21), text(21), text(6), content, total, rank, text(10), text(2), text(6), text(16),
                          data.draw(st.booleans()))
    read = ismg.parsed(number_of(version), wire.submit(version, message))
    assert read["msg_id"] == 0
    assert (read["dest_terminal_id"], read["destusr_tl"], read["src_id"], read["msg_src"]) == (
        message.to, 1, message.sender, message.sp)
    assert (read["msg_content"], read["msg_fmt"]) == (message.content, 8)
    assert (read["pk_total"], read["pk_number"], read["tp_udhi"]) == (total, message.rank, int(total > 1))
    assert (read["service_id"], read["fee_type"], read["fee_code"], read["valid_time"]) == (
        message.service, message.fee_type, message.fee_code, message.valid)
    assert (read["registered_delivery"], read["fee_usertype"], read["fee_terminal_id"]) == (message.report, 2, "")


@pytest.mark.parametrize(("version", "length"), [("2.0", 117 + 21 + 1 + 8), ("3.0", 129 + 32 + 1 + 1 + 20)])
def test_a_message_has_the_length_the_protocol_gives(version: Version, length: int) -> None:
    assert len(wire.submit(version, wire.Submit("1", "1069", "901234", b""))) == length


@pytest.mark.parametrize("version", VERSIONS)
@given(IDS, st.text(PLAIN, max_size=21), st.text(PLAIN, max_size=21), st.binary(max_size=255), st.integers(0, 255),
       st.booleans(), st.booleans())
@examples(60)
def test_what_a_gateway_delivers_is_read(version: Version, id: int, to: str, sender: str, content: bytes, coding: int,
                                         udhi: bool, report: bool) -> None:
    body = ismg.delivered(number_of(version), id=id, to=to, sender=sender, content=content, coding=coding,
                          udhi=int(udhi), report=int(report))
    assert wire.deliver(version, body) == wire.Deliver(id, to, sender, coding, content, udhi, report)


@pytest.mark.parametrize("version", VERSIONS)
@given(IDS, st.sampled_from(["DELIVRD", "EXPIRED", "MA:0006", "UNDELIV"]))
@examples(20)
def test_a_report_is_read_whatever_follows_its_word(version: Version, id: int, state: str) -> None:
    content = ismg.reported(number_of(version), id, state.encode(), "12000000001")
    assert wire.report(content) == wire.report(content[:15]) == wire.Report(id, state)


def test_the_login_proves_the_secret_and_believes_a_gateway_that_does() -> None:
    body = wire.login("2.0", "901234", "secret", "0720120030")
    name, digest, version, stamp = struct.unpack("!6s16sBL", body)
    assert (name, version, stamp) == (b"901234", 0x20, 720120030)
    assert digest == hashlib.md5(b"901234\0\0\0\0\0\0\0\0\0secret0720120030").digest()
    for packed in (b"\0", b"\0\0\0\0"):
        proof = hashlib.md5(packed + digest + b"secret").digest()
        assert wire.proven(wire.LoggedIn(0, proof), digest, "secret")
        assert not wire.proven(wire.LoggedIn(0, proof), digest, "another")


@pytest.mark.parametrize("version", VERSIONS)
@given(st.binary(max_size=300))
@examples(200)
def test_nonsense_is_a_value_error_and_nothing_else(version: Version, body: bytes) -> None:
    for read in (partial(wire.deliver, version), partial(wire.taken, version), wire.logged_in, wire.report):
        try:
            read(body)
        except ValueError as error:
            assert "too short" in str(error)    # noqa: PT017 - any other error ends the test
    parts.unpacked(body)


@pytest.mark.parametrize("length", [0, 11, 65_537, 2**32 - 1])
def test_a_length_that_cannot_be_ends_the_line(length: int) -> None:
    with pytest.raises(ValueError, match=str(length)):
        wire.header(struct.pack(">III", length, 5, 1))


# -- parts --------------------------------------------------------------------------------------------
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=90), st.integers(1, 9), st.integers(0, 255))
@examples(100)
def test_a_long_text_is_the_same_after_any_order_of_its_parts(text: str, times: int, reference: int) -> None:
    asyncio.run(_joined(text * times, reference))


async def _joined(text: str, reference: int) -> None:
    pieces = parts.split(text)
    assert all(len(piece) <= (140 if len(pieces) == 1 else 134) for piece in pieces)
    assert b"".join(pieces).decode("utf-16-be") == text
    for piece in pieces:
        piece.decode("utf-16-be")       # no character is cut in two
    joining, joined = parts.Joining(), None
    for rank in range(len(pieces), 0, -1):
        part, data = parts.unpacked(parts.header(reference, len(pieces), rank) + pieces[rank - 1])
        assert data == pieces[rank - 1]
        if len(pieces) == 1:
            assert part is None
            joined = data
        else:
            assert part == parts.Part(reference, len(pieces), rank)
            _, joined = joining.add("somebody", part, data)
    assert joined is not None
    assert joined.decode("utf-16-be") == text


def test_a_reference_of_two_octets_is_read_beside_other_elements() -> None:
    assert parts.unpacked(bytes((10, 36, 2, 1, 1, 8, 4, 1, 2, 3, 2)) + b"ab") == (parts.Part(0x102, 3, 2), b"ab")


@pytest.mark.parametrize("data", [b"", b"\x05\x00", b"\xffabc"])
def test_a_header_that_is_cut_off_is_text(data: bytes) -> None:
    assert parts.unpacked(data) == (None, data)


def test_parts_of_different_people_are_not_mixed() -> None:
    async def story() -> None:
        joining = parts.Joining()
        for person in ("a", "b"):
            assert joining.add(person, parts.Part(1, 2, 1), b"1")[1] is None
        assert joining.add("a", parts.Part(1, 2, 2), b"2")[1] == b"12"
    asyncio.run(story())
