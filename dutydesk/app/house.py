"""Puts a desk together from a site folder: context, channels, simulated phones, store."""

from __future__ import annotations

import os
import secrets as chance
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dutydesk.app.linking import links
from dutydesk.channels import registry
from dutydesk.channels.copies import registry as copies_registry
from dutydesk.channels.guard import Guarded
from dutydesk.channels.settings import fill
from dutydesk.clock import WallClock
from dutydesk.content.load import Loaded, load
from dutydesk.content.texts import SiteTexts
from dutydesk.domain import roster
from dutydesk.domain.scenario import Scenario
from dutydesk.domain.setup import Config, Setup
from dutydesk.domain.values import Role, Via, colour
from dutydesk.engine.context import Context
from dutydesk.engine.lanes import limits_of
from dutydesk.errors import Faulty, UsageError
from dutydesk.feeds.registry import feed
from dutydesk.feeds.signatures import pinned
from dutydesk.fetch.manners import located
from dutydesk.fetch.secrets import Secrets
from dutydesk.ports.channel import Channel
from dutydesk.ports.clock import Clock
from dutydesk.ports.copy import Copy
from dutydesk.ports.feed import Polling, Source

if TYPE_CHECKING:
    from dutydesk.channels.simulator.exchange import Exchange

_OWN_FIELDS = (frozenset(field.name for field in fields(Source))   # of a [[source]]
               - {"settings", "polling", "certificates"})
_POLLING_FIELDS = frozenset(field.name for field in fields(Polling))
KEY_FILE = "var/journal.key"
SIMULATOR = "simulator-"


@dataclass(frozen=True)
class Folder:
    """A site folder that can be worked with."""

    path: Path
    loaded: Loaded
    setup: Setup


def folder_of(path: Path) -> Path:
    """A site folder; raises UsageError where there is none."""
    if not (path / "dutydesk.toml").is_file():
        raise UsageError(f"{path} is no site: it has no dutydesk.toml. Make one with `dutydesk init DIR`, "
                         "or name one with --site DIR.")
    return path


def open_folder(path: Path) -> Folder:
    """Read a site folder; raises UsageError where there is none, Faulty where it cannot be used."""
    loaded = load(folder_of(path))
    if loaded.setup is None:
        raise Faulty("dutydesk.toml cannot be used", [str(each) for each in loaded.findings])
    return Folder(path, loaded, loaded.setup)


def sources(folder: Folder) -> dict[str, Source]:
    """The sources of dutydesk.toml by id; raises UsageError for a certificate that cannot be used."""
    return {str(row["id"]): _source(folder.path, row) for row in folder.setup.config.sources}


def _source(site: Path, row: Mapping[str, Any]) -> Source:
    """One `[[source]]` as the house knows it; what its kind alone reads stands in `settings`."""
    known = {name: row[name] for name in _OWN_FIELDS & row.keys() if row[name] is not None}
    shade = known.get("unknown_colour")
    if isinstance(shade, str):
        known["unknown_colour"] = colour(shade)
    urls = tuple(row.get("urls") or ()) or ((row["url"],) if row.get("url") else ())
    if urls:
        given = {name: row[name] for name in _POLLING_FIELDS & row.keys()}
        known["polling"] = Polling(**given | {"urls": urls})
    if row.get("certificate"):
        known["certificates"] = _certificates(site / str(row["certificate"]), str(row["id"]))
    named = _OWN_FIELDS | _POLLING_FIELDS | {"url", "certificate"}
    return Source(**known, settings={name: value for name, value in row.items() if name not in named})


