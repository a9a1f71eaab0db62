"""The live stream: nothing is missed, nothing is repeated, silence is told from a lost line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fake import FakeClock, FakeHand, FakeViews
from starlette.requests import Request

from dutydesk.web.desk import Desk
from dutydesk.web.events import Pulse, resume_at, stream


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def asked(path: str, headers: dict[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/events", "query_string": path.encode(), "headers": raw})


@pytest.mark.parametrize(("query", "headers", "seen"), [
    ("after=12", {}, 12), ("after=12", {"Last-Event-ID": "40"}, 40), ("", {}, None), ("after=x", {}, None),
    ("after=7", {"Last-Event-ID": "junk"}, 7)])
def test_a_browser_goes_on_where_it_was(query: str, headers: dict[str, str], seen: int | None) -> None:
    assert resume_at(asked(query, headers)) == seen


def desk_of(views: FakeViews) -> Desk:
    return Desk(views, FakeHand(views), None, FakeClock(), "值班台", ZoneInfo("Asia/Shanghai"))


def test_who_comes_back_hears_at_once_what_he_missed() -> None:
    async def story() -> list[str]:
        views = FakeViews(seq=50)
        pulse = Pulse(views.head)
        await pulse.look()
        lines = stream(pulse, desk_of(views), 40)
        return [await anext(lines) for _ in range(3)]

    retry, grown, tick = run(story())
    assert retry.startswith("retry:")
    assert grown == 'id: 50\nevent: seq\ndata: {"seq": 50}\n\n'
    assert json.loads(tick.split("data: ")[1])["now"] == 1626722467000


def test_a_new_row_wakes_everybody_who_waits_within_the_look() -> None:
    async def story() -> list[int]:
        views = FakeViews(seq=1)
        pulse = Pulse(views.head, every=0.01)
        await pulse.look()
        watch = asyncio.create_task(pulse.run())
        waiting = [asyncio.create_task(pulse.beyond(1, 5)) for _ in range(200)]
        await asyncio.sleep(0.05)
        views.seq = 2
        heard = await asyncio.wait_for(asyncio.gather(*waiting), 2)
        watch.cancel()
        return heard

    assert run(story()) == [2] * 200


def test_a_quiet_desk_still_beats() -> None:
    async def story() -> int:
        views = FakeViews(seq=3)
        pulse = Pulse(views.head)
        await pulse.look()
        return await pulse.beyond(3, 0.01)

    assert run(story()) == 3


def test_the_watch_survives_a_database_that_is_gone_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([OSError("gone"), OSError("gone"), 9])

    def head() -> int:
        answer = next(answers, 9)
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def story() -> int:
        pulse = Pulse(head, every=0.001)
        watch = asyncio.create_task(pulse.run())
        seq = await pulse.beyond(0, 5)
        watch.cancel()
        return seq

    assert run(story()) == 9
    assert "looking again" in caplog.text
