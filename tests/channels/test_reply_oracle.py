from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest
from oracle import OracleReply, Sent, messages, replies

from dutydesk.domain.replies import Act, Unclear, Understood, read

START = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def told() -> tuple[list[Sent], list[OracleReply]]:
    rng = Random(20260701)
    sent = messages(rng, 400, start=START)
    return sent, replies(rng, sent, 10_000)


def test_every_owner_is_understood_as_he_meant_it_and_no_garble_is(told: tuple[list[Sent], list[OracleReply]]) -> None:
    for reply in told[1]:
        reading = read(reply.text)
        if reply.kind == "garbled":
            assert isinstance(reading, Unclear), reply
        else:
            assert reading == Understood(Act(reply.act), reply.code, reply.n, reply.numbers), reply


def test_the_mess_holds_every_kind_of_reply(told: tuple[list[Sent], list[OracleReply]]) -> None:
    kinds = Counter(reply.kind for reply in told[1])
    assert len(told[1]) == 10_000
    assert min(kinds[kind] for kind in ("coded", "bare", "ambiguous", "list", "foreign_list", "closed", "unknown_code",
                                        "garbled")) > 20
    assert sum(reply.double for reply in told[1]) == 1000
    assert any(one.at > two.at for one, two in zip(told[1], told[1][1:], strict=False))


def test_no_truth_reaches_beyond_the_phone_or_its_time(told: tuple[list[Sent], list[OracleReply]]) -> None:
    sent, heard = told
    for reply in heard:
        lying = {ask for each in sent if each.number == reply.number and each.handed_at <= reply.at
                 for ask in each.asks}
        assert (reply.truth or frozenset()) <= lying
        assert (reply.truth or frozenset()) <= reply.allowed <= lying


def test_one_seed_tells_one_story() -> None:
    def tell() -> list[OracleReply]:
        rng = Random(5)
        return replies(rng, messages(rng, 20, start=START), 300)
    assert tell() == tell()
