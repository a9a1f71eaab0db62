"""Calls by Twilio: the message said slowly, one key as the answer, 3 with a number that is read back, and calls back.

A call is a walk through addresses of ours; where it stands is in the address, which is signed, and nowhere else:

    say ──key──> key ──1 2 4 0──> thanks
     ^  <── * ───┘ └──3 5 6──> number ──#──> confirm ──1──> thanks
     └── nothing pressed: once more, then goodbye      └── * ──> number

A key is stored before anything is said about it. Where that takes too long the call is sent to the same address once
more, the key with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dutydesk.channels.numbers import digits as only_digits
from dutydesk.channels.twilio.settings import TwilioVoiceSettings
from dutydesk.channels.twilio.talk import Talk, moment, outcome_of
from dutydesk.channels.twilio.words import words
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.ports.channel import Callback, Front, Handed, Outgoing, Reply

#: What a report of a call says, beside failed, which has a code, and what machine detection heard.
STATES: Mapping[str, Outcome] = {
    "queued": Outcome.QUEUED, "initiated": Outcome.QUEUED, "ringing": Outcome.HANDED_OVER,
    "in-progress": Outcome.PICKED_UP, "answered": Outcome.PICKED_UP, "completed": Outcome.PICKED_UP,
    "busy": Outcome.BUSY, "no-answer": Outcome.NO_ANSWER, "canceled": Outcome.FAILED_NOW,
}
EVENTS = ["initiated", "ringing", "answered", "completed"]
WAIT = 8              # seconds for a key
TIMES = 3             # how often the message is said to somebody who presses nothing
PLAIN, NUMBERED = "1240", "356"


class TwilioVoice(Talk):
    """The way out and back. Implements Channel, Hears, Answers, Speaks and Closes."""

    via = Via.VOICE
    settings: TwilioVoiceSettings

    def __init__(self, name: str, settings: TwilioVoiceSettings) -> None:
        super().__init__(name, settings)
        self._words = words(settings.language)
        self._front: Front | None = None
        self._steps: Mapping[str, Callable[[Mapping[str, str], Callback], Any]] = {
            "say": self._say, "key": self._key, "number": self._number, "confirm": self._confirm, "in": self._in}

    def connect(self, front: Front) -> None:
        """Register whom it may ask what a call says."""
        self._front = front

    async def send(self, message: Outgoing) -> Handed:
        """Start one call; see `Talk.create`."""
        machine = {"machine_detection": "Enable"} if self.settings.machine_detection else {}
        return await self.create(lambda: self.client().calls.create_async(
            to=message.number, from_=self.settings.number, url=self.url("say", call=message.id),
            status_callback=self.url("status", call=message.id), status_callback_event=EVENTS,
            timeout=self.settings.ring, **machine))

    # -- what comes to the books ----------------------------------------------------------------------
    def read_callback(self, callback: Callback) -> list[Inbound]:
        """Return a report, or a key that counts, as a row; raises Refused. The address says where the call stands."""
        fields = self.form(callback)
        if callback.path == "status":
            return [self._report(fields, callback)]
        if callback.path == "say" and fields.get("AnsweredBy", "").startswith(("machine", "fax")):
            return [self._row(fields, callback, "receipt", "machine", Outcome.MACHINE)]
        pressed = fields.get("Digits", "")
        if callback.path == "key" and pressed in PLAIN and pressed:
            return [self._row(fields, callback, "key", pressed, None)]
        if callback.path == "confirm" and pressed == "1":
            return [self._row(fields, callback, "key", f"{fields['act']}{fields['n']}#", None)]
        return []

    def _report(self, fields: Mapping[str, str], callback: Callback) -> Inbound:
        """One report; they come out of order and are put right by their sequence."""
        state = fields["CallStatus"]
        if fields.get("AnsweredBy", "").startswith(("machine", "fax")):
            outcome: Outcome | None = Outcome.MACHINE
        elif state == "failed":
            code = fields.get("ErrorCode", "")
            outcome = _sip(fields.get("SipResponseCode", "")) if not code.isdigit() else outcome_of(int(code), 503)
        else:
            outcome = STATES.get(state)
        return self._row(fields, callback, "receipt", state, outcome)

    def _row(self, fields: Mapping[str, str], callback: Callback, kind: str, text: str,
             outcome: Outcome | None) -> Inbound:
        """A row; its id is what happened at which turn of which call, so that a repetition is one row."""
        turn = fields.get("SequenceNumber", fields.get("turn", "0")) if kind == "receipt" else fields.get("turn", "0")
        return Inbound(derive("i", self.name, fields["CallSid"], kind, callback.path, turn, text), self.name, kind, "",
                       text, fields["call"], moment(fields, callback.at), outcome)

    # -- what is said ---------------------------------------------------------------------------------
    def answer(self, callback: Callback, *, stored: bool) -> Reply:
        """Say what comes next; a key that is not stored yet is kept in the address the call is sent to."""
        if callback.path == "status":
            return Reply("", 204) if stored else Reply("", 503)
        fields = self.form(callback)
        step = self._steps.get(callback.path)
        if step is None:
            return Reply("no such address", 404)
        said = step(fields, callback) if stored else self._wait(fields, callback)
        return Reply(str(said), content_type="text/xml")

    def _wait(self, fields: Mapping[str, str], callback: Callback) -> Any:
        answer = _response()
        self._speak(answer, "again")
        kept = {**dict(callback.query), **({"Digits": fields["Digits"]} if "Digits" in fields else {})}
        answer.redirect(self.url(callback.path, **kept), method="POST")
        return answer

    def _say(self, fields: Mapping[str, str], callback: Callback) -> Any:
        """Say the message; a machine hears it without being asked."""
        call, turn = fields["call"], int(fields.get("turn", "0"))
        text = self._front.text_of(call) if self._front else ""
        answer = _response()
        if fields.get("AnsweredBy", "").startswith(("machine", "fax")):
            self._slowly(answer, text)
            answer.hangup()
            return answer
        self._gather(answer, "key", {"call": call, "turn": str(turn)}, lambda gather: self._slowly(gather, text),
                     numDigits=1)
        return answer

    def _key(self, fields: Mapping[str, str], callback: Callback) -> Any:
        """One key was pressed, or none."""
        call, pressed, turn = fields["call"], fields.get("Digits", ""), int(fields.get("turn", "0"))
        answer = _response()
        if pressed and pressed in PLAIN:
            self._speak(answer, pressed)
            answer.hangup()
        elif pressed and pressed in NUMBERED:
            self._ask_number(answer, call, pressed, turn)
        elif turn + 1 >= TIMES and pressed != "*":
            self._speak(answer, "bye")
            answer.hangup()
        else:
            if pressed not in ("", "*"):
                self._speak(answer, "wrong")
            answer.redirect(self.url("say", call=call, turn=str(turn + 1)), method="POST")
        return answer

    def _ask_number(self, answer: Any, call: str, act: str, turn: int) -> None:
        self._gather(answer, "number", {"call": call, "act": act, "turn": str(turn)},
                     lambda gather: self._speak(gather, "number" if act == "3" else "places"), finishOnKey="#")

    def _number(self, fields: Mapping[str, str], callback: Callback) -> Any:
        """A number was entered: read it back. Nothing entered: ask again for people, a single place otherwise."""
        call, act, turn = fields["call"], fields["act"], int(fields.get("turn", "0"))
        entered = only_digits(fields.get("Digits", ""))[:5]
        answer = _response()
        if act == "3" and not entered:
            if turn + 1 >= TIMES:
                self._speak(answer, "bye")
                answer.hangup()
            else:
                self._ask_number(answer, call, act, turn + 1)
            return answer
        told = str(int(entered)) if act == "3" else (
            self._words["place"].format(n=int(entered)) if entered else self._words["the place"])
        self._gather(answer, "confirm", {"call": call, "act": act, "n": entered, "turn": str(turn)},
                     lambda gather: self._speak(gather, f"back{act}", n=told), numDigits=1)
        return answer

    def _confirm(self, fields: Mapping[str, str], callback: Callback) -> Any:
        """1 keeps it, anything else asks for the number again."""
        turn = int(fields.get("turn", "0"))
        answer = _response()
        if fields.get("Digits") == "1":
            self._speak(answer, "done")
            answer.hangup()
        elif turn + 1 >= TIMES:
            self._speak(answer, "bye")
            answer.hangup()
        else:
            self._ask_number(answer, fields["call"], fields["act"], turn + 1)
        return answer

    def _in(self, fields: Mapping[str, str], callback: Callback) -> Any:
        """Somebody calls our number: he hears all that is open for him, and may answer."""
        call, text = self._front.called_back(fields["From"], fields["CallSid"], self.name, callback.at) \
            if self._front else ("", "")
        answer = _response()
        if not call:
            self._speak(answer, "nothing")
            if self.settings.duty_phone:
                self._speak(answer, "duty", phone=self.settings.duty_phone)
            answer.hangup()
            return answer
        self._gather(answer, "key", {"call": call, "turn": "0"}, lambda gather: self._slowly(gather, text), numDigits=1)
        return answer

    def _gather(self, answer: Any, path: str, query: dict[str, str], say: Callable[[Any], None], **more: Any) -> None:
        """Say something and wait for keys; without one the next address is asked all the same."""
        gather = answer.gather(input="dtmf", timeout=WAIT, action=self.url(path, **query), method="POST",
                               actionOnEmptyResult=True, **more)
        say(gather)

    def _speak(self, parent: Any, word: str, **facts: str) -> None:
        self._slowly(parent, self._words[word].format(**facts))

    def _slowly(self, parent: Any, text: str) -> None:
        """Say a text slowly in the site's language."""
        voice = {"voice": self.settings.voice} if self.settings.voice else {}
        parent.say(language=self.settings.language, **voice).prosody(text, rate="slow")


def _response() -> Any:
    from twilio.twiml.voice_response import VoiceResponse

    return VoiceResponse()


def _sip(code: str) -> Outcome:
    """What a call that failed came to, by the answer of the network (RFC 3261, section 21)."""
    if code in ("404", "410", "484", "604"):
        return Outcome.NUMBER_DEAD
    if code in ("486", "600"):
        return Outcome.BUSY
    if code in ("403", "603"):
        return Outcome.REFUSED
    return Outcome.FAILED_NOW

