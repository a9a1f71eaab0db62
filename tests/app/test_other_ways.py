"""A real desk whose SMS gateway is gone: a red is texted by another way, and the reply by that way is the answer."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from tests.app.city import City, build
from tests.app.judge import Rows
from tests.app.processes import DeskProcess, Phones, until
from tests.channels.ferry_far_side import arrived, as_json, bring, row
from tests.channels.gateways.ismg import Ismg, gateway
from tests.channels.smsd import Smsd, needed

SILENT = ("--answer", "0", "--ring", "3", "--lines", "3000")
GONE = """
[channel.gateway]
kind = "http"
url = "http://127.0.0.1:1/send"
fields = {mobile = "{national}", content = "{text}"}

[live]
by = "值班长"
since = 2026-07-01
"""


class Way(Protocol):
    """Another way out: its settings, what phones show by it, and a reply by it."""

    settings: str

    def texts(self) -> list[tuple[str, str]]: ...

    def reply(self, number: str, text: str) -> None: ...


class ByModem:
    def __init__(self, root: Path, ending: ExitStack) -> None:
        needed()
        self.smsd = Smsd(root)
        ending.callback(self.smsd.stop)
        self.smsd.start()
        self.root = root
        self.settings = '[channel.other]\nkind = "modem"\n' + "".join(
            f'{name} = "{root / name}"\n' for name in ("inbox", "outbox", "sent", "error", "keep"))
        self.settings += "[limits.other]\nmax_in_flight = 2\ntimeout = 30\n"

    def texts(self) -> list[tuple[str, str]]:
        kept = self.root / "keep" / "sent"
        return [(path.name.split("_")[3], path.read_bytes().decode("utf-16")) for path in kept.glob("OUT*")]

    def reply(self, number: str, text: str) -> None:
        self.smsd.texted(number, text)


class ByFerry:
    def __init__(self, root: Path, ending: ExitStack) -> None:
        self.out, self.back, self.number = root / "out", root / "back", 0
        self.out.mkdir()
        self.back.mkdir()
        self.settings = (f'[channel.other]\nkind = "ferry"\noutbox = "{self.out}"\ninbox = "{self.back}"\n'
                         f'keep = "{root / "keep"}"\n')

    def texts(self) -> list[tuple[str, str]]:
        return [(each["number"], each["text"]) for each in arrived(self.out).values()]

    def reply(self, number: str, text: str) -> None:
        self.number += 1
        now = datetime.now(UTC).isoformat()
        bring(self.back, self.number, as_json([row("reply", number=number, text=text) | {"at": now}]))


class ByCmpp:
    def __init__(self, root: Path, ending: ExitStack) -> None:
        self.far, self.loop = Ismg(3), asyncio.new_event_loop()
        self._over, serving = asyncio.Event(), threading.Event()

        async def serve() -> None:
            async with gateway(self.far):
                serving.set()
                await self._over.wait()
        thread = threading.Thread(target=lambda: self.loop.run_until_complete(serve()))
        thread.start()
        ending.callback(self.loop.close)
        ending.callback(thread.join)
        ending.callback(lambda: self.loop.call_soon_threadsafe(self._over.set))
        assert serving.wait(10)
        ending.enter_context(pytest.MonkeyPatch.context()).setenv("CMPP_PASSWORD", self.far.secret)
        self.settings = (f'[channel.other]\nkind = "cmpp"\nhost = "127.0.0.1"\nport = {self.far.port}\n'
                         'version = "3.0"\nsp = "901234"\npassword = "${CMPP_PASSWORD}"\nnumber = "1069123456"\n')

    def texts(self) -> list[tuple[str, str]]:
        return [(f"+86{number}", text) for number, text in self.far.texts()]

    def reply(self, number: str, text: str) -> None:
        self.loop.call_soon_threadsafe(lambda: self.far.deliver(
            id=self.far.id(), to="1069123456", sender=number.removeprefix("+86"), content=text.encode("utf-16-be")))


def site(folder: Path, way: Way) -> City:
    """A small city whose first SMS gateway nobody hears, and whose people have numbers nobody was ever given."""
    city = build(folder, towns=1, villages=1, within="30s")
    config = folder / "dutydesk.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(
        'sms = "simulator-sms"', 'sms = ["gateway", "other"]') + GONE + way.settings, encoding="utf-8")
    numbers = folder / "contacts" / "numbers.csv"
    numbers.write_text(numbers.read_text(encoding="utf-8").replace("+999", "+8612"), encoding="utf-8")
    return city


@pytest.mark.parametrize("make", [ByModem, ByFerry, ByCmpp], ids=["modem", "ferry", "cmpp"])
def test_with_the_gateway_gone_a_red_is_texted_by_the_next_way_and_answered_by_it(
        tmp_path: Path, ending: ExitStack, phones: Callable[..., Phones], desk: Callable[..., DeskProcess],
        make: Callable[[Path, ExitStack], Way]) -> None:
    (tmp_path / "way").mkdir()
    way = make(tmp_path / "way", ending)
    city = site(tmp_path / "site", way)
    running = desk(city.folder, phones(0, *SILENT).url).start().ready()
    city.land("1.xml", city.warning(1, 1, datetime.now(UTC).replace(microsecond=0)))

    village = f"{city.town(1)}201-1"
    found = Rows(f"sqlite:///{city.folder}/var/desk.sqlite3")
    ending.callback(found.close)
    number, = (line.split(",")[2] for line in (city.folder / "contacts/numbers.csv").read_text().splitlines()
               if line.startswith(f"{village},"))
    until(lambda: number in dict(way.texts()), 60, "the text")
    assert "【试验应急】暴雨红色预警" in dict(way.texts())[number]
    way.reply(number, "1")
    until(lambda: found("SELECT count(*) FROM fact WHERE person = :person AND what = 'answered'", person=village)
          == [(1,)], 60, "the answer")
    assert running.running, running.said()
    carried = "SELECT DISTINCT channel FROM call WHERE via = 'sms' AND state = 'handed'"
    until(lambda: found(carried) == [("other",)], 10, "the booking, which an answer may outrun")
    assert os.environ.get("CMPP_PASSWORD", "none") not in running.said()
