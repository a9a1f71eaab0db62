"""Why a person was, or was not, rung: every climb of every callout of his posts, as it was decided then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from dutydesk.domain.records import Callout, JournalRow, Telling
from dutydesk.domain.setup import Setup
from dutydesk.errors import UsageError
from dutydesk.ports.store import Reads


def explain(setup: Setup, reads: Reads, incident_id: str, person: str) -> Iterator[str]:
    """Yield lines for an officer (Chinese); raises UsageError for an unknown incident or person.

    0. Which sources brought each version of its warnings.
    1. His posts, and whether each had a callout in this incident; if not, why: no colour there, or a colour the
       playbook does not ask at.
    2. For each callout the climbs in order: asked (when, how, what came of it) or left out, and the reason kept.
    """
    incident = reads.incident(incident_id)
    if incident is None:
        raise UsageError(f"there is no incident {incident_id}; see `dutydesk incident list`")
    if person not in setup.site.people:
        raise UsageError(f"there is no person {person} in contacts/people.csv")
    callouts = reads.callouts_of(incident_id, open_only=False)
    journal = _climbs(reads, incident_id)
    zone = ZoneInfo(setup.config.timezone)
    posts = {post.id for post in setup.site.posts_of.get(person, ())}
    yield from _told(reads, incident.chains, zone)
    yield f"{person} {setup.site.people[person].title}：岗位 {'、'.join(sorted(posts)) or '无'}"
    for post in sorted(posts - {callout.post for callout in callouts}):
        yield f"{post}：本事件未叫应——{_why_no_callout(setup, incident.colours, post, incident.family)}"
    for callout in callouts:
        lines = list(_callout(reads, callout, journal.get(callout.id, []), person, zone))
        if callout.post in posts or lines:
            yield f"{callout.post} 第{callout.round}轮（{callout.colour.zh}，{callout.state.value}）"
            yield from lines or ["  轮到他之前已有人应答，或尚未轮到"]


def _told(reads: Reads, chains: Iterable[str], zone: ZoneInfo) -> Iterator[str]:
    """Tell which sources brought each version of the incident's warnings, and when."""
    for chain in chains:
        versions = {version.id: version for version in reads.versions(chain)}
        brought: dict[str, list[Telling]] = {}
        for telling in reads.tellings(chain):
            brought.setdefault(telling.version, []).append(telling)
        for id, tellings in brought.items():
            by = "、".join(f"{each.source}（{each.received_at.astimezone(zone):%m-%d %H:%M:%S}）" for each in tellings)
            yield f"预警 {versions[id].identifier} {versions[id].colour.zh}：来自 {by}"


def _climbs(reads: Reads, incident: str) -> dict[str, list[JournalRow]]:
    found: dict[str, list[JournalRow]] = {}
    after = 0
    while rows := reads.journal(after=after, limit=5000, incident=incident):
        after = rows[-1].seq or after
        for row in rows:
            if row.what == "climb":
                found.setdefault(row.callout, []).append(row)
    return found


def _why_no_callout(setup: Setup, colours: object, post: str, family: str) -> str:
    place, _, duty = post.partition("/")
    given = colours.get(place) if isinstance(colours, dict) else None
    if given is None:
        return "该地当前没有颜色"
    playbook = setup.playbooks.get(family) or setup.playbooks.get("default")
    kind = setup.site.places[place].kind
    if playbook is None or duty not in playbook.asks(kind, given):
        return f"预案 {family} 在{given.zh}时不问 {kind} 的 {duty} 岗"
    return "应当叫应而没有记录，请查日志"


def _callout(reads: Reads, callout: Callout, climbs: list[JournalRow], person: str, zone: ZoneInfo) -> Iterator[str]:
    for row in climbs:
        left = dict(pair for pair in row.facts.get("left_out", []))
        if person in left:
            yield f"  第{row.facts['climb']}次爬升（{row.at.astimezone(zone):%m-%d %H:%M:%S}）：未呼——{left[person]}"
    for ask in reads.asks_of(callout.id):
        if ask.person == person:
            outcome = ask.outcome.value if ask.outcome else ask.state
            yield (f"  第{ask.climb}次爬升，{ask.via.value} 第{ask.tries}次"
                   f"（{ask.due_at.astimezone(zone):%m-%d %H:%M:%S}，以{ask.role.value}身份）：{outcome}")
