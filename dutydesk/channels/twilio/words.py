"""What a voice call says beside the message itself."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "1": "已收到您的应答，谢谢。", "2": "已记录您到岗，谢谢。", "4": "已记录您需要支援，值班员将立即与您联系。",
    "0": "已记录您不能履职。", "wrong": "按键无效。", "number": "请输入人数，按井号键结束。",
    "places": "请输入序号，按井号键结束；只有一处，直接按井号键。",
    "back3": "您报告已转移{n}人。正确请按1，重新输入请按星号键。",
    "back5": "您报告已叫醒{n}。正确请按1，重新输入请按星号键。",
    "back6": "您报告未找到{n}。正确请按1，重新输入请按星号键。",
    "place": "{n}号", "the place": "该处责任人", "done": "已记录，谢谢。", "bye": "未收到按键，我们会再打来。再见。",
    "nothing": "目前没有需要您应答的事项。", "duty": "有险情请拨打值班电话{phone}。", "again": "请稍候。",
}
ENGLISH: Mapping[str, str] = {
    "1": "Thank you, your answer is noted.", "2": "Thank you, you are on post.",
    "4": "You need help. The duty officer will call you at once.", "0": "It is noted that you cannot.",
    "wrong": "This key means nothing.", "number": "Enter the number of people, then the hash key.",
    "places": "Enter the number of the place, then the hash key; for a single place only the hash key.",
    "back3": "You moved {n} people. If this is right press 1, to enter it again press star.",
    "back5": "You woke {n}. If this is right press 1, to enter it again press star.",
    "back6": "You did not find {n}. If this is right press 1, to enter it again press star.",
    "place": "number {n}", "the place": "the person", "done": "Thank you, it is noted.",
    "bye": "No key was pressed. We will call again. Goodbye.", "nothing": "There is nothing open for you now.",
    "duty": "In danger call the duty phone {phone}.", "again": "One moment please.",
}


def words(language: str) -> Mapping[str, str]:
    """The words of a language; Chinese where it begins with zh."""
    return CHINESE if language.lower().startswith("zh") else ENGLISH
