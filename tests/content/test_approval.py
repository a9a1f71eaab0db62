"""The list of texts to be approved is what the desk will send: every wording, every ladder, real and as a drill."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from dutydesk.cli.main import main
from dutydesk.content.check.approval import Submitted, to_approve
from dutydesk.content.check.rule import Case
from dutydesk.content.load import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def case() -> Case:
    return Case(load(ROOT), date(2031, 7, 20))


@pytest.fixture(scope="module")
def texts(case: Case) -> list[Submitted]:
    return to_approve(case)


def test_every_wording_that_is_sent_is_on_the_list_real_and_as_a_drill(case: Case, texts: list[Submitted]) -> None:
    sent = {name for name in case.loaded.texts if not name.startswith("card.")}
    assert {each.wording for each in texts if not each.drill} == sent
    assert {each.wording for each in texts if each.drill} == sent
    assert all("演练" in each.text for each in texts if each.drill)
    assert not [each.wording for each in texts if not each.drill and "演练" in each.text]


def test_every_ladder_is_there_with_its_own_action_and_what_ends_it(case: Case, texts: list[Submitted]) -> None:
    for playbook in case.loaded.playbooks.values():
        name = playbook.texts["sms"]
        for colour in playbook.ladder:
            for kind in playbook.posts:
                if not playbook.asks(kind, colour):
                    continue
                use = f"{playbook.family} {colour.word} {kind}"
                (mine,) = [each for each in texts if each.wording == name and not each.drill and use in each.uses]
                assert playbook.action.get(colour, "") in mine.text
                patrolled = playbook.done_when.get(kind, {}).get(colour) == "patrolled"
                assert ("已巡查" in mine.text) is patrolled


def test_nothing_is_listed_twice_and_no_variable_is_without_a_longest_value(texts: list[Submitted]) -> None:
    assert len({(each.wording, each.text) for each in texts}) == len(texts)
    for each in texts:
        assert set(each.values) == {part.partition("}")[0] for part in each.text.split("${")[1:]}
        assert "${" not in each.filled


def test_the_file_holds_the_whole_list(tmp_path: Path, texts: list[Submitted],
                                       capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["texts", "--csv", str(tmp_path / "t.csv"), "--site", str(ROOT)]) == 0
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == [each.text for each in texts]
    assert [int(row["parts"]) for row in rows] == [each.parts for each in texts]
    capsys.readouterr()
    assert main(["texts", "--site", str(ROOT)]) == 0
    assert f"{len(texts)} texts" in capsys.readouterr().out
