"""Reads a warning as people pass it on: the wording alone, from a chat, a fax or a telephone note.

The office, the danger, the colour and what became of it stand in the words themselves; which places are meant is read
from the names in the text when it is matched, as for every warning.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dutydesk.domain.alert import Alert, Fault
from dutydesk.domain.colours import colour_in_text
from dutydesk.domain.events import says_lifted
from dutydesk.errors import NotWellFormed, TooLarge, WrongFormat
from dutydesk.feeds.as_cap import Line, alert_of_line, office_in, unit_of
from dutydesk.feeds.encoding import text_of
from dutydesk.feeds.faults import MEANINGS, Notes
from dutydesk.feeds.lists import capped
from dutydesk.ports.feed import Source

_BLOCKS = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"[^。！!；;\n]+")
_WARNS = re.compile(r"预警|警报|信号")
_BRACKET = re.compile(r"【([^】\n]{2,60})】")
_DRILL = re.compile(r"演练|演习|测试")
_VERB = re.compile(r"发布|更新|变更|解除|升级|降级|调整|取消|撤销|继续")
_DAY = r"(?:(?:(?P<year>\d{4})\s*[年./-]\s*)?(?P<month>\d{1,2})\s*[月./-]\s*)?(?P<day>\d{1,2})\s*(?:日|号|(?=\s))\s*"
_HALF = r"(?P<half>凌晨|早上|上午|中午|下午|晚上|夜间)?"
_CLOCK = (r"(?P<hour>\d{1,2})\s*(?:[:：]\s*(?P<minute>\d{2})(?:[:：]\d{2})?分?"
          r"|[时點点](?:\s*(?P<minutes>\d{1,2})\s*分|(?P<sharp>整)?))")
_TIME = re.compile(rf"(?:{_DAY})?{_HALF}\s*{_CLOCK}")
_LATER = ("下午", "晚上", "夜间", "中午")
_AHEAD = timedelta(hours=1)     # a time this far ahead is yesterday's, or last year's
_LONGEST = 20_000


class Text:
    """The feed of kind `text`."""

    kind = "text"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert]:
        """Return the warning of every block of the text that is one; what stands between belongs to the one before.

        Raises TooLarge, NotWellFormed for what is no text, and WrongFormat where no warning can be read from it.
        """
        if len(body) > source.max_bytes:
            raise TooLarge(f"文字有 {len(body):,} 字节，超过 {source.max_bytes:,}")
        notes = Notes()
        told = text_of(body, notes).strip()
        if not told or "\ufffd" * 8 in told:
            raise NotWellFormed("没有可读的文字")
        if told[:1] == "<":
            raise WrongFormat("这是一份 XML 文件，不是文字；请放进对应来源的文件夹")
        alerts = [_alert(block, source, received_at) for block in capped(_warnings(told[:_LONGEST]), notes, "")]
        if not alerts:
            raise WrongFormat("读不出预警：文字里要有灾种和颜色（如 暴雨红色预警），或写明解除哪个预警")
        return alerts


def _warnings(text: str) -> list[str]:
    """Split a text into warnings: a block begins one where its first words name a danger's colour, or a lift."""
    found: list[str] = []
    for block in filter(None, map(str.strip, _BLOCKS.split(text))):
        if _title(block):
            found.append(block)
        elif found:
            found[-1] += "\n" + block
        else:
            found.append(block)
    return [block for block in found if _title(block)]


def _title(block: str) -> str:
    """Return the words that say which warning it is: the sentence with a verb of issuing, else the first that warns."""
    sentences = [part for each in _SENTENCE.findall(block) if (part := each.strip())]
    telling = [each for each in sentences if _WARNS.search(each) and (colour_in_text(each) or says_lifted(each))]
    with_verb = [each for each in telling if _VERB.search(_BRACKET.sub("", each))]
    return next(iter(with_verb or telling), "")


def _alert(block: str, source: Source, received_at: datetime) -> Alert:
    title = _title(block)
    zone = ZoneInfo(source.zone)
    faults: list[Fault] = []
    sent = _moment(title, received_at, zone, faults) or _moment(block, received_at, zone, faults)
    if sent is None:
        faults.append(_fault("missing-sent"))
        sent = received_at
    headline = _plain(title)
    status = "Exercise" if _DRILL.search(block[:200]) else "Actual"
    office = re.split(r"将|把|联合", office_in(headline), maxsplit=1)[0]
    line = Line(headline=headline, sent=sent.isoformat(), sender=office, area=unit_of(office), description=block,
                status=status)
    return _with(alert_of_line(line, source, received_at), faults)


def _with(alert: Alert, faults: list[Fault]) -> Alert:
    return replace(alert, faults=(*alert.faults, *faults))


def _plain(title: str) -> str:
    """Return a title without time, signature and the numbering of lists: 市气象台发布暴雨红色预警信号."""
    outside = _BRACKET.sub("", title)
    bare = _TIME.sub("", outside if _WARNS.search(outside) else title.replace("【", "").replace("】", ""))
    bare = re.split(r"[:：，,](?=[^，,]{6,})", bare.strip(" ：:，,、\t（）()"), maxsplit=1)[0]
    return "".join(str(bare).split())[:200]


def _moment(text: str, received_at: datetime, zone: ZoneInfo, faults: list[Fault]) -> datetime | None:
    """Return the first time in a text; what it leaves out (year, month, day) is that of receipt, never ahead of it."""
    match = _TIME.search(text)
    if match is None:
        return None
    now = received_at.astimezone(zone)
    hour = int(match["hour"]) + (12 if match["half"] in _LATER and int(match["hour"]) < 12 else 0)
    minute = int(match["minute"] or match["minutes"] or 0)
    try:
        found = datetime(int(match["year"] or now.year), int(match["month"] or now.month), int(match["day"] or now.day),
                         hour % 24, minute, tzinfo=zone) + timedelta(days=hour // 24)
    except ValueError:
        return None
    if match["year"] is None:
        faults.append(_fault("time-guessed"))
    return _past(found, now, match)


def _past(found: datetime, now: datetime, match: re.Match[str]) -> datetime:
    """Return the latest such time that is not ahead of receipt."""
    if found - now <= _AHEAD or match["year"]:
        return found
    if match["day"] is None:
        return found - timedelta(days=1)
    if match["month"] is None:
        return (found.replace(day=1) - timedelta(days=1)).replace(day=found.day) if found.day <= 28 else now
    return found.replace(year=found.year - 1) if (found.month, found.day) != (2, 29) else now


def _fault(name: str) -> Fault:
    return Fault(name, "", MEANINGS[name].zh)
