"""Reads a whole site folder into one value, with every fault and the line of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from dutydesk.content.books import CONFIG, THRESHOLDS, read_config, read_playbooks, read_texts, read_thresholds
from dutydesk.content.contacts import At, Rows, read_rows
from dutydesk.content.faults import Faults
from dutydesk.content.heat_sources import read_heat_sources
from dutydesk.content.lines import Document
from dutydesk.content.models.config import ConfigFile
from dutydesk.content.models.contacts import PostRow, ShiftRow
from dutydesk.content.places import read_places
from dutydesk.content.registers import read_registers, read_roads
from dutydesk.content.stations import STATIONS, read_stations
from dutydesk.domain.finding import Finding
from dutydesk.domain.hotspots import HeatSource
from dutydesk.domain.playbook import Playbook
from dutydesk.domain.setup import Config, Setup
from dutydesk.domain.site import Desk, Number, Person, Place, Post, Shift, Site
from dutydesk.domain.stations import Station
from dutydesk.domain.thresholds import Thresholds
from dutydesk.domain.values import Role

_TIMEZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Loaded:
    """A site as read. Nothing is lost: what could not be used is in `rows` or named in `findings`.

    `lines`: (table, id) -> file and line; tables are person, number (`person number`), post (`place/duty`), seat
    (`place/duty seat`), place, shelter, team, depot, water_point, zone, station, playbook (family), thresholds (no id),
    text (template). `documents`: playbook family, or `config`, -> the YAML or TOML with the lines of its parts.
    `broken`: (table, id) of rows too damaged to use. `roads`: lines that can be driven (EPSG:4326).
    """

    folder: Path
    config: Config | None
    site: Site
    playbooks: Mapping[str, Playbook]
    texts: Mapping[str, str]
    rows: Rows
    findings: tuple[Finding, ...]
    lines: Mapping[tuple[str, str], tuple[str, int]]
    documents: Mapping[str, Document] = field(default_factory=dict)
    broken: frozenset[tuple[str, str]] = frozenset()
    stations: Mapping[str, Station] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    heat_sources: tuple[HeatSource, ...] = ()
    roads: tuple[BaseGeometry, ...] = ()

    @property
    def setup(self) -> Setup | None:
        """The site as the engine takes it; None when dutydesk.toml cannot be used."""
        return Setup(self.config, self.site, self.playbooks, self.texts, self.stations, self.thresholds,
                     self.heat_sources) if self.config else None

    def at(self, table: str, id: str) -> tuple[str, int]:
        """Return file and line of a thing; the file's first line where it is written nowhere."""
        return self.lines.get((table, id), (_FILES.get(table, CONFIG), 1))

    def config_at(self, *path: str | int) -> tuple[str, int]:
        """Return file and line of a part of dutydesk.toml."""
        document = self.documents.get("config")
        return CONFIG, document.line(path) if document else 1


_FILES = {"person": "contacts/people.csv", "number": "contacts/numbers.csv", "post": "contacts/posts.csv",
          "seat": "contacts/posts.csv", "place": "geo/places.geojson", "shelter": "geo/shelters.geojson",
          "team": "geo/teams.geojson", "depot": "geo/depots.geojson", "water_point": "geo/water_points.geojson",
          "zone": "geo/zones.geojson", "station": STATIONS, "playbook": "playbooks/default.yaml",
          "thresholds": THRESHOLDS}


def load(folder: Path) -> Loaded:
    """Read a site folder; never raises for what is written in it.

    The site keeps what can be used: a seat of an unknown person and a post at an unknown place are left out, a
    person without a number stays. `check` tells all of that.
    """
    faults = Faults()
    file, document = read_config(folder, faults)
    config = file.config() if file else None
    envelope = config.envelope if config else None
    places = read_places(folder, envelope, faults)
    registers = read_registers(folder, envelope, faults)
    heat_sources = read_heat_sources(folder, envelope, faults)
    roads = read_roads(folder, envelope, faults)
    rows = read_rows(folder, faults)
    playbooks, documents = read_playbooks(folder, faults)
    texts = read_texts(folder, faults)
    stations = read_stations(folder, envelope, faults)
    thresholds = read_thresholds(folder, faults)
    if document:
        documents["config"] = document
    people = _people(rows)
    site = Site(
        desks=_desks(file, document, faults),
        places=places,
        people=people,
        posts=_posts(rows.posts, places, people, faults),
        roster=tuple(_shift(at.row) for at in rows.roster if at.row.person in people),
        timezone=config.timezone if config else _TIMEZONE,
        registers=registers,
    )
    return Loaded(folder, config, site, playbooks, texts, rows, tuple(faults.found), faults.lines, documents,
                  frozenset(faults.broken), stations, thresholds, heat_sources, roads)


def _desks(file: ConfigFile | None, document: Document | None, faults: Faults) -> dict[str, Desk]:
    found: dict[str, Desk] = {}
    for place, desk in enumerate(file.desk if file else ()):
        if faults.place("desk", desk.id, CONFIG, document.line(("desk", place, "id")) if document else 1):
            found[desk.id] = Desk(desk.id, desk.name, desk.phone)
    return found


def _people(rows: Rows) -> dict[str, Person]:
    numbers: dict[str, list[Number]] = {}
    for at in rows.numbers:
        row = at.row
        numbers.setdefault(row.person, []).append(Number(row.person, row.kind, row.number, row.confirmed))
    return {row.id: Person(row.id, row.name, row.organisation, row.title, tuple(numbers.get(row.id, ())))
            for row in (at.row for at in rows.people)}


def _posts(rows: Sequence[At[PostRow]], places: Mapping[str, Place], people: Mapping[str, Person],
           faults: Faults) -> dict[str, Post]:
    """Gather seats into posts: the lowest seat holds it, a superior named on any seat is that of the post."""
    gathered: dict[str, list[At[PostRow]]] = {}
    for at in rows:
        gathered.setdefault(f"{at.row.place}/{at.row.duty}", []).append(at)
    found: dict[str, Post] = {}
    for id, seats in gathered.items():
        first = seats[0]
        faults.lines["post", id] = (first.file, first.line)
        named = [at for at in seats if at.row.superior]
        for at in named[1:]:
            if at.row.superior != named[0].row.superior:
                faults.add("double", at.file, at.line,
                           f"{id} has the superior {named[0].row.superior} on line {named[0].line} and another here; "
                           f"write it once", id)
        if first.row.place in places:
            order = sorted(seats, key=lambda at: at.row.seat)
            found[id] = Post(first.row.place, first.row.duty,
                             tuple(at.row.person for at in order if at.row.person in people),
                             named[0].row.superior if named else None)
    return found


def _shift(row: ShiftRow) -> Shift:
    return Shift(row.desk, Role(row.role), row.days, row.start, row.end, row.person, row.since, row.until)
