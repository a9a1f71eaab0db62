"""A small site without a fault, to be damaged by the tests: one city, a county, a zone, a town, two villages, sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dutydesk.content.check import Report, check
from dutydesk.content.load import Loaded, load
from dutydesk.domain.finding import Finding

DAY = date(2026, 7, 1)

CONFIG = """\
[site]
name = "小城市应急值守"
signature = "小城应急"
timezone = "Asia/Shanghai"
envelope = [121.0, 36.5, 123.0, 38.0]

[duty]
phone = "0631-0000000"
last_resort = "p1"

[[desk]]
id = "371000"
name = "小城市值班室"

[channels]
sms = "simulator-sms"
voice = "simulator-voice"

[limits.simulator-voice]
lines = 8

[[source]]
id = "cma"
kind = "cap"
auto = true
folder = "inbox/cma"
expect = "30d"

[journal]
heads = ["var/heads"]

[rules]
door_knock = "15m"

[targets]
city_teams = 1
"""

FLOOD = """\
family: flood
when: [{colour: red}, {colour: orange}]
posts:
  city: [flood, general]
  county: [flood]
  town: [flood]
  village: [flood]
  reservoir: [flood]
only:
  orange: [county, town, village]
done_when:
  village: {red: moved, orange: on_post}
ladder:
  red:
    - {whom: holder, by: [voice, sms], tries: 3, within: 5m}
    - {whom: [deputy, superior], by: [voice], within: 5m, officer_sees: true}
  orange:
    - {whom: holder, by: [sms, voice], tries: 2, within: 10m, need: 1}
    - {whom: [deputy, superior], by: [voice], within: 10m}
act: {red: 30m, orange: 2h}
answer: {city: any}
night: {from: 20:00, to: "08:00", by: [voice, sms]}
tasks: [{what: 雨前排查, at: onset - 6h, where: [reservoir]}]
text: {sms: flood.sms, voice: flood.voice}
action: {red: 请立即转移, orange: 请到岗}
"""

DEFAULT = """\
family: default
posts: {city: [general], town: [flood]}
ladder:
  red:
    - {whom: holder, by: voice, tries: 2, within: 5m}
    - {whom: [deputy, superior], by: voice, within: 5m}
