"""The words of the reply grammar: whole-message words, denials, words of danger. Tables only.

A word counts only as the whole message; politeness around it (好的 ... 谢谢) belongs to the whole.
"""

from __future__ import annotations

import re

_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f\u20e3\u00ad"
_ALIKE = {
    "，": ",", "。": "。", "、": "、", "；": ";", "：": ":", "！": "!", "？": "?", "～": "~", "＋": "+", "　": " ",
    "⓪": "0", "①": "1", "②": "2", "③": "3", "④": "4", "⑤": "5", "⑥": "6", "⑦": "7", "⑧": "8", "⑨": "9",
}

PLAIN: dict[int, str] = {
    **{0xFF00 + low: chr(0x20 + low) for low in range(1, 0x5F)},                    # full-width forms
    **{ord(char): "" for char in _INVISIBLE},
    **{ord(char): plain for char, plain in _ALIKE.items()},
    **{ord(char): char.upper() for char in "abcdefghijklmnopqrstuvwxyz"},
    **{0xFF41 + place: chr(0x41 + place) for place in range(26)},
}
"""Character table for `str.translate`: full-width to half-width, capitals, no invisible signs."""

AROUND = " \"'“”‘’「」『』()[]{}<>【】.。!,、;:~…"
"""Signs that mean nothing at either end of a message."""

PERSONS = "个?人(?:员)?|名(?:群众|村民|人员|居民)?|位|人次"
"""Counting words for persons. 户 (households) is not one: it is asked back."""

_POLITE = r"(?:(?:好的?|好嘞|是的?|嗯|OK|报告|领导|明白)[ ,!。、]*)*"
_THANKS = r"(?:[ ,!。、]*(?:了|啦|谢谢(?:领导|提醒)?|辛苦|感谢))*"
_CORE: dict[str, str] = {
    "answer": "(?:我|我们|本人)?(?:已经?)?(?:收到|收悉|知悉)(?:[ ,!]*(?:收到))*",
    "on_post": "(?:我|我们|本人|人员)?(?:已经?|均已)?(?:到岗(?:到位)?|到位|上岗|在岗)",
    "help": "(?:现|急|紧急)?(?:需要?|请求?|请求?紧急)(?:支援|增援|救援)|需要帮助|求救|求助|救命",
    "decline": "(?:我|本人)?(?:无法|不能|没法)(?:履职|到岗|履行职责)",
    "woken": "(?:已经?)?叫醒",
    "not_found": "(?:未|没|没有)找到(?:人)?|找不到(?:人)?",
    "patrolled": "(?:已经?|已完成)巡查(?:完毕|完成)?|巡查(?:完毕|完成|结束)",
    "opened": "(?:已经?)(?:开放|开启|打开)",
    "stop": "STOP|UNSUBSCRIBE|(?:回复?)?(?:TD|T ?退订|TD ?退订|退订)(?:短信)?|取消订阅",
    "wrong_number":
        "(?:(?:对不起|抱歉|不好意思|你好|您好)[ ,!]*)?(?:[你您]们?)?(?:打|发|拨|搞|弄|号码)错(?:人|号码?)?(?:了?吧|啦)?"
        "|这?不是(?:我|本人)的?(?:号码?|电话|手机)?|(?:我|本人)不是(?:本人|机主)",
}

WHOLE: dict[str, re.Pattern[str]] = {
    act: re.compile(f"{_POLITE}(?:{core}){_THANKS}") for act, core in _CORE.items()
}
"""Act -> pattern of the whole message."""

AFTER_DIGIT: dict[str, re.Pattern[str]] = {
    act: re.compile(f"[ ,:.、]*(?:{core}){_THANKS}")
    for act, core in {**_CORE, "moved": "(?:空格)?(?:已经?)?(?:转移|人数)(?:人数)?(?:已转移)?"}.items()
}
"""Act -> what may stand behind its digit: `1收到`."""

AFTER_LIST: dict[str, re.Pattern[str]] = {
    act: re.compile(f"[ ,:]*(?:{_CORE[act]})了?$") for act in ("woken", "not_found")
}

MOVED_NO_NUMBER = re.compile("(?:已经?)?(?:全部|都|均已?)?转移(?:完毕|完成|完|了|结束)*")
"""Says that people were moved, but not how many: asked back."""

CANONICAL = {"patrolled": "已巡查", "opened": "已开放", "stop": "退订", "wrong_number": "发错了", "again": "*"}

NOT_HELP = "点|号|月|日|个|人|楼|队|组|级|米|成|分|小时|天|次|户|收到|到岗|转移|不|没|无"
"""What makes a leading `4` a count or a denial and no call for help."""

AUTO_REPLY = (
    "自动回复|正在开会|会议中|开车|驾驶|稍后(?:回|联系|再)|暂时(?:无法|不便|不能)|不方便接|勿扰|AUTO.?REPLY|出差|休假"
    "|后回复"
)
"""Signs of a text the phone sent by itself."""

ALARM = re.compile(
    "决口|决堤|溃坝|溃堤|溃口|漫坝|漫堤|漫顶|垮坝|垮塌|坍塌|倒塌|塌方|塌陷|塌|管涌|着火|起火|失火|山火|火灾|爆炸|爆燃"
    "|被困|困住|困在|被埋|掩埋|埋了|活埋|失踪|失联|落水|溺水|冲走|冲垮|卷走|淹了|被淹|淹没|进水了|泥石流|滑坡|山洪来|洪水来"
    "|伤亡|受伤|死亡|死了|死人|泄漏|泄露|救命|求救|SOS|(?:请求|需要|急需|要求)(?:支援|增援|救援)|快来人|来救")
"""Words of danger; when in doubt the officer is woken."""

NO_ALARM = re.compile("一塌糊涂|.?塌实|不(?:需要|要求)|.?火灾(?:隐患|风险|等级|预警|防控)")
"""Everyday words that only look like danger; matched from one character before the word."""

DENIAL = re.compile(
    r"(?:(?<!还)(?<!尚)(?<!暂)(?:没有?|暂?无|未)(?:有|发生|发现|出现|接到|造成|任何|人员?|群众|村民|被)*(?:的|过)?(?:险情|情况)?"
    "|暂未(?:发生|发现|出现|接到|造成)(?:任何|人员?|群众)*|(?<!会)不会(?:发生|出现|再)?|不(?:用|必)|演练|演习|模拟|预防|防范)$")
"""A plain denial standing right before a word of danger."""

DOUBT = re.compile("[?吗呢]|差点|会不会|不是|有没有|怕|恐|担心|快要?|马上|随时")
"""What makes a denial no denial."""

SAID: dict[str, str] = {
    "answer": "收到", "on_post": "到岗", "help": "需支援", "woken": "已叫醒", "not_found": "未找到",
    "decline": "不能履职", "patrolled": "已巡查", "opened": "已开放", "stop": "退订", "wrong_number": "号码有误",
    "again": "重听",
}
"""Act -> how an acknowledgement says it."""
