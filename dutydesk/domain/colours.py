"""Says which colour a warning gives in the end, from its words, its codes or its CAP severity.

The colour after 升级为 or 降级为 is the final one; never the first and never the highest of a text that names a
change. Number schemes contradict each other, so each has its own reader and none is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dutydesk.domain.event_table import ENGLISH
from dutydesk.domain.folding import fold
from dutydesk.domain.values import Colour

_TITLE, _TEXT = 500, 4000
_ZH = {"红": Colour.RED, "橙": Colour.ORANGE, "黄": Colour.YELLOW, "蓝": Colour.BLUE}
_EN = {colour.word: colour for colour in Colour}
_SEVERITY = {"extreme": Colour.RED, "severe": Colour.ORANGE, "moderate": Colour.YELLOW, "minor": Colour.BLUE}
_LEVEL = {
    "Ⅰ": Colour.RED, "I": Colour.RED, "一": Colour.RED,
    "Ⅱ": Colour.ORANGE, "II": Colour.ORANGE, "二": Colour.ORANGE,
    "Ⅲ": Colour.YELLOW, "III": Colour.YELLOW, "三": Colour.YELLOW,
    "Ⅳ": Colour.BLUE, "IV": Colour.BLUE, "四": Colour.BLUE,
}

_WORD = r"(?:([红橙黄蓝])(?:色|(?=预警|警报|信号)))"
_GAP = r"[^，。；;,：:\n]"
# A verb of one character counts only with its 为 or 至 at once: 转移至 is no change of a colour.
_VERB = rf"(?:(?:升级|降级|变更|更新|调整|提升|提高|升高|上调|下调|降低)(?:发布)?{_GAP}{{0,30}}?|[升降改转变])"
# "升级为高温红色", "更新暴雨橙色预警信号为暴雨蓝色", "由蓝色升级橙色"
_CHANGE = re.compile(rf"{_VERB}(?:为|至|成|到){_GAP}{{0,25}}?{_WORD}")
_BARE_CHANGE = re.compile(rf"{_WORD}{_GAP}{{0,12}}?(?:升级|降级){_GAP}{{0,15}}?{_WORD}")
_ORIGIN = re.compile(rf"(?:由|从|原){_GAP}{{0,12}}?{_WORD}")
_LIFTED = re.compile(rf"(?:解除|取消|撤销|终止){_GAP}{{0,30}}?{_WORD}")
_REST = re.compile(r"其[余它他][^。；;\n]*")
_ISSUED = re.compile(rf"发布{_GAP}{{0,30}}?{_WORD}")
_PLAIN = re.compile(_WORD)
_BRACKET = re.compile(r"[\[(]\s*(?:Level\s+)?(Ⅰ|Ⅱ|Ⅲ|Ⅳ|IV|I{1,3}|[一二三四])\s*级?\s*/")
_PLACES = re.compile(r"[镇乡村]|街道|街镇|等地|社区|山区|库区|城区|北部|南部|东部|西部")
_MAYBE = re.compile(r"可能|或将|或会|视情|适时|必要时|拟|如果|一旦")
_CLAUSE = re.compile(r"[，。；;,：:\n]")

_HAZARD = "|".join(re.escape(word) for word in sorted(ENGLISH, key=len, reverse=True))
_EN_WORD = (rf"\b(?:(?:status|level|code)\s*:?\s+(red|orange|yellow|blue)\b|(red|orange|yellow|blue)"
            rf"(?=(?:[\s-]+(?:{_HAZARD}|weather|early)){{0,3}}[\s-]+(?:warnings?|alerts?|signals?)\b))")
_EN_CHANGE = re.compile(r"(?<!may be )(?<!could be )(?<!might be )\b(?:up|down)grade[sd]?\b"
                        r"[^.;]{0,160}?\bto\b[^.;]{0,60}?\b(red|orange|yellow|blue)\b")
_EN_PLAIN = re.compile(_EN_WORD)
_HINTS = frozenset({"alert_color", "alert_colour", "awareness_level", "color", "colour", "warning_color", "预警颜色",
                    "预警级别", "signallevel"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A colour and why: `basis` is title-change, title, bracket, text-change, text, hint, severity or none.

    `conflict` is another colour the same warning claims elsewhere, or None.
    """

    colour: Colour | None
    basis: str
    conflict: Colour | None = None


def colour_of(*, headline: str, description: str = "", severity: str = "",
              hints: Iterable[tuple[str, str]] = ()) -> Reading:
    """Return the final colour of a warning.

    1. The title: the colour after its change phrase, else its colour, else its bracket [Ⅰ级/特别严重].
    2. The text: the colour after its change phrase, else the one it says was issued.
    3. A named parameter (`hints`: name and value, such as alert_color).
    4. Severity: 12379's own colour words, then CAP's Extreme, Severe, Moderate, Minor.
    A colour that a change phrase of the text or a colour word of the severity claims differently is `conflict`.
    """
    claims = [claim for claim in _claims(headline, description, severity, hints) if claim[0] is not None]
    if not claims:
        return Reading(None, "none")
    first, basis = claims[0]
    strong = {"title-change", "title", "bracket", "text-change", "hint", "severity-colour"}
    other = next((colour for colour, what in claims[1:] if what in strong and colour != first), None)
    return Reading(first, "severity" if basis == "severity-colour" else basis, other)