text: {sms: default.sms, voice: default.voice}
action: {red: 请立即避险}
"""

PLACES = """\
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"371000","name":"小城市","kind":"city","desk":"371000"},"geometry":{"type":"Polygon","coordinates":[[[121.5,36.9],[122.7,36.9],[122.7,37.6],[121.5,37.6],[121.5,36.9]]]}},
{"type":"Feature","properties":{"id":"371002","name":"东区","kind":"county","parents":["371000"],"desk":"371000"},"geometry":{"type":"Polygon","coordinates":[[[121.9,37.1],[122.7,37.1],[122.7,37.6],[121.9,37.6],[121.9,37.1]]]}},
{"type":"Feature","properties":{"id":"371071","name":"高区","kind":"county","parents":["371000"],"covered_by":["371002"],"desk":"371000"},"geometry":{"type":"Point","coordinates":[122.05,37.5]}},
{"type":"Feature","properties":{"id":"371002100","name":"张庄镇","kind":"town","parents":["371002"],"desk":"371000","approximate":3000},"geometry":{"type":"Polygon","coordinates":[[[122.1,37.2],[122.3,37.2],[122.3,37.4],[122.1,37.4],[122.1,37.2]]]}},
{"type":"Feature","properties":{"id":"371071001","name":"双岛街道","kind":"town","parents":["371071"],"desk":"371000"},"geometry":{"type":"Point","coordinates":[122.04,37.49]}},
{"type":"Feature","properties":{"id":"371002100201","name":"东村","kind":"village","parents":["371002100"],"desk":"371000","population":420},"geometry":{"type":"Point","coordinates":[122.2,37.3]}},
{"type":"Feature","properties":{"id":"371002100202","name":"西村","kind":"village","parents":["371002100"],"desk":"371000"},"geometry":{"type":"Point","coordinates":[122.15,37.3]}},
{"type":"Feature","properties":{"id":"371002100-r01","name":"龙潭水库","kind":"reservoir","parents":["371002100"],"desk":"371000","risk":3},"geometry":{"type":"Point","coordinates":[122.25,37.35]}}
]}
"""

SHELTERS = """\
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"371002100-e01","name":"张庄镇小学","place":"371002100","category":"school","capacity":300,"area":900,"unfit":["quake"],"keepers":["p5","p3"],"inspected":"2026-05-01"},"geometry":{"type":"Point","coordinates":[122.21,37.31]}},
{"type":"Feature","properties":{"id":"371071001-e01","name":"双岛广场","place":"371071001","space":"outdoor","capacity":1000,"area":3000,"fit":["quake","fire"],"keepers":["p7"],"state":"open","registered":813,"inspected":"2026-05-01"},"geometry":{"type":"Point","coordinates":[122.05,37.49]}}
]}
"""

TEAMS = """\
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"371000-t01","name":"小城市救援队","place":"371000","level":"city","size":60,"skills":["水上"],"leaders":["p2"],"crosses":true,"muster":"15m","drilled":"2026-05-01"},"geometry":{"type":"Point","coordinates":[122.1,37.5]}},
{"type":"Feature","properties":{"id":"371002100-t01","name":"张庄镇救援队","place":"371002100","level":"town","size":30,"leaders":["p5"],"drilled":"2026-05-01"},"geometry":{"type":"Point","coordinates":[122.2,37.3]}},
{"type":"Feature","properties":{"id":"371071001-t01","name":"双岛街道救援队","place":"371071001","level":"town","size":31,"leaders":["p7"],"drilled":"2026-05-01"},"geometry":{"type":"Point","coordinates":[122.04,37.49]}},
{"type":"Feature","properties":{"id":"371002100201-t01","name":"东村应急队","place":"371002100201","level":"village","size":10,"leaders":["p8"],"drilled":"2026-05-01"},"geometry":{"type":"Point","coordinates":[122.2,37.3]}},
{"type":"Feature","properties":{"id":"371002100202-t01","name":"西村应急队","place":"371002100202","level":"village","size":12,"leaders":["p9"],"drilled":"2026-05-01"},"geometry":{"type":"Point","coordinates":[122.15,37.3]}}
]}
"""

DEPOTS = """\
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"371002100-d01","name":"张庄镇储备站","place":"371002100","serves":["371071001"],"goods":["帐篷20顶","救生衣30件"],"keepers":["p5"],"inspected":"2026-05-01"},"geometry":{"type":"Point","coordinates":[122.2,37.31]}}
]}
"""

WATER = """\
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"371002100-w01","name":"龙潭取水点","place":"371002100","kind":"reservoir","volume":80000,"access":["truck"],"all_year":true,"inspected":"2026-05-01"},"geometry":{"type":"Point","coordinates":[122.25,37.35]}}
]}
"""

ZONES = """\
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"371002100-z01","name":"龙潭水库下游","family":"flood","place":"371002100"},"geometry":{"type":"Polygon","coordinates":[[[122.24,37.33],[122.26,37.33],[122.26,37.34],[122.24,37.34],[122.24,37.33]]]}}
]}
"""

PEOPLE = """\
id,name,organisation,title
p1,王一,小城市应急局,局长
p2,李二,小城市应急局,科长
p3,张三,东区应急局,局长
p4,赵四,高区应急局,局长
p5,钱五,张庄镇,镇长
p6,孙六,张庄镇,副镇长
p7,周七,双岛街道,主任
p8,吴八,东村,书记
p9,郑九,西村,书记
p10,冯十,龙潭水库,管理员
p11,陈十一,小城市应急局,值班员
p12,褚十二,小城市应急局,值班员
p13,卫十三,小城市应急局,副局长
"""

NUMBERS = "person,kind,number,confirmed\n" + "".join(
    f"p{n},mobile,+9991000000{n:02},2026-05-{n:02}\n" for n in range(1, 14)) + "p1,landline,+99963100001,2026-05-01\n"

POSTS = """\
place,duty,seat,person,superior
371000,general,1,p1,
371000,general,2,p2,
371000,flood,1,p2,371000/general
371002,flood,1,p3,
371071,flood,1,p4,
371002100,flood,1,p5,
371002100,flood,2,p6,
371071001,flood,1,p7,
371002100201,flood,1,p8,
371002100202,flood,1,p9,
371002100-r01,flood,1,p10,
"""

ROSTER = """\
desk,role,days,start,end,person,since,until
371000,officer,1-7,08:00,20:00,p11,,
371000,officer,1-7,20:00,08:00,p12,,
371000,backup,1-7,08:00,08:00,p13,,
371000,leader,"1-5,6,7",00:00,24:00,p2,,
"""

HEAD = "【{{ signature }}】{% if drill %}（演练）{% endif %}"
TEXT = HEAD + "{{ title }}:{{ places }}。{{ action }}。{{ codes }}。值班{{ duty_phone }}\n"
LIST = HEAD + "{{ title }}:无人应答 {{ silent }}。值班{{ duty_phone }}\n"
ALARM = HEAD + "{{ alarm }}:{{ places }}。值班{{ duty_phone }}\n"
NOTE = HEAD + "{{ title }}:{{ places }}。值班{{ duty_phone }}\n"
TEXTS = {
    **{name: TEXT for name in ("flood.sms", "flood.voice", "default.sms", "default.voice", "remind.sms",
                               "remind.voice")},
    "list.sms": LIST, "list.voice": LIST, "officer.sms": ALARM, "officer.voice": ALARM,
    **{name: NOTE for name in ("notice.taken", "notice.lifted", "notice.lowered", "notice.info", "notice.verify",
                               "reply.ok", "reply.unclear", "reply.closed", "reply.old_round", "neighbour.sms",
                               "neighbour.voice", "notice.correction", "card.voice")},
}

SCENARIO = """\
site: .
title: 一场雨
about: 一场虚构的雨。
start: 2026-07-01T20:00+08:00
until: 2h
alerts: [{at: +1h59m, file: 1.xml}]
open:
  - {at: 5m, family: flood, colour: red, places: [371002100]}
