"""The one grammar of replies: what a text message, a spoken word or pressed keys say, or that they are unclear.

It must not know who replied, nor which asks are open: it reads, the desk decides. In doubt it asks back, and
never takes a word out of the middle of a sentence.

| digit | act | form |
|---|---|---|
| 1 | answer | `1`, `B1`, `1B`, `1收到` |
| 2 | on_post | `2`, `2到岗` |
| 3 | moved | `3 32`, `3+32`, `3加32`, `B3，32`, `3 32人`; the total so far |
| 4 | help | `4`, `4需支援`, `4 抽水泵两台` |
| 5 | woken | `5 2 7`: in places 2 and 7 of the list sent; bare for a list of one |
| 6 | not_found | `6 3` |
| 0 | decline | `0`, `0不能履职` |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from dutydesk.domain import reply_words as words

MOST_MOVED = 99_999
MOST_PLACES = 999
LONGEST = 300   # characters: a longer text is a letter, no reply


class Act(StrEnum):
    """What a reply can say. The first seven have a digit; `patrolled` and `opened` are words only; `again` is
    a key only.
    """

    DECLINE = "decline"
    ANSWER = "answer"
    ON_POST = "on_post"
    MOVED = "moved"
    HELP = "help"
    WOKEN = "woken"
    NOT_FOUND = "not_found"
    PATROLLED = "patrolled"
    OPENED = "opened"
    STOP = "stop"
    WRONG_NUMBER = "wrong_number"
    AGAIN = "again"


DIGITS: dict[str, Act] = {
    "0": Act.DECLINE, "1": Act.ANSWER, "2": Act.ON_POST, "3": Act.MOVED, "4": Act.HELP, "5": Act.WOKEN,
    "6": Act.NOT_FOUND,
}
_DIGIT_OF = {act: digit for digit, act in DIGITS.items()}


class Why(StrEnum):
    """Why a reply was not understood."""

    EMPTY = "empty"
    NO_SEPARATOR = "no_separator"
    NUMBER_MISSING = "number_missing"
    NUMBER_ODD = "number_odd"
    TWO_THINGS = "two_things"
    AUTO_REPLY = "auto_reply"
    INCOMPLETE = "incomplete"
    WRONG_KEY = "wrong_key"
    NOT_A_REPLY = "not_a_reply"

    @property
    def hint(self) -> str:
        """One short Chinese line for the sender, saying how to write it."""
        return _HINTS.get(self, "请只回复数字，如 1")


_HINTS = {
    Why.NO_SEPARATOR: "数字后请加空格，如 3 32",
    Why.NUMBER_MISSING: "请写明人数，如 3 32",
    Why.NUMBER_ODD: "数目无法识别，请重写，如 3 32",
    Why.TWO_THINGS: "一条短信请只报一件事",
    Why.INCOMPLETE: "输入数目后请按井号键",
    Why.WRONG_KEY: "按键无效，收到请按1",
}


@dataclass(frozen=True, slots=True)
class Understood:
    """A reply that says one thing. `code` is the letter or pair given ("" if none); `n` persons moved so far;
    `numbers` the places of a list, in the order given (empty = the bare form, good for a list of one only).
    """

    act: Act
    code: str = ""
    n: int | None = None
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Unclear:
    """A reply that must not count for anything."""

    why: Why


Reading = Understood | Unclear

_CODE = "[A-HJ-NP-Z]{1,2}"
_SEP = r"(?:[ +加,、:;.。]|空格)"
_NUMBER = r"(?:[0-9]+|[零〇一二两三四五六七八九十百千]+)"
_COMMAND = re.compile(
    rf"(?:回复? ?)?(?:(?P<before>{_CODE}) ?(?P<digit>[0-6])|(?P<digit2>[0-6])(?: ?(?P<after>{_CODE})(?![A-Z]))?)"
    r"(?P<tail>.*)", re.DOTALL)
_CODED_WORD = re.compile(rf"(?P<code>{_CODE}) ?(?P<word>[^\x00-\x7f].*)")
_MOVED = re.compile(
    rf"(?P<gap>{_SEP}*(?:已?转移(?:群众|人数)?|人数)?{_SEP}*)(?P<n>{_NUMBER}) ?(?:{words.PERSONS})?(?:已?转移)?了?")
_MOVED_WORDS = re.compile(
    rf"(?:已经?|共|累计|已累计|已经累计)?转移(?:群众|村民|人员)?[ :]?(?P<n>{_NUMBER}) ?(?:{words.PERSONS})?了?")
_LIST = re.compile(rf"(?P<list>(?:(?:{_SEP}|和|号)+[0-9]+)*)号?")
_GLUED = re.compile(r"[A-Z]{0,2}[356][A-Z]{0,2}[0-9]+")
_HELP_TAIL = re.compile(rf"[ ,:、。.]+(?![0-9A-Z]|{words.NOT_HELP}).+", re.DOTALL)
_AUTO = re.compile(words.AUTO_REPLY)
_ONES = "[一二两三四五六七八九]"
_NUMERAL = re.compile(
    rf"[零〇]|(?:{_ONES}千(?=[零〇]|$|.百))?[零〇]?(?:{_ONES}百(?=[零〇]|$|.?十))?[零〇]?(?:{_ONES}?十)?{_ONES}?")
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERALS = {char: value for value, chars in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
             for char in chars}


def read(text: str, *, spoken: bool = False) -> Reading:
    """Read one whole reply. Never raises.

    1. Make it plain: full-width to half-width, capitals, one kind of space, no closing full stop.
    2. `spoken` (words recognised from speech) also takes Chinese numerals for the digit.
    3. A whole-message word counts; then the form digit, letter, number; nothing else does.
    """
    plain = plainly(text)
    if spoken:
        plain = _digits_for_numerals(plain)
    if not plain:
        return Unclear(Why.EMPTY)
    if len(plain) > LONGEST:
        return Unclear(_why_not(plain[:LONGEST]))
    return _meaning(plain)


@lru_cache(maxsize=1024)
def _meaning(plain: str) -> Reading:
    """What a plain text says; nearly everybody says the same few things."""
    return _by_word(plain) or _by_digit(plain) or Unclear(_why_not(plain))


def read_keys(keys: str) -> Reading:
    """Read what was pressed so far during a voice call: `1`, `2`, `4`, `0`; `3`, `5`, `6` then a number and
    `#`; `*` hears it again. `INCOMPLETE` means: wait for more keys.
    """
    if not keys:
        return Unclear(Why.EMPTY)
    if keys.endswith("*"):
        return Understood(Act.AGAIN)
    act = DIGITS.get(keys[0])
    if act is None:
        return Unclear(Why.WRONG_KEY)
    if act not in (Act.MOVED, Act.WOKEN, Act.NOT_FOUND):
        return Understood(act) if keys[1:] in ("", "#") else Unclear(Why.WRONG_KEY)
    return _numbered_keys(act, keys[1:])


def _numbered_keys(act: Act, rest: str) -> Reading:
    digits = rest[:-1] if rest.endswith("#") else rest
    if digits and not (digits.isascii() and digits.isdigit()):
        return Unclear(Why.WRONG_KEY)
    if not rest.endswith("#"):
        return Unclear(Why.INCOMPLETE)
    if act is Act.MOVED:
        return _moved(digits) if digits else Unclear(Why.NUMBER_MISSING)
    return _places(act, digits)


def spelled(reading: Understood) -> str:
    """Write a reading in its shortest form, which `read` reads back: `B3 32`; the word where it has no digit."""
    if reading.act not in _DIGIT_OF:
        return reading.code + words.CANONICAL[reading.act.value]
    head = reading.code + _DIGIT_OF[reading.act]
    counts = reading.numbers if reading.n is None else (reading.n,)
    return " ".join([head, *(str(number) for number in counts)])


def in_words(reading: Understood) -> str:
    """Say to the sender what was understood: `到岗`, `已转移32人`, `已叫醒2、7号`."""
    if reading.act is Act.MOVED:
        return f"已转移{reading.n or 0}人" if reading.n else "无人需转移"
    listed = "、".join(str(number) for number in reading.numbers)
    return f"{words.SAID[reading.act.value]}{f'{listed}号' if listed else ''}"


def plainly(text: str) -> str:
    """Return the text half-width, in capitals, with single spaces, without invisible signs, without quotes or
    brackets around it and without a closing full stop. A question mark stays: a question is no answer.
    """
    shown = text.translate(words.PLAIN)
    return " ".join(shown.split()).strip(words.AROUND) if shown.isprintable() else _tidy(shown)


def _tidy(shown: str) -> str:
    """Lines apart are things apart: keep a line break as a semicolon, drop other control signs."""
    lines = (" ".join(line.split()) for line in shown.splitlines())
    joined = ";".join(line for line in lines if line)
    return "".join(char for char in joined if char.isprintable()).strip(words.AROUND)


def _by_word(plain: str) -> Reading | None:
    for act, pattern in words.WHOLE.items():
        if pattern.fullmatch(plain):
            return Understood(Act(act))
    if words.MOVED_NO_NUMBER.fullmatch(plain):
        return Unclear(Why.NUMBER_MISSING)
    moved = _MOVED_WORDS.fullmatch(plain)
    if moved:
        return _moved(moved["n"])
    coded = _CODED_WORD.fullmatch(plain)
    return _with_code(_by_word(coded["word"]), coded["code"]) if coded else None


def _with_code(reading: Reading | None, code: str) -> Reading | None:
    if isinstance(reading, Understood) and code:
        return Understood(reading.act, code, reading.n, reading.numbers)
    return reading


def _by_digit(plain: str) -> Reading | None:
    found = _COMMAND.fullmatch(plain)
    if not found:
        return None
    act = DIGITS[found["digit"] or found["digit2"]]
    code = found["before"] or found["after"] or ""
    return _with_code(_tail(act, found["tail"]), code)


def _tail(act: Act, tail: str) -> Reading | None:
    """Read what follows the digit: nothing, the act's own word, a number, a list."""
    if act is Act.MOVED:
        return _moved_tail(tail)
    if act in (Act.WOKEN, Act.NOT_FOUND):
        return _list_tail(act, tail)
    if not tail or words.AFTER_DIGIT[act.value].fullmatch(tail):
        return Understood(act)
    if act is Act.HELP and _HELP_TAIL.fullmatch(tail):
        return Understood(act)
    return None


