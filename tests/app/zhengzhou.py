"""The night of Zhengzhou told on the whole example site with nobody answering, officer and backup silent too.

Run: python -m tests.app.zhengzhou --seeds 1-100 [--minutes 15]

Judged at the phones: within its bound of the red, and of every renewal that comes while it is told, the leader's
phone has rung; and every red place is with the officer, or named in the capacity alarm, by the end of its ladder.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from dutydesk.app import house
from dutydesk.app.replay import TICK, Replay
from dutydesk.content.scenario import load_scenario
from dutydesk.domain import roster
from dutydesk.domain.records import State
from dutydesk.domain.scenario import Conduct, Crowd, Scenario
from dutydesk.domain.values import Colour, Role, Via
from dutydesk.engine.books import is_officer
from dutydesk.ports.store import Reads

ROOT = Path(__file__).parents[2]
SLACK = 2 * TICK                       # a hand-over is a step of the virtual clock, and so is what it follows from
SILENT = Conduct()


@dataclass
class Night:
    """What one seed's night came to."""

    seed: int
    leader: dict[datetime, timedelta] = field(default_factory=dict)   # red landed -> until the leader's phone rang
    places: int = 0
    faults: list[str] = field(default_factory=list)
    took: float = 0.0

    def line(self) -> str:
        """The night in one line."""
        waits = ", ".join(f"{at:%H:%M} {wait.total_seconds():.0f} s" for at, wait in self.leader.items())
        return (f"seed {self.seed}: leader rung after {waits}; {self.places} red callouts with the officer or named; "
                f"{len(self.faults)} faults; {self.took:.0f} s")


def silent(scenario: Scenario) -> Scenario:
    """The scenario as it is, with nobody answering."""
    return replace(scenario, people=Crowd(answer=0.0, night=0.0),
                   officers={role.value: SILENT for role in (Role.OFFICER, Role.BACKUP, Role.LEADER)})


def tell(folder: house.Folder, scenario: Scenario, seed: int) -> Night:
    """Tell one night and judge it."""
    night, start = Night(seed), time.monotonic()
    with Replay(folder, scenario, seed=seed) as replay:
        for _ in replay.lines():
            pass
        _leader(night, folder, scenario, replay)
        _places(night, replay)
    night.took = time.monotonic() - start
    return night


def _leader(night: Night, folder: house.Folder, scenario: Scenario, replay: Replay) -> None:
    """Within the leader's bound of each version of the red his phone rings, at every desk of its area."""
    bound = folder.setup.config.rules.officer_leader + SLACK
    rings = [each for each in replay.exchange.history if each.via is Via.VOICE]
    site = folder.setup.site
    for arrival in scenario.alerts:
        landed = scenario.start + arrival.at
        for desk in site.desks:
            leaders = roster.on_duty(site.roster, desk, Role.LEADER, landed + bound, site.timezone)
            rang = min((each.at for each in rings if each.person in leaders and each.at >= landed), default=None)
            if rang is None or rang - landed > bound:
                night.faults.append(f"{desk}: red of {landed:%H:%M}, leader rung at {rang}")
            else:
                night.leader[landed] = max(rang - landed, night.leader.get(landed, timedelta()))


def _places(night: Night, replay: Replay) -> None:
    """Every red place whose ladder is over stands before the officer, or was named in the capacity alarm.

    A wait runs from the hand-over, which may be half the wait late before the place is named.
    """
    now = replay.clock.now()
    with replay.store.read() as reads:
        for incident in reads.incidents():
            named = _named(reads, incident.id)
            for each in reads.callouts_of(incident.id):
                if is_officer(each) or each.colour is not Colour.RED:
                    continue
                night.places += 1
                late = now - each.opened_at > 1.5 * reads.policy(each.policy).bound + SLACK
                if late and each.state is not State.WITH_OFFICER and each.id not in named:
                    night.faults.append(f"{each.post} is {each.state.value}")


def _named(reads: Reads, incident: str) -> set[str]:
    """The callouts that the capacity alarm named."""
    found, after = set(), 0
    while rows := reads.journal(after=after, limit=5000, incident=incident):
        after = rows[-1].seq or after
        found |= {row.callout for row in rows if row.what == "alarm" and row.facts["reason"] == "capacity"}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the nights; exit 1 if one of them has a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-100", help="from-to (default 1-100)")
    parser.add_argument("--minutes", type=float, help="only so long after the first red (default: the whole night)")
    options = parser.parse_args(arguments)
    first, _, last = options.seeds.partition("-")
    folder = house.open_folder(ROOT)
    scenario = shortened(silent(load_scenario("zhengzhou-2021", ROOT)), options.minutes)
    bad = 0
    for seed in range(int(first), int(last or first) + 1):
        night = tell(folder, scenario, seed)
        bad += bool(night.faults)
        sys.stdout.write("\n  ".join([night.line(), *night.faults[:5]]) + "\n")
        sys.stdout.flush()
    return 1 if bad else 0


def shortened(scenario: Scenario, minutes: float | None) -> Scenario:
    """Only so many minutes from the first red on; what would land later is left out."""
    if minutes is None:
        return scenario
    until = scenario.alerts[0].at + timedelta(minutes=minutes)
    return replace(scenario, until=until, alerts=tuple(each for each in scenario.alerts if each.at < until))


if __name__ == "__main__":
    sys.exit(main())
