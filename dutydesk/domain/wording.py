"""What a warning's text says about the places it names: their colour, whether it means them alone, the rest.

It reads sentences, not places: the gazetteer has found the names already. Where the words leave a doubt it takes
the side on which nobody is forgotten: a text that speaks of the whole unit names nobody in particular, and one
that lowers or lifts for some places does so for these alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from dutydesk.domain.gazetteer import Mention
from dutydesk.domain.values import Colour

_COLOURS = {"红": Colour.RED, "橙": Colour.ORANGE, "黄": Colour.YELLOW, "蓝": Colour.BLUE}
_COLOUR = re.compile(r"([红橙黄蓝])色")
_FROM = re.compile(r"(?:由|从|原)[^，,。；;为至到]{0,12}?[红橙黄蓝]色")
_TO = re.compile(r"(?:为|至|到|降(?!水|雨|雪|温)|升)[^，,。；;红橙黄蓝]{0,14}([红橙黄蓝])色")
_HEADER = re.compile(r"([红橙黄蓝])色[^，,。；;红橙黄蓝]{0,10}[：:（(]\s*$")
_SENTENCE = re.compile(r"[。；;！\n]")
_COMMA = re.compile(r"[，,。；;！\n]")
_LIST = re.compile(r"(?:[、，,/]|和|及|与|以及|[我本][市区县]|[、及和][^，,。；;：:]{1,8}[、及和])*")
_OBSERVED = re.compile(r"已|过去|截至|截止|实况|累计|监测|观测|昨|达到?\d")
_FORECAST = re.compile(r"预计|将|可能|仍|未来|风险|继续|持续|预警|升级|降(?!水|雨|雪|温)|解除|防范")
_SAID_ABOVE = re.compile(r"(?:上述|以上|该|这些)(?:区域|地区|镇街|街镇|乡镇|地方|村)")
_WHOLE = re.compile(
    r"(?<!安)全(?:市|区|县|域|境)|[我本辖][市区县](?:内)?(?:大部|全部|各|所有|多数|普遍|仍|将|可能|有|会|自)|"
    r"(?:大部分|大部|全部|各|所有|多数)(?:镇街|街镇|乡镇|区市|街道|地区|区域)")
_REST = re.compile(r"(?:其余|其他|其它|剩余)[^，,。；;]{0,10}?"
                   r"(?:镇街|街镇|乡镇|区镇|镇|街道|区域|地区|地方|区市|县区|村)")
_HOLDS = re.compile(r"仍|维持|保持|继续|不变|有效|生效")
_EXCEPT = re.compile(r"除了?[^，,。；;]{0,6}$")
_OUTSIDE = re.compile(r"[^，,。；;]{0,6}?(?:外|不含|不在内)")
_LOWERS = re.compile(r"降(?!水|雨|雪|温)|解除|下调|取消")


@dataclass(frozen=True, slots=True)
class Said:
    """What the text says. `colours`: place named -> its colour, for those the text sets apart only.

    `rest_holds`: it also says what holds for the others; `rest`: with which colour, None if it stays as it was.
    `excepted`: places it leaves out (`除苘山镇外`); what it says is for all others then.
    """

    colours: Mapping[str, Colour] = field(default_factory=dict)
    rest_holds: bool = False
    rest: Colour | None = None
    excepted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Group:
    """Names in one list, with the words before and behind them that can be about them."""

    places: tuple[str, ...]
    start: int
    end: int
    before: str
    behind: str
    clause: str


def colour_of(words: str) -> Colour | None:
    """Return the colour the words end in: after 升为/降为/更新为, else the only or the highest one named.

    A colour something comes from (`由黄色`) does not count. Rule: domain rules 13.5.
    """
    final = _TO.findall(words)
    if final:
        return _COLOURS[final[-1]]
    return max((_COLOURS[each] for each in _COLOUR.findall(_FROM.sub("", words))), default=None)


def said(text: str, mentions: Sequence[Mention], colour: Colour, units: Iterable[str] = ()) -> Said:
    """Read a text of a warning of that colour; `units` are the names of the units it is for as a whole.

    1. Names in one list form a group; a group that only reports what was observed says nothing.
    2. A group's colour: in the words before it up to `：`, else behind it, else before it, else the warning's.
    3. A group the text leaves out (`除…外`, `…除外`) is excepted and nothing else.
    4. The groups are set apart if the text does not speak of the whole unit, or if it says what holds for the
       rest, or where it lowers or lifts; a group of another colour than the warning's always is.
    """
    rests = list(_REST.finditer(text))
    groups = [each for each in _groups(text, mentions, [match.start() for match in rests])
              if not _observed(text, each)]
    excepted = frozenset(place for each in groups if _excepted(each) for place in each.places)
    groups = [each for each in groups if not _excepted(each)]
    if excepted:
        return replace(_said(text, groups, rests, colour, units), excepted=excepted, rest_holds=True)
    return _said(text, groups, rests, colour, units) if groups else Said()


def _said(text: str, groups: Sequence[_Group], rests: Sequence[re.Match[str]], colour: Colour,
          units: Iterable[str]) -> Said:
    holds, rest = _rest(text, rests, groups)
    apart = holds or not _whole(text, groups, units)
    colours: dict[str, Colour] = {}
    for group in groups:
        own = _own_colour(group) or colour
        if apart or own != colour or _LOWERS.search(group.clause):
            for place in group.places:
                colours[place] = max(own, colours.get(place, own))
    return Said(colours, holds and bool(colours), rest if colours or not groups else None)


def _groups(text: str, mentions: Sequence[Mention], rests: Sequence[int]) -> list[_Group]:
    """Put names of one list together, with the words around them up to the neighbours or the sentence's ends."""
    lists: list[list[Mention]] = []
    for mention in mentions:
        if mention.qualifier:
            continue
        if lists and _LIST.fullmatch(text, lists[-1][-1].end, mention.start):
            lists[-1].append(mention)
        else:
            lists.append([mention])
    edges = [(each[0].start, each[-1].end) for each in lists]
    stops = [(0, 0), *edges, (len(text), len(text))]
    groups = []
    for names, (left, here, right) in zip(lists, _threes(stops), strict=True):
        start, end = here
        since = max([left[1], *(match.end() for match in _SENTENCE.finditer(text, 0, start)),
                     *(at for at in rests if at < start)])
        until = min([right[0], *(at for at in rests if at > end), _next(_SENTENCE, text, end)])
        header = _HEADER.search(text, end, right[0])
        comma = _next(_COMMA, text, end)
        groups.append(_Group(tuple(each.place for each in names), start, end, text[since:start],
                             text[end:min(until, header.start() if header else until)], text[since:comma]))
    return groups


