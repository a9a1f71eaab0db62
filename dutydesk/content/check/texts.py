"""Rules about wordings: every one that is needed exists, can be filled, and fits its messages."""

from __future__ import annotations

from collections.abc import Iterator

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.domain.finding import Level
from dutydesk.domain.message import codes_line, length, parts, said_by_word
from dutydesk.errors import Faulty

#: Wordings every site needs, beside those its playbooks name.
SHARED = ("list.sms", "list.voice", "notice.taken", "notice.lifted", "notice.lowered", "notice.info", "notice.verify",
          "notice.correction", "reply.ok", "reply.unclear", "reply.closed", "reply.old_round", "remind.sms",
          "remind.voice", "officer.voice", "officer.sms", "neighbour.sms", "neighbour.voice", "card.voice")
#: Carriers refuse a text above this; two parts are 134.
REFUSED, TWO_PARTS = 500, 134
_PLACES = "虚构镇及12个村、示例镇5个村、虚构水库、示例山、虚构学校等43处"
_SILENT = " ".join(f"{number}.虚构{number}村" for number in range(1, 16))


def sample_facts(case: Case, template: str, *, longest: bool) -> dict[str, object]:
    """Return facts as the desk would fill them in; `longest` with the longest list and a drill's mark."""
    config = case.loaded.config
    facts: dict[str, object] = {
        "signature": config.signature if config else "应急",
        "duty_phone": config.duty_phone if config else "0631-0000000",
        "drill": longest, "title": "暴雨红色预警", "event": "暴雨", "colour": "红色", "issued": "10:20",
        "office": "市气象台", "places": _PLACES if longest else "虚构镇5个村",
        "action": _action(case, template), "wanted": "moved", "code": "B" if longest else "",
        "codes": codes_line("B" if longest else ""), "by_word": said_by_word(("patrolled",)) if longest else ""}
    if template.startswith("list."):
        facts["silent"] = _SILENT[:120] if longest else _SILENT[:24]
    if template.startswith("neighbour."):
        facts["who"] = "村防汛责任人"
    if template == "notice.correction":
        facts["why"] = "测试报文误入正式通道" * (4 if longest else 1)
    if template.startswith("card."):
        facts |= {"who": "张某某", "officer": "李某某"}
    if template.startswith("reply."):
        facts["understood"] = "已转移32人"
    if template.startswith("officer."):
        facts["alarm"] = "红色预警到达" * (16 if longest else 1)
    return facts


def _action(case: Case, template: str) -> str:
    """Return the longest wording of what to do in the playbooks that use a template; a shared one serves all."""
    books = [each for each in case.loaded.playbooks.values() if template in each.texts.values()]
    wordings = [text for each in books or case.loaded.playbooks.values() for text in each.action.values()]
    return max(wordings, key=len, default="请立即组织转移")


def _needed(case: Case) -> Iterator[tuple[str, tuple[str, int], str]]:
    """Yield each wording that must exist, where it is asked for, and by whom."""
    for family, playbook in case.loaded.playbooks.items():
        document = case.loaded.documents.get(family)
        for way, name in playbook.texts.items():
            at = (document.file, document.line(("text", way))) if document else case.loaded.at("playbook", family)
            yield name, at, f"the playbook {family}"
        ways = {str(via) for steps in playbook.ladder.values() for step in steps for via in step.by}
        for way in sorted(ways - playbook.texts.keys()):
            at = (document.file, document.line(("text",))) if document else case.loaded.at("playbook", family)
            yield f"default.{way}", at, f"the playbook {family}, which names no text for {way},"
    for name in SHARED:
        yield name, (f"playbooks/texts/{name}.txt", 1), "every site"


def missing(case: Case) -> Iterator[Hit]:
    """Find wordings that are needed and do not exist."""
    for name, at, who in _needed(case):
        if name not in case.loaded.texts:
            yield Hit(at, f"the wording {name} is needed by {who} and does not exist; write playbooks/texts/{name}.txt",
                      name)


def _filled(case: Case, name: str, *, longest: bool) -> str:
    return case.texts.render(name, sample_facts(case, name, longest=longest))


def broken(case: Case) -> Iterator[Hit]:
    """Find wordings that cannot be filled with the facts the desk has."""
    for name in case.loaded.texts:
        try:
            filled = [_filled(case, name, longest=longest) for longest in (False, True)]
        except Faulty as error:
            yield Hit(case.loaded.at("text", name), f"{error}; correct it", name)
        else:
            if not all(filled):
                yield Hit(case.loaded.at("text", name), f"the wording {name} is empty; write it", name)


def _texts(case: Case) -> Iterator[tuple[str, str, str]]:
    """Yield every wording that is sent as text, filled short and long, if it can be filled."""
    for name in case.loaded.texts:
        if not name.endswith(".voice"):
            try:
                yield name, _filled(case, name, longest=False), _filled(case, name, longest=True)
            except Faulty:
                continue        # told by `broken`


def refused(case: Case) -> Iterator[Hit]:
    """Find texts a carrier would refuse."""
    for name, _, text in _texts(case):
        if length(text) > REFUSED:
            yield Hit(case.loaded.at("text", name), f"{name} can reach {length(text)} characters; carriers refuse more "
                                                    f"than {REFUSED}: shorten it", name)


def parts_many(case: Case) -> Iterator[Hit]:
    """Find texts that take more than two parts even when little is to be said."""
    for name, text, _ in _texts(case):
        if length(text) > TWO_PARTS:
            yield Hit(case.loaded.at("text", name), f"{name} has {length(text)} characters, {parts(text)} parts, with "
                                                    f"one short list; two parts are {TWO_PARTS}", name)


def unsigned(case: Case) -> Iterator[Hit]:
    """Find texts that do not begin with the signature, or hide that they are a drill's."""
    signature = f"【{case.loaded.config.signature}】" if case.loaded.config else ""
    for name, _, text in _texts(case):
        if signature and not text.startswith(signature):
            yield Hit(case.loaded.at("text", name), f"{name} does not begin with {signature}; carriers refuse it", name)
        elif signature and "演练" not in text:
            yield Hit(case.loaded.at("text", name), f"{name} does not say 演练 in a drill; print it after the "
                                                    f"signature", name)


RULES = (
    Rule("text-missing", Level.ERROR, "a wording that is needed does not exist", missing),
    Rule("text-broken", Level.ERROR, "a wording cannot be filled", broken),
    Rule("text-refused", Level.ERROR, f"a text can be longer than {REFUSED} characters", refused),
    Rule("text-unsigned", Level.ERROR, "a text lacks the signature, or the mark of a drill", unsigned),
    Rule("text-long", Level.INFO, f"a text is longer than {TWO_PARTS} characters", parts_many),
)
