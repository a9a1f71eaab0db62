"""Texts by Aliyun (Dysmsapi 2017-05-25): out by approved templates, reports and replies by push, reports also by
question.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dutydesk.channels.aliyun.settings import AliyunSmsSettings
from dutydesk.channels.aliyun.talk import Talk
from dutydesk.channels.clouds.account import REMEDY, asked, template_checked
from dutydesk.channels.clouds.pushes import BEIJING, moment, rows_of
from dutydesk.channels.clouds.templates import Unfit, fit
from dutydesk.channels.clouds.watching import Watch, Watched
from dutydesk.channels.numbers import digits, international, national
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError
from dutydesk.ports.channel import Callback, Checked, Front, Handed, Outgoing

#: What a network says of a message that did not arrive. Others: it failed, and may arrive another time.
STATES: Mapping[str, Outcome] = {
    "DELIVERED": Outcome.ON_HANDSET, "DELIVRD": Outcome.ON_HANDSET,
    "MOBILE_SEND_LIMIT": Outcome.LIMIT, "INVALID_NUMBER": Outcome.NUMBER_DEAD,
    **dict.fromkeys(("CONTENT_KEYWORD", "CONTENT_ERROR", "MOBILE_IN_BLACK", "SIGNATURE_BLACKLIST", "IS_CLOSED",
                     "PARAMS_ILLEGAL", "USER_REJECT", "SP_NOT_BY_INTER_SMS"), Outcome.REFUSED),
}
_WAITING, _FAILED, _ARRIVED = 1, 2, 3      # SendStatus
_SURE = timedelta(minutes=1)               # so long after the hand-over a message is in the list, if it ever came
_PAGE = 50
_APPROVED = 1                              # TemplateStatus
_NO_TEMPLATE = ("isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_NOT_EXIST")


class AliyunSms(Talk):
    """The way out and in. Implements Channel, Tracks, Hears, Answers, Pulls, Speaks, Checks and Closes."""

    via = Via.SMS

    def __init__(self, name: str, settings: AliyunSmsSettings) -> None:
        super().__init__(name, settings, settings.api_url)
        self.settings = settings
        self.every = settings.every
        self._front: Front | None = None
        self._watch = Watch()

    def connect(self, front: Front) -> None:
        """Register who knows to which number a call went."""
        self._front = front

    async def send(self, message: Outgoing) -> Handed:
        """Hand one message over by its approved template, with our key as OutId. Without a template it is refused."""
        try:
            code, texts = fit(self.settings.templates, message)
        except Unfit as error:
            return Handed(Outcome.REFUSED, why=str(error))
        params = json.dumps(dict(zip(self.settings.templates[message.template].params, texts, strict=True)),
                            ensure_ascii=False)
        told = await self.ask("SendSms", {
            "PhoneNumbers": _written(message.number), "SignName": self.settings.signature, "TemplateCode": code,
            "TemplateParam": params, "OutId": message.id,
            "SmsUpExtendCode": self.settings.extension})
        if not told.good:
            return self.refused(told)
        provider = str(told.body.get("BizId") or "")
        self._watch.add(Watched(message.id, message.number, provider, self.settings.now()))
        return Handed(Outcome.HANDED_OVER, provider)

    # -- what became of it ----------------------------------------------------------------------------
    async def status(self, call: str) -> Outcome:
        """Look for our key among what went to its number on its day.

        What is not in the list a minute after the hand-over never came (SendError, permanent). Raises SendError, not
        permanent, where nobody can tell now.
        """
        sent = await self.in_thread(lambda: self._front.sent_to(call) if self._front else None)
        if sent is None:
            raise SendError(f"{self.name}: the call is not known here", permanent=False)
        number, at = sent
        for day in sorted({_day(at), _day(at + _SURE)}):
            async for row in self._sent(number, day):
                if row.get("OutId") == call:
                    return _state(row)
        sure = self.settings.now() - at >= _SURE
        raise SendError(f"{self.name} {'never had this message' if sure else 'does not list it yet'}", permanent=sure)

    async def _sent(self, number: str, day: str) -> Any:
        """Yield what went to a number on a day (yyyymmdd in Beijing), page by page."""
        page, left = 1, 1
        while left > 0:
            told = asked(self.name, await self.ask("QuerySendDetails", {
                "PhoneNumber": _written(number), "SendDate": day, "PageSize": _PAGE, "CurrentPage": page}))
            for row in _details(told.body):
                yield row
            left = int(told.body.get("TotalCount") or 0) - page * _PAGE
            page += 1

    async def pull(self, take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        """Ask for the reports of what was handed over a while ago and never reported; replies come by push only."""
        return await self._watch.pull(lambda sent: self._report_of(sent, now), take, now)

    async def _report_of(self, sent: Watched, now: datetime) -> Inbound | None:
        told = asked(self.name, await self.ask("QuerySendDetails", {
            "PhoneNumber": _written(sent.number), "BizId": sent.provider, "SendDate": _day(sent.at),
            "PageSize": _PAGE, "CurrentPage": 1}))
        for row in _details(told.body):
            if row.get("OutId") == sent.key and row.get("SendStatus") != _WAITING:
                return self._receipt(sent.key, _state(row), str(row.get("ErrCode") or ""),
                                     moment(row.get("ReceiveDate"), now))
        return None

    async def look_over(self) -> list[Checked]:
        """Ask for every template whether it is approved; that shows too whether the key is known."""
        ids = dict.fromkeys(each for row in self.settings.templates.values() for each in (row.id, row.drill) if each)
        found = []
        for code in ids:
            told = await self.ask("QuerySmsTemplate", {"TemplateCode": code})
            state = told.body.get("TemplateStatus")
            if told.good:
                found.append(template_checked(code, approved=state == _APPROVED, said=f"status {state}"))
            else:
                found.append(Checked("login" if told.code not in _NO_TEMPLATE else "template", False,
                                     f"{code}: {told.code or 'no answer'} {told.why}".strip(), REMEDY))
        return found

    # -- what is pushed -------------------------------------------------------------------------------
    def read_callback(self, callback: Callback) -> list[Inbound]:
        """Return reports (SmsReport) and replies (SmsUp) as rows; raises Refused."""
        return rows_of(self.name, callback, self.settings.push_key, self._row)

    def _row(self, row: Mapping[str, Any], now: datetime) -> Iterator[Inbound]:
        if "content" in row:
            number = international(str(row["phone_number"]))
            unique = row.get("sequence_id") or (number, row["content"], row.get("send_time"))
            yield Inbound(derive("i", self.name, "reply", str(unique)), self.name, "reply", number, str(row["content"]),
                          "", moment(row.get("send_time"), now))
        elif row.get("out_id"):
            code = str(row.get("err_code") or "")
            outcome = Outcome.ON_HANDSET if row.get("success") in (True, "true") else _failed(code)
            yield self._receipt(str(row["out_id"]), outcome, code, moment(row.get("report_time"), now))

    def _receipt(self, key: str, outcome: Outcome, code: str, at: datetime) -> Inbound:
        return Inbound(derive("i", self.name, "receipt", key, outcome.value, code), self.name, "receipt", "", code, key,
                       at, outcome)



def _written(number: str) -> str:
    return national(number) if number.startswith("+86") or not number.startswith("+") else digits(number)


def _day(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y%m%d")


def _details(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = (body.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []
    return [row for row in found if isinstance(row, Mapping)]


def _state(row: Mapping[str, Any]) -> Outcome:
    """What a row of the list says became of a message."""
    if row.get("SendStatus") == _ARRIVED:
        return Outcome.ON_HANDSET
    return _failed(str(row.get("ErrCode") or "")) if row.get("SendStatus") == _FAILED else Outcome.HANDED_OVER


def _failed(code: str) -> Outcome:
    known = STATES.get(code, Outcome.FAILED_NOW)
    return Outcome.FAILED_NOW if known is Outcome.ON_HANDSET else known
