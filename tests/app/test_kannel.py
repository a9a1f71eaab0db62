"""A desk behind Debian's own Kannel, set up as the page says: what leaves arrives, what is answered counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dutydesk.domain.values import Outcome
from tests.app.city import City, build
from tests.app.judge import Rows
from tests.app.processes import DeskProcess, Phones, free_port, until
from tests.channels.gateways.kannel import PASSWORD, TOKEN, Kannel, missing

SILENT = ("--answer", "0", "--ring", "3", "--lines", "3000")
pytestmark = pytest.mark.skipif(bool(missing()), reason="no Kannel here: apt-get install kannel")


class Trial:
    """A city whose texts go through Kannel; its telephones ring and are not answered."""

    def __init__(self, folder: Path, hooks_port: int, kannel: Kannel) -> None:
        self.city: City = build(folder, towns=1, villages=1, within="60s")
        self.kannel = kannel
        self.hooks_port = hooks_port
        config = folder / "dutydesk.toml"
        own = kannel.toml().removeprefix('[channels]\nsms = ["kannel"]\n')
        config.write_text(config.read_text(encoding="utf-8").replace('sms = "simulator-sms"', 'sms = ["kannel"]')
                          + own + '\n[live]\nby = "a test"\nsince = "2026-01-01"\n', encoding="utf-8")
        numbers = folder / "contacts" / "numbers.csv"
        numbers.write_text(numbers.read_text(encoding="utf-8").replace(",+999", ",+8612"), encoding="utf-8")
        self.numbers = {person: number for person, _, number, _ in
                        (line.split(",") for line in numbers.read_text(encoding="utf-8").splitlines()[1:])}

    @property
    def rows(self) -> Rows:
        return Rows(f"sqlite:///{self.city.folder}/var/desk.sqlite3")

    def holder(self, place: str) -> str:
        return f"{place}-1"

    def texts(self, person: str) -> list[str]:
        """What this person's phone got."""
        return [text for number, text in self.kannel.arrived() if number == self.numbers[person]]

    def answered(self, person: str) -> bool:
        found = self.rows
        count = found("SELECT count(*) FROM fact WHERE what = 'answered' AND person = :person", person=person)[0][0]
        found.close()
        return bool(count)

    def outcome(self, person: str) -> str:
        found = self.rows
        outcomes = found("SELECT outcome FROM call WHERE person = :person AND via = 'sms'", person=person)
        found.close()
        return str(outcomes[0][0]) if outcomes else ""


@pytest.fixture
def trial(tmp_path: Path, ending: ExitStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    monkeypatch.setenv("KANNEL_PASSWORD", PASSWORD)
    monkeypatch.setenv("KANNEL_TOKEN", TOKEN)
    port = free_port()
    kannel = ending.enter_context(Kannel(tmp_path / "kannel", port))
    yield Trial(tmp_path / "site", port, kannel)
    shutil.rmtree(tmp_path / "kannel" / "spool", ignore_errors=True)


def test_an_ask_reaches_the_phone_and_its_answer_counts_even_one_whose_push_was_lost_for_good(
        trial: Trial, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    city, kannel = trial.city, trial.kannel
    running = desk(city.folder, phones(0, *SILENT).url, hooks_port=trial.hooks_port).start().ready()
    city.land("1.xml", city.warning(1, 1, datetime.now(UTC).replace(microsecond=0)))
    town, village = (trial.holder(place) for place in city.places(1))
    until(lambda: trial.texts(town) and trial.texts(village), 30, "the texts at the phones")
    text, = trial.texts(town)
    assert text.startswith("【试验应急】")
    assert "暴雨红色预警" in text
    assert len(text) > 70      # it took more than one part
    until(lambda: trial.outcome(town) == Outcome.ON_HANDSET, 10, "the receipt")
    kannel.says(trial.numbers[town], "1")
    until(lambda: trial.answered(town), 10, "the answer")

    running.kill()             # nobody hears now, and what waits for him dies too
    before = kannel.access_log.stat().st_size
    kannel.says(trial.numbers[village], "收到")
    until(lambda: b"Receive SMS" in kannel.access_log.read_bytes()[before:], 10, "the reply at Kannel")
    kannel.kill("smsbox")
    kannel.revive("smsbox")
    assert not trial.answered(village)
    running.start().ready()
    until(lambda: trial.answered(village), 10, "the answer out of the log")

    found = trial.rows         # the first one stands in the log as well
    assert found("SELECT count(*) FROM inbound WHERE kind = 'reply'")[0][0] == 2
    found.close()
