"""Why a person was, or was not, rung: every climb of every callout of his posts, as it was decided then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from dutydesk.domain.reach import reach_step
from dutydesk.domain.records import Ask, Callout, Closed, Incident, JournalRow, State, Telling
from dutydesk.domain.setup import Setup
from dutydesk.domain.site import Post
from dutydesk.domain.values import Colour, Outcome, Via, colour
from dutydesk.engine.books import is_officer
from dutydesk.engine.composing import is_back
from dutydesk.errors import UsageError
from dutydesk.ports.store import Reads


class Why(StrEnum):
    """What became of one person in one callout, or why there was none."""

    CALLED = "called"              # a call was handed over
    UNSURE = "unsure"              # sent; nobody knows whether it went out
    LOST = "lost"                  # tried, and nothing went out
    WAITING = "waiting"            # queued, or being sent now
    TAKEN_BACK = "taken_back"      # withdrawn before it left
    LEFT_OUT = "left_out"          # his step came and left him out, for a reason kept
    NO_WAY = "no_way"              # his step came, and he has no number for its ways
    NOT_YET = "not_yet"            # his step has not come
    OVER_BEFORE = "over_before"    # answered, taken over or ended before his step came
    NO_STEP = "no_step"            # no step of the ladder asks his seat
    NO_COLOUR = "no_colour"        # the place never had a colour in this incident
    NOT_ASKED = "not_asked"        # the playbook asks nobody of his duty there at the colours it had
    UNEXPLAINED = "unexplained"    # the records are silent: a fault of this program


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `callout` is empty where the post had none; `at` is when it was decided, or the call handed over."""

    post: str
    why: Why
    text: str
    callout: str = ""
    via: Via | None = None
    at: datetime | None = None
    call: str = ""


_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.QUEUED: "运营商排队中，尚未呼出", Outcome.HANDED_OVER: "已交运营商", Outcome.ON_HANDSET: "已到手机",
    Outcome.PICKED_UP: "已接起", Outcome.MACHINE: "语音信箱", Outcome.BUSY: "占线", Outcome.NO_ANSWER: "无人接听",
    Outcome.REFUSED: "运营商拒绝，未呼出", Outcome.LIMIT: "超出限额，未呼出", Outcome.FAILED_NOW: "暂时失败，未呼出",
    Outcome.NUMBER_DEAD: "空号，未呼出", Outcome.UNKNOWN: "不知是否呼出",
}
_ENDS: Mapping[Closed, str] = {
    Closed.DONE: "已办结", Closed.STOOD_DOWN: "已解除", Closed.SUPERSEDED: "已开始新一轮", Closed.EXPIRED: "预警已到期",
    Closed.WRITTEN_OFF: "值班员已核销",
}


@dataclass
class _Records:
    """What the journal of an incident says of climbs and colours."""

    climbs: dict[str, list[JournalRow]] = field(default_factory=dict)   # callout -> its climbs
    colours: dict[str, list[Colour]] = field(default_factory=dict)      # place -> every colour it had

    @classmethod
    def of(cls, reads: Reads, incident: str) -> _Records:
        found, after = cls(), 0
        while rows := reads.journal(after=after, limit=5000, incident=incident):
            after = rows[-1].seq or after
            for row in rows:
                if row.what == "climb":
                    found.climbs.setdefault(row.callout, []).append(row)
                elif row.what == "colour" and row.facts["now"]:
                    found.colours.setdefault(row.facts["place"], []).append(colour(row.facts["now"]))
        return found


