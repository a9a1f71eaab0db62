"""Puts a plan into contacts/, leaving every other line as it is, and takes the last one back."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from dutydesk.content.contacts import NUMBERS, PEOPLE, POSTS, read_rows
from dutydesk.content.faults import Faults
from dutydesk.content.lists.joining import Plan
from dutydesk.domain.site import Person, Site
from dutydesk.errors import Refused

FORMS = "contacts/lists.json"
"""How columns of lists were read before: fingerprint of a header -> field of each column."""

KEPT = "var/lists"
"""Where the files as they were before each taking in are kept, one folder each."""

_AFTER = "after.json"
_FILES = (PEOPLE, NUMBERS, POSTS, FORMS)


def remembered(folder: Path) -> dict[str, list[str]]:
    """Return the forms of lists read before."""
    path = folder / FORMS
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def apply(folder: Path, site: Site, plan: Plan, forms: Mapping[str, Sequence[str]], now: datetime) -> Path:
    """Write the plan and remember the forms; return the folder in which the files as they were are kept."""
    kept = folder / KEPT / f"{now:%Y%m%d-%H%M%S-%f}"
    kept.mkdir(parents=True)
    for file in _FILES:
        if (folder / file).is_file():
            shutil.copy(folder / file, kept / Path(file).name)
    _people(folder, site, plan)
    _seats(folder, plan)
    known = remembered(folder) | {print_: list(fields) for print_, fields in forms.items()}
    _write(folder / FORMS, json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    (kept / _AFTER).write_text(json.dumps(_marks(folder)), encoding="utf-8")
    return kept


def undo(folder: Path) -> Path:
    """Take the last plan back; return the folder it was kept in. Raises Refused where there is none, or where a file
    was changed since by somebody else: then his change would be lost.
    """
    kept = max(((folder / KEPT).glob(f"*/{_AFTER}")), default=None)
    if kept is None:
        raise Refused("there is nothing to take back: no list was taken in, or the last one was taken back already")
    after = json.loads(kept.read_text(encoding="utf-8"))
    changed = [file for file, mark in _marks(folder).items() if after.get(file) != mark]
    if changed:
        raise Refused(f"{', '.join(changed)} changed since the list was taken in; put that right by hand, the files as "
                      f"they were lie in {kept.parent}")
    for file in _FILES:
        before = kept.parent / Path(file).name
        if before.is_file():
            _write(folder / file, before.read_text(encoding="utf-8"))
        else:
            (folder / file).unlink(missing_ok=True)
    kept.unlink()
    return kept.parent


def _marks(folder: Path) -> dict[str, str]:
    return {file: sha256((folder / file).read_bytes()).hexdigest() for file in _FILES if (folder / file).is_file()}


def _people(folder: Path, site: Site, plan: Plan) -> None:
    """Add new people and numbers at the end; a person who changed keeps his line."""
    rows = read_rows(folder, Faults())
    at = {each.row.id: each.line for each in rows.people}
    lines = _lines(folder / PEOPLE)
    more = []
    for person in plan.people.values():
        if person.id in plan.new:
            more.append(_person(person))
        else:
            lines[at[person.id] - 1] = _person(person)
    _write(folder / PEOPLE, "\n".join(lines + more) + "\n")
    fresh = [_line(person.id, number.kind, number.number, "") for person in plan.people.values()
             for number in person.numbers if person.id in plan.new or number not in site.people[person.id].numbers]
    _write(folder / NUMBERS, "\n".join(_lines(folder / NUMBERS) + fresh) + "\n")


def _person(person: Person) -> str:
    return _line(person.id, person.name, person.organisation, person.title)


def _seats(folder: Path, plan: Plan) -> None:
    """Change who has a seat, or add it; the superior of a seat stays."""
    rows = read_rows(folder, Faults())
    at = {(f"{each.row.place}/{each.row.duty}", each.row.seat): each for each in rows.posts}
    lines = _lines(folder / POSTS)
    for (post, seat), person in plan.seats.items():
        place, _, duty = post.partition("/")
        known = at.get((post, seat))
        written = _line(place, duty, str(seat), person, (known.row.superior or "") if known else "")
        if known:
            lines[known.line - 1] = written
        else:
            lines.append(written)
    _write(folder / POSTS, "\n".join(lines) + "\n")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n")


def _line(*cells: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _write(path: Path, text: str) -> None:
    """Write a file whole: a kill in between leaves the old one."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
