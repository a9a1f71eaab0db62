"""Every text a site can send, as it is handed in for approval: the variables by name, everything else as it will stand.

One for each playbook, colour, kind of place, and for drills; what comes out the same is listed once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dutydesk.content.check.rule import Case
from dutydesk.content.check.texts import sample_facts
from dutydesk.domain.message import BY_WORD, codes_line, length, parts, said_by_word
from dutydesk.domain.playbook import Playbook
from dutydesk.domain.values import Colour
from dutydesk.errors import Faulty

_VARIABLE = re.compile(r"\$\{(\w+)\}")
#: What the desk knows only when it calls; the rest of a text stands fast.
_VARIABLES = ("title", "event", "colour", "issued", "office", "places", "silent", "understood", "who", "why", "alarm",
              "lifted", "open_now", "code")
#: Facts that switch a sentence on or off.
_SWITCHES: Mapping[str, tuple[Mapping[str, object], ...]] = {
    "notice.lifted": ({"transfer_open": True}, {"transfer_open": False}, {"transfer_open": True, "lifted": ""}),
    "reply.closed": ({}, {"open_now": ""}),
}
_SPOKEN_BY_HAND = "card."   # read out by an officer, sent by nobody


@dataclass(frozen=True, slots=True)
class Submitted:
    """One text to be approved, signature included. `uses` says which playbooks, colours and kinds need it; `values` are
    its variables with the longest value the desk may put in.
    """

    wording: str
    drill: bool
    text: str
    values: Mapping[str, str]
    uses: tuple[str, ...]

    @property
    def way(self) -> str:
        """`voice` for what is read out, else `sms`."""
        return "voice" if self.wording.endswith(".voice") else "sms"

    @property
    def filled(self) -> str:
        """The text with the longest values."""
        return _VARIABLE.sub(lambda found: self.values.get(found[1], ""), self.text)

    @property
    def length(self) -> int:
        """Characters as a carrier counts them, with the longest values."""
        return length(self.filled)

    @property
    def parts(self) -> int:
        """Short messages it takes then."""
        return parts(self.filled)


@dataclass(frozen=True, slots=True)
class _Use:
    """A reason to send a text: a ladder asks a kind of place; `wanted` is the act that ends it."""

    name: str
    playbook: Playbook
    colour: Colour
    wanted: str


def to_approve(case: Case) -> list[Submitted]:
    """Return every text of a site, by wording; one that cannot be filled is left out (`check` tells it)."""
    found: dict[tuple[str, bool, str], Submitted] = {}
    for name in sorted(case.loaded.texts):
        if name.startswith(_SPOKEN_BY_HAND):
            continue
        for each in _variants(case, name):
            key = (name, each.drill, each.text)
            known = found.get(key)
            found[key] = replace(known, uses=(*known.uses, *each.uses)) if known else each
    return list(found.values())


def _variants(case: Case, name: str) -> Iterator[Submitted]:
    samples = sample_facts(case, name, longest=True)
    for use in _uses(case, name):
        for drill in (False, True):
            for switch in _SWITCHES.get(name, ({},)):
                try:
                    text = case.texts.render(name, {**_facts(samples, use, drill=drill), **switch})
                except Faulty:
                    continue
                values = {found: str(samples.get(found, "")) for found in dict.fromkeys(_VARIABLE.findall(text))}
                yield Submitted(name, drill, text, values, (use.name,))


def _uses(case: Case, name: str) -> Iterator[_Use]:
    """Every ladder that may send a wording: those of the playbooks that name it, all for one that none names."""
    books = [each for each in case.loaded.playbooks.values() if name in each.texts.values()]
    for playbook in books or case.loaded.playbooks.values():
        for colour in sorted(playbook.ladder, reverse=True):
            for kind in playbook.posts:
                if playbook.asks(kind, colour):
                    wanted = playbook.done_when.get(kind, {}).get(colour, "")
                    yield _Use(f"{playbook.family} {colour.word} {kind}", playbook, colour, wanted)


def _facts(samples: Mapping[str, object], use: _Use, *, drill: bool) -> dict[str, object]:
    acts = ("on_post", use.wanted) if use.wanted in BY_WORD else ("on_post", "moved")
    return {**samples, **{name: f"${{{name}}}" for name in _VARIABLES}, "drill": drill, "wanted": use.wanted,
            "action": use.playbook.action.get(use.colour, ""), "codes": codes_line("${code}", acts),
            "by_word": said_by_word(acts, "${code}")}
