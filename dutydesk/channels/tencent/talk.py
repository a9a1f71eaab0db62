"""What both ways share: the official client, signed requests, and what its codes mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dutydesk.channels.clouds.account import GOOD, Account, Told
from dutydesk.channels.tencent.settings import TencentSettings
from dutydesk.domain.values import Outcome

if TYPE_CHECKING:
    from tencentcloud.common.common_client import CommonClient

#: What a code means that its first word does not tell. Others: refused.
CODES: Mapping[str, Outcome] = {
    **dict.fromkeys(("InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberParseFail",
                     "InvalidParameterValue.CalledNumberVerifyFail"), Outcome.NUMBER_DEAD),
    **dict.fromkeys(("InternalError.RequestTimeException", "InternalError.SigVerificationFail",
                     "InternalError.SigFieldMissing", "InternalError.RestApiInterfaceNotExist",
                     "LimitExceeded.AppCountryOrRegionInBlacklist"), Outcome.REFUSED),
    **dict.fromkeys(("FailedOperation.AccessUpstreamTimeout", "FailedOperation.OtherError"), Outcome.UNKNOWN),
}
_BY_WORD: Mapping[str, Outcome] = {
    "LimitExceeded": Outcome.LIMIT, "RequestLimitExceeded": Outcome.FAILED_NOW, "InternalError": Outcome.UNKNOWN,
    "ResourceUnavailable": Outcome.FAILED_NOW,
}


def outcome_of(code: str) -> Outcome:
    """What an error means: by the table, else by the word before its first full stop; otherwise refused."""
    return CODES.get(code) or _BY_WORD.get(code.partition(".")[0], Outcome.REFUSED)


class Talk(Account):
    """An account at Tencent, for one of its interfaces: `service` and `version`, at `api_url`."""

    errors = staticmethod(outcome_of)
    thanks = '{"result":0,"errmsg":"OK"}'
    service: str
    version: str

    def __init__(self, name: str, settings: TencentSettings, api_url: str) -> None:
        super().__init__(name, settings, api_url)
        self._region = settings.region
        self._client: CommonClient | None = None

    def client(self) -> CommonClient:
        """The official client, made at the first request. It asks once: nothing is sent again behind our back."""
        with self._making:
            if self._client is None:
                from tencentcloud.common.common_client import CommonClient
                from tencentcloud.common.credential import Credential
                from tencentcloud.common.profile.client_profile import ClientProfile
                from tencentcloud.common.profile.http_profile import HttpProfile

                http = HttpProfile(protocol=self._url.scheme, endpoint=self._url.netloc, keepAlive=True,
                                   reqTimeout=self.limits.timeout)
                self._client = CommonClient(
                    self.service, self.version,
                    Credential(self._settings.key_id.get_secret_value(), self._settings.key_secret.get_secret_value()),
                    self._region, ClientProfile(httpProfile=http, signMethod="TC3-HMAC-SHA256"))
            return self._client

    def _ask(self, action: str, query: Mapping[str, Any]) -> Told:
        from requests import RequestException
        from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

        try:
            body = self.client().call_json(action, dict(query))
        except TencentCloudSDKException as error:
            if error.code in ("ClientNetworkError", "ServerNetworkError"):    # its own words, not the provider's
                return self.failed(error)
            return Told(str(error.code or ""), str(error.message or ""))
        except (RequestException, ValueError, KeyError, TypeError) as error:   # the line broke, or nonsense came
            return self.failed(error)
        return _read(body)


def _read(body: object) -> Told:
    """An answer of the interface. Its library looks for an error only where the answer is called plainly JSON."""
    answer = body.get("Response") if isinstance(body, dict) else None
    if not isinstance(answer, dict):
        return Told("", "an answer that makes no sense")
    error = answer.get("Error")
    return Told(str(error["Code"]), str(error.get("Message") or "")) if error else Told(GOOD, "", answer)
