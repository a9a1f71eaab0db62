from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.domain.ids import document_hash
from dutydesk.errors import Refused
from dutydesk.fetch import folder as door_module
from dutydesk.fetch.folder import KEPT, FolderDoor
from dutydesk.ports.feed import Source

SOURCE = Source("cma", "cap")
NOW = datetime(2026, 7, 20, 12, tzinfo=UTC)
WHOLE = b"<?xml version='1.0'?><alert><identifier>1</identifier></alert>\n"


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def names(door: FolderDoor, at: float) -> list[str]:
    return [document.name for document in door.poll(later(at))]


def test_a_closed_message_is_handed_over_at_the_first_look_and_only_once(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(WHOLE)
    door = FolderDoor(tmp_path, SOURCE)
    [document] = door.poll(NOW)
    assert (document.body, document.name, document.source, document.received_at, document.state) == (
        WHOLE, "a.xml", "cma", NOW, "waiting")
    assert document.hash == document_hash("cma", WHOLE)
    assert len(document.hash) == 40
    assert names(door, 1) == names(door, 99) == []


@pytest.mark.parametrize("ending", [b"</cap:alert>", b"</alert >\r\n", b"</ALERT>", b"</x-1.2:alert\n>\n\n"])
def test_a_prefix_and_blanks_close_a_message_too(tmp_path: Path, ending: bytes) -> None:
    (tmp_path / "a").write_bytes(b"<alert>" + ending)
    assert names(FolderDoor(tmp_path, SOURCE), 0) == ["a"]


def test_a_half_written_file_waits_until_it_has_stood_still(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    door = FolderDoor(tmp_path, SOURCE)
    path.write_bytes(b"<alert><info>")
    assert names(door, 0) == []
    assert names(door, 0.1) == []
    path.write_bytes(b"<alert><info><event>")
    assert names(door, 0.25) == []          # it grew: the wait begins anew
    assert names(door, 0.4) == []
    path.write_bytes(WHOLE)
    assert names(door, 0.41) == ["a.xml"]
    assert names(door, 5) == []


def test_a_file_cut_off_for_good_is_handed_over_to_be_shown(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<alert><info>")
    door = FolderDoor(tmp_path, SOURCE)
    assert names(door, 0) == []
    assert names(door, 0.2) == ["a.xml"]


def test_a_file_that_changes_later_is_another_document(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(WHOLE)
    door = FolderDoor(tmp_path, SOURCE)
    [first] = door.poll(NOW)
    path.write_bytes(WHOLE.replace(b"1</id", b"2</id"))     # same size
    os.utime(path, ns=(1, 1))
    [second] = door.poll(later(1))
    assert first.hash != second.hash


@pytest.mark.parametrize("name", [".a.xml", "a.xml.part", "a.xml.tmp", "a.XML.PART", "a.xml~", "~a.xml", "a.swp"])
def test_temporary_names_wait_until_they_are_renamed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(WHOLE)
    door = FolderDoor(tmp_path, SOURCE)
    assert names(door, 0) == names(door, 1) == []
    (tmp_path / name).rename(tmp_path / "b.xml")
    assert names(door, 2) == ["b.xml"]


def test_folders_pipes_and_dead_links_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dir.xml").mkdir()
    os.mkfifo(tmp_path / "pipe.xml")
    (tmp_path / "link.xml").symlink_to(tmp_path / "nowhere")
    door = FolderDoor(tmp_path, SOURCE)
    assert names(door, 0) == names(door, 90) == []


def test_nothing_is_moved_or_deleted(tmp_path: Path) -> None:
    for name in ("a.xml", "b.xml", "c.part"):
        (tmp_path / name).write_bytes(WHOLE)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    door = FolderDoor(tmp_path, SOURCE)
    door.poll(NOW)
    door.poll(later(9))
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_after_a_restart_everything_comes_again_with_the_same_hash(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(WHOLE)
    [first] = FolderDoor(tmp_path, SOURCE).poll(NOW)
    [second] = FolderDoor(tmp_path, SOURCE).poll(later(3600))
    assert first.hash == second.hash


def test_what_could_not_be_stored_is_handed_over_again(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(WHOLE)
    (tmp_path / "b.xml").write_bytes(WHOLE)
    door = FolderDoor(tmp_path, SOURCE)
    door.again(door.poll(NOW)[:1])
    assert names(door, 1) == ["a.xml"]


def test_more_than_fifty_megabytes_come_as_a_bad_document_with_their_beginning(tmp_path: Path) -> None:
    for name in ("a.xml", "b.xml"):
        with (tmp_path / name).open("wb") as file:
            file.write(b"<alert>")
            file.truncate(50_000_001)
    door = FolderDoor(tmp_path, SOURCE)
    assert door.poll(NOW) == []
    started = time.perf_counter()
    first, second = door.poll(later(1))
    assert time.perf_counter() - started < 0.2
    assert first.state == "bad"
    assert first.faults[0].startswith("too-large")
    assert len(first.body) == KEPT
    assert first.hash != second.hash
    assert door.poll(later(2)) == []


def test_a_file_that_cannot_be_opened_is_told_and_read_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(WHOLE)
    door = FolderDoor(tmp_path, SOURCE)

    def denied(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(door_module, "_read", denied)
        [document] = door.poll(NOW)
        assert document.state == "bad"
        assert document.faults[0].startswith("unreadable")
        assert door.poll(later(1)) == []
    path.chmod(0o600)
    assert [one.state for one in door.poll(later(2))] == ["waiting"]


def test_an_empty_file_is_waited_for_and_then_told(tmp_path: Path) -> None:
    (tmp_path / "a.xml").touch()
    door = FolderDoor(tmp_path, SOURCE)
    assert names(door, 0) == names(door, 59) == []
    [document] = door.poll(later(60))
    assert (document.state, document.body) == ("bad", b"")
    (tmp_path / "a.xml").write_bytes(WHOLE)
    assert names(door, 61) == ["a.xml"]


def test_a_full_folder_is_handed_over_in_portions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "AT_ONCE", 2 * len(WHOLE))
    for name in "abcde":
        (tmp_path / name).write_bytes(WHOLE)
    door = FolderDoor(tmp_path, SOURCE)
    assert [names(door, at) for at in range(4)] == [["a", "b"], ["c", "d"], ["e"], []]


def test_a_name_of_any_bytes_is_shown_as_text(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xd4\xa4\xbe\xaf.xml"))).write_bytes(WHOLE)
    [document] = FolderDoor(tmp_path, SOURCE).poll(NOW)
    assert document.name.encode("utf-8")


def test_a_missing_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"dutydesk\.toml"):
        FolderDoor(tmp_path / "nowhere", SOURCE).poll(NOW)


def test_a_look_at_thousands_of_old_files_is_cheap(tmp_path: Path) -> None:
    for n in range(1000):
        (tmp_path / f"{n}.xml").write_bytes(WHOLE)
    door = FolderDoor(tmp_path, SOURCE)
    assert len(door.poll(NOW)) == 1000
    started = time.perf_counter()
    assert door.poll(later(1)) == []
    assert time.perf_counter() - started < 0.5


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.tuples(st.binary(max_size=40), st.floats(0.01, 0.19)), min_size=1, max_size=8))
def test_however_slowly_it_is_written_the_last_state_is_handed_over(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[bytes, float]]
) -> None:
    folder = tmp_path_factory.mktemp("door")
    door = FolderDoor(folder, SOURCE)
    written, at, got = b"", 0.0, []
    for piece, wait in pieces:
        written += piece
        with (folder / "a.xml").open("ab") as file:
            file.write(piece)
        at += wait
        got += door.poll(later(at))
    (folder / "a.xml").write_bytes(written + WHOLE)
    got += door.poll(later(at + 0.01))
    assert got[-1].body == written + WHOLE
