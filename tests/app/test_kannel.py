"""A desk behind Debian's own Kannel, set up as the page says: what leaves arrives, what is answered counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.app.processes import DeskProcess, Phones, free_port, until
from tests.app.texting import SILENT, Texting
from tests.channels.gateways.kannel import PASSWORD, TOKEN, Kannel, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason="no Kannel here: apt-get install kannel kannel-extras")


def test_an_ask_reaches_the_phone_and_its_answer_counts_even_one_whose_push_was_lost_for_good(
        tmp_path: Path, ending: ExitStack, monkeypatch: pytest.MonkeyPatch, phones: Callable[..., Phones],
        desk: Callable[..., DeskProcess]) -> None:
    monkeypatch.setenv("KANNEL_PASSWORD", PASSWORD)
    monkeypatch.setenv("KANNEL_TOKEN", TOKEN)
    hooks = free_port()
    kannel = ending.enter_context(Kannel(tmp_path / "kannel", hooks))
    trial = Texting(tmp_path / "site", "kannel", kannel.toml().removeprefix('[channels]\nsms = ["kannel"]\n'))

    def texts(person: str) -> list[str]:
        return [text for number, text in kannel.arrived() if number == trial.numbers[person]]
    running = desk(trial.city.folder, phones(0, *SILENT).url, hooks_port=hooks).start().ready()
    trial.city.land("1.xml", trial.city.warning(1, 1, datetime.now(UTC).replace(microsecond=0)))
    town, village = trial.holders()
    until(lambda: texts(town) and texts(village), 30, "the texts at the phones")
    text, = texts(town)
    assert text.startswith("【试验应急】")
    assert "暴雨红色预警" in text
    assert len(text) > 70      # it took more than one part
    until(lambda: trial.on_handset(town), 30, "the receipt")
    kannel.says(trial.numbers[town], "1")
    until(lambda: trial.answered(town), 30, "the answer")

    running.kill()             # nobody hears now, and what waits for him dies too
    before = kannel.access_log.stat().st_size
    kannel.says(trial.numbers[village], "收到")
    until(lambda: b"Receive SMS" in kannel.access_log.read_bytes()[before:], 10, "the reply at Kannel")
    kannel.kill("smsbox")
    kannel.revive("smsbox")
    assert not trial.answered(village)
    running.start().ready()
    until(lambda: trial.answered(village), 30, "the answer out of the log")
    assert trial.replies() == 2     # the first one stands in the log as well
