"""Says which kind of danger a warning is about: the name in the title first, the code second.

Codes lie in the wild (private numbers under 11B, compact numbers under the same prefix), names do not; and
大风 is a part of 雷雨大风 and 海上大风, so the longest name at a spot wins.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dutydesk.domain.alert import Event, Fault
from dutydesk.domain.event_table import ALIASES, ENGLISH, SAME_NAME, TYPES, Type
from dutydesk.domain.folding import fold

# Only so much of a title is looked at: a title of a megabyte is an attack, not a warning.
_TITLE = 500

# Where a title names several dangers, the family that asks most people to move is the one to call for.
_DANGER = ("flood", "geohazard", "fire", "quake", "sea", "wind", "snow", "thunder", "heat", "fog", "drought", "other")

_CODE = re.compile(r"\b1[1-4][A-Z]\d{2}\b")
_SUFFIX = r"(?:灾害|事件|天气|气象|风险|等级|险情)"
_CHANGE = re.compile(r"(?:升级|降级|变更|更新|调整|提升|上调|下调|升|降|改|转)(?:发布)?(?:为|至|成|到)")
_LIFTED = re.compile(r"(?:解除|取消|撤销|终止)[^，。；,;]{0,30}?(?:预警(?:信号)?|警报|信号)")
_OVER = re.compile(r"[^，。；,;]{0,40}(?:预警|警报|信号)[^，。；,;]{0,25}(?:解除|取消|撤销|终止)")
_UNKNOWN = re.compile(r"(?:发布|更新|解除|变更为?)(?!发布)([^，。：:，\s]{1,15}?)(?:灾害)?[红橙黄蓝白]色?预?警?")


def event_of(*, headline: str, event: str, code: str) -> Event:
    """Return the event of a warning.

    1. The Chinese name in the title: the one that stands before the colour or 预警, the longest at its spot,
       the one after 变更为; of several joined by 和 or 、 the most dangerous family.
    2. The Chinese name in `event`.
    3. The 12379 code in `code` (or in `event`), where the code alone is to be trusted.
    4. An English name in `event`, then in the title.
    5. Otherwise the family is `other`; name and code are kept as read.
    """
    code = _code_in(code) or _code_in(event)
    found = _by_name(headline) or _by_name(event)
    if found:
        written, kind = found
        return Event(kind.code or _unclaimed(code), _spelling(event, kind) or written, kind.family)
    by_code = _codes().get(code)
    if by_code and by_code.sure:
        return Event(code, _plain(event) or by_code.name, by_code.family)
    english = _by_english(event) or _by_english(headline)
    if english:
        return Event(english.code, _plain(event) or english.name, english.family)
    return Event(code, _as_read(headline, event), "other")


def event_faults(*, headline: str, event: str, code: str, where: str = "") -> tuple[Fault, ...]:
    """Return what is odd about the naming: title, event and code that disagree, several dangers in one title,
    a type nobody knows. `where` is the path of the block in the document.
    """
    faults = []
    names = _named(headline)
    families = {kind.family for _, kind in names}
    if len(families) > 1:
        faults.append(Fault("event-joint", where, "标题写了几种灾害：" + "、".join(name for name, _ in names)))
    result = event_of(headline=headline, event=event, code=code)
    key = type_key(result)
    in_event = _by_name(event)
    if in_event and names and _key(in_event[1]) != key:
        faults.append(Fault("event-conflict", where, f"标题写{result.name}，事件写{in_event[0]}；以标题为准"))
    given = _code_in(code) or _code_in(event)
    if given and (names or in_event) and _code_key(given) != key:
        faults.append(Fault("event-code-conflict", where, f"名称是{result.name}，编码是{given}；以名称为准"))
    if result.family == "other" and key not in _names():
        faults.append(Fault("event-unknown", where, f"不认识的灾害类型：{result.name[:40]}"))
    return tuple(faults)


def type_key(event: Event) -> str:
    """Return the key under which two warnings are of one type: 山洪 and 山洪灾害, 11B25 and 11B41 are the same."""
    kind = _names().get(fold(event.name).strip()) or _codes().get(event.code)
    return _key(kind) if kind else (event.code or event.name.strip().casefold())


def family_of(name: str) -> str:
    """Return the hazard family of a type name in Chinese or English; `other` for one nobody knows."""
    return event_of(headline="", event=name, code="").family


def says_lifted(headline: str) -> bool:
    """Tell whether a title says that the warning is over and issues no other: some offices lift by an Update."""
    title = fold(headline[:_TITLE])
    rest = _OVER.sub("，", _LIFTED.sub("，", title))
    return rest != title and not re.search("[红橙黄蓝]色|预警|警报", rest)


def known_names() -> tuple[str, ...]:
    """Return the Chinese names of all types, aliases not counted, in the order of their codes."""
    return tuple(kind.name for kind in TYPES)


def _key(kind: Type) -> str:
    return SAME_NAME.get(kind.name, kind.name)


def _code_key(code: str) -> str:
    kind = _codes().get(code)
    return _key(kind) if kind else code


def _unclaimed(code: str) -> str:
    """Return the code unless the table gives it to another type."""
    return "" if code in _codes() else code


def _code_in(text: str) -> str:
    match = _CODE.search(text[:_TITLE].upper())
    return match.group() if match else ""


@lru_cache(maxsize=1)
def _names() -> dict[str, Type]:
    """Return folded name -> type, aliases included."""
    by_name = {kind.name: kind for kind in TYPES}
    every = by_name | {alias: by_name[name] for alias, name in ALIASES.items()}
    return {fold(name): kind for name, kind in every.items()}


@lru_cache(maxsize=1)
def _codes() -> dict[str, Type]:
    return {kind.code: kind for kind in TYPES if kind.code}


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern of one name, and of a list of names that stands before a colour or the word warning."""
    name = "|".join(re.escape(word) for word in sorted(_names(), key=len, reverse=True))
    unit = rf"(?:{name}){_SUFFIX}*(?:\([^()]{{1,20}}\))?"
    several = rf"{unit}(?:(?:和|与|及|以及|、|/|暨|\+){unit}){{0,5}}"
    ahead = r"\s*(?=[红橙黄蓝白]|预警|警报|信号|消息|预报|\[|[ⅠⅡⅢⅣ])"
    return re.compile(name), re.compile(several + ahead)


