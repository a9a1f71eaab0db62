"""Calls by Tencent (vms 2020-09-02): a template is said and one key is the answer; all that follows is pushed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dutydesk.channels.clouds.pushes import moment, rows_of
from dutydesk.channels.clouds.templates import Unfit, fit
from dutydesk.channels.http.read import ref
from dutydesk.channels.numbers import international
from dutydesk.channels.tencent.settings import TencentVoiceSettings
from dutydesk.channels.tencent.talk import Talk
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.ports.channel import Callback, Checked, Handed, Outgoing

#: `result` of a call that ended; why it could not be put through follows in a push of its own.
RESULTS: Mapping[str, Outcome] = {"0": Outcome.PICKED_UP, "1": Outcome.NO_ANSWER}
#: Words of `failure_reason`, the first that fits. Others: it failed, and may get through another time.
REASONS: tuple[tuple[str, Outcome], ...] = (
    ("空号", Outcome.NUMBER_DEAD), ("停机", Outcome.NUMBER_DEAD), ("关机", Outcome.FAILED_NOW),
    ("忙", Outcome.BUSY), ("占线", Outcome.BUSY), ("通话中", Outcome.BUSY),
    ("未接", Outcome.NO_ANSWER), ("无应答", Outcome.NO_ANSWER), ("拒接", Outcome.NO_ANSWER),
    ("频率", Outcome.LIMIT), ("黑名单", Outcome.REFUSED),
)
KEYS = "0124"


class TencentVoice(Talk):
    """The way out, and the keys back. Implements Channel, Hears, Answers, Checks and Closes.

    Pushes know a call by the provider's id only, and it cannot be asked about one: a call whose hand-over is unknown
    stays so.
    """

    via = Via.VOICE
    service, version = "vms", "2020-09-02"

    def __init__(self, name: str, settings: TencentVoiceSettings) -> None:
        super().__init__(name, settings, settings.api_url)
        self.settings = settings

    async def send(self, message: Outgoing) -> Handed:
        """Start one call by the approved template of its wording, with our key as SessionContext."""
        try:
            template, params = fit(self.settings.templates, message)
        except Unfit as error:
            return Handed(Outcome.REFUSED, why=str(error))
        told = await self.ask("SendTts", {
            "TemplateId": template, "TemplateParamSet": params, "CalledNumber": international(message.number),
            "VoiceSdkAppid": self.settings.app, "PlayTimes": self.settings.times, "SessionContext": message.id})
        if not told.good:
            return self.refused(told)
        its_id = str((told.body.get("SendStatus") or {}).get("CallId") or "")
        return Handed(Outcome.QUEUED, ref(self.name, its_id) if its_id else "")

    async def look_over(self) -> list[Checked]:
        """Nothing of it can be asked without a call: only a test message shows whether the key is known."""
        return []

    def read_callback(self, callback: Callback) -> list[Inbound]:
        """Return what a call came to, keys, and why it failed, as rows; raises Refused."""
        return rows_of(self.name, callback, self.settings.push_key, self._rows)

    def _rows(self, row: Mapping[str, Any], now: datetime) -> Iterator[Inbound]:
        for kind, told in row.items():
            yield from self._row(kind, told, now)

    def _row(self, kind: str, told: Mapping[str, Any], now: datetime) -> Iterator[Inbound]:
        if kind == "voicekey_callback":
            pressed = str(told.get("keypress") or "")
            if pressed and pressed in KEYS:
                yield self._made("key", told, pressed, None, now)
        elif kind == "voiceprompt_callback":
            if (outcome := RESULTS.get(str(told.get("result")))) is not None:
                at = moment(told.get("accept_time") or told.get("end_calltime"), now)
                yield self._made("receipt", told, str(told["result"]), outcome, at)
        elif kind == "voice_failure_callback":
            reason = str(told.get("failure_reason") or "")
            outcome = next((known for word, known in REASONS if word in reason), Outcome.FAILED_NOW)
            yield self._made("receipt", told, f"{told.get('failure_code')} {reason}".strip(), outcome, now)

    def _made(self, kind: str, told: Mapping[str, Any], text: str, outcome: Outcome | None, at: datetime) -> Inbound:
        its_id = str(told["callid"])
        return Inbound(derive("i", self.name, kind, its_id, text), self.name, kind, "", text, ref(self.name, its_id),
                       at, outcome)
