"""Files over a one-way gate, the way out: whole, numbered without a gap, none forgotten."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ferry_far_side import arrived
from ferry_site import NOW, TEXT, Site, message

from dutydesk.channels.ferry import outbox as outboxes
from dutydesk.channels.ferry.outbox import Outbox
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.channel import Pulls, Tracks


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_message_lies_in_the_outbox_as_the_page_says(site: Site) -> None:
    assert site.sends(message("c1"), replace(message("c2"), drill=True, asks=False)) == [Outcome.QUEUED] * 2
    first, second = (arrived(site.outbox)[number] for number in (1, 2))
    assert first == {"form": "dutydesk-ferry-1", "sequence": 1, "id": "c1", "via": "sms", "number": "+8612000000001",
                     "text": TEXT, "language": "zh-CN", "asks": True, "drill": False,
                     "made_at": NOW.isoformat(), "valid_until": (NOW + timedelta(minutes=30)).isoformat()}
    assert (second["id"], second["drill"], second["asks"]) == ("c2", True, False)


def test_with_no_way_back_what_was_laid_down_counts_as_handed_over(tmp_path: Path) -> None:
    site = Site(tmp_path, back=False)
    assert site.sends(message("c1")) == [Outcome.HANDED_OVER]
    made = site.channel()
    assert not isinstance(made, Pulls)
    assert asyncio.run(made.status("c1")) is Outcome.HANDED_OVER


def test_numbers_go_on_where_the_last_run_ended_though_the_gate_took_everything(site: Site) -> None:
    site.sends(message("c1"), message("c2"))
    shutil.rmtree(site.outbox)
    site.outbox.mkdir()
    site.sends(message("c3"))
    assert [each["id"] for each in arrived(site.outbox).values()] == ["c3"]
    assert list(arrived(site.outbox)) == [3]


def test_several_workers_share_the_numbers_and_whoever_looks_sees_whole_files_only(site: Site) -> None:
    def work(worker: int) -> None:
        mine = Outbox(site.outbox, site.keep, timedelta(minutes=30), timedelta(minutes=2))
        for n in range(25):
            mine.put(message(f"c{worker}x{n}"), NOW)

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work, worker) for worker in range(4)]
        while not all(each.done() for each in working):
            arrived(site.outbox)
        assert [each.result() for each in working]
    assert sorted(arrived(site.outbox)) == list(range(1, 101))


@pytest.mark.parametrize("broken", ["missing", "file"])
def test_where_nothing_can_be_laid_down_nothing_left_and_no_number_is_used(site: Site, broken: str) -> None:
    site.sends(message("c1"))
    site.outbox.rename(site.outbox.with_name("aside"))
    if broken == "file":
        site.outbox.write_text("no folder")
    with pytest.raises(SendError) as error:
        site.sends(message("c2"))
    assert not error.value.permanent
    assert str(site.outbox) in str(error.value)
    if broken == "file":
        site.outbox.unlink()
    site.outbox.with_name("aside").rename(site.outbox)
    with pytest.raises(SendError) as never:
        asyncio.run(site.channel().status("c2"))
    assert never.value.permanent
    site.sends(message("c3"))
    assert sorted(arrived(site.outbox)) == [1, 2]


def test_a_disk_that_is_full_uses_no_number(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = outboxes.write_whole

    def full(path: Path, data: bytes) -> None:
        if path.parent == site.outbox:
            raise OSError(28, "No space left on device")
        whole(path, data)

    monkeypatch.setattr(outboxes, "write_whole", full)
    with pytest.raises(SendError):
        site.sends(message("c1"))
    monkeypatch.undo()
    site.sends(message("c2"))
    assert arrived(site.outbox)[1]["id"] == "c2"


def fate(box: Outbox, id: str) -> str:
    """What became of a message; `never` where it may go again."""
    try:
        return box.fate(id).value
    except SendError as error:
        return "never" if error.permanent else "not now"


class _Died(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("step", range(8))
@pytest.mark.parametrize("taken", [False, True], ids=["lies", "taken"])
def test_a_desk_that_dies_at_any_step_never_numbers_two_messages_alike_nor_forgets_one_that_left(
        site: Site, monkeypatch: pytest.MonkeyPatch, step: int, taken: bool) -> None:
    left = iter(range(step, -1, -1))

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any) -> Any:
            if next(left, 99) == 0:
                raise _Died
            value = real(*args)
            if next(left, 99) == 0:
                raise _Died
            return value
        return called

    box = Outbox(site.outbox, site.keep, timedelta(minutes=30), timedelta(minutes=2))
    box.put(message("c1"), NOW)
    monkeypatch.setattr(outboxes, "write_whole", dying(outboxes.write_whole))
    monkeypatch.setattr(Path, "replace", dying(Path.replace))
    with pytest.raises(_Died):
        box.put(message("c2"), NOW)
    monkeypatch.undo()

    seen = arrived(site.outbox)
    if taken:
        for path in site.outbox.iterdir():
            path.unlink()
    again = Outbox(site.outbox, site.keep, timedelta(minutes=30), timedelta(minutes=2))
    assert fate(again, "c2") in {
        (True, False): {"queued"}, (True, True): {"queued", "unknown"},
        (False, False): {"unknown", "never"}, (False, True): {"unknown", "never"}}[2 in seen, taken]
    again.put(message("c3"), NOW)
    assert 2 not in seen or 3 in arrived(site.outbox)


def test_a_gate_that_takes_nothing_gets_no_more_until_it_takes_again(site: Site) -> None:
    async def story() -> None:
        made = site.channel()
        await made.send(message("c1"))
        site.later(seconds=1)
        await made.send(message("c2"))
        site.later(minutes=2, seconds=1)
        with pytest.raises(SendError) as shut:
            await made.send(message("c3"))
        assert not shut.value.permanent
        assert "gate" in str(shut.value)
        min(site.outbox.iterdir()).unlink()
        await made.send(message("c4"))
        await made.close()
    asyncio.run(story())
    assert [each["id"] for each in arrived(site.outbox).values()].count("c3") == 0


# -- settings -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("change", "said"), [
    ({"outbox": "out"}, "whole path"), ({"keep": None}, "keep"), ({"settle": "soon"}, "duration"),
    ({"box": "/x"}, "box")])
def test_settings_that_cannot_be_used_say_which_and_why(site: Site, change: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        site.channel(**change)


def test_a_ferry_can_be_asked_what_became_of_a_message(site: Site) -> None:
    site.sends(message("c1"))
    made = site.channel()
    assert isinstance(made, Tracks)
    assert asyncio.run(made.status("c1")) is Outcome.QUEUED
