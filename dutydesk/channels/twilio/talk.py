"""What both ways share: the official client in the loop that sends, its errors as outcomes, signed call-backs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from multidict import MultiDict

from dutydesk.channels.twilio.settings import TwilioSettings
from dutydesk.domain.values import Outcome
from dutydesk.errors import Refused, SendError, UsageError
from dutydesk.ports.channel import Callback, Checked, Handed

if TYPE_CHECKING:
    from twilio.rest import Client

#: Error codes of the interface and of reports -> what they mean. Others: refused by status 4xx, unknown by 5xx.
ERRORS: Mapping[int, Outcome] = {
    **dict.fromkeys((13223, 13224, 21211, 21214, 21217, 21401, 21614, 30005, 30006), Outcome.NUMBER_DEAD),
    **dict.fromkeys((14107, 20429, 21611, 30022, 63018), Outcome.LIMIT),
    **dict.fromkeys((30001, 30003, 30008, 30010, 30017, 30400, 30410), Outcome.FAILED_NOW),
    **dict.fromkeys((21610, 21612, 21408, 21215, 21216, 13225, 13227, 30002, 30004, 30007, 30034), Outcome.REFUSED),
}
_LATER = (429, 503)


class Talk:
    """An account of Twilio. Implements Closes; Channel and Hears are its children's."""

    real = True

    def __init__(self, name: str, settings: TwilioSettings) -> None:
        from twilio.request_validator import RequestValidator

        self.name = name
        self.limits = settings.limits
        self.settings = settings
        self._validator = RequestValidator(settings.token.get_secret_value())
        self._client: Client | None = None

    def client(self) -> Client:
        """The official client; made in the loop that sends, because it opens its session there."""
        if self._client is None:
            from twilio.http.async_http_client import AsyncTwilioHttpClient
            from twilio.rest import Client

            self._client = Client(self.settings.account, self.settings.token.get_secret_value(),
                                  http_client=AsyncTwilioHttpClient())
            self._client.api.base_url = self.settings.api_url
        return self._client

    async def close(self) -> None:
        """End the session."""
        if self._client is not None:
            await self._client.http_client.close()
            self._client = None

    async def create(self, make: Callable[[], Awaitable[Any]]) -> Handed:
        """Make a message or call.

        1. Taken: queued, for nobody has rung yet. Reports follow.
        2. An error with a code is what its code says; told to come later: failed for now.
        3. Nobody listens: SendError, nothing left. The line broke: unknown.
        """
        import aiohttp
        from twilio.base.exceptions import TwilioException, TwilioRestException

        try:
            made = await make()
        except TwilioRestException as error:
            return Handed(outcome_of(error.code, error.status), why=f"{error.code} {error.msg}"[:200])
        except TwilioException as error:
            return Handed(Outcome.UNKNOWN, why=str(error)[:200])
        except aiohttp.ClientConnectorError as error:
            raise SendError(f"{self.name}: nobody listens there", permanent=False) from error
        except (aiohttp.ClientError, ValueError) as error:
            return Handed(Outcome.UNKNOWN, why=f"the line broke: {type(error).__name__}")
        return Handed(Outcome.QUEUED, str(made.sid))

    def url(self, path: str, **query: str) -> str:
        """An address of ours as Twilio reaches it."""
        return f"{self.settings.public_url}/hooks/{self.name}/{path}" + (f"?{urlencode(query)}" if query else "")

    def addresses(self) -> list[str]:
        """Where it connects to."""
        return [self.settings.api_url]

    def public_address(self) -> str:
        """How Twilio reaches our hooks."""
        return self.settings.public_url

    async def look_over(self) -> list[Checked]:
        """Ask for the account: whether the token is its own, and whether it is active."""
        import aiohttp
        from twilio.base.exceptions import TwilioException

        try:
            account = await self.client().api.accounts(self.settings.account).fetch_async()
        except TwilioException as error:
            said = str(getattr(error, "msg", "") or "no answer that makes sense")
            return [Checked("login", False, said[:200], "see account and token in Twilio's console")]
        except aiohttp.ClientError as error:
            raise SendError(f"{self.name}: {type(error).__name__}", permanent=False) from error
        active = account.status == "active"
        return [Checked("login", active, f"the account is {account.status}",
                        "" if active else "see the account in Twilio's console")]

    def form(self, callback: Callback) -> dict[str, str]:
        """The fields of a call-back, signature checked.

        What is signed is the address Twilio was given, query included, with all the fields: nothing of it can be
        changed. Raises Refused.
        """
        fields = MultiDict(parse_qsl(callback.body.decode("utf-8"), keep_blank_values=True))
        url = self.settings.public_url + callback.url
        if not self._validator.validate(url, fields, callback.header("X-Twilio-Signature")):
            raise Refused("bad signature")
        if fields.get("AccountSid", self.settings.account) != self.settings.account:
            raise Refused("a call-back of another account")
        return {**dict(callback.query), **fields}


def outcome_of(code: int | None, status: int = 400) -> Outcome:
    """What an error means: by its code, else by its status."""
    if code is not None and code in ERRORS:
        return ERRORS[code]
    if status in _LATER:
        return Outcome.FAILED_NOW
    return Outcome.REFUSED if 400 <= status < 500 else Outcome.UNKNOWN


def moment(fields: Mapping[str, str], now: datetime) -> datetime:
    """When something happened. Times are whole seconds; the sequence number orders what happened within one."""
    try:
        at = parsedate_to_datetime(fields["Timestamp"])
    except (KeyError, ValueError):
        return now
    order = fields.get("SequenceNumber", "0")
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(now, at) + timedelta(microseconds=int(order[:6]) if order.isdigit() else 0)


def needed() -> None:
    """Raise UsageError where the library is not installed."""
    from importlib.util import find_spec

    if find_spec("twilio") is None:
        raise UsageError("Twilio's own library is not installed: pip install 'dutydesk[twilio]'")
