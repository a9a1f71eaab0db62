"""An invented city written as a site folder, as small or as large as a trial wants it, and warnings for its towns."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[2]
BEIJING = ZoneInfo("Asia/Shanghai")
CITY, COUNTY = "990100", "990102"
INBOX = "inbox/cma"
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"

CONFIG = """\
[site]
name = "试验市应急值守"
signature = "试验应急"
timezone = "Asia/Shanghai"
envelope = [120.0, 36.0, 123.0, 39.0]

[duty]
phone = "0000-0000000"
last_resort = "leader"

[[desk]]
id = "{desk}"
name = "试验市值班室"

[store]
url = "{store}"

[channels]
sms = "simulator-sms"
voice = "simulator-voice"

[limits.simulator-voice]
lines = 3000
per_second = 1000
timeout = {timeout}

[limits.simulator-sms]
per_second = 1000
timeout = {timeout}

[[source]]
id = "cma"
kind = "cap"
auto = true
folder = "inbox/cma"

[rules]
door_knock = "8s"
one_ring_per = "3s"
"""

FLOOD = """\
family: flood
when: [{{colour: red}}, {{colour: orange}}]
posts: {{city: [flood], county: [flood], town: [flood], village: [flood]}}
ladder:
  red:
    - {{whom: holder, by: [voice, sms], tries: {tries}, within: {within}}}
    - {{whom: [deputy, superior], by: [voice], within: {within}, officer_sees: true}}
  orange:
    - {{whom: holder, by: [sms, voice], tries: {tries}, within: {within}}}
text: {{sms: flood.sms, voice: flood.voice}}
action: {{red: 请立即转移, orange: 请到岗}}
"""


@dataclass(frozen=True)
class City:
    """A city with one county. Towns and villages are numbered from 1; each post has a holder and a deputy."""

    folder: Path
    towns: int = 5
    villages: int = 24

    def town(self, number: int) -> str:
        return f"{COUNTY}{100 + number}"

    def places(self, number: int) -> list[str]:
        """The places of one town: itself and its villages."""
        return [self.town(number), *(f"{self.town(number)}{200 + each}" for each in range(1, self.villages + 1))]

    @property
    def inbox(self) -> Path:
        return self.folder / INBOX

    def people(self, number: int) -> set[str]:
        """Everybody with a seat in one town."""
        return {f"{place}-{seat}" for place in self.places(number) for seat in (1, 2)}

    def land(self, name: str, body: str) -> None:
        """Put a document into the watched folder, whole at once."""
        part = self.inbox / f".{name}.part"
        part.write_text(body, encoding="utf-8")
        part.rename(self.inbox / name)

    def warning(self, serial: int, town: int | None, sent: datetime, *,
                refers: tuple[int, datetime] | None = None) -> str:
        """A red warning of heavy rain for one town (all of the county: None), or the cancel of one before."""
        local = sent.astimezone(BEIJING)
        code = (self.town(town) if town is not None else COUNTY).ljust(12, "0")
        name = f"{town}号镇" if town is not None else "试验区"
        kind = "Cancel" if refers else "Alert"
        said = "解除" if refers else "发布"
        refer = f"office,{_identifier(refers[0])},{_time(refers[1])}" if refers else ""
        headline = f"试验区气象台{said}暴雨红色预警信号"
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="{NAMESPACE}">'
            f"<identifier>{_identifier(serial)}</identifier><sender>office</sender><sent>{_time(sent)}</sent>"
            f"<status>Actual</status><msgType>{kind}</msgType><scope>Public</scope><references>{refer}</references>"
            "<info><language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Immediate</urgency>"
            f"<severity>Extreme</severity><certainty>Observed</certainty>"
            f"<expires>{_time(sent + timedelta(hours=40))}</expires><headline>{headline}</headline>"
            f"<description>试验区气象台{local:%Y年%m月%d日%H时%M分}{said}暴雨红色预警信号。</description>"
            f"<area><areaDesc>{name}</areaDesc><geocode><valueName>CPEAS Geographic Code</valueName>"
            f"<value>{code}</value></geocode></area></info></alert>\n")


def _identifier(serial: int) -> str:
    return f"99010241600000_{serial:014}"


def _time(moment: datetime) -> str:
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


def build(folder: Path, *, store: str = "sqlite:///var/desk.sqlite3", towns: int = 5, villages: int = 24,
          tries: int = 2, within: str = "6s", timeout: float = 5.0, desk: str = CITY) -> City:
    """Write the city into a folder; `desk` is the name its duty room goes by."""
    city = City(folder, towns, villages)
    for each in ("geo", "contacts", "playbooks", INBOX):
        (folder / each).mkdir(parents=True, exist_ok=True)
    (folder / "dutydesk.toml").write_text(CONFIG.format(store=store, timeout=timeout, desk=desk), encoding="utf-8")
    (folder / "playbooks/flood.yaml").write_text(FLOOD.format(tries=tries, within=within), encoding="utf-8")
    (folder / "playbooks/default.yaml").write_text(
        FLOOD.format(tries=tries, within=within).replace("family: flood", "family: default"), encoding="utf-8")
    shutil.copytree(ROOT / "playbooks" / "texts", folder / "playbooks" / "texts", dirs_exist_ok=True)
    places = [(CITY, "试验市", "city", "", 121.0, 37.0), (COUNTY, "试验区", "county", CITY, 121.1, 37.1)]
    for number in range(1, towns + 1):
        town, *rest = city.places(number)
        west = 121.2 + number * 0.01
        places.append((town, f"{number}号镇", "town", COUNTY, west, 37.2))
        places += [(village, f"{number}号镇{rank}村", "village", town, west, 37.2 + rank * 0.001)
                   for rank, village in enumerate(rest, 1)]
    _geo(folder, places, desk)
    _contacts(folder, [row[0] for row in places], desk)
    return city


def _geo(folder: Path, places: list[tuple[str, str, str, str, float, float]], desk: str) -> None:
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
                 "properties": {"id": id, "name": name, "kind": kind, "desk": desk} | ({"parents": [up]} if up else {})}
                for id, name, kind, up, lon, lat in places]
    (folder / "geo/places.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")


def _contacts(folder: Path, places: list[str], desk: str) -> None:
    people, numbers, posts = ["id,name,organisation,title"], ["person,kind,number,confirmed"], [
        "place,duty,seat,person,superior"]
    for rank, place in enumerate(places):
        for seat in (1, 2):
            person = f"{place}-{seat}"
            people.append(f"{person},试验{rank}之{seat},{place},责任人")
            numbers.append(f"{person},mobile,+999{seat}{rank:08},2026-05-01")
            posts.append(f"{place},flood,{seat},{person},")
    for rank, role in enumerate(("officer", "backup", "leader")):
        people.append(f"{role},值班{rank},值班室,{role}")
        numbers.append(f"{role},mobile,+9999000000{rank},2026-05-01")
    roster = ["desk,role,days,start,end,person,since,until",
              *(f"{desk},{role},1-7,00:00,24:00,{role},," for role in ("officer", "backup", "leader"))]
    for name, rows in (("people", people), ("numbers", numbers), ("posts", posts), ("roster", roster)):
        (folder / f"contacts/{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