def _threes(stops: Sequence[tuple[int, int]]) -> Iterable[tuple[tuple[int, int], ...]]:
    return ((*left, right[1]) for left, right in pairwise(pairwise(stops)))


def _next(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.search(text, at)
    return match.start() if match else len(text)


def _observed(text: str, group: _Group) -> bool:
    """Say whether the names only tell where something was measured, and no later words point back to them."""
    if not _OBSERVED.search(group.clause) or _FORECAST.search(group.clause):
        return False
    return not _SAID_ABOVE.search(text, group.end)


def _excepted(group: _Group) -> bool:
    """Say whether the text leaves these places out."""
    if _OUTSIDE.match(group.behind) is None:
        return False
    return bool(_EXCEPT.search(group.before)) or group.behind.startswith(("除外", "不含", "不在内"))


def _own_colour(group: _Group) -> Colour | None:
    header = _HEADER.search(group.before)
    return _COLOURS[header[1]] if header else colour_of(group.behind) or colour_of(group.before)


def _rest(text: str, rests: Sequence[re.Match[str]], groups: Sequence[_Group]) -> tuple[bool, Colour | None]:
    """Return whether the text says what holds for the rest, and the colour it says."""
    for match in rests:
        later = [group.start for group in groups if group.start > match.end()]
        words = text[match.end():min([*later, _next(_SENTENCE, text, match.end())])]
        colour = colour_of(words)
        if colour or _HOLDS.search(words):
            return True, colour
    return False, None


def _whole(text: str, groups: Sequence[_Group], units: Iterable[str]) -> bool:
    """Say whether a part of the text that forecasts speaks of the whole unit."""
    names = "|".join(re.escape(each) for each in units if each)
    own = re.compile(rf"(?:{names})(?:仍|将|可能|有|大部|全部|各|会)") if names else None
    edges = {group.start for group in groups}, {group.end for group in groups}
    for pattern in (_WHOLE, *([own] if own else [])):
        for match in pattern.finditer(text):
            clause = text[max((each.end() for each in _COMMA.finditer(text, 0, match.start())), default=0):
                          _next(_COMMA, text, match.end())]
            if match.end() in edges[0] or match.start() in edges[1] or re.search(r"其余|其他|其它|除", clause):
                continue
            if not _OBSERVED.search(clause) or _FORECAST.search(clause):
                return True
    return False
