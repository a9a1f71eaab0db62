"""dutydesk.toml, and its turning into the domain's `Config`."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
    model_validator,
)

from dutydesk.content.models.outlets import Address, CapOutTable, Interval, JournalTable, PageTable, SyslogTable
from dutydesk.content.models.words import ColourWord, Day, Duration, Filled, Id, Strict, Text, duration
from dutydesk.domain.fire_weather import GradeRules
from dutydesk.domain.hotspots import FireRules
from dutydesk.domain.quakes import QuakeRules
from dutydesk.domain.registers import Targets
from dutydesk.domain.rules import Rules
from dutydesk.domain.setup import CapOut, Config, Console, DutyPage, Keeping, Live, MapNotes, SyslogOut
from dutydesk.domain.values import Colour


def _envelope(value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = value
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(f"{list(value)} is no envelope; write [west, south, east, north] in degrees")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"{value!r} is no time zone; write one like Asia/Shanghai") from None
    return value


Envelope = Annotated[tuple[float, float, float, float], AfterValidator(_envelope)]
Zone = Annotated[str, AfterValidator(_zone)]


class SiteTable(Strict):
    """[site]."""

    name: Filled = Field(description="name of the bureau")
    signature: Filled = Field(description="stands in 【】 before every SMS")
    language: Filled = Field(default="zh-CN", description="preferred language of warnings")
    timezone: Zone = Field(
        default="Asia/Shanghai", description="zone of rosters, nights and everything shown")
    envelope: Envelope = Field(description="west, south, east, north in degrees (EPSG:4326); nothing lies outside")


class DutyTable(Strict):
    """[duty]."""

    phone: Filled = Field(description="the number every message names")
    last_resort: Text = Field(default="", description="person rung when a roster hour is empty; required")


class DeskTable(Strict):
    """[[desk]]."""

    id: Id = Field(description="area code it answers for")
    name: Filled = Field(description="name as the board and the messages give it")
    phone: Text = Field(default="", description="its own number")


class StoreTable(Strict):
    """[store]."""

    url: Filled = Field(default="sqlite:///var/desk.sqlite3", description="database")


_QUOTA = re.compile(r"\s*(\d+)\s*/\s*(.+)")


def quota(value: object) -> tuple[int, timedelta]:
    """Read `5/1h`: at most five within any hour; raises ValueError saying how to write it."""
    if isinstance(value, tuple):
        return value
    found = _QUOTA.fullmatch(str(value))
    if not found or not int(found[1]):
        raise ValueError(f"{value!r} is no quota; write one like 5/1h: at most five within any hour")
    return int(found[1]), duration(found[2])


Quota = Annotated[tuple[int, timedelta], BeforeValidator(quota), WithJsonSchema(
    {"type": "string", "pattern": r"^\d+/(\d+d)?(\d+h)?(\d+m)?(\d+s)?$", "examples": ["1/1m", "5/1h", "20/1d"]})]
#: One channel, or several in order of preference.
ChannelList = Annotated[tuple[Id, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
                        Field(min_length=1), WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]})]


class ChannelTable(Strict):
    """[channel.<name>]; the other names are those of its kind."""

    model_config = ConfigDict(extra="allow")

    kind: Id = Field(description="what it is: one of `dutydesk channels`")


class CopyTable(Strict):
    """[copy.<name>]: where what happens is told besides; it asks nobody. The other names are those of its kind."""

    model_config = ConfigDict(extra="allow")

    kind: Id = Field(description="what it is: dingtalk, feishu, wecom, mail, webhook, apprise")
    what: tuple[Literal["version", "incident", "round", "alarm", "document", "heard", "notice", "order"], ...] = Field(
        default=("version", "incident", "round", "alarm", "document"), description="what it tells")
    every: Duration = Field(default=timedelta(minutes=1), description="how long what is not urgent is gathered")


class LimitsTable(Strict):
    """[limits.<channel>]."""

    per_second: Annotated[float, Field(gt=0)] | None = Field(default=None, description="hand-overs a second")
    lines: Annotated[int, Field(gt=0)] | None = Field(default=None, description="how many may ring at the same time")
    max_in_flight: Annotated[int, Field(gt=0)] | None = Field(
        default=None, description="how many may be on their way to the provider at once")
    timeout: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="seconds after which a hand-over counts as unknown")
    per_number: tuple[Quota, ...] | None = Field(
        default=None, description='calls to one number, failed ones included: ["1/1m", "5/1h", "20/1d"]')
    per_template: tuple[Quota, ...] | None = Field(
        default=None, description='calls to one number in the same wording: ["50/1d"]')


class SourceTable(Strict):
    """[[source]]; what a feed needs beyond these names is kept for it."""

    model_config = ConfigDict(extra="allow")

    id: Id = Field(description="name of the source in the journal")
    kind: Id = Field(description="format of its documents: cap")
    name: Text = Field(default="", description="name as the console gives it")
    auto: bool = Field(default=False, description="calls at once, without the officer's word")
    folder: Text = Field(default="", description="where its documents are dropped")
    zone: Zone = Field(default="Asia/Shanghai", description="zone of times written without one")
    language: Filled = Field(default="zh-CN", description="which of several languages is read")
    unknown_colour: ColourWord = Field(default=Colour.ORANGE, description="when nothing tells the colour")
    max_bytes: Annotated[int, Field(gt=0)] = Field(default=5_000_000, description="larger documents are refused")
    url: Address = Field(default="", description="polled at this address; `${NAME}` stands for a secret of the "
                                                 "environment")
    urls: tuple[Address, ...] = Field(default=(), description="several addresses of one kind instead of `url`")
    interval: Interval = Field(default=timedelta(minutes=1), description="between two polls")
    jitter: Annotated[float, Field(ge=0, le=0.5)] = Field(
        default=0.1, description="share of the interval by which polls are spread")
    timeout: Interval = Field(default=timedelta(seconds=20), description="for one whole answer, redirects included")
    headers: dict[Filled, Filled] = Field(default={}, description="sent to the source's own servers only; `${NAME}` "
                                                                  "as in `url`")
    per_poll: Annotated[int, Field(gt=0)] = Field(
        default=50, description="documents named by its lists that are fetched before the list is polled again")
    allow_private: bool = Field(
        default=False, description="may lie on this machine or in a private network, and redirect there")
    proxy: bool = Field(default=False, description="goes through the proxy the environment names")
    ca: Text = Field(default="", description="file of certificates trusted instead of the usual ones")
    certificate: Text = Field(
        default="", description="PEM file, relative to the site folder, of the certificate (one or several) that signs "
                                "its CAP messages; what it did not sign waits for the officer's word; empty: not "
                                "checked")
    push_key: Text = Field(default="", description="`${NAME}` of the key that signs what is pushed to "
                                                   "`/feeds/ID`; empty: nothing may be pushed")
    expect: Interval | None = Field(
        default=None, description="a folder or a push brings something at least this often; the officer hears of "
                                  "silence")
    delay: Duration = Field(default=timedelta(minutes=5), description="from sending to receipt, as a rule")
    trust: Literal["official", "relay", "outside"] = Field(
        default="official", description="the issuing system itself, somebody who passes on what it issues, or anybody")
    lifts: bool = Field(default=True, description="it sends the end of a warning too")
    absence: Literal["nothing", "over"] = Field(
        default="nothing", description="what it means that a warning is no longer listed, by the source's account; "
                                       "the desk ends nothing because of it")

    @model_validator(mode="after")
    def _one_way(self) -> SourceTable:
        if self.url and self.urls:
            raise ValueError("write either url or urls")
        if self.push_key and not re.fullmatch(r"\$\{[A-Z][A-Z0-9_]*\}", self.push_key):
            raise ValueError("push_key must be ${NAME}, a variable of the environment: a key does not stand in a file")
        return self


class FeedsTable(Strict):
    """[feeds]."""

    gap: Annotated[float, Field(ge=0, le=60)] = Field(
        default=Keeping().gap, description="seconds between two requests to one server")
    keep: Interval = Field(default=Keeping().keep,
                           description="how long bytes are kept that led to no version of any warning")
    keep_bad: Interval = Field(default=Keeping().keep_bad, description="how long bytes are kept that nobody could "
                                                                       "read; what a warning was read from stays")


class ConsoleTable(Strict):
    """[console]: where the console listens, and whether one logs in."""

    login: Literal["auto", "on", "off"] = Field(
        default="auto", description="`auto`: on as soon as there is a user or it listens beyond this machine; `off`: "
                                    "only on this machine")
    listen: Text = Field(default="127.0.0.1", description="address it listens on; beyond this machine it needs "
                                                          "certificate and key, and a user")
    hosts: tuple[Filled, ...] = Field(default=(), description="names it answers to besides this machine's own; behind "
                                                              "a proxy that speaks HTTPS the name people type")
    certificate: Text = Field(default="", description="PEM file of the certificate of its HTTPS")
    key: Text = Field(default="", description="PEM file of the key of that certificate, outside the site folder")

    @model_validator(mode="after")
    def _safe(self) -> ConsoleTable:
        if bool(self.key) != bool(self.certificate):
            raise ValueError("key and certificate go together: write both or neither")
        open_to_all = not Console(listen=self.listen).local
        if open_to_all and self.login == "off":
            raise ValueError("without login it listens on this machine only: take out listen, or login = \"off\"")
        if open_to_all and not self.key:
            raise ValueError("beyond this machine passwords need HTTPS: write certificate and key, or leave listen out "
                             "and put a proxy before it (with its name in hosts)")
        return self


class MapTable(Strict):
    """[map]: what must stand on every map."""

    approval: Text = Field(default="", description="approval number (审图号) of a published map, e.g. 鲁SG(2024)001号")
    attribution: Text = Field(default="", description="whose data the boundaries are drawn from")
    tiles: tuple[Address, ...] = Field(default=(), description="pictures under the commander's map, lowest first: "
                                       "addresses with {z} {x} {y}, Web Mercator on WGS-84 or CGCS2000 (not GCJ-02); "
                                       "a key as `${NAME}`; empty: coast and boundaries of geo/ alone")
    deepest: int = Field(default=18, ge=1, le=22, description="deepest zoom these pictures have")

    @model_validator(mode="after")
    def _templates(self) -> MapTable:
        for each in self.tiles:
            if not all(part in each for part in ("{z}", "{x}", "{y}")):
                raise ValueError(f"tiles: {each} has no {{z}} {{x}} {{y}}; write https://.../{{z}}/{{x}}/{{y}}.png")
        return self


class LiveTable(Strict):
    """[live]: without it no real channel is ever used."""

    by: Filled = Field(description="who decided it")
    since: Day = Field(description="from which day on")


def _setting(default: object) -> Any:
    if isinstance(default, timedelta):
        return Duration
    if isinstance(default, Colour):
        return ColourWord
    return Annotated[type(default), Field(gt=0)]


def _settings(name: str, values: type[Any], about: str) -> Any:
    """Make the model of a table whose names are the fields of a dataclass, none required."""
    fields: dict[str, Any] = {each.name: (_setting(each.default), each.default) for each in dataclasses.fields(values)}
    return create_model(name, __base__=Strict, __doc__=about, **fields)


RulesTable: Any = _settings("RulesTable", Rules, "[rules]: settings of the callout machine.")
TargetsTable: Any = _settings("TargetsTable", Targets, "[targets]: what the registers are measured against.")
FireTable: Any = _settings("FireTable", FireRules, "[fire]: settings of hotspots and fires.")
GradeTable: Any = _settings("GradeTable", GradeRules, "[grade]: settings of the fire weather grade.")
QuakeTable: Any = _settings("QuakeTable", QuakeRules, "[quake]: settings of earthquakes.")


class ConfigFile(Strict):
    """dutydesk.toml."""

    site: SiteTable
    duty: DutyTable
    desk: tuple[DeskTable, ...] = ()
    store: StoreTable = StoreTable()
    channels: dict[Id, ChannelList] = Field(
        default={}, description="way (sms, voice) -> channel, or several in order of preference")
    channel: dict[Id, ChannelTable] = Field(default={})
    copy_to: dict[Id, CopyTable] = Field(default={}, alias="copy")
    limits: dict[Id, LimitsTable] = Field(default={})
    source: tuple[SourceTable, ...] = ()
    feeds: FeedsTable = FeedsTable()
    cap_out: CapOutTable = CapOutTable()
    page: PageTable = PageTable()
    console: ConsoleTable = ConsoleTable()
    journal: JournalTable = JournalTable()
    syslog: SyslogTable = SyslogTable()
    rules: RulesTable = RulesTable()
    fire: FireTable = FireTable()
    quake: QuakeTable = QuakeTable()
    grade: GradeTable = GradeTable()
    targets: TargetsTable = TargetsTable()
    map: MapTable = MapTable()
    live: LiveTable | None = None

    def config(self) -> Config:
        """Return the domain's configuration; its `sources` fit `ports.feed.Source` plus what a feed reads itself."""
        return Config(
            name=self.site.name,
            signature=self.site.signature,
            duty_phone=self.duty.phone,
            last_resort=self.duty.last_resort,
            envelope=self.site.envelope,
            language=self.site.language,
            timezone=self.site.timezone,
            store=self.store.url,
            sources=tuple(each.model_dump() for each in self.source),
            channels=self.channels,
            copies={name: each.model_dump() for name, each in self.copy_to.items()},
            channel_settings={name: each.model_dump() for name, each in self.channel.items()},
            limits={name: each.model_dump(exclude_none=True) for name, each in self.limits.items()},
            feeds=Keeping(**dict(self.feeds)),
            cap_out=CapOut(**dict(self.cap_out)),
            page=DutyPage(**dict(self.page)),
            console=Console(**dict(self.console)),
            journal_heads=self.journal.heads,
            syslog=SyslogOut(**dict(self.syslog)),
            live=Live(self.live.by, self.live.since) if self.live else None,
            rules=Rules(**dict(self.rules)),
            fire=FireRules(**dict(self.fire)),
            quake=QuakeRules(**dict(self.quake)),
            grade=GradeRules(**dict(self.grade)),
            targets=Targets(**dict(self.targets)),
            map=MapNotes(**dict(self.map)),
        )
