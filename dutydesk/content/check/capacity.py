"""What the channels of the site can carry: whether a ladder fits their quotas, when a red has rung everybody once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from dutydesk.content.check.coverage import counties_of
from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.domain.finding import Level
from dutydesk.domain.playbook import Step
from dutydesk.domain.setup import Config
from dutydesk.domain.values import Colour, Via
from dutydesk.engine.lanes import limits_of, rate
from dutydesk.ports.channel import Limits, Quota

ROUNDS = 2                      # a colour may rise within the hour, and then everybody is asked anew
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FirstRings:
    """One line of the table: how many phones a red of that family rings first in a county (`county` empty: in all of
    them at once), and how long after the first the last of them is rung; None where nothing rings.
    """

    family: str
    county: str
    name: str
    phones: int
    last: timedelta | None


def first_rings(case: Case) -> tuple[FirstRings, ...]:
    """Work out the table from the lines of the voice channels: playbooks in file order, then counties."""
    config = case.loaded.config
    carriers = [limits_of(config, name) for name in config.channels.get(Via.VOICE, ())] if config else []
    phones: dict[tuple[str, str], set[str]] = {}
    for asked in case.asked:
        if asked.colour is Colour.RED and asked.steps and Via.VOICE in asked.steps[0].by:
            rung = {who.numbers(Via.VOICE)[0] for who in case.reached(asked, 0) if who.numbers(Via.VOICE)}
            for county in ("", *counties_of(case, asked.place)):
                phones.setdefault((asked.playbook.family, county), set()).update(rung)
    order, places = list(case.loaded.playbooks), case.loaded.site.places
    rows = sorted(phones.items(), key=lambda row: (order.index(row[0][0]), row[0]))
    return tuple(FirstRings(family, county, places[county].name if county else "all", len(found),
                            takes(len(found), carriers)) for (family, county), found in rows)


def takes(phones: int, carriers: list[Limits]) -> timedelta | None:
    """How long after the first the last of so many phones is rung: all lines at once, then as they come free."""
    a_second = sum(rate(Via.VOICE, each) for each in carriers)
    if a_second <= 0:
        return None
    waiting = max(0, phones - sum(each.lines for each in carriers))
    return timedelta(seconds=max(waiting / a_second, (phones - 1) / sum(each.per_second for each in carriers)))


def two_rounds(case: Case) -> Iterator[Hit]:
    """Find ladders whose calls to one number do not fit its providers' quotas twice in an hour."""
    config = case.loaded.config
    if config is None:
        return
    for family, playbook in case.loaded.playbooks.items():
        document = case.loaded.documents.get(family)
        for colour, steps in playbook.ladder.items():
            for place, step in enumerate(steps):
                path = ("ladder", colour.word, place, "tries")
                at = (document.file, document.line(path)) if document else case.loaded.at("playbook", family)
                for via in step.by:
                    why = unfit(config, step, via)
                    if why:
                        yield Hit(at, f"step {place + 1} of {family} {colour.word} calls one number {why}; make fewer "
                                      f"tries, longer waits, or name a second channel for {via} in [channels]", family)


def unfit(config: Config, step: Step, via: Via) -> str:
    """Why the calls of a step to one number do not fit the quotas of all channels of a way together; empty if so."""
    names = config.channels.get(via, ())
    tries = step.tries if via.rings or not any(each.rings for each in step.by) else 1
    carriers = [limits_of(config, name).per_number for name in names]
    if not carriers or any(not quotas for quotas in carriers):
        return ""
    hourly = sum(min((quota.most for quota in quotas if quota.per >= HOUR), default=ROUNDS * tries)
                 for quotas in carriers)
    if hourly < ROUNDS * tries:
        return f"{ROUNDS * tries} times by {via} in two rounds within an hour, and {', '.join(names)} allow {hourly}"
    tight = [quota for quotas in carriers for quota in quotas if quota.per < HOUR]
    if len(tight) >= len(carriers) and tries > 1 and all(_crowded(step, quota) for quota in tight):
        return f"every {_minutes(step.between)} by {via}, and {', '.join(names)} allow {_minutes(tight[0].per)}"
    return ""


def _crowded(step: Step, quota: Quota) -> bool:
    """Whether the tries of a step follow each other more closely than a quota allows."""
    return quota.per / quota.most > step.between


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g} min"


RULES = (
    Rule("two-rounds", Level.ERROR, "the calls of a ladder to one number do not fit its providers' quotas twice in an "
                                    "hour", two_rounds),
)
