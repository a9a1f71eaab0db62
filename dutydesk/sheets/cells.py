"""What stands on a call sheet, whatever it is printed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dutydesk.domain.values import Kind
from dutydesk.ports.sheets import CallSheet, SheetPerson, SheetPlace

SECRET = "号码为全号，仅供手工叫应；打印已记入日志，用后收回销毁"
NOTHING = "现在没有待叫应的地方：无须手工叫应。"
Word = Callable[[object, str], str]
"""Gives the Chinese word for a value of a table (`web.words`)."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a sheet: when it was made, who made it, what it is about."""

    when: str
    who: str
    about: str


def title(sheet: CallSheet) -> str:
    """The title."""
    return f"{sheet.site}　手工叫应单"


def head(sheet: CallSheet) -> Head:
    """What every page says about the sheet."""
    when = f"{sheet.made_at.astimezone(ZoneInfo(sheet.zone)):%Y-%m-%d %H:%M:%S}"
    where = f"{'、'.join(sheet.areas)}，" if sheet.areas else ""
    return Head(when, f"{sheet.by} {when} 打印",
                f"{where}共 {len(sheet.places)} 处待叫；红色在前，责任人在前。接通后勾选，再录入值班台。"
                f"值班电话 {sheet.duty_phone}")


def place_line(place: SheetPlace, sheet: CallSheet, word: Word) -> str:
    """A place's heading: colour, name, duties, state and since when."""
    since = place.since.astimezone(ZoneInfo(sheet.zone))
    drill = "" if place.kind is Kind.REAL else f"（{word(place.kind, 'kind')}）"
    duties = "、".join(word(each, "duty") for each in place.duties)
    return (f"{drill}{place.colour.zh}　{place.name}　{duties}　{word(place.state, 'state')}　"
            f"{since:%H:%M} 起叫　{place.incident}")


def person_line(person: SheetPerson, word: Word) -> str:
    """A person: role, name, title, and why he is asked no more."""
    gone = f"（{person.left_out}）" if person.left_out else ""
    return f"{word(person.role, 'role')}　{person.name}　{person.title}{gone}"


def numbers(person: SheetPerson, word: Word) -> str:
    """All numbers in full, those that are no mobile with their kind."""
    return "　".join(number if kind == "mobile" else f"{word(kind, 'number')} {number}"
                    for kind, number in person.numbers) or "没有号码"


def answer() -> str:
    """The boxes for the answer."""
    return "□收到　□不能履职　□未接通"


def action() -> str:
    """The boxes for the action."""
    return "□到岗　□已转移____人　□求援"