def explain(setup: Setup, reads: Reads, incident_id: str, person: str) -> Iterator[str]:
    """Yield lines for an officer (Chinese); raises UsageError for an unknown incident or person."""
    incident = _incident(setup, reads, incident_id, person)
    zone = ZoneInfo(setup.config.timezone)
    posts = sorted(post.id for post in setup.site.posts_of.get(person, ()))
    yield f"{person} {setup.site.people[person].title}：岗位 {'、'.join(posts) or '无'}"
    yield from _grounds(setup, reads, incident.chains, posts, zone)
    yield from _told(reads, incident.chains, zone)
    callouts = {each.id: each for each in reads.callouts_of(incident.id, open_only=False)}
    last = None
    for reason in reasons(setup, reads, incident_id, person):
        callout = callouts.get(reason.callout)
        if callout is None:
            yield f"{reason.post}：本事件未叫应——{reason.text}"
            continue
        if reason.callout != last:
            yield f"{callout.post} 第{callout.round}轮（{callout.colour.zh}，{callout.state.value}）"
        last = reason.callout
        yield f"  {f'{reason.at.astimezone(zone):%m-%d %H:%M:%S} ' if reason.at else ''}{reason.text}"


def _grounds(setup: Setup, reads: Reads, chains: Sequence[str], posts: Collection[str],
             zone: ZoneInfo) -> Iterator[str]:
    """One line for each warning of the incident that touches a place of these posts, or one below it, or is over."""
    places = {post.partition("/")[0] for post in posts}
    for chain in reads.chains(chains):
        touched = {above.id for place in chain.colours for above in setup.site.ancestors(place)} | set(chain.colours)
        versions = reads.versions(chain.id)
        if versions and (places & touched or not chain.open):
            newest = max(versions, key=lambda version: (version.sent, version.received_at))
            yield (f"依据：{newest.headline or newest.event}（{newest.sent.astimezone(zone):%m-%d %H:%M}，"
                   f"来源 {chain.source}{'' if chain.open else '，已结束'}）")


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


def reasons(setup: Setup, reads: Reads, incident_id: str, person: str) -> Iterator[Reason]:
    """Yield why a person was, or was not, rung; raises UsageError for an unknown incident or person.

    1. His posts without a callout: no colour there, or none at which the playbook asks his duty.
    2. Each callout of his posts, and each other one that asked him or left him out: every ask and what came of it,
       every climb that left him out; where neither, why his turn did not come.
    """
    incident = _incident(setup, reads, incident_id, person)
    callouts = reads.callouts_of(incident_id, open_only=False)
    records = _Records.of(reads, incident_id)
    posts = {post.id for post in setup.site.posts_of.get(person, ())}
    for post in sorted(posts - {each.post for each in callouts if _is_his(each, person)}):
        yield _no_callout(setup, incident, records, post)
    for callout in callouts:
        climbs = records.climbs.get(callout.id, [])
        asks = [ask for ask in reads.asks_of(callout.id) if ask.person == person]
        steps = _steps(setup, reads, callout, person)
        found = sorted((*_climbs(callout, climbs, asks, steps, person), *_asked(reads, callout, asks)), key=_time)
        if not found and callout.post in posts and _is_his(callout, person):
            found = [_no_turn(callout, steps)]
        yield from found


def _incident(setup: Setup, reads: Reads, id: str, person: str) -> Incident:
    incident = reads.incident(id)
    if incident is None:
        raise UsageError(f"there is no incident {id}; see `dutydesk incident list`")
    if person not in setup.site.people:
        raise UsageError(f"there is no person {person} in contacts/people.csv")
    return incident


def _is_his(callout: Callout, person: str) -> bool:
    """Whether a callout is about all seats of its post, or about his."""
    return "seats" not in callout.memo or person in callout.memo["seats"]


def _time(reason: Reason) -> tuple[bool, float]:
    return (reason.at is None, reason.at.timestamp() if reason.at else 0.0)


# -- no callout ---------------------------------------------------------------------------------------
def _no_callout(setup: Setup, incident: Incident, records: _Records, post: str) -> Reason:
    place, _, duty = post.partition("/")
    had = sorted({*records.colours.get(place, ()), *([incident.colours[place]] if place in incident.colours else ())})
    if not had:
        return Reason(post, Why.NO_COLOUR, "该地在本事件中没有颜色")
    playbook = setup.playbooks.get(incident.family) or setup.playbooks.get("default")
    kind = setup.site.places[place].kind
    if playbook is None or not any(duty in playbook.asks(kind, each) for each in had):
        told = "、".join(each.zh for each in had)
        return Reason(post, Why.NOT_ASKED, f"预案 {incident.family} 在{told}时不问 {kind} 的 {duty} 岗")
    return Reason(post, Why.UNEXPLAINED, "应当叫应而没有记录，请查日志")


