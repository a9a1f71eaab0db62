"""A gateway reached over HTTP, told by configuration alone what to say and how to understand the answer."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dutydesk.channels.http.fill import digested, facts_of, filled, nested
from dutydesk.channels.http.read import Heard, pick, ref, rows_of, time_of, tree
from dutydesk.channels.http.settings import Ask, HttpSettings, Log, Pull, Push, Query, Rows
from dutydesk.channels.http.tail import Tail
from dutydesk.channels.web import Web
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome
from dutydesk.errors import Refused, SendError
from dutydesk.ports.channel import Callback, Checked, Handed, Outgoing, Reply

if TYPE_CHECKING:
    from dutydesk.channels.web import Answered

logger = logging.getLogger(__name__)

_EARLY = timedelta(minutes=1)   # so far ahead a provider's clock may be


class Gateway:
    """The way out. Implements Channel and Closes; the other powers are added where they are configured."""

    real = True

    def __init__(self, name: str, settings: HttpSettings) -> None:
        self.name = name
        self.via = settings.via
        self.limits = settings.limits
        self.settings = settings
        self._zone = ZoneInfo(settings.zone)
        self._web = Web(name, settings.limits.max_in_flight)
        self.heard = Heard(name, settings.country, settings.states, self._zone)

    async def send(self, message: Outgoing) -> Handed:
        """Hand one message over.

        1. A wording without an approved template is refused here, where the provider wants templates.
        2. An answer that holds a code is what its code says; codes of errors by `errors`, else `otherwise`. Where the
           settings name no code, a good status is enough.
        3. Without one the status decides: told to come later, refused, or unknown.
        """
        template = self.settings.templates.get(message.template, "")
        if self.settings.templates and not template:
            return Handed(Outcome.REFUSED, why=f"no template for the wording {message.template}")
        facts = facts_of(message, extension=self.settings.extension, template=template)
        answered = await self.ask(self.settings, facts, self.settings.now())
        try:
            document = tree(self.settings.answer, answered.body, self.settings.encoding)
            code = pick(document, self.settings.answer.code)
        except ValueError:
            document, code = None, ""
        if code or (answered.good and not self.settings.answer.code):
            return self._told(document, code)
        return Handed(answered.outcome, why=answered.why)

    def _told(self, document: Any, code: str) -> Handed:
        answer = self.settings.answer
        if code in answer.ok or not answer.code:
            its_id = pick(document, answer.id) if answer.id else ""
            return Handed(answer.means, ref(self.name, its_id) if its_id else "")
        why = " ".join(part for part in (code, pick(document, answer.why) if answer.why else "") if part)
        return Handed(self.settings.errors.get(code, self.settings.otherwise), why=why)

    async def ask(self, ask: Ask, facts: dict[str, str], now: datetime) -> Answered:
        """Make one request; raises SendError where nobody listens."""
        encoding = self.settings.encoding
        facts = digested(ask.digests, dict(facts), now, self._zone, encoding)

        def fill(text: str) -> str:
            return filled(text, facts, now, self._zone)
        fields = {name: fill(value) for name, value in ask.fields.items()}
        headers = {name: fill(value) for name, value in ask.headers.items()}
        body: bytes | None
        if ask.body == "json":
            headers.setdefault("Content-Type", f"application/json; charset={encoding}")
            body = json.dumps(nested(fields), ensure_ascii=False).encode(encoding)
        else:
            body = fill(ask.text).encode(encoding) if ask.body == "text" else None
        return await self._web.ask(ask.method, fill(ask.url), headers, body,
                                   fields if ask.body in ("form", "query") else {}, encoding,
                                   in_url=ask.body == "query" or ask.method == "GET")

    def addresses(self) -> list[str]:
        """Where it connects to; what is filled in stands behind the host."""
        asks = (self.settings, self.settings.query, self.settings.pull)
        found = (urlsplit(ask.url) for ask in asks if ask is not None)
        return list(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in found))

    def public_address(self) -> str:
        """How the gateway reaches our hooks: nobody said."""
        return ""

    async def look_over(self) -> list[Checked]:
        """Nothing is known of a gateway that could be asked without a message."""
        return []

    async def close(self) -> None:
        """End the connections."""
        await self._web.close()

    def rows(self, document: Any, forms: Push | Pull, now: datetime) -> list[Inbound]:
        """Every row of a document; one that cannot be read is told to the log and keeps no other away."""
        found: list[Inbound] = []
        for kind, row_forms in (("receipt", forms.receipts), ("reply", forms.replies), ("key", forms.keys)):
            for form in row_forms:
                found += self._rows(kind, document, form, now)
        return found

    def _rows(self, kind: str, document: Any, form: Rows, now: datetime) -> list[Inbound]:
        found = []
        for given in rows_of(document, form):
            try:
                found.append(self.heard.row(kind, given, form, now))
            except ValueError as error:
                logger.warning("%s: a %s cannot be read: %s", self.name, kind, error)
        return found


class Tracking(Gateway):
    """A gateway that can be asked by our key. Implements Tracks."""

    query: Query

    async def status(self, call: str) -> Outcome:
        """Ask what became of a call; raises SendError, permanent where the gateway never had it."""
        answered = await self.ask(self.query, {"key": call}, self.settings.now())
        if not answered.good:
            raise SendError(f"{self.name}: {answered.why}", permanent=False)
        document = _document(self, self.query, answered.body)
        if self.query.code and pick(document, self.query.code) in self.query.never:
            raise SendError(f"{self.name} never had this message", permanent=True)
        return self.settings.states.get(pick(document, self.query.state), Outcome.UNKNOWN)


class Hearing(Gateway):
    """A gateway that pushes. Implements Hears and Answers."""

    push: Push

    def read_callback(self, callback: Callback) -> list[Inbound]:
        """Return the rows of one push; raises Refused for a bad signature or an old one, ValueError for nonsense."""
        forms = (*self.push.receipts, *self.push.replies, *self.push.keys)
        form = forms[0]
        document: Any = dict(callback.query)
        if callback.body:
            read = tree(form, callback.body, self.settings.encoding)
            document = document | read if isinstance(read, dict) else read
        self._check(callback, document)
        return self.rows(document, self.push, callback.at)

    def answer(self, callback: Callback, *, stored: bool) -> Reply:
        """Say what the gateway waits for; where nothing is stored it comes again."""
        return Reply(self.push.answer, content_type=self.push.answer_type) if stored else Reply("", 503)

    def _check(self, callback: Callback, document: Any) -> None:
        """Compare the signature, in constant time, then the age."""
        push = self.push
        facts = {name: pick(document, name) for name in document} if isinstance(document, dict) else {}
        facts |= {f"header:{name.lower()}": value for name, value in callback.headers}
        facts["raw"] = callback.body.decode(self.settings.encoding, "replace")
        try:
            facts = digested(push.digests, facts, callback.at, self._zone, self.settings.encoding)
            wanted = filled(push.equals, facts, callback.at, self._zone)
        except KeyError as error:
            raise Refused(f"the push lacks {error}, of which its signature is made") from error
        given = facts.get(push.check.lower() if push.check.startswith("header:") else push.check, "")
        if not wanted or not compare_digest(given.encode(), wanted.encode()):
            raise Refused("bad signature")
        if push.time:
            sent = time_of(facts.get(push.time, ""), push.time_format, self._zone)
            if not -_EARLY <= callback.at - sent <= push.max_age:
                raise Refused("an old push: a replay, or a clock that is wrong")


class Pulling(Gateway):
    """A gateway that keeps replies and receipts until they are fetched. Implements Pulls."""

    pulled: Pull

    @property
    def every(self) -> float:
        """Seconds between two questions."""
        return self.pulled.every.total_seconds()

    async def pull(self, take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        """Fetch until nothing is left; each lot is stored before it is confirmed. Raises SendError."""
        count = 0
        while True:
            answered = await self.ask(self.pulled, {"key": ""}, now)
            if not answered.good:
                raise SendError(f"{self.name}: {answered.why}", permanent=False)
            document = _document(self, self.pulled.receipts[0] if self.pulled.receipts else self.pulled.replies[0],
                                 answered.body)
            rows = self.rows(document, self.pulled, now)
            await take(rows)
            count += len(rows)
            if self.pulled.confirm is None:
                return count
            ids = _ids(document, self.pulled)
            if not ids:
                return count
            confirmed = await self.ask(self.pulled.confirm, {"key": "", "ids": ",".join(ids)}, now)
            if not confirmed.good:
                raise SendError(f"{self.name}: {confirmed.why}", permanent=False)


class Following(Gateway):
    """A gateway on this machine whose log is read as it grows. Implements Pulls."""

    def __init__(self, name: str, settings: HttpSettings) -> None:
        super().__init__(name, settings)
        assert settings.log is not None
        self.log: Log = settings.log
        self._tail = Tail(self.log.path)

    @property
    def every(self) -> float:
        """Seconds between two looks."""
        return self.log.every.total_seconds()

    async def pull(self, take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        """Take what was written since the last time; it is read again until it is stored. Raises SendError."""
        count = 0
        while lot := await self._lot():
            rows = [row for row in self._logged(lot, now) if now - row.received_at <= self.log.since]
            await take(rows)
            self._tail.keep()
            count += len(rows)
        return count

    async def close(self) -> None:
        """End the connections and close the log."""
        await super().close()
        self._tail.close()

    async def _lot(self) -> bytes:
        try:
            return await asyncio.to_thread(self._tail.read)
        except OSError as error:
            raise SendError(f"{self.name}: {self.log.path} cannot be read ({error.strerror}); "
                            "the desk's user must be allowed to", permanent=False) from error

    def _logged(self, lot: bytes, now: datetime) -> list[Inbound]:
        """The rows of a lot of lines; each form has a pattern of its own. A broken byte holds nothing back."""
        encoding = self.settings.encoding
        text = lot.decode(encoding, "replace").encode(encoding, "replace")
        forms = (("receipt", self.log.receipts), ("reply", self.log.replies))
        return [row for kind, those in forms for form in those
                for row in self._rows(kind, tree(form, text, encoding), form, now)]


def _ids(document: Any, pull: Pull) -> list[str]:
    forms = (*pull.receipts, *pull.replies, *pull.keys)
    return [pick(row, form.id) for form in forms if form.id for row in rows_of(document, form)]


def _document(gateway: Gateway, form: Any, body: bytes) -> Any:
    try:
        return tree(form, body, gateway.settings.encoding)
    except ValueError as error:
        raise SendError(f"{gateway.name} answered nonsense: {error}", permanent=False) from error


def build(name: str, settings: HttpSettings) -> Gateway:
    """A gateway with the powers its settings give it."""
    parts: Mapping[type[Gateway], tuple[str, Any]] = {
        Tracking: ("query", settings.query), Hearing: ("push", settings.push), Pulling: ("pulled", settings.pull),
        Following: ("log", settings.log)}
    powers = tuple(power for power, (_, told) in parts.items() if told is not None) or (Gateway,)
    made: Gateway = type("HttpGateway", powers, {})(name, settings)
    for attribute, told in parts.values():
        if told is not None:
            setattr(made, attribute, told)
    return made


