"""Damages to the registers of the small site: rule, what is damaged, where it must be told, about which id."""

from __future__ import annotations

from collections.abc import Callable

from tests.content.small_site import NUMBERS as NUMBER_ROWS
from tests.content.small_site import SmallSite

SHELTERS, TEAMS, DEPOTS = "geo/shelters.geojson", "geo/teams.geojson", "geo/depots.geojson"
WATER, ZONES, TOML = "geo/water_points.geojson", "geo/zones.geojson", "dutydesk.toml"

Change = Callable[[SmallSite], object]
Case = tuple[str, Change, str, str]


def edit(file: str, old: str, new: str) -> Change:
    return lambda site: site.edit(file, old, new)


def both(*changes: Change) -> Change:
    return lambda site: [change(site) for change in changes]


CASES: list[Case] = [
    ("register-place", edit(SHELTERS, '"place":"371002100"', '"place":"371002199"'), f"{SHELTERS}:2", "371002100-e01"),
    ("register-place", edit(DEPOTS, '["371071001"]', '["371071009"]'), f"{DEPOTS}:2", "371002100-d01"),
    ("register-person", edit(SHELTERS, '["p5","p3"]', '["p66","p3"]'), f"{SHELTERS}:2", "371002100-e01"),
    ("register-person", edit(TEAMS, '["p9"]', '["p9","p99"]'), f"{TEAMS}:6", "371002100202-t01"),
    ("register-nobody", edit(SHELTERS, '"keepers":["p7"],', ""), f"{SHELTERS}:3", "371071001-e01"),
    ("register-nobody", edit(SHELTERS, '"keepers":["p7"],', '"phone":"+9996310007",'), "", ""),
    ("register-nobody", lambda site: site.write("contacts/numbers.csv", NUMBER_ROWS.replace("p8,mobile", "p1,mobile")),
     f"{TEAMS}:5", "371002100201-t01"),
    ("shelter-full", edit(SHELTERS, '"registered":813', '"registered":1001'), f"{SHELTERS}:3", "371071001-e01"),
    ("shelter-full", edit(SHELTERS, '"registered":813', '"registered":1000'), "", ""),
    ("shelter-idle", edit(SHELTERS, '"state":"open",', ""), f"{SHELTERS}:3", "371071001-e01"),
    ("shelter-narrow", edit(SHELTERS, '"area":900', '"area":449'), f"{SHELTERS}:2", "371002100-e01"),
    ("shelter-narrow", both(edit(SHELTERS, '"area":900', '"area":449'),
                            edit(TOML, "city_teams = 1", "city_teams = 1\nshelter_area = 1.0")), "", ""),
    ("shelter-unfit", edit(SHELTERS, '"fit":["quake","fire"]', '"fit":["quake"],"unfit":["quake"]'), f"{SHELTERS}:3",
     "371071001-e01"),
    ("shelter-in-zone", edit(SHELTERS, "[122.21,37.31]", "[122.25,37.335]"), f"{SHELTERS}:2", "371002100-e01"),
    ("shelter-in-zone", edit(SHELTERS, "[122.21,37.31]", "[122.24,37.335]"), f"{SHELTERS}:2", "371002100-e01"),
    ("shelter-in-zone", both(edit(SHELTERS, "[122.21,37.31]", "[122.25,37.335]"),
                             edit(SHELTERS, '"unfit":["quake"]', '"unfit":["flood"]')), "", ""),
    ("register-overdue", edit(SHELTERS, '"keepers":["p7"],"state":"open","registered":813,"inspected":"2026-05-01"',
                              '"keepers":["p7"],"state":"open","registered":813,"inspected":"2025-06-30"'),
     f"{SHELTERS}:3", "371071001-e01"),
    ("register-overdue", edit(DEPOTS, '"inspected":"2026-05-01"', '"inspected":"2025-07-01"'), "", ""),
    ("register-overdue", edit(WATER, ',"inspected":"2026-05-01"', ""), f"{WATER}:2", "371002100-w01"),
    ("register-overdue", edit(TEAMS, '"crosses":true,"muster":"15m","drilled":"2026-05-01"', '"drilled":"2026-07-02"'),
     f"{TEAMS}:2", "371000-t01"),
    ("team-small", edit(TEAMS, '"size":30', '"size":29'), f"{TEAMS}:3", "371002100-t01"),
    ("team-small", edit(TEAMS, '"size":10', '"size":9'), f"{TEAMS}:5", "371002100201-t01"),
    ("teams-short", edit(TOML, "city_teams = 1", ""), f"{TEAMS}:1", "city"),
    ("teams-short", edit(TEAMS, '"size":12', '"size":3'), f"{TEAMS}:1", "village"),
    ("teams-short", edit(TEAMS, '"level":"town","size":31', '"level":"enterprise","size":31'), f"{TEAMS}:1", "town"),
    ("no-depot", edit(DEPOTS, '"serves":["371071001"],', ""), f"{DEPOTS}:1", "371071001"),
    ("no-depot", both(edit(DEPOTS, '"serves":["371071001"],', ""),
                      edit(TOML, "city_teams = 1", "city_teams = 1\ndepots_share = 0.5")), "", ""),
    # what reading finds, as for places
    ("row", edit(SHELTERS, '"capacity":300', '"capacity":0'), f"{SHELTERS}:2", "371002100-e01"),
    ("row", edit(SHELTERS, '"unfit":["quake"]', '"unfit":["quakes"]'), f"{SHELTERS}:2", "371002100-e01"),
    ("row", edit(TEAMS, '"level":"city"', '"level":"capital"'), f"{TEAMS}:2", "371000-t01"),
    ("row", edit(DEPOTS, "帐篷20顶", "帐篷若干"), f"{DEPOTS}:2", "371002100-d01"),
    ("column", edit(WATER, '"volume"', '"volumn"'), f"{WATER}:2", ""),
    ("double", edit(TEAMS, "371002100202-t01", "371002100201-t01"), f"{TEAMS}:6", "371002100201-t01"),
    ("out-of-envelope", edit(DEPOTS, "[122.2,37.31]", "[12.2,37.31]"), f"{DEPOTS}:2", "371002100-d01"),
    ("lonlat-swapped", edit(DEPOTS, "[122.2,37.31]", "[37.31,122.2]"), f"{DEPOTS}:2", "371002100-d01"),
    ("geometry-absent", edit(WATER, '{"type":"Point","coordinates":[122.25,37.35]}', "null"), f"{WATER}:2",
     "371002100-w01"),
]
