"""Who can be reached for a step, by which numbers, and why not the others.

Looked up once, when a step is entered, and kept with the callout: `explain` answers from it later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dutydesk.domain.playbook import Step, Whom
from dutydesk.domain.site import Number, Person, Post, Site
from dutydesk.domain.values import Role, Via

_SMS_KINDS = ("mobile", "satellite")
_IN_THE_DARK = ("satellite", "landline", "mobile")   # the order of kinds where a town's network is gone
_NO_NUMBER = "没有可用号码"


@dataclass(frozen=True, slots=True)
class Reached:
    """One person of a step. `voice` and `sms` are numbers in the order they are tried; `near` those of neighbours."""

    person: str
    role: Role
    voice: tuple[str, ...]
    sms: tuple[str, ...]
    near: tuple[str, ...] = ()

    def numbers(self, via: Via) -> tuple[str, ...]:
        """The numbers for one way, neighbours last and by voice only."""
        return self.voice + self.near if via is Via.VOICE else self.sms

    def as_json(self) -> list[object]:
        """As kept in a callout's notebook."""
        return [self.person, self.role.value, list(self.voice), list(self.sms), list(self.near)]

    @staticmethod
    def of_json(row: Sequence[object]) -> Reached:
        """Read back what `as_json` wrote."""
        person, role, voice, sms, near = row
        return Reached(str(person), Role(str(role)), tuple(voice), tuple(sms), tuple(near))  # type: ignore[arg-type]  # our own JSON


@dataclass(frozen=True, slots=True)
class Reach:
    """The persons of one step, and for everybody left out the reason (Chinese, for `explain`)."""

    reached: tuple[Reached, ...]
    left_out: tuple[tuple[str, str], ...] = ()


#: Step number -> its reach; called at most once for each entry into a step.
ReachOf = Callable[[int], Reach]


def reach_person(person: Person, role: Role, *, also: Sequence[Number] = (), dark: bool = False) -> Reached:
    """Sort a person's numbers by way, those of `also` first: mobile and satellite take messages, all can ring.

    `dark`: the town he is in cannot be reached; what needs none of its masts goes first.
    """
    known = sorted(person.numbers, key=lambda each: _kind_rank(each.kind)) if dark else person.numbers
    own = (*also, *known)
    return Reached(
        person.id, role,
        voice=tuple(n.number for n in own if n.kind != "neighbour"),
        sms=tuple(n.number for n in own if n.kind in _SMS_KINDS),
        near=tuple(n.number for n in own if n.kind == "neighbour"),
    )


def _kind_rank(kind: str) -> int:
    return _IN_THE_DARK.index(kind) if kind in _IN_THE_DARK else len(_IN_THE_DARK)


def reach_step(site: Site, post: Post, step: Step, *, seats: Sequence[str] | None = None,
               out: frozenset[str] = frozenset(), also: Mapping[str, Sequence[Number]] = MappingProxyType({}),
               dark: bool = False) -> Reach:
    """Look up the persons of one step of a post's ladder.

    `seats` replaces the post's seats where each seat is a callout of its own (`answer: each`).
    `out` are persons who declined; `also` are numbers beside the site's, by person, tried first. In a `dark` town its
    own people are rung on what still reaches them first. A person met twice is kept in his first role.
    """
    found: dict[str, Reached] = {}
    left: list[tuple[str, str]] = []
    for person, role in _persons(site, post, step.whom, seats):
        known = site.people.get(person)
        if person in found:
            continue
        if person in out:
            left.append((person, "已表示不能履职"))
        elif known is None or not (known.numbers or also.get(person)):
            left.append((person, _NO_NUMBER))
        else:
            found[person] = reach_person(known, role, also=also.get(person, ()), dark=dark and role.own)
    return Reach(tuple(found.values()), tuple(left))


def _persons(site: Site, post: Post, whom: Sequence[Whom], seats: Sequence[str] | None) -> list[tuple[str, Role]]:
    """List the persons a step asks, with their roles, in the order written."""
    own = post.seats if seats is None else tuple(seats)
    rows: list[tuple[str, Role]] = []
    for each in whom:
        if each is Whom.HOLDER:
            rows += [(person, Role.HOLDER) for person in own[:1]]
        elif each is Whom.DEPUTY:
            rows += [(person, Role.DEPUTY) for person in own[1:]]
        elif each is Whom.SUPERIOR:
            above = site.superior(post)
            rows += [(person, Role.SUPERIOR) for person in (above.seats[:1] if above else ())]
    return rows
