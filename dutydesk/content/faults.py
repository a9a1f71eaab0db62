"""What reading can find wrong, by name, and the collector every reader reports to."""

from __future__ import annotations

from dataclasses import dataclass, field

from dutydesk.domain.finding import Finding, Level

#: rule -> (level, meaning). These are found while reading, before any rule of `check` runs.
READING: dict[str, tuple[Level, str]] = {
    "file-missing": (Level.ERROR, "a file every site needs is not there"),
    "file-unreadable": (Level.ERROR, "a file cannot be opened or is no text, YAML, TOML or GeoJSON at all"),
    "file-encoding": (Level.INFO, "a file is not in UTF-8; it was read all the same"),
    "line-encoding": (Level.ERROR, "a line holds bytes of no known encoding"),
    "header": (Level.ERROR, "the first line of a table does not name the columns"),
    "row": (Level.ERROR, "a row, entry or feature breaks its format"),
    "column": (Level.WARNING, "a column nobody reads"),
    "double": (Level.ERROR, "the same id, seat or key is written twice; the first one counts"),
    "empty-file": (Level.WARNING, "a table without rows"),
    "crs": (Level.ERROR, "a layer's coordinates are in a system that cannot be read"),
    "datum": (Level.INFO, "a layer is in GCJ-02 or BD-09; it is converted to WGS-84 and marked approximate"),
    "geometry": (Level.ERROR, "a geometry cannot be read"),
    "geometry-absent": (Level.WARNING, "a place has no geometry; only codes can reach it"),
    "geometry-repaired": (Level.WARNING, "a geometry was invalid and has been repaired in memory"),
    "lonlat-swapped": (Level.ERROR, "latitude was written before longitude; read turned round"),
    "out-of-envelope": (Level.ERROR, "a place lies outside the envelope of the site"),
    "crosses-envelope": (Level.WARNING, "a place lies partly outside the envelope of the site"),
}


@dataclass
class Faults:
    """Collects findings in the order they are met; `lines` and `broken` serve the rules that run later."""

    found: list[Finding] = field(default_factory=list)
    lines: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)

    def add(self, rule: str, file: str, line: int, text: str, about: str = "") -> None:
        """Report one fault of a rule in `READING`."""
        self.found.append(Finding(file, line, READING[rule][0], rule, text, about))

    def place(self, table: str, id: str, file: str, line: int) -> bool:
        """Remember where a thing is written; False, and an error, if it already was somewhere else."""
        before = self.lines.get((table, id))
        if before is None:
            self.lines[table, id] = (file, line)
            return True
        where = f"line {before[1]}" if before[0] == file else f"{before[0]}:{before[1]}"
        self.add("double", file, line, f"{table} {id} is already written on {where}; remove one of the two", id)
        return False
