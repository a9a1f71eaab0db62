"""waivers.csv: findings somebody answers for, until a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from dutydesk.content.contacts import At
from dutydesk.content.models.contacts import WaiverRow
from dutydesk.domain.finding import Finding, Level

#: Findings about files cannot be waived: what was not read cannot be answered for.
NEVER = frozenset({"file-missing", "file-unreadable", "line-encoding", "header", "row", "double", "waiver-expired",
                   "waiver-unknown", "waiver-idle"})
MEANINGS = {
    "waiver-expired": (Level.WARNING, "a waiver has run out and holds nothing back any more"),
    "waiver-unknown": (Level.WARNING, "a waiver names a rule that does not exist or cannot be waived"),
    "waiver-idle": (Level.INFO, "a waiver matches nothing"),
}


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding held back, and the row that answers for it."""

    finding: Finding
    waiver: WaiverRow


def apply(findings: Iterable[Finding], waivers: Iterable[At[WaiverRow]], day: date,
          rules: Collection[str]) -> tuple[list[Finding], list[Waived]]:
    """Split findings into those that stand and those waived; faults of the waivers join the first."""
    rows = list(waivers)
    valid = [at for at in rows if at.row.until >= day and at.row.rule in rules and at.row.rule not in NEVER]
    by_rule: dict[str, list[At[WaiverRow]]] = {}
    for at in valid:
        by_rule.setdefault(at.row.rule, []).append(at)
    standing: list[Finding] = []
    waived: list[Waived] = []
    used: set[int] = set()
    for finding in findings:
        match = next((at for at in by_rule.get(finding.rule, ())
                      if fnmatchcase(finding.about, at.row.about or "*")), None)
        if match:
            used.add(match.line)
            waived.append(Waived(finding, match.row))
        else:
            standing.append(finding)
    standing.extend(_faults(rows, used, day, rules))
    return standing, waived


def _faults(rows: Iterable[At[WaiverRow]], used: Collection[int], day: date,
            rules: Collection[str]) -> Iterator[Finding]:
    for at in rows:
        row = at.row
        if row.rule not in rules or row.rule in NEVER:
            rule, text = "waiver-unknown", f"{row.rule} is no rule that can be waived; correct its name"
        elif row.until < day:
            rule, text = "waiver-expired", f"ran out on {row.until} ({row.what}); put it right, or renew it"
        elif at.line not in used:
            rule, text = "waiver-idle", f"matches nothing ({row.rule} about {row.about or '*'}); take it out"
        else:
            continue
        yield Finding(at.file, at.line, MEANINGS[rule][0], rule, text, row.about)
