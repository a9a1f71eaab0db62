"""Reads a scenario file: by its name in the site's scenarios/, or by its folder or file."""

from __future__ import annotations

from pathlib import Path

from dutydesk.content.faults import Faults
from dutydesk.content.lines import read_yaml
from dutydesk.content.models.scenario import ScenarioFile, conduct
from dutydesk.content.source import read
from dutydesk.content.validate import validate
from dutydesk.domain.scenario import Arrival, Opening, Scenario
from dutydesk.errors import Faulty, UsageError

_FILE = "scenario.yaml"


def names(site_dir: Path) -> tuple[str, ...]:
    """Return the names of a site's scenarios, in order."""
    return tuple(sorted(path.parent.name for path in (site_dir / "scenarios").glob(f"*/{_FILE}")))


def load_scenario(folder_or_name: str | Path, site_dir: Path) -> Scenario:
    """Read a scenario; `site` in it counts from `site_dir`, the files of its alerts from its own folder.

    Raises UsageError when there is no such scenario, Faulty with every fault line when it cannot be used.
    """
    path = _find(folder_or_name, site_dir)
    faults = Faults()
    source = read(path.parent, path, faults)
    document = read_yaml(source, faults) if source else None
    model = None
    if document:
        model, wrong = validate(ScenarioFile, document.data)
        for where, sentence in wrong:
            faults.add("row", document.file, document.line(where), sentence)
        for place, alert in enumerate(model.alerts if model else ()):
            if not (path.parent / alert.file).is_file():
                faults.add("file-missing", document.file, document.line(("alerts", place, "file")),
                           f"{alert.file} is not in the scenario's folder; add it or correct the name")
    errors = [f"{path.parent.name}/{each}" for each in faults.found if each.level == "error"]
    if model is None or errors:
        raise Faulty(f"the scenario {path.parent.name} cannot be used; correct:", errors)
    return _scenario(model, path, site_dir)


def _find(folder_or_name: str | Path, site_dir: Path) -> Path:
    given = Path(folder_or_name)
    for path in (site_dir / "scenarios" / given / _FILE, given / _FILE, given):
        if path.is_file():
            return path.resolve()
    known = ", ".join(names(site_dir)) or "none"
    raise UsageError(f"there is no scenario {folder_or_name}; this site has: {known}")


def _scenario(model: ScenarioFile, path: Path, site_dir: Path) -> Scenario:
    return Scenario(
        name=path.parent.name,
        site=str((site_dir / model.site).resolve()),
        title=model.title,
        about=model.about.strip(),
        start=model.start,
        until=model.until,
        alerts=tuple(Arrival(each.at, str(path.parent / each.file)) for each in model.alerts),
        open=tuple(Opening(each.at, each.family, each.colour, each.places) for each in model.open),
        officers={str(role): conduct(each) for role, each in model.officers.items()},
        people=model.people.crowd(),
        faults=tuple(each.breakage() for each in model.faults),
        seed=model.seed,
    )
