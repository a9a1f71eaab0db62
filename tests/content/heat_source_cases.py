"""Known sources of heat of the small site: rule, what is written, where it must be told, about which id."""

from __future__ import annotations

from collections.abc import Callable

from tests.content.small_site import SmallSite

FILE = "geo/heat_sources.geojson"
Change = Callable[[SmallSite], object]
POINT = '{"type":"Point","coordinates":[122.25,37.35]}'


def heat(geometry: str = '{"type":"Point","coordinates":[122.22,37.32]}', until: str = "2027-06-30", more: str = "",
         kind: str = "reservoir") -> Change:
    """A steelworks in the small site, and the kind of the only place with a position of its own beside it."""
    def change(site: SmallSite) -> None:
        site.write(FILE, '{"type":"FeatureCollection","features":[\n{"type":"Feature","properties":{"id":"q1",'
                         f'"name":"轧钢厂","reason":"加热炉","until":"{until}"{more}}},"geometry":{geometry}}}\n]}}\n')
        if kind != "reservoir":
            site.edit("geo/places.geojson", '"kind":"reservoir"', f'"kind":"{kind}"')
    return change


CASES: list[tuple[str, Change, str, str]] = [
    ("heat-source-over", heat(until="2026-06-30"), f"{FILE}:2", "q1"),
    ("heat-source-over", heat(until="2026-07-20"), f"{FILE}:2", "q1"),
    ("heat-source-over", heat(until="2026-08-01"), "", ""),
    ("heat-source-hill", heat(POINT, kind="hill"), f"{FILE}:2", "q1"),
    ("heat-source-hill", heat(POINT), "", ""),
    ("heat-source-wide", heat(more=',"radius":3000'), f"{FILE}:2", "q1"),
    ("heat-source-wide", heat(more=',"radius":2800'), "", ""),
]
