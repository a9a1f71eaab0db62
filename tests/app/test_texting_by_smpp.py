"""A desk on a line to a message centre: what leaves arrives, what is answered counts, killed or not."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.app.processes import DeskProcess, Phones, until
from tests.app.texting import SILENT, Texting
from tests.channels.gateways.smsc import PASSWORD, Centre, body, centre

SETTINGS = """
[channel.centre]
kind = "smpp"
host = "127.0.0.1"
port = {port}
system_id = "desk"
password = "${{CENTRE_PASSWORD}}"
sender = "10690371"
"""


class Outside:
    """A centre in a thread of its own; receipts come before the answers they belong to."""

    def __init__(self, loop: asyncio.AbstractEventLoop, fake: Centre) -> None:
        self.loop, self.fake = loop, fake

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(10)

    def says(self, number: str, text: str) -> Any:
        """A person's text; the status it is acknowledged with."""
        return self.do(self.fake.deliver(number.lstrip("+"), text.encode("utf-16-be")))

    def texts(self, number: str) -> str:
        return "".join(each.text for each in self.fake.taken if "+" + each.number == number)


@contextmanager
def outside() -> Iterator[Outside]:
    def early(id: str) -> bytes:
        return body("8612000000001", f"id:{id} stat:DELIVRD err:000 text:".encode(), coding=0, esm=4)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    serving = centre(before=early)
    made = Outside(loop, asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(10))
    try:
        yield made
    finally:
        made.do(serving.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_an_ask_reaches_the_phone_and_no_answer_is_lost_where_the_desk_dies(
        tmp_path: Path, ending: ExitStack, monkeypatch: pytest.MonkeyPatch, phones: Callable[..., Phones],
        desk: Callable[..., DeskProcess]) -> None:
    monkeypatch.setenv("CENTRE_PASSWORD", PASSWORD)
    net = ending.enter_context(outside())
    trial = Texting(tmp_path / "site", "centre", SETTINGS.format(port=net.fake.port))
    running = desk(trial.city.folder, phones(0, *SILENT).url).start().ready()
    trial.city.land("1.xml", trial.city.warning(1, 1, datetime.now(UTC).replace(microsecond=0)))
    town, village = trial.holders()
    until(lambda: trial.on_handset(town) and trial.on_handset(village), 30, "the texts at the phones")
    text = net.texts(trial.numbers[town])
    assert text.startswith("【试验应急】")
    assert len(text) > 70      # it took more than one part
    assert net.says(trial.numbers[town], "1") == 0
    assert trial.replies() == 1                   # acknowledged: so it is stored
    until(lambda: trial.answered(town), 30, "the answer")

    running.send(signal.SIGSTOP)           # it stands still: what is said now is not acknowledged
    with pytest.raises(TimeoutError):
        net.do(net.fake.deliver(trial.numbers[village].lstrip("+"), "收到".encode("utf-16-be"), within=1))
    running.kill()
    binds = len(net.fake.binds)
    running.start().ready()
    until(lambda: len(net.fake.binds) > binds, 30, "the next line")
    assert net.says(trial.numbers[village], "收到") == 0     # so the centre says it again
    until(lambda: trial.answered(village), 30, "the answer that was said twice")
    assert running.end()[0] == 0
