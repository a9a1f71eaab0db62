"""Lengths, lists and spellings inside messages; it knows no templates and decides nothing.

Lengths count as carriers do: 70 characters fill one short message, longer ones are cut at 67 (70 less the six
bytes of header; domain rules 9). The signature counts. A rare character outside the basic plane counts twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from dutydesk.domain.gazetteer import plain_name
from dutydesk.domain.site import Place, Site

ONE_PART = 70
EACH_PART = 67
SHORTEST_LIMIT = 8      # room for 等99999处

#: Acts without a digit: when they are reported, and by which word.
BY_WORD = {"patrolled": ("巡查完成", "已巡查"), "opened": ("开放后", "已开放")}

_DIGITS = str.maketrans("0123456789", "零幺二三四五六七八九")
_TIME = re.compile(r"(?<![\d:：])([01]?\d|2[0-4])[:：]([0-5]\d)(?![\d:：])")
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_PHONE = re.compile(r"(?<![\d.])\+?\d{3,}(?:-\d{3,})+(?![\d.])|(?<![\d.])\+?\d{6,}(?![\d.])|"
                    r"(?<!\d)12379(?!\d)|(?<=[打拨])1[12]\d(?!\d)")
_LETTERS = re.compile(r"(?<![A-Za-z])([A-Z]{1,2})(?=\d|[^A-Za-z]|$)")
_WORDS = (("℃", "摄氏度"), ("mm", "毫米"), ("km", "公里"),
          ("Ⅰ", "一"), ("Ⅱ", "二"), ("Ⅲ", "三"), ("Ⅳ", "四"))


def length(text: str) -> int:
    """Return the length of a text in the units a carrier counts (UTF-16)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parts(text: str) -> int:
    """Return how many short messages a text takes, its signature included."""
    size = length(text)
    return 1 if size <= ONE_PART else math.ceil(size / EACH_PART)


def _fit(items: Sequence[tuple[str, int]], limit: int, joint: str) -> str:
    """Join as many whole items as fit; cut, the list ends in `等N处`, N being all places of all items.

    Raises ValueError where the limit has no room even for that.
    """
    if limit < SHORTEST_LIMIT:
        raise ValueError(f"a list of places needs room for {SHORTEST_LIMIT} characters, not {limit}")
    whole = joint.join(name for name, _ in items)
    if length(whole) <= limit:
        return whole
    end = f"等{sum(count for _, count in items)}处"
    room = limit - length(end)
    kept = ""
    for name, _ in items:
        longer = f"{kept}{joint}{name}" if kept else name
        if length(longer) > room:
            break
        kept = longer
    return kept + end


def place_list(places: Iterable[str], site: Site, limit: int) -> str:
    """Return the places as one line of at most `limit` characters: `苘山镇5个村、泊于镇、米山水库`.

    1. Villages of one town are counted, behind the town's own name where it is in the list (`苘山镇及5个村`);
       a single village is told with its town.
    2. In the order of the places; ids the site does not know are left out, doubles told once.
    3. Cut, it ends in `等N处`, N being all places. Raises ValueError for a limit below 8.
    """
    known = [site.places[each] for each in dict.fromkeys(places) if each in site.places]
    chosen = {place.id for place in known}
    villages: dict[str, list[Place]] = {}
    for place in known:
        if place.kind == "village":
            villages.setdefault(site.town_of(place.id), []).append(place)
    items: list[tuple[str, int]] = []
    told: set[str] = set()
    for place in known:
        town = site.town_of(place.id) if place.kind == "village" else place.id
        group = villages.get(town, []) if town else []
        if town in told:
            continue
        if len(group) > 1 or (group and town in chosen):
            told.add(town)
            items.append(_together(site.places[town], group, own=town in chosen))
        elif place.kind == "village":
            items.append(((site.places[town].name if town else "") + plain_name(place.name), 1))
        else:
            items.append((place.name, 1))
    return _fit(items, limit, "、")


def _together(town: Place, villages: Sequence[Place], *, own: bool) -> tuple[str, int]:
    """Return `苘山镇5个村` or, the town being in the list too, `苘山镇及5个村`, and how many places that are."""
    communities = sum(plain_name(each.name).endswith(("社区", "居委会")) for each in villages)
    unit = {0: "村", len(villages): "社区"}.get(communities, "村居")
    return f"{town.name}{'及' if own else ''}{len(villages)}个{unit}", len(villages) + own


def codes_line(letter: str = "", acts: Iterable[str] = ("on_post", "moved")) -> str:
    """Return how to reply: `回复1收到 2到岗 3空格人数已转移(如3 32) 4需支援 0不能履职`.

    `letter` is the phone's reply letter, empty where none is needed: it stands before every digit (`B1收到`).
    `acts` are the acts the post may report: `on_post` and `moved` have a digit, `patrolled` and `opened` a word of
    their own (`巡查完成回复"已巡查"`); others are not offered here.
    """
    offered = frozenset(acts)
    lines = [f"{letter}1收到"]
    if "on_post" in offered:
        lines.append(f"{letter}2到岗")
    if "moved" in offered:
        lines.append(f"{letter}3空格人数已转移(如{letter}3 32)")
    lines += [f'{done}回复"{letter}{word}"' for act, (done, word) in BY_WORD.items() if act in offered]
    return "回复" + " ".join([*lines, f"{letter}4需支援", f"{letter}0不能履职"])


def said_by_word(acts: Iterable[str], letter: str = "") -> str:
    """Return what a voice says of the acts that have no key: `巡查完成请发短信回复：已巡查。`; else nothing."""
    offered = frozenset(acts)
    return "".join(f"{done}请发短信回复：{letter}{word}。" for act, (done, word) in BY_WORD.items() if act in offered)


def silent_list(numbered: Iterable[tuple[int, str]], limit: int) -> str:
    """Return a superior's silent places with their numbers, which he replies with: `2.东山村 7.米山水库`.

    At most `limit` characters; cut, it ends in `等N处`. Raises ValueError for a limit below 8.
    """
    return _fit([(f"{number}.{name}", 1) for number, name in numbered], limit, " ")


def spoken(text: str) -> str:
    """Return a text as a voice can read it: times in words, telephone numbers digit by digit, letters apart.

    `10:20` -> `10点20分`, `0631-5300000` -> `零六三幺、五三零零零零零`, `B1` -> `B 1`, brackets -> pauses.
    """
    text = _DATE.sub(lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", text)
    text = _TIME.sub(_clock, text)
    text = _PHONE.sub(lambda found: found[0].lstrip("+").replace("-", "、").translate(_DIGITS), text)
    text = re.sub(r"(\d+(?:\.\d+)?)%", r"百分之\1", text)
    text = re.sub(r"(?<!\d)-(\d+(?:\.\d+)?)℃", r"零下\1℃", text)
    for sign, word in _WORDS:
        text = text.replace(sign, word)
    text = _LETTERS.sub(lambda found: " ".join(found[1]) + " ", text)
    text = re.sub(r"[【】\[\]()（）]+", "，", text)
    text = re.sub(r"，*([，。；：,;:])，*", r"\1", text)
    return re.sub(r" {2,}", " ", text).strip("， ")


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if minute == 0:
        return f"{hour}点整"
    return f"{hour}点{'零' if minute < 10 else ''}{minute}分"
