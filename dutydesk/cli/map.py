"""Draw a map to hand out: one HTML file that needs no network, or a layer for another program.

  dutydesk map shelters                              shelters.html
  dutydesk map incident 20260720-371000-flood        who was asked, who answered, which shelters can be used
  dutydesk map teams --format gpkg --out teams.gpkg

Formats: html (needs the extra `maps`), png and pdf (need Chromium too), geojson, kml, gpkg, shp (a folder); all in
EPSG:4326. What officers set is read from the database where there is one; without one, the registers are drawn as
the folder has them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from dutydesk.errors import UsageError

WHATS = ("shelters", "teams", "depots", "water", "all", "incident")
FORMATS = {"html": ".html", "geojson": ".geojson", "kml": ".kml", "gpkg": ".gpkg", "shp": "",
           "png": ".png", "pdf": ".pdf"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=WHATS, metavar="WHAT", help=", ".join(WHATS))
    parser.add_argument("incident", nargs="?", metavar="INCIDENT", help="with `incident`: its number or id")
    parser.add_argument("--format", choices=sorted(FORMATS), default="html", help="default html")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: WHAT with the format's suffix, here")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.mapping import make, save

    if (options.what == "incident") != bool(options.incident):
        raise UsageError("say which incident: dutydesk map incident NUMBER (`dutydesk incident list` tells them)"
                         if options.what == "incident" else f"`map {options.what}` takes no incident")
    picture = make(options.site, options.what, options.incident)
    path = options.out or Path(f"{options.incident or options.what}{FORMATS[options.format]}")
    for file in save(picture, options.format, path):
        print(f"{file}  {file.stat().st_size:,} bytes  {sum(len(each.features) for each in picture.layers)} features"
              "  EPSG:4326")
    return 0
