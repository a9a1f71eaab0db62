"""Which towns and villages a Chinese text names, inside one unit; it must not decide what follows from it.

How a name is found:

1. Full names (`苘山镇`, `崖头街道`, `宋家疃村`) anywhere, the longest first, over the whole site, so that a longer
   name of a neighbour (`大水泊镇`) hides the shorter one inside it (`水泊镇`). Names of counties, reservoirs and
   other places are read for the same reason, and are not reported.
2. A name is refused inside a longer word the gazetteer does not know (`东苘山镇`, `老城区街道`), and where it is
   part of an institution (`苘山镇政府`, `泊于镇中心小学`, `米山镇某某有限公司`).
3. Short names of towns (`苘山、汪疃`) only in a list that shows that towns are meant: another full name in it, or
   `等镇街`, `一带` behind it. Short names of villages only behind their town and before `等村`.
4. Words that are also names (`城区街道`, `开发区办事处`) only beside another town, before a village, or with `办事处`.
5. A name of several villages (in Weihai 162 names are shared by 368) belongs to the town named before it in
   the sentence, else to the only named town that has one; else it is ambiguous and touches nothing alone. So is
   a village that the town of its sentence does not have.

Known limits: places of other units named with the same words ("与苘山镇交界"), a negation ("苘山镇除外"), and words
for parts of a unit ("北部街镇") are not understood here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from dutydesk.domain.site import Place, Site

_COMMITTEE = re.compile(r"(?:村民委员会|居民委员会|村委会|居委会|居委|委员会)$")
_TOWN = re.compile(r"(街道办事处|街道|镇|乡|办事处)$")
_TOWN_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "街道": ("街道办事处", "街道办", "街办", "街镇", "办事处"),
    "街道办事处": ("街道", "街道办", "街办", "街镇", "办事处"),
    "镇": ("街镇",),
}
_JOIN = re.compile(r"(?:[、/]|和|及|与|以及)(?:(?:我|本)?[市区县])?")
_TOWNS_MEANT = re.compile(r"(?:等)?(?:\d+|[一二三四五六七八九十两几多])?个?"
                          r"(?:镇街|街镇|乡镇|镇|街道|办事处|片区|辖区|境内|一带)")
_VILLAGES_MEANT = re.compile(r"等?(?:\d+|[一二三四五六七八九十两几多])?个?(?:行政|自然)?(?:村|社区)")
_INSTITUTION = re.compile(
    r"(?:人民)?政府(?!驻地)|党委|党工委|应急|气象|水文|雨量站|观测站|监测站|站|中心(?:校|小学|中学|幼儿园|卫生院)|中学|小学|学校|"
    r"幼儿园|卫生院|医院|派出所|供电所|(?:(?!有(?!限))[^\W\d_将出现为和及与]){0,12}?(?:公司|集团|合作社|工厂)")
_AFTER_VILLAGE = re.compile(r"[庄屯落民干镇级]")
_AFTER_STREET = re.compile(r"[路上两面]")
_BEFORE = re.compile(r"(?<![以偏最较更正部向])[大小新老东西南北]$")
_GENERIC = frozenset({"城区", "开发区", "新区", "园区", "城关", "城郊", "中心", "高新区", "工业园"})
_BELONGS = re.compile(r"(?:的|所辖|下辖|辖区|境内)?的?[（(：:]?")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place the text names at `start:end`. `qualifier`: a town that only says where the next village lies."""

    place: str
    start: int
    end: int
    name: str
    qualifier: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A name that several places of the unit have, or one outside the town the text speaks of: not decided."""

    name: str
    start: int
    end: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text names, in its order."""

    mentions: tuple[Mention, ...]
    ambiguous: tuple[Ambiguous, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str
    towns: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    short: bool = False


def plain_name(name: str) -> str:
    """Return a village's name as people say it: without its committee (`宋家疃村委会` -> `宋家疃村`)."""
    if not _COMMITTEE.search(name):
        return name
    bare = _COMMITTEE.sub("", name)
    if bare.endswith(("村", "社区")):
        return bare
    return bare + "村" if name.endswith(("村委会", "村民委员会")) else name


def _village_names(name: str) -> tuple[set[str], set[str]]:
    """Return the full spellings of a village's name and the short ones."""
    bare = _COMMITTEE.sub("", name)
    full = {name, plain_name(name)}
    if bare.endswith(("村", "社区")):
        full.add(bare)
    else:
        full.add(bare + ("社区" if "居" in name[len(bare):] else "村"))
    stem = re.sub(r"(?:村|社区)$", "", bare)
    short = {each for each in (bare, stem) if len(each) >= 2} - full
    return {each for each in full if len(each) >= 3}, short


def _town_names(name: str) -> tuple[set[str], set[str]]:
    """Return the full spellings of a town's name and the short one."""
    match = _TOWN.search(name)
    if not match or match.start() < 2:
        return {name}, set()
    stem = name[:match.start()]
    full = {name} | {stem + each for each in _TOWN_SPELLINGS.get(match[1], ())}
    return full, ({stem} if stem not in _GENERIC else set())


class _Names:
    """Spellings -> places, with the lengths worth trying at each first character."""

    def __init__(self) -> None:
        self.places: dict[str, list[str]] = {}
        self.lengths: dict[str, tuple[int, ...]] = {}

    def add(self, spellings: Set[str], place: str) -> None:
        for each in spellings:
            self.places.setdefault(each, []).append(place)

    def close(self) -> None:
        lengths: dict[str, set[int]] = {}
        for name in self.places:
            lengths.setdefault(name[0], set()).add(len(name))
        self.lengths = {first: tuple(sorted(each, reverse=True)) for first, each in lengths.items()}

    def longest(self, text: str, at: int) -> int:
        """Return the length of the longest name starting there, or 0."""
        return next((size for size in self.lengths.get(text[at], ())
                     if text[at:at + size] in self.places), 0)


class Gazetteer:
    """The names of one site's towns and villages. Never changed: build it anew when a place changes."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._full, self._short = _Names(), _Names()
        self._town_of: dict[str, str] = {}
        for place in site.places.values():
            self._add(place)
        self._full.close()
        self._short.close()

    @classmethod
    def build(cls, site: Site) -> Gazetteer:
        """Read the names of a site."""
        return cls(site)

    def _add(self, place: Place) -> None:
        full: set[str] = {place.name} if len(place.name) >= 3 else set()
        short: set[str] = set()
        if place.kind == "town":
            full, short = _town_names(place.name)
        elif place.kind == "village":
            full, short = _village_names(place.name)
            self._town_of[place.id] = next((each.id for each in self._site.ancestors(place.id)
                                            if each.kind == "town"), "")
        self._full.add(full, place.id)
        self._short.add(short, place.id)

    def places_in(self, text: str, within: Set[str]) -> list[Mention]:
        """Return the towns and villages of the unit (`within`: place ids) that the text names, in its order."""
        return list(self.read(text, within).mentions)

    def read(self, text: str, within: Set[str]) -> Reading:
        """Return what the text names of the unit, with the names that stay ambiguous. See the module."""
        cut = list(self._tokens(text, within))
        edges = {each.start for each in cut if not each.short}, {each.end for each in cut if not each.short}
        tokens = _believed(text, [each for each in cut if not _refused(text, each, edges)])
        named = {each.towns[0] for each in tokens if len(each.towns) == 1}
        mentions: list[Mention] = []
        ambiguous: list[Ambiguous] = []
        for token in tokens:
            found, sure = self._resolve(text, token, mentions, named)
            if sure:
                self._attach(text, token, found[0], mentions)
                mentions.append(Mention(found[0], token.start, token.end, token.text))
            else:
                ambiguous.append(Ambiguous(token.text, token.start, token.end, found))
        return Reading(tuple(mentions), tuple(ambiguous))

    def _tokens(self, text: str, within: Set[str]) -> Iterator[_Token]:
        """Cut the text: full names first, short ones in what is left; only those of the unit are kept."""
        at, gap = 0, 0
        cuts: list[tuple[int, int, bool]] = []
        while at < len(text):
            size = self._full.longest(text, at)
            if size:
                cuts += self._short_cuts(text, gap, at)
                cuts.append((at, at + size, False))
                gap = at + size
            at += size or 1
        cuts += self._short_cuts(text, gap, len(text))
        for start, end, short in cuts:
            name = text[start:end]
            places = (self._short if short else self._full).places[name]
            inside = [self._site.places[each] for each in places if each in within]
            towns = tuple(each.id for each in inside if each.kind == "town")
            villages = tuple(each.id for each in inside if each.kind == "village")
            if towns or villages:
                yield _Token(start, end, name, towns, villages, short)

    def _short_cuts(self, text: str, start: int, end: int) -> list[tuple[int, int, bool]]:
        cuts, at = [], start
        while at < end:
            size = self._short.longest(text[:end], at)
            if size:
                cuts.append((at, at + size, True))
            at += size or 1
        return cuts

    def _resolve(self, text: str, token: _Token, before: list[Mention],
                 named: Set[str]) -> tuple[tuple[str, ...], bool]:
        """Return the places a name can mean, and whether that is decided.

        A town decides itself. A village belongs to the town last named in its sentence, else to the only named
        town that has one of that name; where the sentence speaks of another town, nothing is decided.
        """
        if token.towns:
            return token.towns, len(token.towns) == 1
        sentence = max(text.rfind(mark, 0, token.start) for mark in "。；;！\n") + 1
        last = next((each.place for each in reversed(before)
                     if each.start >= sentence and each.place not in self._town_of), "")
        for towns in ({last}, named):
            inside = tuple(each for each in token.villages if self._town_of[each] in towns)
            if len(inside) == 1:
                return inside, True
        return token.villages, len(token.villages) == 1 and not last

    def _attach(self, text: str, token: _Token, place: str, mentions: list[Mention]) -> None:
        """Mark the town before a village of its own as a mere qualifier."""
        if not mentions or place not in self._town_of:
            return
        last = mentions[-1]
        if last.place == self._town_of[place] and _BELONGS.fullmatch(text, last.end, token.start):
            mentions[-1] = replace(last, qualifier=True)


def _refused(text: str, token: _Token, edges: tuple[Set[int], Set[int]]) -> bool:
    """Say whether a name stands inside a longer word, or is part of an institution's name.

    `edges` are where names start and end: what is a name itself is no part of a longer word.
    """
    if token.start not in edges[1] and _BEFORE.search(text, max(0, token.start - 2), token.start):
        return True
    if token.end in edges[0]:
        return False
    if _INSTITUTION.match(text, token.end):
        return True
    if token.text.endswith("街道"):
        return bool(_AFTER_STREET.match(text, token.end))
    return token.text.endswith("村") and bool(_AFTER_VILLAGE.match(text, token.end))


def _runs(text: str, tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Group names that stand in one list (`甲、乙和丙`)."""
    run: list[_Token] = tokens[:1]
    for left, right in pairwise(tokens):
        if not _JOIN.fullmatch(text, left.end, right.start):
            yield run
            run = []
        run.append(right)
    if run:
        yield run


def _generic(token: _Token) -> bool:
    """Say whether the name is a common word too; with `办事处` behind it, it is not."""
    return not token.text.endswith("办事处") and _TOWN.sub("", token.text) in _GENERIC


def _believed(text: str, tokens: list[_Token]) -> list[_Token]:
    """Keep the names that can be nothing else where they stand: see points 3 and 4 of the module."""
    kept: list[_Token] = []
    joined = [each for each in tokens if not (each.short and not _listed(text, each))]
    starts = {each.start for each in joined}
    for run in _runs(text, joined):
        tail = run[-1].end
        sure = any(each.towns and not each.short and not _generic(each) for each in run)
        towns = sure or bool(_TOWNS_MEANT.match(text, tail)) or (
            text.startswith("等", tail) and sum(bool(each.towns) for each in run) > 1)
        villages = bool(_VILLAGES_MEANT.match(text, tail))
        for each in run:
            if each.short:
                kept += _short(text, each, towns=towns, villages=villages, before=kept)
            elif not _generic(each) or towns or len(run) > 1 or each.end in starts:
                kept.append(each)
    return kept


def _listed(text: str, token: _Token) -> bool:
    """Say whether a short name is followed by what can follow a name in a list."""
    after = text[token.end:token.end + 2]
    return not after or after[0] in "、，,。；;和及与等/（()）" or bool(
        _TOWNS_MEANT.match(text, token.end) or _VILLAGES_MEANT.match(text, token.end) or after == "以及")


def _short(text: str, token: _Token, *, towns: bool, villages: bool, before: list[_Token]) -> list[_Token]:
    """Return the short name as what it stands for, if for anything."""
    if villages and token.villages and before and (
            _BELONGS.fullmatch(text, before[-1].end, token.start) or before[-1].villages):
        return [replace(token, towns=())]
    if towns and token.towns and not villages:
        return [replace(token, villages=())]
    return []
