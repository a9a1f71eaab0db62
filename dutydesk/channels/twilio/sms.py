"""Texts by Twilio, out and in."""

from __future__ import annotations

from collections.abc import Mapping

from dutydesk.channels.twilio.talk import Talk, moment, outcome_of
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.ports.channel import Callback, Handed, Outgoing, Reply

#: What a report of a message says, beside failed and undelivered, which have a code.
STATES: Mapping[str, Outcome] = {
    "accepted": Outcome.QUEUED, "queued": Outcome.QUEUED, "sending": Outcome.QUEUED, "sent": Outcome.HANDED_OVER,
    "delivered": Outcome.ON_HANDSET, "read": Outcome.ON_HANDSET, "canceled": Outcome.FAILED_NOW,
}
_FAILED = ("failed", "undelivered")


class TwilioSms(Talk):
    """The way out. Implements Channel, Hears, Answers and Closes.

    Reports carry our key in their address; the account cannot be asked by it, so what is unknown stays so until a
    report comes.
    """

    via = Via.SMS

    async def send(self, message: Outgoing) -> Handed:
        """Hand one message over; see `Talk.create`."""
        return await self.create(lambda: self.client().messages.create_async(
            to=message.number, from_=self.settings.number, body=message.text,
            status_callback=self.url("status", call=message.id)))

    def read_callback(self, callback: Callback) -> list[Inbound]:
        """Return a report (`status`) or a text that came in (anything else) as a row; raises Refused."""
        fields = self.form(callback)
        if callback.path == "status":
            return self._report(fields, callback)
        return [Inbound(derive("i", self.name, "reply", fields["MessageSid"]), self.name, "reply", fields["From"],
                        fields.get("Body", ""), "", callback.at)]

    def _report(self, fields: Mapping[str, str], callback: Callback) -> list[Inbound]:
        state = fields["MessageStatus"]
        code = fields.get("ErrorCode", "")
        known = outcome_of(int(code) if code.isdigit() else None, 503) if state in _FAILED else STATES.get(state)
        return [Inbound(derive("i", self.name, fields["MessageSid"], state, code), self.name, "receipt", "",
                        f"{state} {code}".strip(), fields["call"], moment(fields, callback.at), known)]

    def answer(self, callback: Callback, *, stored: bool) -> Reply:
        """Say nothing back: what is understood is told by a message of the desk's own."""
        return Reply("<Response/>", content_type="text/xml") if stored else Reply("", 503)
