"""What stands in one cell: a name, phone numbers, an area code. Each reader says what is wrong instead of guessing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dutydesk.domain.folding import fold

DITTO = frozenset({"同上", "同上行", "同左", "〃", "″", "“", "\"", "''", "//", "々"})
NOBODY = frozenset({"", "无", "暂无", "空缺", "待定", "缺", "暂缺", "/", "-", "—", "——", "未定"})

_TITLES = ("书记", "主任", "镇长", "站长", "队长", "局长", "村长", "委员", "会计", "主席", "所长", "经理", "场长",
           "区长", "市长", "县长", "部长", "科长", "处长", "同志", "先生", "女士", "院长", "校长", "组长", "网格员",
           "护林员", "兼", "代")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]{2,4}|"
                  r"[\u3400-\u9fff]{1,8}(?:·[\u3400-\u9fff]{1,8}){1,4}")
_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]{1,20})[)）\]]")
_LABEL = re.compile(r"(?:手机|移动电话|电话|办公室|办公|办|家|宅|座机|固话|号码|tel|Tel|TEL|[HhOoMm](?=[:：]))[:：]?")
_SHORTENED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_INTERNATIONAL = re.compile(r"(?<![\w+])\+\d(?:[ -]?\d){7,16}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:86[ -]?)?(1[3-9]\d(?:[ -]?\d){8})(?![\d])")
_BETWEEN = re.compile(r"[\s/、,，;；.。|或和及\\]+")
_CODE = re.compile(r"\d{6}|\d{9}|\d{12}")


@dataclass(frozen=True, slots=True)
class Numbering:
    """How numbers without a country are read: `country` with its +, `area` the code without its 0 (631), or empty,
    `local` how many digits a number has there (0: 7 or 8).
    """

    country: str = "+86"
    area: str = ""
    local: int = 0


@dataclass(frozen=True, slots=True)
class Phones:
    """The numbers of a cell as (kind, number with country), in their order, and what is wrong with the rest of it."""

    numbers: tuple[tuple[str, str], ...] = ()
    trouble: str = ""


def is_nobody(text: str) -> bool:
    """Whether a cell says that there is nobody, or nothing."""
    return fold(text).strip() in NOBODY


def person_name(text: str) -> tuple[str, str, str]:
    """Return name, title in brackets behind it, and what is wrong (then the name is not to be used)."""
    found = _BRACKETS.search(text)
    title = found.group(1).strip() if found else ""
    bare = re.sub(r"[\s\u3000\u00a0]+", "", _BRACKETS.sub("", text)).replace("•", "·").replace("．", "·")
    if re.search("[、,，/;；和]|\n", bare):
        return "", "", "一格里写了几个人，请一人一行"
    if bare in _TITLES or (len(bare) > 2 and bare.endswith(_TITLES)):
        return "", "", "姓名里像是带了职务，请把职务移到另一栏"
    if not _HAN.fullmatch(bare):
        return "", "", "看不出姓名"
    return bare, title, ""


def phones(text: str, plan: Numbering) -> Phones:
    """Read the phone numbers of a cell.

    Numbers with a country are kept; mobiles (1, then 10 digits) and landlines with their area code get the plan's
    country; a landline of 7 or 8 digits gets its area as well, where the plan knows one.
    """
    rest = fold(text).replace("－", "-").replace("—", "-").replace("\u00a0", " ").strip()
    if rest in NOBODY:
        return Phones()
    if _SHORTENED.fullmatch(rest.replace(" ", "")):
        return Phones(trouble="号码被表格软件改成了科学计数，位数已丢，请按文本重填")
    found: list[tuple[int, str, str]] = []

    def take(pattern: re.Pattern[str], kind: str, number: str) -> None:
        nonlocal rest
        for match in list(pattern.finditer(rest)):
            found.append((match.start(), kind, match.expand(number)))
            rest = rest[:match.start()] + " " * (match.end() - match.start()) + rest[match.end():]

    take(_INTERNATIONAL, "", r"\g<0>")
    take(_MOBILE, "mobile", plan.country + r"\1")
    local = rf"[2-8]\d{{{plan.local - 5}}}[ -]?\d{{4}}" if plan.local else r"[2-8]\d{2,3}[ -]?\d{4}"
    if plan.area:
        take(re.compile(rf"(?<!\d)\(?(0{plan.area})\)?[ -]?({local})(?!\d)"), "landline", rf"{plan.country}\1\2")
    take(_elsewhere(plan), "landline", rf"{plan.country}\1\2")
    rest = _LABEL.sub(" ", rest)
    if plan.area:
        take(re.compile(rf"(?<!\d){local}(?!\d)"), "landline", rf"{plan.country}0{plan.area}\g<0>")
    left = _BETWEEN.sub("", rest).strip("-+()（）")
    numbers = tuple((kind or _kind(number), number) for kind, number in
                    ((kind, _bare(number, plan)) for _, kind, number in sorted(found)))
    return Phones(tuple(dict.fromkeys(numbers)), f"认不出的部分：{left[:20]}" if left else "")


def _elsewhere(plan: Numbering) -> re.Pattern[str]:
    """Landlines with an area code: of any length in areas the plan does not know."""
    not_here = f"(?!{plan.area})" if plan.area else ""
    return re.compile(rf"(?<!\d)\(?(0{not_here}\d{{2,3}})\)?[ -]?(\d{{3,4}}[ -]?\d{{4}})(?!\d)")


def _bare(number: str, plan: Numbering) -> str:
    """Take out blanks and hyphens, and the 0 of an area code behind the country."""
    digits = re.sub(r"[ ()-]", "", number)
    return plan.country + digits.removeprefix(plan.country + "0") if digits.startswith(plan.country + "0") else digits


def _kind(number: str) -> str:
    """A number written with its country is a mobile if it is as long as one."""
    return "mobile" if re.fullmatch(r"\+\d{1,3}1[3-9]\d{9}", number) else "landline"


def area_code(text: str) -> tuple[str, str]:
    """Return an area code of 6, 9 or 12 digits, and what is wrong with the cell otherwise."""
    bare = re.sub(r"[\s'’`]", "", fold(text)).removesuffix(".0")
    if bare in NOBODY:
        return "", ""
    if _SHORTENED.fullmatch(bare):
        return "", "代码被表格软件改成了科学计数，位数已丢"
    return (bare, "") if _CODE.fullmatch(bare) else ("", "代码应为6、9或12位数字")
