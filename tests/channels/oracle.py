"""An oracle outside the parser: simulated owners who know which message they answer.

`replies` writes what they send (shuffled, late, doubled, bare, garbled) and, from what lies in each phone and
never from the text, the truth: for which asks a reply must count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message in a phone. Its asks are open from `asked_at` to `closed_at`; it lies there from `handed_at`.

    `code` is the letter of the phone for this incident and round ("" if none was printed); `listed` gives the
    ask behind each number of a superior's list of silent places.
    """

    call: str
    number: str
    incident: str
    round: int
    asks: frozenset[str]
    asked_at: datetime
    handed_at: datetime
    closed_at: datetime | None = None
    code: str = ""
    listed: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OracleReply:
    """One text. `truth`: exactly the asks it must count for; None: it must count for none and be kept.

    `kind`: coded, bare, ambiguous, list, foreign_list, closed (bare, with nothing open), unknown_code, garbled.
    `allowed` is the truth, or more where the rules leave a choice (closed: the last round; foreign_list: the
    numbers that do exist). `at` is when it was sent, `arrives_at` when the desk hears it; the list is in the
    order of arrival. `answers`: the call in the owner's hand. A double has `double` set and is equal otherwise.
    """

    text: str
    at: datetime
    number: str
    truth: frozenset[str] | None
    kind: str
    act: str = ""
    code: str = ""
    n: int | None = None
    numbers: tuple[int, ...] = ()
    allowed: frozenset[str] = frozenset()
    arrives_at: datetime = NEVER
    answers: str = ""
    double: bool = False


_FULL = str.maketrans({chr(low): chr(low + 0xFEE0) for low in range(0x21, 0x7F)} | {" ": "　"})
_DIGIT = {"answer": "1", "on_post": "2", "moved": "3", "help": "4", "decline": "0", "woken": "5", "not_found": "6"}
_WORDS = {
    "answer": ["收到", "已收到", "收到。", "好的，收到", "收到，谢谢"], "on_post": ["到岗", "已到岗", "已到位。"],
    "help": ["需要支援", "请求支援！"], "decline": ["无法履职", "不能履职"], "moved": ["已转移{n}人", "转移{n}人。"],
}
_GARBLED = [
    "没收到", "收到吗", "您好，我正在开会，收到后回复", "332", "3{code}32", "{code}332", "12", "1 2", "好的", "{code}",
    "3", "？", "{code}1 {other}1", "收到后请回复1", "我在1号楼，2点到", "13800138000", "[图片]", "1{code}{other}{code}",
    "5 2 7；6 3", "谁发的", "\u200b", "I1", "1O", "3 32户", "还没到岗", "明天{code}1再说",
]
_OTHER = "ABCDEFGHJKLMNPQRSTUVW"


