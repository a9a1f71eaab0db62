"""geo/: every layer that is no register holds places."""

from __future__ import annotations

from pathlib import Path

from dutydesk.content.faults import Faults
from dutydesk.content.geometry import Envelope
from dutydesk.content.heat_sources import STEM
from dutydesk.content.layers import Reader, files, open_layer
from dutydesk.content.models.places import PlaceProperties
from dutydesk.content.registers import NAMES
from dutydesk.content.stations import STATIONS
from dutydesk.domain.site import Place


def read_places(folder: Path, envelope: Envelope | None, faults: Faults) -> dict[str, Place]:
    """Read every layer of places in geo/."""
    found: dict[str, Place] = {}
    layers = [path for path in files(folder) if path.stem not in {*NAMES, STEM, Path(STATIONS).stem}]
    if not layers:
        faults.add("file-missing", "geo/places.geojson", 1, "there is no layer of places in geo/; add one")
    for path in layers:
        layer = open_layer(folder, path, faults)
        if layer is not None:
            for each in Reader("place", PlaceProperties, layer, envelope, faults).rows():
                found[each.row.id] = Place(**each.values())
    return found