def _certificates(path: Path, source: str) -> tuple[str, ...]:
    """The certificates in a source's PEM file. Without them nobody could tell whose word came, so none is no choice."""
    try:
        found = pinned(path.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise UsageError(f"source {source}: certificate {path} cannot be read ({error}); write the path of a PEM "
                         "file, relative to the site folder") from error
    if find_spec("signxml") is None:
        raise UsageError(f"source {source}: checking signatures needs the extra `sign`: pip install 'dutydesk[sign]'")
    if not found:
        raise UsageError(f"source {source}: {path} holds no certificate; it must be a PEM file")
    return found


def channels(setup: Setup, settings: Mapping[str, object],
             environment: Mapping[str, str] | None = None) -> dict[Via, tuple[Channel, ...]]:
    """Make the channels of dutydesk.toml, those of each way in the site's order, each behind the guard.

    `settings` go to every simulated one; `environment` holds the secrets of the others (default: this process's).
    Raises UsageError for settings that cannot be used.
    """
    found = os.environ if environment is None else environment
    return {Via(way): tuple(Guarded(channel(setup.config, name, settings, found), setup.config.live) for name in names)
            for way, names in setup.config.channels.items()}


def simulated(folder: Folder, clock: Clock, environment: Mapping[str, str],
              made: Exchange | None = None) -> dict[str, object]:
    """What simulated channels want to be told: the switchboard of another process where the environment names one,
    else `made`, or a new one.
    """
    remote = environment.get("DUTYDESK_SIMULATOR_URL")
    if remote:
        return {"url": remote, "key": environment.get("DUTYDESK_SIMULATOR_KEY", "")}
    return {"exchange": made or exchange(folder, clock)}


def channel(config: Config, name: str, settings: Mapping[str, object],
            environment: Mapping[str, str] | None) -> Channel:
    """Make one channel; without an environment only to see whether its settings can be used."""
    kind = config.kind(name)
    own = fill(name, config.channel_settings.get(name, {}), environment) | {
        "limits": limits_of(config, name), "now": WallClock().now}
    return registry.make(kind, name, own | (dict(settings) if kind.startswith(SIMULATOR) else {}))


def copies(config: Config, environment: Mapping[str, str] | None) -> dict[str, Copy]:
    """Make the copies of dutydesk.toml; without an environment only to see whether their settings can be used.

    Raises UsageError for settings that cannot be used.
    """
    made = {}
    for name, row in config.copies.items():
        own = {key: value for key, value in row.items() if key not in ("kind", "what", "every")}
        made[name] = copies_registry.make(str(row["kind"]), name, fill(name, own, environment, table="copy"))
    return made


def tried(config: Config) -> dict[str, str]:
    """Make every channel and copy of a site without its secrets, to see what is wrong with them: name -> why."""
    wrong: dict[str, str] = {}
    for name in config.copies:
        try:
            copies(replace(config, copies={name: config.copies[name]}), None)
        except UsageError as error:
            wrong[name] = str(error)
    for name in dict.fromkeys(name for row in config.channels.values() for name in row):
        kind = config.kind(name)
        settings = {"url": "http://127.0.0.1", "key": "-"} if kind.startswith(SIMULATOR) else {}
        try:
            made = channel(config, name, settings, None)
        except UsageError as error:
            wrong[name] = str(error)
        else:
            ways = [way for way, row in config.channels.items() if name in row and way != made.via]
            if ways:
                wrong[name] = f"{name} carries {made.via} and [channels] names it for {', '.join(ways)}; correct it"
    return wrong


def context(folder: Folder, settings: Mapping[str, object], *, worker: str = "desk") -> Context:
    """Put the engine's surroundings together."""
    found = sources(folder)
    return Context(folder.setup, SiteTexts(folder.setup.texts), found, feed, channels(folder.setup, settings), worker,
                   hide=_hiding(found), locate=located, link=_link(folder))


def _link(folder: Folder) -> Callable[[str, datetime], str] | None:
    """What makes the link to the page of a call; None where the site offers no page."""
    page = folder.setup.config.page
    return links(page, journal_key(folder.path)) if page.address else None


def _hiding(found: Mapping[str, Source]) -> Callable[[str, str], str]:
    """Return what writes a source's secrets by their names again."""
    secrets = {id: Secrets((*source.polling.urls, *source.polling.headers.values()), os.environ)
               for id, source in found.items() if source.polling}
    return lambda source, text: secrets[source].hide(text) if source in secrets else text


def reading_context(folder: Folder) -> Context:
    """Put together what is needed to look at things: no channel, so nothing can leave."""
    return Context(folder.setup, SiteTexts(folder.setup.texts), sources(folder), feed, {})


def exchange(folder: Folder, clock: Clock, scenario: Scenario | None = None, seed: int | None = None, *,
             ring_for: timedelta = timedelta(seconds=30)) -> Exchange:
    """Make the switchboard of simulated phones, peopled by a scenario (or by the usual crowd).

    `ring_for` is how long a phone rings, on the desk's clock.
    """
    from dutydesk.channels.simulator.exchange import Exchange
    from dutydesk.channels.simulator.network import Capacity
    from dutydesk.channels.simulator.population import Population
    from dutydesk.domain.scenario import Crowd

    setup = folder.setup
    voice = limits_of(setup.config, setup.config.first("voice"))
    sms = limits_of(setup.config, setup.config.first("sms"))
    people = Population(
        scenario.people if scenario else Crowd(), seed=seed if seed is not None else (scenario.seed if scenario else 0),
        officers=scenario.officers if scenario else {}, timezone=setup.config.timezone,
        role_of=lambda person, at: duty_role(setup, person, at))
    capacity = Capacity(lines=voice.lines * 2, sms_per_second=sms.per_second * 2,
                        voice_per_second=voice.per_second * 2, ring_for=ring_for)
    made = Exchange(clock, people.behave, capacity=capacity, known=setup.site.number_owners)
    if scenario:
        for fault in scenario.faults:
            until = scenario.start + fault.until if fault.until is not None else None
            if fault.gateway:
                made.faults.gateway_down(fault.gateway, scenario.start + fault.start, until)
            else:
                numbers = {number.number for place in setup.site.under([fault.area_dark])
                           for post in setup.site.posts_at.get(place, ()) for person in post.seats
                           for number in setup.site.people[person].numbers if number.kind != "satellite"}
                made.faults.area_dark(numbers, scenario.start + fault.start, until)
    return made


def duty_role(setup: Setup, person: str, at: datetime) -> Role | None:
    """The duty role a person has at any desk at a time (aware)."""
    for desk in setup.site.desks:
        for role in (Role.OFFICER, Role.BACKUP, Role.LEADER):
            if person in roster.on_duty(setup.site.roster, desk, role, at, setup.config.timezone):
                return role
    return None


def journal_key(site: Path) -> bytes:
    """The key that seals the journal: DUTYDESK_JOURNAL_KEY, else a file outside the database made at first use."""
    given = os.environ.get("DUTYDESK_JOURNAL_KEY")
    if given:
        return given.encode()
    path = site / KEY_FILE
    if not path.exists():
        _make_key(path)
    return path.read_text().strip().encode()


def _make_key(path: Path) -> None:
    """Write a new key, whole at once: of workers that start together one makes it, and a kill leaves no half key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(chance.token_hex(32))
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def store_url(site: Path, url: str) -> str:
    """A store URL with a relative SQLite path read from the site folder."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        path = (site / url.removeprefix(prefix)).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        return f"{prefix}{path}"
    return url
