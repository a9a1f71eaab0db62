"""A whole site as one value: configuration, places and people, playbooks, wordings, gauges and thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from dutydesk.domain.fire_weather import GradeRules
from dutydesk.domain.hotspots import FireRules, HeatSource
from dutydesk.domain.playbook import Playbook
from dutydesk.domain.quakes import QuakeRules
from dutydesk.domain.registers import Targets
from dutydesk.domain.rules import Rules
from dutydesk.domain.site import Site
from dutydesk.domain.stations import Station
from dutydesk.domain.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Live:
    """Who switched real channels on, and since when; without it nothing real is ever dialled."""

    by: str
    since: date


@dataclass(frozen=True, slots=True)
class MapNotes:
    """What must stand on every map: its approval number (审图号) where it has one, and whose data it is drawn from.

    `tiles`: addresses of the pictures under the commander's map, lowest first, with {z} {x} {y} in Web Mercator on
    WGS-84; `deepest` is their deepest zoom.
    """

    approval: str = ""
    attribution: str = ""
    tiles: tuple[str, ...] = ()
    deepest: int = 18


@dataclass(frozen=True, slots=True)
class Keeping:
    """`[feeds]`: how polite the polling is, and how long what came is kept.

    `gap`: seconds between two requests to one server. `keep`: bytes that led to no version of any warning. `keep_bad`:
    bytes nobody could read. What a warning was read from is never removed.
    """

    gap: float = 0.2
    keep: timedelta = timedelta(days=7)
    keep_bad: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class CapOut:
    """`[cap_out]`: what neighbours may read. `address` is where they find it, without `/index.atom`; `key` and
    `certificate` are PEM files, relative to the site folder, `${NAME}` filled in from the environment.
    """

    on: bool = False
    address: str = ""
    key: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class DutyPage:
    """`[page]`: the page of a responsible person. `address` is where phones reach the port of the hooks, empty: none;
    `channels` may carry its link in a text, after the words `text`; a link is good for `life`.
    """

    address: str = ""
    channels: tuple[str, ...] = ()
    text: str = "网页上报:"
    life: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Console:
    """`[console]`: where it listens, by which names it answers, and whether one logs in (`auto`, `on`, `off`);
    `certificate` and `key` are PEM files, relative to the site folder.
    """

    login: str = "auto"
    listen: str = "127.0.0.1"
    hosts: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return self.listen == "localhost" or self.listen.startswith("127.")

    @property
    def always(self) -> bool | None:
        """Whether one must log in; None: as soon as there is a user."""
        if self.login == "auto":
            return None if self.local else True
        return self.login == "on"


@dataclass(frozen=True, slots=True)
class SyslogOut:
    """`[syslog]`: the log server that hears the audit, and with `journal` what happened; `address` is
    `udp://`, `tcp://` or `tls://host[:port]`, empty: none. `authority` is a PEM file, relative to the site folder;
    `enterprise` is the number (IANA, private enterprise) its structured data carries.
    """

    address: str = ""
    facility: str = "authpriv"
    authority: str = ""
    journal: bool = True
    enterprise: int = 32473


@dataclass(frozen=True, slots=True)
class Config:
    """`dutydesk.toml`. `envelope` is west, south, east, north in degrees (EPSG:4326)."""

    name: str
    signature: str                      # 威海应急: stands in 【】 before every SMS
    duty_phone: str
    last_resort: str                    # person id: rung when the roster hour is empty
    envelope: tuple[float, float, float, float]
    language: str = "zh-CN"
    timezone: str = "Asia/Shanghai"
    store: str = "sqlite:///var/desk.sqlite3"
    sources: tuple[Mapping[str, object], ...] = ()
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)   # way (sms, voice) -> channels, best first
    channel_settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)   # channel -> its own settings
    copies: Mapping[str, Mapping[str, object]] = field(default_factory=dict)   # name -> what is told where
    limits: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    feeds: Keeping = field(default_factory=Keeping)
    cap_out: CapOut = field(default_factory=CapOut)
    page: DutyPage = field(default_factory=DutyPage)
    console: Console = field(default_factory=Console)
    journal_heads: tuple[str, ...] = ()
    syslog: SyslogOut = field(default_factory=SyslogOut)
    live: Live | None = None
    rules: Rules = field(default_factory=Rules)
    fire: FireRules = field(default_factory=FireRules)
    quake: QuakeRules = field(default_factory=QuakeRules)
    grade: GradeRules = field(default_factory=GradeRules)
    targets: Targets = field(default_factory=Targets)
    map: MapNotes = field(default_factory=MapNotes)

    def kind(self, channel: str) -> str:
        """Of which kind a channel is: what its settings say; one without settings is called by its kind."""
        return str(self.channel_settings.get(channel, {}).get("kind", channel))

    def first(self, way: str) -> str:
        """The preferred channel of a way; empty where it has none."""
        return next(iter(self.channels.get(way, ())), "")


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything read from a site folder. `texts`: template name -> Jinja2 source."""

    config: Config
    site: Site
    playbooks: Mapping[str, Playbook]
    texts: Mapping[str, str]
    stations: Mapping[str, Station] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    heat_sources: tuple[HeatSource, ...] = ()
