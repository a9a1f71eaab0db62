"""Judging a loaded site: every rule, the waivers, the coverage table and the bounds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from dutydesk.content.check import (
    capacity,
    config,
    contacts,
    heat_sources,
    places,
    playbooks,
    posts,
    providers,
    registers,
    roster,
    sources,
    stations,
    texts,
    waivers,
)
from dutydesk.content.check import coverage as table
from dutydesk.content.check.capacity import FirstRings
from dutydesk.content.check.coverage import Bound, Covered
from dutydesk.content.check.rule import Case, Rule, Tried
from dutydesk.content.faults import READING
from dutydesk.content.load import Loaded
from dutydesk.domain.finding import Finding, Level

#: Every rule that runs over a loaded site, in the order of the report's groups.
RULES: tuple[Rule, ...] = (
    *config.RULES, *sources.RULES, *contacts.RULES, *table.RULES, *places.RULES, *registers.RULES,
    *heat_sources.RULES, *playbooks.RULES, *posts.RULES, *roster.RULES, *stations.RULES, *texts.RULES,
    *providers.RULES, *capacity.RULES)

_RANK = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}


def meanings() -> dict[str, tuple[Level, str]]:
    """Return every rule name with its level and meaning: those of reading, of checking and of waivers."""
    return {**READING, **{rule.name: (rule.level, rule.meaning) for rule in RULES}, **waivers.MEANINGS}


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` has to say. `findings` stand, worst first, then by file and line; `waived` are held back."""

    day: date
    findings: tuple[Finding, ...]
    waived: tuple[waivers.Waived, ...]
    coverage: tuple[Covered, ...]
    bounds: tuple[Bound, ...]
    first_rings: tuple[FirstRings, ...] = ()

    def count(self, level: Level) -> int:
        """Return how many findings of a level stand."""
        return sum(finding.level is level for finding in self.findings)

    @property
    def errors(self) -> int:
        """How many errors stand; one is enough for exit code 1."""
        return self.count(Level.ERROR)


def check(loaded: Loaded, at: date, channels: Tried = dict) -> Report:
    """Judge a loaded site as of a day (the site's own calendar).

    `channels` tells of every channel of the site whose settings cannot be used, why: name -> text.
    """
    case = Case(loaded, at, channels)
    found = [*loaded.findings, *(finding for rule in RULES for finding in rule.run(case))]
    standing, waived = waivers.apply(found, loaded.rows.waivers, at, meanings().keys())
    standing.sort(key=lambda each: (_RANK[each.level], each.file, each.line, each.rule, each.text))
    return Report(at, tuple(standing), tuple(waived), table.coverage(case), table.bounds(case),
                  capacity.first_rings(case))


def to_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON values: findings, waived, coverage, bounds, first rings of a red."""
    return {
        "at": report.day.isoformat(),
        "errors": report.errors,
        "warnings": report.count(Level.WARNING),
        "infos": report.count(Level.INFO),
        "rules": dict(sorted(Counter(each.rule for each in report.findings).items())),
        "findings": [_finding(each) for each in report.findings],
        "waived": [_finding(each.finding) | {"what": each.waiver.what, "why": each.waiver.why, "who": each.waiver.who,
                                             "until": each.waiver.until.isoformat()} for each in report.waived],
        "coverage": [{"hazard": row.family, "level": row.level, "places": row.total, "answered": row.answered,
                      "nobody": len(row.silent), "ids": list(row.silent)} for row in report.coverage],
        "bounds": [{"hazard": row.family, "colour": row.colour, "county": row.county, "name": row.name,
                    "posts": row.posts, "minutes": row.longest.total_seconds() / 60, "at_once": row.at_once,
                    "hold_seconds": int(row.hold.total_seconds())} for row in report.bounds],
        "first_rings": [{"hazard": row.family, "county": row.county, "name": row.name, "phones": row.phones,
                         "last_seconds": None if row.last is None else round(row.last.total_seconds(), 1)}
                        for row in report.first_rings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {"file": finding.file, "line": finding.line, "level": finding.level.value, "rule": finding.rule,
            "text": finding.text, "about": finding.about}
