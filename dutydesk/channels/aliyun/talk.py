"""What both ways share: the official client, signed requests, and what its codes mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dutydesk.channels.clouds.account import GOOD, Account, Told
from dutydesk.channels.clouds.settings import CloudSettings
from dutydesk.domain.values import Outcome

if TYPE_CHECKING:
    from alibabacloud_tea_openapi.client import Client

VERSION = "2017-05-25"    # of both interfaces

#: What a code means that is not told by a word in it. Others: refused.
CODES: Mapping[str, Outcome] = {
    **dict.fromkeys(("isv.MOBILE_NUMBER_ILLEGAL", "isv.INVALID_NUMBER", "isv.CALLED_NUMBER_ILLEGAL"),
                    Outcome.NUMBER_DEAD),
    **dict.fromkeys(("isp.SYSTEM_ERROR", "isv.SYSTEM_ERROR", "isp.UNKNOWN", "isp.GATEWAY_ERROR", "InternalError"),
                    Outcome.UNKNOWN),
    "ServiceUnavailable": Outcome.FAILED_NOW,
}
_LIMITS = ("BUSINESS_LIMIT", "DAY_LIMIT", "MONTH_LIMIT", "VALVE")   # of one number, one wording


def outcome_of(code: str) -> Outcome:
    """What an error means: a limit on this number, too much at once, or by the table; otherwise refused."""
    if any(word in code for word in _LIMITS):
        return Outcome.LIMIT
    if code.startswith("Throttling"):
        return Outcome.FAILED_NOW
    return CODES.get(code, Outcome.REFUSED)


class Talk(Account):
    """An account at Aliyun, for one of its interfaces. `api_url` is its address."""

    errors = staticmethod(outcome_of)
    thanks = '{"code":0,"msg":"ok"}'

    def __init__(self, name: str, settings: CloudSettings, api_url: str) -> None:
        super().__init__(name, settings, api_url)
        self._client: Client | None = None

    def client(self) -> Client:
        """The official client, made at the first request. It asks once: nothing is sent again behind our back."""
        with self._making:
            if self._client is None:
                from alibabacloud_tea_openapi.client import Client
                from alibabacloud_tea_openapi.utils_models import Config

                wait = int(self.limits.timeout * 1000)
                self._client = Client(Config(
                    access_key_id=self._settings.key_id.get_secret_value(),
                    access_key_secret=self._settings.key_secret.get_secret_value(),
                    protocol=self._url.scheme, endpoint=self._url.netloc, connect_timeout=wait, read_timeout=wait,
                    max_idle_conns=self.limits.max_in_flight))
            return self._client

    def _ask(self, action: str, query: Mapping[str, Any]) -> Told:
        from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
        from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
        from darabonba.exceptions import UnretryableException
        from darabonba.runtime import RuntimeOptions

        params = Params(action=action, version=VERSION, protocol=self._url.scheme, pathname="/", method="POST",
                        auth_type="AK", style="RPC", req_body_type="formData", body_type="json")
        given = {key: str(value) for key, value in query.items() if value != ""}
        try:
            body = self.client().call_api(params, OpenApiRequest(query=given), RuntimeOptions())["body"]
        except AlibabaCloudException as error:
            code = str(error.code)
            return Told("" if code == "None" else code, str(error.message or ""))
        except UnretryableException as error:   # the line broke, or what came was no JSON
            return self.failed(error)
        return _read(body)


def _read(body: object) -> Told:
    """An answer of the interface."""
    if not isinstance(body, Mapping) or not isinstance(body.get("Code"), str):
        return Told("", "an answer that makes no sense")
    code = str(body["Code"])
    return Told(GOOD if code == "OK" else code, "" if code == "OK" else str(body.get("Message") or ""), body)
