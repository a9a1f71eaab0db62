"""Texts by Tencent (sms 2021-01-11): out by approved templates; reports and replies by push and by pull."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dutydesk.channels.clouds.account import REMEDY, Told, asked, template_checked
from dutydesk.channels.clouds.pushes import moment, rows_of
from dutydesk.channels.clouds.templates import Unfit, fit
from dutydesk.channels.http.read import ref
from dutydesk.channels.numbers import international
from dutydesk.channels.tencent.settings import TencentSmsSettings
from dutydesk.channels.tencent.talk import Talk
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError
from dutydesk.ports.channel import Callback, Checked, Front, Handed, Outgoing

#: What a network says of a message that did not arrive. Others: it failed, and may arrive another time.
STATES: Mapping[str, Outcome] = {"REJECTD": Outcome.REFUSED, "SUBFAIL": Outcome.REFUSED}
_PAGE = 100
_APPROVED = 0       # StatusCode
_EARLIER, _LATER = timedelta(minutes=1), timedelta(days=1)   # around the hand-over a report is looked for


class TencentSms(Talk):
    """The way out and in. Implements Channel, Tracks, Hears, Answers, Pulls, Speaks, Checks and Closes.

    A push knows a message by the provider's id only, a pull by our key (SessionContext) too.
    """

    via = Via.SMS
    service, version = "sms", "2021-01-11"

    def __init__(self, name: str, settings: TencentSmsSettings) -> None:
        super().__init__(name, settings, settings.api_url)
        self.settings = settings
        self.every = settings.every
        self._front: Front | None = None
        self._pulled: list[Inbound] = []      # taken from the provider, who gives it once, and not stored yet

    def connect(self, front: Front) -> None:
        """Register who knows to which number a call went."""
        self._front = front

    async def send(self, message: Outgoing) -> Handed:
        """Hand one message over by its approved template, with our key. A wording without one is refused here."""
        try:
            template, params = fit(self.settings.templates, message)
        except Unfit as error:
            return Handed(Outcome.REFUSED, why=str(error))
        told = await self.ask("SendSms", {
            "PhoneNumberSet": [international(message.number)], "SmsSdkAppId": self.settings.app,
            "SignName": self.settings.signature, "TemplateId": template, "TemplateParamSet": params,
            "SessionContext": message.id, "ExtendCode": self.settings.extension})
        if not told.good:
            return self.refused(told)
        row = next(iter(told.body.get("SendStatusSet") or ()), None) or {}
        if row.get("Code") != "Ok":       # the request was good, this one number was not
            return self.refused(Told(str(row.get("Code") or ""), str(row.get("Message") or "")))
        its_id = str(row.get("SerialNo") or "")
        return Handed(Outcome.HANDED_OVER, ref(self.name, its_id) if its_id else "")

    # -- what became of it ----------------------------------------------------------------------------
    async def status(self, call: str) -> Outcome:
        """Look for our key among the reports of its number. Only what was reported is there: whoever is not in it may
        have the message all the same. Raises SendError, not permanent, where nobody can tell.
        """
        sent = await self.in_thread(lambda: self._front.sent_to(call) if self._front else None)
        if sent is None:
            raise SendError(f"{self.name}: the call is not known here", permanent=False)
        number, at = sent
        until = min(self.settings.now(), at + _LATER)
        told = asked(self.name, await self.ask("PullSmsSendStatusByPhoneNumber", {
            "BeginTime": int((at - _EARLIER).timestamp()), "EndTime": int(until.timestamp()), "Offset": 0,
            "Limit": _PAGE, "PhoneNumber": international(number), "SmsSdkAppId": self.settings.app}))
        for row in _rows(told, "PullSmsSendStatusSet"):
            if row.get("SessionContext") == call:
                return _state(row.get("ReportStatus"), row.get("Description"))
        raise SendError(f"{self.name} has no report of it yet", permanent=False)

    async def pull(self, take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        """Fetch reports and replies until none is left. Each is given once: what could not be stored is kept and stored
        before more is fetched. Raises SendError.
        """
        count = await self._store(take)
        for action, name, read in (("PullSmsSendStatus", "PullSmsSendStatusSet", self._report),
                                   ("PullSmsReplyStatus", "PullSmsReplyStatusSet", self._reply)):
            fetched = _PAGE
            while fetched == _PAGE:
                told = asked(self.name, await self.ask(action, {"Limit": _PAGE, "SmsSdkAppId": self.settings.app}))
                rows = _rows(told, name)
                self._pulled += [read(row, now) for row in rows]
                fetched = len(rows)
                count += await self._store(take)
        return count

    async def _store(self, take: Callable[[Sequence[Inbound]], Awaitable[None]]) -> int:
        rows = list(self._pulled)
        if rows:
            await take(rows)
            self._pulled.clear()
        return len(rows)

    def _report(self, row: Mapping[str, Any], now: datetime) -> Inbound:
        call = str(row.get("SessionContext") or "") or ref(self.name, str(row.get("SerialNo")))
        return self._receipt(call, str(row.get("SerialNo")), _state(row.get("ReportStatus"), row.get("Description")),
                             moment(row.get("UserReceiveTime"), now))

    def _reply(self, row: Mapping[str, Any], now: datetime) -> Inbound:
        return self._text(_number(row.get("CountryCode"), row.get("SubscriberNumber") or row.get("PhoneNumber")),
                          str(row.get("ReplyContent") or ""), row.get("ReplyTime"), now)

    async def look_over(self) -> list[Checked]:
        """Ask for all templates whether they are approved; that shows too whether the key is known."""
        rows = self.settings.templates.values()
        ids = list(dict.fromkeys(each for row in rows for each in (row.id, row.drill) if each))
        told = await self.ask("DescribeSmsTemplateList", {"International": 0, "TemplateIdSet": [int(id) for id in ids]})
        if not told.good:
            return [Checked("login", False, f"{told.code or 'no answer'} {told.why}".strip(), REMEDY)]
        states = {str(row.get("TemplateId")): row.get("StatusCode") for row in _rows(told, "DescribeTemplateStatusSet")}
        return [template_checked(id, approved=states.get(id) == _APPROVED,
                                 said=f"status {states[id]}" if id in states else "not known there") for id in ids]

    # -- what is pushed -------------------------------------------------------------------------------
    def read_callback(self, callback: Callback) -> list[Inbound]:
        """Return reports and replies as rows; raises Refused."""
        return rows_of(self.name, callback, self.settings.push_key, self._row)

    def _row(self, row: Mapping[str, Any], now: datetime) -> Iterator[Inbound]:
        if "text" in row:
            yield self._text(_number(row.get("nationcode"), row["mobile"]), str(row["text"]), row.get("time"), now)
        elif "sid" in row:
            yield self._receipt(ref(self.name, str(row["sid"])), str(row["sid"]),
                                _state(row.get("report_status"), row.get("errmsg")),
                                moment(row.get("user_receive_time"), now))

    def _text(self, number: str, text: str, time: object, now: datetime) -> Inbound:
        """A reply; pushed and pulled it is one row, for it has a number, a text and a second."""
        return Inbound(derive("i", self.name, "reply", number, text, str(time)), self.name, "reply", number, text, "",
                       moment(time, now))

    def _receipt(self, call: str, its_id: str, outcome: Outcome, at: datetime) -> Inbound:
        return Inbound(derive("i", self.name, "receipt", its_id, outcome.value), self.name, "receipt", "", "", call, at,
                       outcome)



def _rows(told: Told, name: str) -> list[Mapping[str, Any]]:
    return [row for row in told.body.get(name) or () if isinstance(row, Mapping)]


def _number(country: object, number: object) -> str:
    """A number as the site writes it: Tencent gives the country apart."""
    code, plain = str(country or "86").lstrip("+"), str(number)
    return plain if plain.startswith("+") else f"+{code}{plain}"


def _state(status: object, word: object) -> Outcome:
    """What a report says became of a message."""
    return Outcome.ON_HANDSET if status == "SUCCESS" else STATES.get(str(word), Outcome.FAILED_NOW)
