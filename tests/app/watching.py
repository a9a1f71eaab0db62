"""A desk that polls real servers on loopback, on a clock moved by hand and without its threads but the pollers'."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dutydesk import store as stores
from dutydesk.app import house
from dutydesk.app.polling import Poller
from dutydesk.clock import VirtualClock
from dutydesk.domain.sources import Address, SourceState
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.rounds import Rounds
from tests.app.city import BEIJING, CITY, City, build

NOON = datetime(2026, 7, 20, 12, tzinfo=BEIJING)
QUICK = "\n[feeds]\ngap = 0\n"

SOURCE = """
[[source]]
id = "web"
kind = "{kind}"
name = "网上预警"
auto = true
url = "{url}"
interval = "60s"
jitter = 0
timeout = "{timeout}"
allow_private = true
{more}
"""


def source(url: str, kind: str = "cap-index", timeout: str = "5s", more: str = "") -> str:
    return SOURCE.format(url=url, kind=kind, timeout=timeout, more=more)


def index(*entries: tuple[str, datetime | None], word: str = "", titles: Mapping[str, str] | None = None) -> bytes:
    """An Atom index: address and time of each entry, its title if not its address."""
    told = "".join(f'<entry><title>{(titles or {}).get(url, url)}</title><link href="{url}"/>'
                   + (f"<updated>{updated.isoformat()}</updated>" if updated else "") + "</entry>"
                   for url, updated in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{word}</title>{told}</feed>'.encode()


class Watch:
    """A small city with more sources than its folder. `sources` is TOML behind the city's own."""

    def __init__(self, folder: Path, sources: str, url: str, *, start: datetime = NOON,
                 environment: Mapping[str, str] | None = None, towns: int = 2, villages: int = 3,
                 feeds: str = QUICK, desk: str = CITY) -> None:
        self.city: City = build(folder, towns=towns, villages=villages, desk=desk)
        config = folder / "dutydesk.toml"
        config.write_text(config.read_text(encoding="utf-8") + feeds + sources, encoding="utf-8")
        self.folder = house.open_folder(folder)
        self.clock = VirtualClock(start)
        self.store = stores.open(url, key=b"watch", durable=False)
        self.exchange = house.exchange(self.folder, self.clock)
        self.environment = environment or {}
        self.woken = 0
        self.work()
        self.store.write(lambda tx: tx.save_site(self.folder.setup.site))

    def work(self) -> None:
        """Put a fresh worker at the desk."""
        self.ctx = house.context(self.folder, {"exchange": self.exchange})
        self.poller = Poller(self.ctx, self.store, self.clock, self._wake, environment=self.environment)
        self.rounds = Rounds(self.ctx, self.store)
        self.hand = Hand(self.ctx, self.store, self.clock)
        self.poller.start()

    def _wake(self) -> None:
        self.woken += 1

    def close(self) -> None:
        self.poller.stop()
        self.store.close()

    def poll(self, seconds: float = 20) -> None:
        """Let everything that is due now be fetched, and taken in."""
        self.poller.look()
        ends = time.monotonic() + seconds
        while not self.poller.idle:
            assert time.monotonic() < ends, "the pollers do not come to rest"
            time.sleep(0.005)
        self.rounds.run_once(self.clock.now(), sends=False, supervise_every=timedelta(0))

    def forward(self, seconds: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))

    def go_on(self, seconds: float, step: float = 5) -> None:
        """Let time pass, polling on the way."""
        for _ in range(round(seconds / step)):
            self.forward(step)
            self.poll()

    # -- looking --------------------------------------------------------------------------------------
    def state(self, source: str) -> SourceState:
        with self.store.read() as reads:
            return reads.source_states()[source]

    def addresses(self, source: str) -> dict[str, Address]:
        with self.store.read() as reads:
            return {each.url: each for each in reads.addresses(source)}

    def rows(self, sql: str, *values: Any) -> list[Any]:
        with self.store.read() as reads:
            return list(reads.connection.exec_driver_sql(sql, values).fetchall())

    def alarms(self) -> list[str]:
        """What stands on the alarm of the duty room."""
        import json

        found = self.rows("SELECT memo FROM callout WHERE post LIKE '%/officer' AND state <> 'closed'")
        return sorted(str(item["text"]) for (memo,) in found for item in json.loads(memo).get("items", {}).values())
