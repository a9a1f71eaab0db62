"""Rules about dutydesk.toml and the scenarios."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.content.scenario import load_scenario, names
from dutydesk.domain.event_table import FAMILIES
from dutydesk.domain.finding import Level
from dutydesk.errors import Faulty

_FAULT = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): \w+: (?P<text>.*?) \[[\w-]+\]", re.DOTALL)


def last_resort(case: Case) -> Iterator[Hit]:
    """Find a site without anybody to ring when a roster hour is empty."""
    config, site = case.loaded.config, case.loaded.site
    if config is None:
        return
    at = case.loaded.config_at("duty", "last_resort")
    person = site.people.get(config.last_resort)
    if not config.last_resort:
        yield Hit(at, "[duty] names no last_resort: an empty roster hour would ring nobody; write a person's id",
                  "last_resort")
    elif person is None:
        yield Hit(at, f"last_resort {config.last_resort} is not in people.csv; correct the id", config.last_resort)
    elif not any(number.kind != "neighbour" for number in person.numbers):
        yield Hit(at, f"last_resort {person.id} has no number; add one in contacts/numbers.csv", person.id)


def no_desk(case: Case) -> Iterator[Hit]:
    """Find a site without a duty desk, and desks that answer for no place."""
    if case.loaded.config is None:
        return
    if not case.loaded.site.desks:
        yield Hit(case.loaded.config_at(), "there is no [[desk]]: nobody would be the officer; add one", "desk")
    for desk in case.loaded.site.desks:
        if desk not in case.loaded.site.places:
            yield Hit(case.loaded.at("desk", desk), f"desk {desk} is the code of no place; write the one it "
                                                    f"answers for", desk)


def no_source(case: Case) -> Iterator[Hit]:
    """Find a site that hears of no warning."""
    config = case.loaded.config
    if config and not config.sources:
        yield Hit(case.loaded.config_at(), "there is no [[source]]: no warning would ever arrive; add one", "source")


def no_auto(case: Case) -> Iterator[Hit]:
    """Find a site in which every warning waits for the officer's word first."""
    config = case.loaded.config
    if config and config.sources and not any(source.get("auto") for source in config.sources):
        yield Hit(case.loaded.config_at("source", 0),
                  f"no source is auto: every warning waits up to {int(config.rules.hold.total_seconds())} s for the "
                  f"officer's word before anybody is called; mark a trusted one auto = true", "source")


def source_twice(case: Case) -> Iterator[Hit]:
    """Find sources that share an id or a folder."""
    config = case.loaded.config
    for name in ("id", "folder"):
        first: dict[object, int] = {}
        for place, source in enumerate(config.sources if config else ()):
            value = source.get(name)
            if value and value in first:
                yield Hit(case.loaded.config_at("source", place, name),
                          f"{name} {value} belongs to an earlier source already; every source has its own", str(value))
            first.setdefault(value, place)


def journal_heads(case: Case) -> Iterator[Hit]:
    """Find a site whose journal could be rebuilt unnoticed."""
    config = case.loaded.config
    if config and not config.journal_heads:
        yield Hit(case.loaded.config_at("journal", "heads"),
                  "[journal] heads is empty: nobody outside could prove that the journal is whole; name a path on "
                  "another machine", "journal")


def scenarios(case: Case) -> Iterator[Hit]:
    """Find scenarios that cannot be told."""
    for name in names(case.loaded.folder):
        try:
            scenario = load_scenario(name, case.loaded.folder)
        except Faulty as error:
            for fault in error.faults:
                found = _FAULT.match(fault)
                if found:
                    yield Hit((f"scenarios/{found['file']}", int(found["line"])), found["text"], name)
            continue
        at = (f"scenarios/{name}/scenario.yaml", 1)
        if scenario.site != str(case.loaded.folder.resolve()):
            continue
        unknown = [each for each in scenario.people.persons if each not in case.loaded.site.people]
        unknown += [place for each in scenario.open for place in each.places if place not in case.loaded.site.places]
        unknown += [each.area_dark for each in scenario.faults
                    if each.area_dark and each.area_dark not in case.loaded.site.places]
        unknown += [each.family for each in scenario.open if each.family not in FAMILIES]
        for id in unknown:
            yield Hit(at, f"the scenario {name} speaks of {id}, which this site does not have; correct it", id)


def channel_settings(case: Case) -> Iterator[Hit]:
    """Find channels and copies that cannot be made from their settings."""
    config = case.loaded.config
    if config is None:
        return
    for name, why in case.channels().items():
        yield Hit(_channel_at(case, name), why, name)
    for way, row in config.channels.items():
        for name in {each for each in row if row.count(each) > 1}:
            yield Hit(case.loaded.config_at("channels", way), f"{name} stands twice for {way}; name it once", name)


def channel_unused(case: Case) -> Iterator[Hit]:
    """Find settings and limits of channels that carry nothing."""
    config = case.loaded.config
    if config is None:
        return
    used = {name for row in config.channels.values() for name in row}
    for name in dict.fromkeys((*config.channel_settings, *config.limits)):
        if name not in used:
            yield Hit(_channel_at(case, name), f"{name} has settings or limits and [channels] does not name it; add it "
                                               f"there, or take them out", name)


def _channel_at(case: Case, name: str) -> tuple[str, int]:
    """Where the settings of a channel stand; else where the channels are named."""
    config = case.loaded.config
    for table, rows in (("channel", config.channel_settings), ("copy", config.copies),
                        ("limits", config.limits)) if config else ():
        if name in rows:
            return case.loaded.config_at(table, name)
    return case.loaded.config_at("channels")


RULES = (
    Rule("no-last-resort", Level.ERROR, "nobody is rung when a roster hour is empty", last_resort),
    Rule("no-desk", Level.ERROR, "there is no desk, or one that answers for no place", no_desk),
    Rule("no-source", Level.WARNING, "no warning would ever arrive", no_source),
    Rule("no-auto", Level.INFO, "every warning waits for the officer's word", no_auto),
    Rule("source-twice", Level.ERROR, "two sources share an id or a folder", source_twice),
    Rule("journal-heads", Level.WARNING, "the journal's head leaves the machine nowhere", journal_heads),
    Rule("channel", Level.ERROR, "a channel or a copy cannot be used as it is set", channel_settings),
    Rule("channel-unused", Level.WARNING, "a channel has settings or limits and carries nothing", channel_unused),
    Rule("scenario", Level.ERROR, "a scenario cannot be told", scenarios),
)
