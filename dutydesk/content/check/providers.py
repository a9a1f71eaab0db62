"""Rules about what providers refuse in a text: brackets, long variables, words, links, and what concerns nobody else.

They run over every text the site can send: each playbook, colour, kind of place, and drills.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dutydesk.content.check.approval import Submitted, to_approve
from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.domain.finding import Level

#: Kind of channel -> characters one variable of an approved template may hold there.
LONGEST_VARIABLE = {"aliyun-sms": 35}
#: Words for which carriers hold back a text of a bureau as advertising or worse.
FORBIDDEN = ("免费", "优惠", "中奖", "抽奖", "红包", "贷款", "投资", "点击链接", "退订", "加微信", "验证码")
_SIGNATURE = re.compile(r"^【[^【】]*】")
_LINK = re.compile(r"https?:|www\.|[\w-]+\.(?:com|cn|net|org|gov)\b", re.IGNORECASE)
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_HARMED = re.compile(r"(?:\d+|[一二三四五六七八九十百数]+|多|几)(?:人|名|位)[^，,。；;]{0,4}"
                     r"(?:死亡|遇难|身亡|失踪|失联|受伤|重伤|溺亡)")


def _over(find: Callable[[Case, Submitted], str]) -> Callable[[Case], Iterator[Hit]]:
    """Make a rule of what is wrong with one text; each fault of a wording is told once."""
    def found(case: Case) -> Iterator[Hit]:
        told: set[tuple[str, str]] = set()
        for each in to_approve(case):
            wrong = find(case, each)
            if wrong and (each.wording, wrong) not in told:
                told.add((each.wording, wrong))
                yield Hit(case.loaded.at("text", each.wording), f"{each.wording} ({each.uses[0]}): {wrong}",
                          each.wording)
    return found


def _brackets(case: Case, text: Submitted) -> str:
    if re.search("[【】]", _SIGNATURE.sub("", text.text)):
        return "【 or 】 behind the signature, which providers refuse; mark a drill by （演练）"
    return ""


def _variable(case: Case, text: Submitted) -> str:
    if text.way != "sms" or case.loaded.config is None:
        return ""
    config = case.loaded.config
    for channel in config.channels.get("sms", ()):
        most = LONGEST_VARIABLE.get(config.kind(channel))
        for name, value in text.values.items():
            if most is not None and len(value) > most:
                return f"the variable {name} can reach {len(value)} characters, {channel} takes {most}; split it"
    return ""


def _forbidden(case: Case, text: Submitted) -> str:
    words = [word for word in FORBIDDEN if word in text.text]
    return f"carriers hold texts back for the word {words[0]}; say it otherwise" if words and text.way == "sms" else ""


def _link(case: Case, text: Submitted) -> str:
    found = _LINK.search(text.filled)
    return f"the link {found[0]}, which mainland SMS refuses; a page's link belongs into [page]" if found else ""


def _private(case: Case, text: Submitted) -> str:
    if _ID_NUMBER.search(text.filled):
        return "an identity number; take it out"
    harmed = _HARMED.search(text.filled)
    if harmed:
        return f"a count of people harmed ({harmed[0]}), which nobody has disclosed; take it out"
    names = [name for name in _names(case) if name in text.text]
    return f"the name {names[0]}; a text names nobody, write the post" if names else ""


def _names(case: Case) -> tuple[str, ...]:
    """The people's names that are no common word: three characters or more."""
    return tuple(each.name for each in case.loaded.site.people.values() if len(each.name) > 2)


def _no_phone(case: Case, text: Submitted) -> str:
    phone = case.loaded.config.duty_phone if case.loaded.config else ""
    missing = text.way == "sms" and phone and phone not in text.text
    return "it does not name the duty phone; end it by 值班电话{{ duty_phone }}" if missing else ""


RULES = (
    Rule("text-brackets", Level.ERROR, "a text has 【】 behind its signature", _over(_brackets)),
    Rule("text-variable", Level.WARNING, "a variable is longer than a provider's template takes", _over(_variable)),
    Rule("text-forbidden", Level.WARNING, "a text has a word for which carriers hold it back", _over(_forbidden)),
    Rule("text-link", Level.WARNING, "a text has a link in its wording", _over(_link)),
    Rule("text-private", Level.ERROR, "a text has a name, an identity number or a count of people harmed",
         _over(_private)),
    Rule("text-no-phone", Level.WARNING, "a text does not name the duty phone", _over(_no_phone)),
)