def _named(text: str) -> tuple[tuple[str, Type], ...]:
    """Return the names a title is about, as written, with their types; empty where it names none."""
    return _names_in(text[:_TITLE])


@lru_cache(maxsize=512)
def _names_in(text: str) -> tuple[tuple[str, Type], ...]:
    title = fold(text)
    for part in _telling_parts(title):
        match = _patterns()[1].search(part)
        if match:
            return tuple(_outside_brackets(match.group(), text[match.start():match.end()]))
    # Nothing stands before a colour: take the first name anywhere, but no single character (雾灵山 is no fog).
    for match in _patterns()[0].finditer(title):
        if len(match.group()) > 1:
            return ((text[match.start():match.end()], _names()[match.group()]),)
    return ((text.strip(), _names()[title.strip()]),) if title.strip() in _names() else ()


def _outside_brackets(folded: str, written: str) -> list[tuple[str, Type]]:
    """Return the names of a list; what stands in brackets behind a name only tells more of it."""
    found = []
    for match in _patterns()[0].finditer(folded):
        before = folded[:match.start()]
        if before.count("(") == before.count(")"):
            found.append((written[match.start():match.end()], _names()[match.group()]))
    return found


def _telling_parts(title: str) -> list[str]:
    """Return where to look, best first: after the last 变更为, then without what was lifted, then all.

    What is not looked at is blotted out, so that every place in a part is the same place in the title.
    """
    changes = list(_CHANGE.finditer(title))
    after = ["，" * changes[-1].end() + title[changes[-1].end():][:30]] if changes else []
    return [*after, _LIFTED.sub(lambda match: "，" * len(match.group()), title), title]


def _spelling(event: str, kind: Type) -> str:
    """Return the event's own spelling where it is the same type, so that the name stays as the source wrote it."""
    named = _by_name(event)
    return _plain(event) if named and _key(named[1]) == _key(kind) else ""


def _plain(event: str) -> str:
    """Return the event field if it is a name: no code, no whole title."""
    event = event.strip()
    whole_title = re.search("[红橙黄蓝白]色|预警", fold(event)) or len(event) > 40
    return "" if whole_title or _CODE.fullmatch(event.upper()) else event


def _by_name(text: str) -> tuple[str, Type] | None:
    names = _named(text)
    return min(names, key=lambda found: _DANGER.index(found[1].family)) if names else None


@lru_cache(maxsize=1)
def _english() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(ENGLISH, key=len, reverse=True))
    return re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")


def _by_english(text: str) -> Type | None:
    match = _english().search(text[:_TITLE].casefold())
    return _names()[fold(ENGLISH[match.group()])] if match else None


def _as_read(headline: str, event: str) -> str:
    """Return the best name for a type nobody knows."""
    match = _UNKNOWN.search(fold(headline[:_TITLE]))
    return _plain(event) or (match.group(1) if match else "") or headline.strip()[:30] or event.strip()[:30]