def _claims(headline: str, description: str, severity: str,
            hints: Iterable[tuple[str, str]]) -> list[tuple[Colour | None, str]]:
    """Return every colour claimed, the strongest claim first."""
    title, text = fold(headline[:_TITLE]), fold(description[:_TEXT])
    changed = _changed(title)
    hinted = (colour_of_word(value) for name, value in hints if name.strip().casefold() in _HINTS)
    return [
        (changed, "title-change"),
        (None if changed else _plain_title(title), "title"),
        (_bracket(title), "bracket"),
        (_changed(text), "text-change"),
        (_issued(text), "text"),
        (next((colour for colour in hinted if colour), None), "hint"),
        (colour_of_word(severity), "severity-colour"),
        (_SEVERITY.get(severity.strip().casefold()), "severity"),
    ]


def colour_in_text(text: str) -> Colour | None:
    """Return the colour a free wording gives in the end, or None: for titles and texts of any feed."""
    folded = fold(text[:_TEXT])
    return _changed(folded) or _plain_title(folded) or _bracket(folded)


def colour_of_word(word: str) -> Colour | None:
    """Return the colour of a short field: `Red`, `红色`, `橙`, `3; orange; Severe`; None where there is none."""
    folded = fold(word[:100]).strip().casefold()
    if len(folded) <= 3 and folded[:1] in _ZH:
        return _ZH[folded[0]]
    match = re.search(r"\b(red|orange|yellow|blue)\b", folded)
    if match:
        return _EN[match.group(1)]
    chinese = _PLAIN.search(folded)
    return _ZH[chinese.group(1)] if chinese else None


def colour_of_severity(severity: str) -> Colour | None:
    """Return the colour of a severity field, 12379's (Red ... Blue) or CAP's (Extreme ... Minor); else None."""
    return colour_of_word(severity) or _SEVERITY.get(severity.strip().casefold())


def colour_of_picture(code: str) -> Colour | None:
    """Return the colour of CMA's picture code `p0002001`: last three digits 001 red ... 004 blue.

    The short form `p0000003` carries the colour only and is read the same way.
    """
    match = re.search(r"p\d{4}00([1-4])(?!\d)", code[:200])
    return Colour(5 - int(match.group(1))) if match else None


def colour_of_compact(digits: str) -> Colour | None:
    """Return the colour of the compact two-digit scheme (weather.com.cn, Caiyun): 01 blue ... 04 red."""
    return Colour(int(digits)) if re.fullmatch(r"0[1-4]", digits) else None


def colour_of_level(level: str) -> Colour | None:
    """Return the colour of a level alone: 一级, Ⅰ, I, `Ⅳ级`; never for a fire-danger grade, where 5 is worst."""
    return _LEVEL.get(fold(level).strip().upper().removesuffix("级"))


def _changed(text: str) -> Colour | None:
    """Return the colour after the change phrase.

    Told one after the other, the last counts; told of several places side by side, the highest. A change that
    only may come is none.
    """
    kept = _REST.sub("", text)
    found = [(match, _ZH[match.group(match.lastindex or 1)])
             for pattern in (_CHANGE, _BARE_CHANGE) for match in pattern.finditer(kept)
             if not _MAYBE.search(_clause_before(kept, match.start()))]
    found.sort(key=lambda pair: pair[0].end())
    if found:
        side_by_side = sum(bool(_PLACES.search(_clause_before(kept, match.start()))) for match, _ in found) > 1
        return max(colour for _, colour in found) if side_by_side else found[-1][1]
    english = _EN_CHANGE.findall(text.casefold())
    return _EN[english[-1]] if english else None


def _clause_before(text: str, end: int) -> str:
    return _CLAUSE.split(text[max(0, end - 80):end])[-1]


def _plain_title(title: str) -> Colour | None:
    """Return the colour of a title without a change: the highest, what was lifted or was before left out."""
    kept = _ORIGIN.sub("", _REST.sub("", title))
    colours = _PLAIN.findall(_LIFTED.sub("", kept)) or _PLAIN.findall(kept)
    if colours:
        return max(_ZH[word] for word in colours)
    english = [a or b for a, b in _EN_PLAIN.findall(title.casefold())]
    return max(_EN[word] for word in english) if english else None


def _bracket(text: str) -> Colour | None:
    match = _BRACKET.search(text)
    return _LEVEL[match.group(1)] if match else None


def _issued(text: str) -> Colour | None:
    """Return the colour a text says was issued (its opening), else its first bracket."""
    match = _ISSUED.search(text)
    if match:
        return _ZH[match.group(1)]
    english = _EN_PLAIN.search(text.casefold())
    return _EN[english.group(1) or english.group(2)] if english else _bracket(text)