def _moved_tail(tail: str) -> Reading | None:
    if not tail.strip() or words.AFTER_DIGIT["moved"].fullmatch(tail):
        return Unclear(Why.NUMBER_MISSING)
    found = _MOVED.fullmatch(tail)
    if not found:
        return None
    return _moved(found["n"]) if found["gap"] else Unclear(Why.NO_SEPARATOR)


def _moved(number: str) -> Reading:
    value = _value(number)
    if value is None or value > MOST_MOVED:
        return Unclear(Why.NUMBER_ODD)
    return Understood(Act.MOVED, n=value)


def _list_tail(act: Act, tail: str) -> Reading | None:
    listed = words.AFTER_LIST[act.value].sub("", tail)
    if re.fullmatch("[0-9]+", listed):
        return Unclear(Why.NO_SEPARATOR)
    found = _LIST.fullmatch(listed)
    if not found:
        return None
    if re.search("[;。]", listed.lstrip(" ,:;。")):
        return Unclear(Why.TWO_THINGS)
    return _places(act, found["list"])


def _places(act: Act, listed: str) -> Reading:
    """Read place numbers. `5 2 7 6 3` may be two reports in one: a list that steps back at a 5 or 6 is asked."""
    if any(len(each) > 3 for each in re.findall("[0-9]+", listed)):
        return Unclear(Why.NUMBER_ODD)
    numbers = tuple(dict.fromkeys(int(each) for each in re.findall("[0-9]+", listed)))
    if any(not 0 < number <= MOST_PLACES for number in numbers):
        return Unclear(Why.NUMBER_ODD)
    if any(later in (5, 6) and later < earlier for earlier, later in pairwise(numbers)):
        return Unclear(Why.TWO_THINGS)
    return Understood(act, numbers=numbers)


