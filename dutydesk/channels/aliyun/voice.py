"""Calls by Aliyun (Dyvmsapi 2017-05-25): a text template is said and one key is the answer.

OutId may have 15 characters and our keys have 21, so the 20 hexadecimal digits travel as ten bytes in base64.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dutydesk.channels.aliyun.settings import AliyunVoiceSettings
from dutydesk.channels.aliyun.talk import Talk
from dutydesk.channels.clouds.account import REMEDY, asked
from dutydesk.channels.clouds.pushes import moment, rows_of
from dutydesk.channels.clouds.templates import Unfit, fit
from dutydesk.channels.clouds.watching import Watch, Watched
from dutydesk.channels.numbers import national
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.ports.channel import Callback, Checked, Handed, Outgoing

#: What a call came to, by its status code. One that rang and was not answered is told by `ring_time`.
STATES: Mapping[str, Outcome] = {
    **dict.fromkeys(("200000", "200001", "200008", "200100"), Outcome.PICKED_UP),
    **dict.fromkeys(("200002", "200112"), Outcome.BUSY),
    **dict.fromkeys(("200003", "200113", "200111"), Outcome.NO_ANSWER),
    **dict.fromkeys(("200004", "200011", "200116"), Outcome.NUMBER_DEAD),
    **dict.fromkeys(("200005", "200007", "200010", "200120", "200121"), Outcome.FAILED_NOW),
    **dict.fromkeys(("200006", "200104", "200105", "200117", "200118"), Outcome.REFUSED),
}
PRESSED = "300000"
TELLING, ASKING = "11000000300006", "11000000300005"     # ProdId of SingleCallByTts and of IvrCall


class AliyunVoice(Talk):
    """The way out, and the keys back. Implements Channel, Hears, Answers, Pulls, Checks and Closes.

    Aliyun cannot be asked by our key, only by its own id: a call whose hand-over is unknown stays so until its report.
    """

    via = Via.VOICE

    def __init__(self, name: str, settings: AliyunVoiceSettings) -> None:
        super().__init__(name, settings, settings.api_url)
        self.settings = settings
        self.every = settings.every
        self._watch = Watch()

    async def send(self, message: Outgoing) -> Handed:
        """Start one call by the approved template of its wording."""
        try:
            code, texts = fit(self.settings.templates, message)
        except Unfit as error:
            return Handed(Outcome.REFUSED, why=str(error))
        params = json.dumps(dict(zip(self.settings.templates[message.template].params, texts, strict=True)),
                            ensure_ascii=False)
        told = await self.ask(*self._request(message, code, params))
        if not told.good:
            return self.refused(told)
        provider = str(told.body.get("CallId") or "")
        self._watch.add(Watched(message.id, message.number, provider, self.settings.now()))
        return Handed(Outcome.QUEUED, provider)

    def _request(self, message: Outgoing, code: str, params: str) -> tuple[str, dict[str, Any]]:
        common = {"CalledNumber": national(message.number), "CalledShowNumber": self.settings.caller,
                  "PlayTimes": self.settings.times, "OutId": short(message.id)}
        if not self.settings.keys:
            return "SingleCallByTts", {**common, "TtsCode": code, "TtsParam": params, "Speed": self.settings.speed}
        keys: dict[str, str] = {}
        for place, (key, said) in enumerate(self.settings.keys.items(), 1):
            keys |= {f"MenuKeyMap.{place}.Key": key, f"MenuKeyMap.{place}.Code": said}
        return "IvrCall", {**common, "StartCode": code, "StartTtsParams": params, "ByeCode": self.settings.bye,
                           "Timeout": self.settings.wait * 1000, **keys}

    # -- what is pushed -------------------------------------------------------------------------------
    def read_callback(self, callback: Callback) -> list[Inbound]:
        """Return reports (VoiceReport) and keys (VoiceCallReport, and what a report repeats of them) as rows; raises
        Refused.
        """
        return rows_of(self.name, callback, self.settings.push_key, self._rows)

    def _rows(self, row: Mapping[str, Any], now: datetime) -> Iterator[Inbound]:
        call, its_id, code = long(str(row.get("out_id") or "")), str(row["call_id"]), str(row.get("status_code") or "")
        if not call:
            return
        at = moment(row.get("status_time") or row.get("end_time"), now)
        for key in dict.fromkeys(str(row.get("dtmf") or "")):
            if key in self.settings.keys:
                yield Inbound(derive("i", self.name, "key", its_id, key), self.name, "key", "", key, call, at)
        if code != PRESSED and (outcome := _outcome(code, rang=bool(row.get("ring_time")))) is not None:
            yield self._receipt(call, outcome, code, at)

    def _receipt(self, call: str, outcome: Outcome, code: str, at: datetime) -> Inbound:
        return Inbound(derive("i", self.name, "receipt", call, outcome.value, code), self.name, "receipt", "", code,
                       call, at, outcome)


    async def look_over(self) -> list[Checked]:
        """Ask for a call there never was: whatever is said of it, the key is known, or is not."""
        told = await self.ask("QueryCallDetailByCallId", {
            "CallId": "1^1", "ProdId": TELLING, "QueryDate": int(self.settings.now().timestamp() * 1000)})
        known = told.good or told.code.startswith("isv.")      # of the interface, behind the gate that checks keys
        if known:
            return [Checked("login", True, "the key is known")]
        return [Checked("login", False, f"{told.code or 'no answer'} {told.why}".strip(), REMEDY)]

    # -- what is asked for ----------------------------------------------------------------------------
    async def pull(self, take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        """Ask for the reports of calls that were never reported; keys come by push only."""
        return await self._watch.pull(lambda sent: self._report_of(sent, now), take, now)

    async def _report_of(self, sent: Watched, now: datetime) -> Inbound | None:
        told = asked(self.name, await self.ask("QueryCallDetailByCallId", {
            "CallId": sent.provider, "ProdId": ASKING if self.settings.keys else TELLING,
            "QueryDate": int(sent.at.timestamp() * 1000)}))
        data = json.loads(str(told.body.get("Data") or "{}"))
        code = str(data.get("state") or data.get("statusCode") or "")
        outcome = _outcome(code, rang=False)
        if outcome is None:
            return None
        return self._receipt(sent.key, outcome, code, moment(data.get("endDate"), now))


def short(key: str) -> str:
    """Our key in 15 characters; one that is not ours as it is."""
    try:
        return key[:1] + base64.urlsafe_b64encode(bytes.fromhex(key[1:])).decode().rstrip("=")
    except ValueError:
        return key


def long(out_id: str) -> str:
    """The key an OutId stands for; empty for one that is not ours."""
    try:
        return out_id[:1] + base64.b64decode(out_id[1:] + "==", altchars=b"-_", validate=True).hex() if out_id else ""
    except (binascii.Error, ValueError):
        return ""


def _outcome(code: str, *, rang: bool) -> Outcome | None:
    """What a code means; whoever was rung and could not be reached did not answer."""
    known = STATES.get(code)
    return Outcome.NO_ANSWER if rang and known is Outcome.FAILED_NOW else known
