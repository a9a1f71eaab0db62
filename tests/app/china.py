"""Real Chinese warnings of a summer told on the whole example site, and what they cost people, counted at the phones.

Run: python -m tests.app.china weihai [--adcode 371082 --event 大雾]   every warning of Weihai, day by day
     python -m tests.app.china country --day 2026-07-21                one day of the whole country, as it was
     python -m tests.app.china hour --warnings 218                     an hour of the country, all of it moved to Weihai

The tables (`corpus/china/`) tell who warned of what, in which colour and when; each row becomes the CAP message its
office would have sent. Exit 1 where a red first ring came late.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from dutydesk.app import house
from dutydesk.app.replay import Replay
from dutydesk.domain.records import Ask
from dutydesk.domain.scenario import Arrival, Scenario
from dutydesk.domain.values import Colour, Role, Via
from dutydesk.engine.lanes import limits_of, rate
from tests.corpus import corpus

ROOT = Path(__file__).parents[2]
BEIJING = ZoneInfo("Asia/Shanghai")
WEIHAI = {"371000": "威海市", "371002": "环翠区", "371003": "文登区", "371082": "荣成市", "371083": "乳山市"}
SEVERITY = {"红色": "Extreme", "橙色": "Severe", "黄色": "Moderate", "蓝色": "Minor"}
LANDS = timedelta(minutes=1)         # from issued to received
AFTER = timedelta(minutes=40)        # the desk goes on so long after the last warning
WITHIN = timedelta(seconds=2)        # a red first ring leaves so soon after it is due, as far as the lines carry
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    """One warning of a table, in its own words; times with their zone."""

    adcode: str
    event: str
    colour: str
    issued: datetime
    expires: datetime | None

    def document(self, number: int) -> bytes:
        """The CAP message of its office, as CMA writes it: no shape, an adcode of twelve digits, Beijing time."""
        office = f"{WEIHAI.get(self.adcode, self.adcode + '县')}气象台"
        sent = self.issued.astimezone(BEIJING)
        expires = f"<expires>{self.expires.astimezone(BEIJING).isoformat()}</expires>" if self.expires else ""
        title = f"{office}发布{self.event}{self.colour}预警信号"
        return (
            '<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
            f"<identifier>{self.adcode}41600000_{sent:%Y%m%d%H%M%S}_{number}</identifier><sender>{office}</sender>"
            f"<sent>{sent.isoformat()}</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>"
            f"<info><language>zh-CN</language><category>Met</category><event>{self.event}</event>"
            f"<urgency>Unknown</urgency><severity>{SEVERITY.get(self.colour, 'Unknown')}</severity>"
            f"<certainty>Unknown</certainty>{expires}<headline>{title}</headline>"
            f"<description>{office}{sent:%Y年%m月%d日%H时%M分}发布{self.event}{self.colour}预警信号。</description>"
            f"<area><areaDesc>{office.removesuffix('气象台')}</areaDesc><geocode>"
            f"<valueName>CPEAS Geographic Code</valueName><value>{self.adcode}000000</value></geocode></area>"
            "</info></alert>").encode()


@dataclass(frozen=True)
class Late:
    """A red first ring that came too late: whom it was for, and how long after it was due (None: never)."""

    post: str
    after: timedelta | None


@dataclass
class Summer:
    """What the warnings came to, counted at the phones. Days are Beijing's; a calm day is one without a warning."""

    warnings: Counter[date] = field(default_factory=Counter)
    calls: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    kinds: Counter[tuple[str, str, str]] = field(default_factory=Counter)   # hazard, colour, ask or notice -> so many
    villagers: dict[str, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    reds: int = 0
    slowest: timedelta = timedelta()
    late: list[Late] = field(default_factory=list)
    unread: int = 0

    def most_in_a_month(self, family: str = "") -> int:
        """The most messages and rings that one village man had within any 30 days, of one family or of all."""
        most = 0
        for rows in self.villagers.values():
            times = sorted(at for at, of in rows if family in ("", of))
            most = max([most, *(sum(1 for at in times if first <= at < first + MONTH) for first in times)])
        return most

    def lines(self) -> Iterable[str]:
        """The report, line by line."""
        yield "day         warnings  asked  told  officer rung"
        for day in sorted({*self.warnings, *self.calls}):
            told = self.calls[day]
            yield f"{day}  {self.warnings[day]:8}  {told['ask']:5}  {told['notice']:4}  {told['officer']:12}"
        yield "hazard, colour: asked and told"
        for hazard, shade in sorted({key[:2] for key in self.kinds}):
            yield f"  {hazard} {shade}: {self.kinds[hazard, shade, 'ask']} and {self.kinds[hazard, shade, 'notice']}"
        families = sorted({of for rows in self.villagers.values() for _, of in rows})
        each = ", ".join(f"{family} {self.most_in_a_month(family)}" for family in families) or "nothing"
        yield f"a village man had within 30 days at most: {each}; of all hazards {self.most_in_a_month()}"
        yield (f"{self.reds} red first rings, the slowest {self.slowest.total_seconds():.0f} s after it was due, "
               f"{len(self.late)} late; {self.unread} documents that could not be read")


# -- the tables ------------------------------------------------------------------------------------------------
def table(name: str) -> list[Row]:
    """The rows of a table that tell when they were issued, the oldest first."""
    with corpus("china", name).open(encoding="utf-8-sig", newline="") as file:
        rows = [Row(row["adcode"], row["type"], row["color"], _time(row["issued"]),
                    _time(row["expires"]) if row["expires"] else None)
                for row in csv.DictReader(file) if row["issued"]]
    return sorted(rows, key=lambda row: (row.issued, row.adcode, row.event))


def weihai() -> list[Row]:
    """The warnings of Weihai and its counties."""
    return table("weihai_cma_warnings_2026.csv")


def country() -> list[Row]:
    """The warnings of the whole country."""
    return table("cma_warnings_nationwide_2026.csv")


def hour(rows: Sequence[Row], warnings: int) -> list[Row]:
    """The densest run of so many warnings of a table, squeezed into one hour and moved to Weihai's five units.

    Who warned of what in which colour and in which order stays; of the red ones there is one at least: where the
    country had none, the middle one is made red.
    """
    first = min(range(len(rows) - warnings + 1), key=lambda n: rows[n + warnings - 1].issued - rows[n].issued)
    run, units = rows[first:first + warnings], cycle(WEIHAI)
    start, gap = run[0].issued, timedelta(hours=1) / warnings
    moved = [replace(row, adcode=next(units), issued=start + n * gap, expires=None) for n, row in enumerate(run)]
    if not any(row.colour == "红色" for row in moved):
        moved[warnings // 2] = replace(moved[warnings // 2], colour="红色", event="暴雨")
    return moved


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


# -- telling ---------------------------------------------------------------------------------------------------
def tell(folder: house.Folder, rows: Sequence[Row], *, seed: int = 1, after: timedelta = AFTER) -> Summer:
    """Let the warnings land on a desk of the site, everybody answering as people do, and count."""
    summer = Summer(Counter(_day(row.issued) for row in rows))
    start = rows[0].issued
    with TemporaryDirectory(prefix="dutydesk-china-") as place:
        landing = []
        for number, row in enumerate(rows):
            file = Path(place) / f"{number:05}.xml"
            file.write_bytes(row.document(number))
            landing.append(Arrival(row.issued - start + LANDS, str(file)))
        until = landing[-1].at + after
        scenario = Scenario("china", str(ROOT), "", "", start, until, alerts=tuple(landing))
        with Replay(folder, scenario, seed=seed) as replay:
            for _ in replay.lines():
                pass
            _count(summer, folder, replay)
            _judge(summer, folder, replay)
            with replay.store.read() as reads:
                summer.unread = len(reads.documents("bad", len(rows)))
    return summer


def _count(summer: Summer, folder: house.Folder, replay: Replay) -> None:
    """Book every arrival at a phone: on its day, by what it was about, and for the man of a village on his list."""
    site = folder.setup.site
    village = {person for place, posts in site.posts_at.items() if site.places[place].kind == "village"
               for post in posts for person in post.seats}
    higher = {person for place, posts in site.posts_at.items() if site.places[place].kind != "village"
              for post in posts for person in post.seats}
    with replay.store.read() as reads:
        incidents = {each.id: each for each in reads.incidents(open_only=False)}
        asks = _asks(replay)
        calls = {call.id: call for id in incidents for call in reads.calls_of(id)}
        notices = {row.id: row for id in incidents for row in reads.notices_of(id)}
    for reached in replay.exchange.history:
        call = calls.get(reached.call)
        sort = "notice" if call is None else "officer" if all(asks[id].klass == 0 for id in call.asks) else "ask"
        of = incidents[call.incident if call else notices[reached.call].incident].family
        summer.calls[_day(reached.at)][sort] += 1
        if sort != "officer":
            summer.kinds[of, _shade(reached.text), sort] += 1
        if reached.person in village - higher:
            summer.villagers[reached.person].append((reached.at, of))


def _judge(summer: Summer, folder: house.Folder, replay: Replay) -> None:
    """Look at every first ring of a red: it left within its bound of being due, and only its like left before it.

    Its bound is 2 s and what the lines need for the rings of officers and other red first rings that left while it
    waited. Whose phone was ringing already, or who was no longer to be asked, is no one's fault.
    """
    config, asks = folder.setup.config, _asks(replay)
    with replay.store.read() as reads:
        carried = {call.id: call for each in reads.incidents(open_only=False) for call in reads.calls_of(each.id)}
    rings = [each for each in replay.exchange.history if each.via is Via.VOICE]
    rang: dict[str, datetime] = {}
    for ring in rings:
        for id in carried[ring.call].asks:
            rang.setdefault(id, ring.at)
    per_second = rate(Via.VOICE, limits_of(config, config.first("voice")))
    for ask in asks.values():
        if not _is_first_red(ask) or ask.state in ("withdrawn", "dropped"):
            continue
        summer.reds += 1
        at = rang.get(ask.id)
        before = [each for each in rings if at is not None and ask.due_at <= each.at <= at]
        lower = [each for each in before if not _may_go_before(asks[id] for id in carried[each.call].asks)]
        bound = WITHIN + timedelta(seconds=(len(before) + 1) / per_second)
        if at is None or lower or at - ask.due_at > bound:
            summer.late.append(Late(ask.place, at and at - ask.due_at))
        else:
            summer.slowest = max(summer.slowest, at - ask.due_at)


def _is_first_red(ask: Ask) -> bool:
    return ask.via is Via.VOICE and ask.klass == 1 and (ask.climb, ask.tries) == (1, 1) and ask.role is Role.HOLDER


def _may_go_before(carried: Iterable[Ask]) -> bool:
    """Whether a ring carries what may leave before a red first ring: an officer's, or another first ring of a red."""
    return any(ask.klass == 0 or (ask.klass == 1 and ask.tries <= 1) for ask in carried)


def _asks(replay: Replay) -> dict[str, Ask]:
    with replay.store.read() as reads:
        callouts = [each.id for row in reads.incidents(open_only=False)
                    for each in reads.callouts_of(row.id, open_only=False)]
        return {ask.id: ask for id in callouts for ask in reads.asks_of(id)}


def _shade(text: str) -> str:
    """The colour that a message names."""
    return next((shade.word for shade in Colour if shade.zh in text), "without a colour")


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell what was asked for and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("weihai", "country", "hour"))
    parser.add_argument("--adcode", help="only this unit's")
    parser.add_argument("--event", help="only of this event")
    parser.add_argument("--day", type=date.fromisoformat, help="only of this day (Beijing)")
    parser.add_argument("--warnings", type=int, default=218, help="so many in the hour (default 218)")
    options = parser.parse_args(arguments)
    rows = [row for row in (weihai() if options.what == "weihai" else country())
            if options.adcode in (None, row.adcode) and options.event in (None, row.event)
            and options.day in (None, _day(row.issued))]
    summer = tell(house.open_folder(ROOT), hour(rows, options.warnings) if options.what == "hour" else rows)
    sys.stdout.write("\n".join(summer.lines()) + "\n")
    return 1 if summer.late else 0


if __name__ == "__main__":
    sys.exit(main())