def _value(number: str) -> int | None:
    """Return the value of digits or of a Chinese numeral up to 9999; None if it is malformed, or can be heard in
    two ways (一千二 is 1002 to some and 1200 to most).
    """
    if number.isdigit():
        return int(number) if len(number) <= 6 else None
    if not _NUMERAL.fullmatch(number):
        return None
    total = digit = 0
    for char in number:
        if char in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[char], 0
        else:
            digit = _NUMERALS[char]
    return total + digit


def _digits_for_numerals(plain: str) -> str:
    """Turn every Chinese numeral into digits, as recognised speech writes them; a malformed one stays."""
    def digits(found: re.Match[str]) -> str:
        value = _value(found[0].replace("幺", "一"))
        return found[0] if value is None else str(value)
    return re.sub("[零〇幺一二两三四五六七八九十百千]+", digits, plain)


def _why_not(plain: str) -> Why:
    if _AUTO.search(plain):
        return Why.AUTO_REPLY
    if _GLUED.fullmatch(plain):
        return Why.NO_SEPARATOR
    if re.fullmatch(rf"(?:{_CODE})?[0-6](?:[ ,;、.。+]+(?:{_CODE})?[0-9]+)+", plain):
        return Why.TWO_THINGS
    return Why.NOT_A_REPLY


def alarm_words(text: str) -> tuple[str, ...]:
    """Return the words of danger in a text, in order, each once: 决口, 着火, 被困, 塌 ...

    Checked in every text that comes in, also from somebody nobody asked. Only what is surely no news is left
    out: a plain denial right before the word (没有人被困, 未发生溃坝), a drill, a title in 《》. A denial that
    may still be a warning (还没塌, 会不会塌, 没塌吗) rings.
    """
    plain = re.sub("《[^》]*》", "", text.translate(words.PLAIN))
    found = (match[0] for match in words.ALARM.finditer(plain) if not _denied(plain, match))
    return tuple(dict.fromkeys(found))


def _denied(plain: str, match: re.Match[str]) -> bool:
    if words.NO_ALARM.match(plain, max(match.start() - 1, 0)):
        return True
    before = re.split(r"[,;:。.!?、\s]", plain[max(match.start() - 40, 0):match.start()])[-1]
    after = re.split(r"[,;:。.!、\s]", plain[match.end():match.end() + 40])[0]
    return bool(words.DENIAL.search(before)) and not words.DOUBT.search(before + match[0] + after)
