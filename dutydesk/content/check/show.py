"""The report as people read it in a terminal."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dutydesk.content.check import Report
from dutydesk.content.check.capacity import FirstRings
from dutydesk.content.check.coverage import TABLE_LEVELS, Bound
from dutydesk.domain.finding import Finding, Level

_STYLE = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.INFO: "cyan"}
#: As many lines of one rule below error are shown before the rest is only counted.
FOLD = 10


def show(report: Report, console: Console, *, everything: bool = False) -> None:
    """Print findings, waived ones, coverage, bounds, and a last line with the counts.

    Of a warning or info that has many lines only the first are shown unless `everything`; errors are never folded.
    """
    seen: Counter[str] = Counter()
    total = Counter(each.rule for each in report.findings)
    for finding in report.findings:
        seen[finding.rule] += 1
        if everything or finding.level is Level.ERROR or seen[finding.rule] <= FOLD:
            console.print(_line(finding), soft_wrap=True)
        elif seen[finding.rule] == FOLD + 1:
            console.print(Text(f"... and {total[finding.rule] - FOLD} more [{finding.rule}]; all of them with --json",
                               style="dim"), soft_wrap=True)
    for waived in report.waived:
        console.print(Text(f"waived until {waived.waiver.until} by {waived.waiver.who} ({waived.waiver.why}): "
                           f"{waived.finding}", style="dim"), soft_wrap=True)
    console.print(_coverage(report))
    console.print(_bounds(report))
    console.print(_first_rings(report))
    counts = ", ".join(f"{report.count(level)} {level}{'s' if report.count(level) != 1 else ''}" for level in Level)
    console.print(Text(f"{counts}, {len(report.waived)} waived (as of {report.day})",
                       style="bold red" if report.errors else "bold green"))


def _line(finding: Finding) -> Text:
    return Text.assemble(f"{finding.file}:{finding.line}: ", (f"{finding.level}: ", _STYLE[finding.level]),
                         finding.text, (f" [{finding.rule}]", "dim"))


def _coverage(report: Report) -> Table:
    """Draw hazards by levels: places somebody answers for, of all that are asked."""
    table = Table(title="Coverage: places somebody answers for", title_justify="left")
    table.add_column("hazard")
    for level in TABLE_LEVELS:
        table.add_column(level, justify="right")
    cells = {(row.family, row.level): row for row in report.coverage}
    for family in dict.fromkeys(row.family for row in report.coverage):
        line: list[Text] = [Text(family)]
        for level in TABLE_LEVELS:
            row = cells[family, level]
            style = "red" if row.silent and not row.answered else "yellow" if row.silent else ""
            line.append(Text(f"{row.answered}/{row.total}" if row.total else "-", style=style))
        table.add_row(*line)
    return table


def _bounds(report: Report) -> Table:
    """Draw hazards and colours by counties: minutes until the officer has a silent place."""
    table = Table(title="Minutes until the officer has a place where nobody answers", title_justify="left")
    table.add_column("hazard")
    table.add_column("colour")
    counties = dict.fromkeys((row.county, row.name) for row in sorted(report.bounds, key=lambda row: row.county))
    for _, name in counties:
        table.add_column(name, justify="right")
    cells: dict[tuple[str, str, str], Bound] = {(row.family, row.colour, row.county): row for row in report.bounds}
    for family, colour in dict.fromkeys((row.family, row.colour) for row in report.bounds):
        line = [family, colour]
        for county, _ in counties:
            row = cells.get((family, colour, county))
            line.append(f"{row.longest.total_seconds() / 60:g}" if row else "-")
        table.add_row(*line)
    held = max((row.hold for row in report.bounds), default=None)
    if held:
        table.caption = f"and up to {int(held.total_seconds())} s before it, while the officer is asked first"
    return table


def _first_rings(report: Report) -> Table:
    """Draw hazards by counties: when the last phone of a red rings for the first time, and how many there are."""
    table = Table(title="Minutes until a red has rung its last phone once", title_justify="left")
    table.add_column("hazard")
    table.add_column("phones", justify="right")
    columns = dict.fromkeys((row.county, row.name) for row in sorted(report.first_rings, key=lambda row: row.county))
    for _, name in columns:
        table.add_column(name, justify="right")
    cells: dict[tuple[str, str], FirstRings] = {(row.family, row.county): row for row in report.first_rings}
    for family in dict.fromkeys(row.family for row in report.first_rings):
        rows = [cells.get((family, county)) for county, _ in columns]
        told = ["-" if row is None else "never" if row.last is None else f"{row.last.total_seconds() / 60:.1f}"
                for row in rows]
        table.add_row(family, str(rows[0].phones) if rows and rows[0] else "-", *told)
    return table
