"""`dutydesk callsheet`: the sheet as files, with or without a desk that runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dutydesk.cli.main import main
from tests.app.city import City, build

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def city(tmp_path: Path) -> City:
    return build(tmp_path / "site", towns=2, villages=3)


@pytest.fixture
def say(city: City, capfd: pytest.CaptureFixture[str]) -> Say:
    def run(*words: object) -> tuple[int, str, str]:
        code = main([*map(str, words), "--site", str(city.folder)])
        told = capfd.readouterr()
        return code, told.out, told.err
    return run


def test_both_files_are_written_and_the_journal_knows(city: City, say: Say, tmp_path: Path) -> None:
    code, out, _ = say("callsheet", "--pdf", tmp_path / "a.pdf", "--officer", "officer")
    assert (code, "0 places" in out) == (0, True)
    say("incident", "open", "--family", "flood", "--officer", "officer", city.town(1))
    code, out, err = say("callsheet", "--pdf", tmp_path / "b.pdf", "--xlsx", tmp_path / "b.xlsx", "--county",
                         city.town(1), "--officer", "officer")
    assert (code, out.count("4 places"), err) == (0, 2, "")
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")
    rows = [row for row in load_workbook(tmp_path / "b.xlsx").active.values if row[8] and row[8].startswith("试验")]
    assert len({row[3] for row in rows}) == 4
    assert all("+999" in row[10] for row in rows)
    code, out, _ = say("callsheet", "--pdf", tmp_path / "c.pdf", "--town", city.town(2), "--officer", "officer")
    assert (code, "0 places" in out) == (0, True)
    assert say("journal", "verify")[0] == 0


def test_wrong_calls_write_nothing(city: City, say: Say, tmp_path: Path) -> None:
    assert say("callsheet", "--officer", "officer")[0] == 2
    code, _, err = say("callsheet", "--pdf", tmp_path / "x.pdf", "--officer", "somebody")
    assert (code, "somebody" in err, (tmp_path / "x.pdf").exists()) == (3, True, False)
    code, _, err = say("callsheet", "--pdf", tmp_path / "x.pdf", "--town", "nowhere", "--officer", "officer")
    assert (code, "nowhere" in err, (tmp_path / "x.pdf").exists()) == (3, True, False)