def replies(rng: Random, messages: Sequence[Sent], n: int) -> list[OracleReply]:
    """Return `n` replies to these messages in the order of their arrival; one in ten is the double of another."""
    phones: dict[str, list[Sent]] = {}
    for message in messages:
        phones.setdefault(message.number, []).append(message)
    first = [_late(rng, _reply(rng, rng.choice(messages), phones)) for _ in range(n - n // 10)]
    doubles = [_late(rng, replace(rng.choice(first), double=True)) for _ in range(n // 10)]
    return sorted([*first, *doubles], key=lambda each: each.arrives_at)


def _late(rng: Random, reply: OracleReply) -> OracleReply:
    delay = rng.choice([0.0, rng.uniform(0, 5), rng.uniform(0, 900)])
    return replace(reply, arrives_at=reply.at + timedelta(seconds=delay))


def _reply(rng: Random, message: Sent, phones: Mapping[str, list[Sent]]) -> OracleReply:
    at = message.handed_at + timedelta(seconds=rng.choice([rng.uniform(1, 120), rng.uniform(60, 1800)]))
    phone = phones[message.number]
    if rng.random() < 0.15:
        return _garbled(rng, message, at)
    if rng.random() < 0.05:
        return _unknown_code(rng, message, phone, at)
    if message.listed and rng.random() < 0.6:
        return _list(rng, message, phone, at)
    act = rng.choice(["answer"] * 6 + ["on_post", "moved", "moved", "help", "decline"])
    count = rng.choice([0, 1, 5, 32, 120, 3000]) if act == "moved" else None
    if message.code and rng.random() < 0.6:
        text = _coded(rng, message.code, act, count)
        round_ = _round_in(phone, message, at)
        return OracleReply(text, at, message.number, round_, "coded", act, message.code, count, (), round_,
                           answers=message.call)
    text = _bare(rng, act, count)
    kind, truth, allowed = _bare_truth(phone, at)
    return OracleReply(text, at, message.number, truth, kind, act, "", count, (), allowed, answers=message.call)


def _round_in(phone: Sequence[Sent], message: Sent, at: datetime) -> frozenset[str]:
    """All asks of the message's incident and round that were listed in messages lying in the phone by then."""
    return frozenset(ask for each in phone for ask in each.asks
                     if (each.incident, each.round) == (message.incident, message.round) and each.handed_at <= at)


def _bare_truth(phone: Sequence[Sent], at: datetime) -> tuple[str, frozenset[str] | None, frozenset[str]]:
    """A bare reply counts when all open asks of the phone are of one incident and round and lie in it."""
    open_now = [each for each in phone if each.asked_at <= at and (each.closed_at is None or each.closed_at > at)]
    if not open_now:
        last = max((each for each in phone if each.handed_at <= at), key=lambda each: each.handed_at)
        return "closed", None, _round_in(phone, last, at)
    rounds = {(each.incident, each.round) for each in open_now}
    lying = {ask for each in phone if each.handed_at <= at for ask in each.asks}
    if len(rounds) == 1 and all(each.asks <= lying for each in open_now):
        truth = frozenset(ask for each in open_now for ask in each.asks)
        return "bare", truth, _round_in(phone, open_now[0], at)
    return "ambiguous", None, frozenset()


def _list(rng: Random, message: Sent, phone: Sequence[Sent], at: datetime) -> OracleReply:
    numbers = tuple(sorted(rng.sample(sorted(message.listed), rng.randint(1, len(message.listed)))))
    kind = "list"
    if rng.random() < 0.1:
        numbers, kind = (*numbers, 900), "foreign_list"
    act = rng.choice(["woken", "not_found"])
    head = rng.choice([message.code + _DIGIT[act], _DIGIT[act] + message.code])
    sep = rng.choice([" ", "，", ",", "、", " ，"])
    text = _dress(rng, head + sep + sep.join(str(number) for number in numbers))
    named = frozenset(message.listed[number] for number in numbers if number in message.listed)
    if not message.code and _bare_truth(phone, at)[0] != "bare":
        return OracleReply(text, at, message.number, None, "ambiguous", act, "", None, numbers, answers=message.call)
    truth = named if kind == "list" else None
    return OracleReply(text, at, message.number, truth, kind, act, message.code, None, numbers, named,
                       answers=message.call)


def _unknown_code(rng: Random, message: Sent, phone: Sequence[Sent], at: datetime) -> OracleReply:
    known = {each.code for each in phone}
    code = rng.choice([letter for letter in _OTHER if letter not in known])
    return OracleReply(_coded(rng, code, "answer", None), at, message.number, None, "unknown_code", "answer", code,
                       answers=message.call)


def _garbled(rng: Random, message: Sent, at: datetime) -> OracleReply:
    code = message.code or "A"
    text = rng.choice(_GARBLED).format(code=code, other=rng.choice(_OTHER))
    return OracleReply(text, at, message.number, None, "garbled", answers=message.call)


def _coded(rng: Random, code: str, act: str, n: int | None) -> str:
    digit = _DIGIT[act]
    head = rng.choice([code + digit, digit + code, f"{code} {digit}", f"回复{code}{digit}"])
    if n is not None:
        return _dress(rng, head + rng.choice([" ", "+", "加", "，", ":", "  "]) + str(n))
    return _dress(rng, head)


def _bare(rng: Random, act: str, n: int | None) -> str:
    if rng.random() < 0.3:
        return rng.choice(_WORDS[act]).format(n=n)
    if n is not None:
        return _dress(rng, "3" + rng.choice([" ", "+", "加", "，", "：", " 　"]) + f"{n}" + rng.choice(["", "", "人"]))
    return _dress(rng, _DIGIT[act])


def _dress(rng: Random, text: str) -> str:
    """What thumbs and keyboards do to a text without changing what it says."""
    changed = [text, text, text.lower(), text.translate(_FULL), f" {text} ", text + "。", text + "！", f"\u200b{text}"]
    return rng.choice(changed)


def messages(rng: Random, phones: int, *, start: datetime) -> list[Sent]:
    """Return a plausible mess: phones with one to three incidents and rounds, tries, lists, a few already closed."""
    made: list[Sent] = []
    for phone in range(phones):
        asked = start
        letters = iter(rng.sample(_OTHER, 6))
        for incident in range(rng.choice([1, 1, 2, 3])):
            for round_ in range(1, rng.choice([2, 2, 3])):
                code = next(letters) if incident or round_ > 1 or rng.random() < 0.3 else ""
                asked += timedelta(seconds=rng.uniform(10, 1200))
                made += _tries(rng, f"+999{phone:06d}", f"n{phone}-{incident}", round_, code, asked)
    return made


def _tries(rng: Random, number: str, incident: str, round_: int, code: str, asked: datetime) -> list[Sent]:
    places = rng.choice([1, 1, 3, 8])
    closed = asked + timedelta(seconds=rng.uniform(600, 3000)) if rng.random() < 0.4 else None
    found = []
    for attempt in range(rng.choice([1, 2])):
        asks = {place: f"{incident}/{round_}/{place}/{attempt}" for place in range(1, places + 1)}
        at = asked + timedelta(seconds=200 * attempt)
        found.append(Sent(f"c-{number}-{incident}-{round_}-{attempt}", number, incident, round_,
                          frozenset(asks.values()), at, at + timedelta(seconds=rng.choice([0.1, 2, 40])), closed, code,
                          asks if places > 2 else {}))
    return found
