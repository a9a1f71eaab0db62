"""What every desk needs to know: the site, its playbooks and wordings, the channels, the worker's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from dutydesk.domain import roster
from dutydesk.domain.alarm import OnDuty, officer_policy
from dutydesk.domain.gazetteer import Gazetteer
from dutydesk.domain.geofence import Fences
from dutydesk.domain.playbook import Playbook, Policy
from dutydesk.domain.reach import Reached, reach_person
from dutydesk.domain.rules import Rules
from dutydesk.domain.setup import Config, Setup
from dutydesk.domain.site import Site
from dutydesk.domain.values import Role, Via
from dutydesk.ports.channel import Channel
from dutydesk.ports.feed import Feed, Source
from dutydesk.ports.texts import Texts

DEFAULT = "default"
OWN = "#desk"
PASTE = "paste"   # the source of what officers paste
PHONE = Source("phone", "sighting", "电话报险", auto=True)
"""The source of what callers report: an officer wrote it down and confirmed it, so nothing waits for a second word."""

_UNNAMED = {PASTE: Source(PASTE, "text", "值班员粘贴", trust="outside"), PHONE.id: PHONE}


def own_source(source: str) -> str:
    """The source of the alerts that the desk itself concludes from what a source reports."""
    return f"{source.removesuffix(OWN)}{OWN}"


@dataclass
class Context:
    """The engine's surroundings, put together once by the composition root. `channels`: each way's, best first."""

    setup: Setup
    texts: Texts
    sources: Mapping[str, Source]
    feed: Callable[[str], Feed]
    channels: Mapping[Via, Sequence[Channel]]
    worker: str = "desk"
    hide: Callable[[str, str], str] = lambda source, text: text   # a source's secrets in a text, by their names again
    locate: Callable[[str, str], str] = lambda base, url: url     # an absolute address of the web, or an empty text
    link: Callable[[str, datetime], str] | None = None            # a call's id and now -> the link to its page
    policies: dict[str, Policy] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        """`dutydesk.toml`."""
        return self.setup.config

    @property
    def site(self) -> Site:
        """Places, posts, people."""
        return self.setup.site

    @property
    def rules(self) -> Rules:
        """The settings of the callout machine."""
        return self.setup.config.rules

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's local time."""
        return ZoneInfo(self.setup.config.timezone)

    @cached_property
    def fences(self) -> Fences:
        """The geofences of all places."""
        return Fences.build(self.site.places.values())

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The names of towns and villages."""
        return Gazetteer.build(self.site)

    def source(self, id: str) -> Source:
        """The source of a document: a configured one, the desk's own conclusions from it (CAP, trusted as it is), or
        one that is configured no more.
        """
        name = id.removesuffix(OWN)
        known = self.sources.get(name) or _UNNAMED.get(name) or Source(id or "unknown", "cap")
        return replace(known, id=id, kind="cap") if id.endswith(OWN) else known

    def warm(self) -> None:
        """Build now what would otherwise be built while the first document waits."""
        _ = self.fences, self.gazetteer, [self.feed(source.kind) for source in self.sources.values()]

    @cached_property
    def officer_policy(self) -> Policy:
        """The ladder of the officer's own callouts."""
        return officer_policy(self.rules)

    @cached_property
    def officers(self) -> frozenset[str]:
        """Everybody who may give orders: whoever is on a roster, and the last resort."""
        return frozenset({shift.person for shift in self.site.roster} | {self.config.last_resort})

    def playbook(self, family: str) -> Playbook | None:
        """The playbook of a family, else the default one."""
        return self.setup.playbooks.get(family) or self.setup.playbooks.get(DEFAULT)

    def is_night(self, playbook: Playbook, now: datetime) -> bool:
        """Whether the playbook's night covers this moment."""
        return bool(playbook.night and playbook.night.covers(now.astimezone(self.zone).time()))

    def on_duty(self, desk: str, now: datetime) -> OnDuty:
        """Return the look-up of who has which duty role at a desk now; unknown persons are left out."""

        def look(role: Role) -> tuple[Reached, ...]:
            people = (self.config.last_resort,) if role is Role.LAST_RESORT else roster.on_duty(
                self.site.roster, desk, role, now, self.config.timezone)
            return tuple(reach_person(self.site.people[person], role)
                         for person in people if person in self.site.people)

        return look

    def lease(self, via: Via) -> timedelta:
        """How long a worker may hold a call that is being sent: four times the longest time-out of its channels."""
        return timedelta(seconds=4 * max((each.limits.timeout for each in self.channels.get(via, ())), default=10.0))