officers: {officer: never, leader: {after: 40s}}
people:
  answer: 0.6
  night: 0.3
  delay: {median: 90s, p95: 15m}
  p8: never
  p9: {reply: "1", after: 40s}
faults: [{gateway: sms, down: [+3h, +3h20m]}, {area_dark: 371002100, from: +4h}]
seed: 7
"""

FILES = {
    "dutydesk.toml": CONFIG, "playbooks/flood.yaml": FLOOD, "playbooks/default.yaml": DEFAULT,
    "geo/places.geojson": PLACES, "geo/shelters.geojson": SHELTERS, "geo/teams.geojson": TEAMS,
    "geo/depots.geojson": DEPOTS, "geo/water_points.geojson": WATER, "geo/zones.geojson": ZONES,
    "contacts/people.csv": PEOPLE, "contacts/numbers.csv": NUMBERS,
    "contacts/posts.csv": POSTS, "contacts/roster.csv": ROSTER,
    "scenarios/rain/scenario.yaml": SCENARIO, "scenarios/rain/1.xml": "<alert/>\n",
    **{f"playbooks/texts/{name}.txt": text for name, text in TEXTS.items()},
}


@dataclass(frozen=True)
class SmallSite:
    """The site in a folder of its own."""

    folder: Path

    def write(self, file: str, text: str | bytes | None) -> SmallSite:
        """Write a file anew, or take it away."""
        path = self.folder / file
        if text is None:
            path.unlink()
            return self
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def edit(self, file: str, old: str, new: str) -> SmallSite:
        """Replace the one place in a file that reads `old`."""
        text = FILES[file] if not (self.folder / file).exists() else (self.folder / file).read_text("utf-8")
        assert text.count(old) == 1, (file, old, text.count(old))
        return self.write(file, text.replace(old, new))

    def add(self, file: str, lines: str) -> SmallSite:
        """Add lines at the end of a file."""
        return self.write(file, (self.folder / file).read_text("utf-8") + lines)

    def load(self) -> Loaded:
        """Read it."""
        return load(self.folder)

    def check(self, at: date = DAY) -> Report:
        """Read and judge it."""
        return check(self.load(), at)

    def found(self, rule: str, at: date = DAY) -> list[Finding]:
        """Return what stands under one rule."""
        return [each for each in self.check(at).findings if each.rule == rule]


def build(folder: Path) -> SmallSite:
    """Write the site into a folder."""
    site = SmallSite(folder)
    for file, text in FILES.items():
        site.write(file, text)
    return site
