"""Phones made of plain values."""

from __future__ import annotations

from datetime import timedelta

from fake import START

from dutydesk.ports.phones import Bubble, Handset, PhoneLine


class FakePhones:
    """Three phones: one rings, one has texts, one is empty."""

    def __init__(self) -> None:
        self.state = {"+999100200301": "ringing", "+999100200302": "idle", "+999100200399": "idle"}
        sms = ("【威海应急】暴雨红色预警(02:58市气象台)。您负责：苘山镇5个村。请立即组织转移危险区群众。"
               "回复1收到 2到岗 3空格人数已转移(如3 32) 4需支援 0不能履职。值班电话0631-5300000")
        self.sms = {"+999100200301": [Bubble(START + timedelta(minutes=9), False, "sms", sms),
                                      Bubble(START + timedelta(minutes=10), False, "voice", "未接来电")],
                    "+999100200302": [Bubble(START, False, "sms", sms), Bubble(START, True, "sms", "1")],
                    "+999100200399": []}
        self.heard: list[tuple[str, str, str]] = []

    def lines(self) -> tuple[PhoneLine, ...]:
        return tuple(PhoneLine(number, self.state[number], sum(each.via == "sms" for each in texts),
                               texts[-1].at if texts else None, texts[-1].text if texts else "")
                     for number, texts in self.sms.items())

    def handset(self, number: str) -> Handset:
        state = self.state[number]
        spoken = "威海应急。暴雨红色预警。您负责苘山镇五个村。请立即组织转移危险区群众。收到请按1,到岗请按2。"
        return Handset(number, state, START + timedelta(minutes=21) if state != "idle" else None,
                       spoken if state == "talking" else "", tuple(self.sms[number]))

    def pick_up(self, number: str) -> None:
        if self.state[number] == "ringing":
            self.state[number] = "talking"

    def press(self, number: str, keys: str) -> None:
        self.heard.append((number, "key", keys))
        self.sms[number].append(Bubble(START + timedelta(minutes=21), True, "key", keys))

    def hang_up(self, number: str) -> None:
        self.state[number] = "idle"

    def reply(self, number: str, text: str) -> None:
        self.heard.append((number, "sms", text))
        self.sms[number].append(Bubble(START + timedelta(minutes=21), True, "sms", text))