# -- in a callout -------------------------------------------------------------------------------------
def _steps(setup: Setup, reads: Reads, callout: Callout, person: str) -> list[int]:
    """The steps of the callout's ladder that ask this person."""
    place, _, duty = callout.post.partition("/")
    post = setup.site.posts.get(callout.post) or Post(place, duty)
    seats = callout.memo.get("seats")
    return [rank for rank, step in enumerate(reads.policy(callout.policy).steps) if not is_officer(callout)
            and any(each.person == person for each in reach_step(setup.site, post, step, seats=seats).reached)]


def _climbs(callout: Callout, climbs: Sequence[JournalRow], asks: Sequence[Ask], steps: Sequence[int],
            person: str) -> Iterator[Reason]:
    """Every climb that came to his step and did not ask him."""
    asked = {ask.climb for ask in asks}
    for row in climbs:
        left, which = dict(pair for pair in row.facts.get("left_out", [])), f"第{row.facts['climb']}次爬升"
        if person in left:
            yield Reason(callout.post, Why.LEFT_OUT, f"{which}，未呼——{left[person]}", callout.id, at=row.at)
        elif row.facts["climb"] in asked:
            continue
        elif person in row.facts["reach"]:
            yield Reason(callout.post, Why.NO_WAY, f"{which}，未呼——没有这种方式的号码", callout.id, at=row.at)
        elif row.facts["step"] in steps:
            yield Reason(callout.post, Why.UNEXPLAINED, f"{which}没有他的记录，请查名册与日志", callout.id, at=row.at)


def _asked(reads: Reads, callout: Callout, asks: Sequence[Ask]) -> Iterator[Reason]:
    handed = {call.id: call.handed_at for call in reads.calls({ask.call for ask in asks if ask.call})}
    for ask in asks:
        why, came = _became(ask)
        which = "回话不明，回拨" if is_back(ask) else f"第{ask.climb}次爬升，{ask.via.value} 第{ask.tries}次"
        at = handed.get(ask.call or "") or ask.due_at
        yield Reason(callout.post, why, f"{which}（以{ask.role.value}身份）：{came}", callout.id, ask.via, at,
                     ask.call or "")


def _became(ask: Ask) -> tuple[Why, str]:
    """What became of one ask, and how an officer reads it."""
    if ask.state == "withdrawn":
        return Why.TAKEN_BACK, "发出前已撤回，未呼出"
    if ask.outcome is None:
        return Why.WAITING, "正在发出" if ask.state == "sending" else "排队中，尚未呼出"
    why = Why.CALLED if ask.outcome.called else Why.LOST
    return {Outcome.UNKNOWN: Why.UNSURE, Outcome.QUEUED: Why.WAITING}.get(ask.outcome, why), _OUTCOMES[ask.outcome]


def _no_turn(callout: Callout, steps: Sequence[int]) -> Reason:
    """Why neither an ask nor a climb tells of him though the post is his."""
    if not steps:
        why, text = Why.NO_STEP, "阶梯里没有一级问到他这一席"
    elif callout.state is State.CALLING and callout.step > max(steps):
        why, text = Why.OVER_BEFORE, "值班员跳过了他那一级"
    else:
        why, text = _not_come(callout)
    return Reason(callout.post, why, text, callout.id)


def _not_come(callout: Callout) -> tuple[Why, str]:
    """What came before his step did."""
    if callout.state in (State.SCHEDULED, State.CALLING):
        return Why.NOT_YET, "尚未轮到他这一级"
    if callout.answered_at is not None:
        return Why.OVER_BEFORE, "轮到他之前本岗已有人应答"
    if callout.closed_as is not None:
        return Why.OVER_BEFORE, f"轮到他之前{_ENDS[callout.closed_as]}"
    taken = callout.state is State.TAKEN_OVER or callout.taken_by
    return Why.OVER_BEFORE, "轮到他之前上级已接手" if taken else "轮到他之前已交值班员"
