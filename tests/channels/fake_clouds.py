"""Aliyun and Tencent on loopback, after their official descriptions. Every request's signature is computed here anew
(ACS3-HMAC-SHA256, TC3-HMAC-SHA256); one that differs is refused as the clouds do.

What becomes of a request is told by the last digit of its number: 8 no money left, 7 no such template, 5 a limit of the
number, 4 no such number, 6 too much at once, 3 the line is cut after it was taken, 2 an answer that makes no sense.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web

KEY_ID, KEY_SECRET, PUSH_KEY = "AKID0000", "secret of the tests", "0123456789abcdef"


@dataclass
class Cloud(ABC):
    """An interface: `taken` are the requests it took, as (action, fields); `kept` what it tells when it is asked."""

    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests: int = 0
    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    port: int = 0
    down: bool = False

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        if self.down:
            return web.Response(status=502)
        body = await request.read()
        if not self.signed(request, body):
            return self.refuse("SignatureDoesNotMatch", "AuthFailure.SignatureFailure", 400)
        action, fields = self.read(request, body)
        answer = self.answer(action, fields)
        if answer is not None:
            return web.json_response(answer)
        end = self.number(fields)[-1]
        if end in self.ends():
            return self.refuse(*self.ends()[end])
        self.taken.append((action, fields))
        if end == "3":
            assert request.transport is not None
            request.transport.abort()
        if end == "2":
            return web.Response(text="<html>", content_type="application/json")
        return web.json_response(self.good(action, fields))

    @abstractmethod
    def signed(self, request: web.Request, body: bytes) -> bool:
        ...

    @abstractmethod
    def read(self, request: web.Request, body: bytes) -> tuple[str, dict[str, Any]]:
        ...

    @abstractmethod
    def answer(self, action: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
        ...

    @abstractmethod
    def number(self, fields: Mapping[str, Any]) -> str:
        ...

    @abstractmethod
    def good(self, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        ...

    @abstractmethod
    def refuse(self, aliyun: str, tencent: str, status: int) -> web.Response:
        ...

    def ends(self) -> dict[str, tuple[str, str, int]]:
        return {
            "8": ("isv.AMOUNT_NOT_ENOUGH", "FailedOperation.InsufficientBalanceInSmsPackage", 200),
            "7": ("isv.SMS_TEMPLATE_ILLEGAL", "FailedOperation.TemplateUnapprovedOrNotExist", 200),
            "5": ("isv.BUSINESS_LIMIT_CONTROL", "LimitExceeded.PhoneNumberDailyLimit", 200),
            "4": ("isv.MOBILE_NUMBER_ILLEGAL", "InvalidParameterValue.IncorrectPhoneNumber", 200),
            "6": ("Throttling.User", "RequestLimitExceeded", 400),
        }


class FakeAliyun(Cloud):
    """Dysmsapi and Dyvmsapi."""

    def signed(self, request: web.Request, body: bytes) -> bool:
        """Signature version 3 of Aliyun: over method, path, sorted query, the signed headers and a hash of the body."""
        algorithm, _, rest = request.headers["Authorization"].partition(" ")
        parts = dict(part.partition("=")[::2] for part in rest.split(","))
        query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}"
                         for name, value in sorted(request.query.items()))
        names = parts["SignedHeaders"].split(";")
        headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
        digest = hashlib.sha256(body).hexdigest()
        whole = "\n".join((request.method, request.path, query, headers, parts["SignedHeaders"], digest))
        wanted = hmac.new(KEY_SECRET.encode(), f"{algorithm}\n{hashlib.sha256(whole.encode()).hexdigest()}".encode(),
                          "sha256").hexdigest()
        return (algorithm == "ACS3-HMAC-SHA256" and parts["Credential"] == KEY_ID and parts["Signature"] == wanted
                and request.headers["x-acs-content-sha256"] == digest
                and {"host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"} <= set(names))

    def read(self, request: web.Request, body: bytes) -> tuple[str, dict[str, Any]]:
        assert request.headers["x-acs-version"] == "2017-05-25"
        return request.headers["x-acs-action"], dict(request.query)

    def number(self, fields: Mapping[str, Any]) -> str:
        return str(fields.get("PhoneNumbers") or fields["CalledNumber"])

    def answer(self, action: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
        if action == "QuerySendDetails":
            rows = [row for row in self.kept.get("sent", []) if row["PhoneNum"] == fields["PhoneNumber"]
                    and row["SendDate"].replace("-", "").startswith(fields["SendDate"])]
            page, size = int(fields["CurrentPage"]), int(fields["PageSize"])
            return {"Code": "OK", "TotalCount": str(len(rows)), "SmsSendDetailDTOs": {
                "SmsSendDetailDTO": rows[(page - 1) * size:page * size]}}
        if action == "QueryCallDetailByCallId":
            row = next((row for row in self.kept.get("calls", []) if row["callId"] == fields["CallId"]), None)
            return {"Code": "OK", "Data": json.dumps(row) if row else ""}
        if action == "QuerySmsTemplate":
            found = next((row for row in self.kept.get("templates", []) if row["id"] == fields["TemplateCode"]), None)
            return {"Code": "OK", "TemplateStatus": found["status"]} if found else {
                "Code": "isv.SMS_TEMPLATE_ILLEGAL", "Message": "no"}
        return None

    def good(self, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        its_id = f"{len(self.taken):06}^0"
        return {"Code": "OK", "Message": "OK", "RequestId": "r", "BizId" if action == "SendSms" else "CallId": its_id}

    def refuse(self, aliyun: str, tencent: str, status: int) -> web.Response:
        return web.json_response({"Code": aliyun, "Message": "no", "RequestId": "r"}, status=status)


class FakeTencent(Cloud):
    """The interfaces sms and vms."""

    def signed(self, request: web.Request, body: bytes) -> bool:
        """Signature method v3 of Tencent: a key derived from day and service signs time, scope and the request."""
        algorithm, _, rest = request.headers["Authorization"].partition(" ")
        parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        stamp = request.headers["X-TC-Timestamp"]
        day = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
        key_id, _, scope = parts["Credential"].partition("/")
        service = scope.split("/")[1]
        headers = "".join(f"{name}:{request.headers[name].strip().lower()}\n"
                          for name in parts["SignedHeaders"].split(";"))
        whole = "\n".join((request.method, request.path, "", headers, parts["SignedHeaders"],
                           hashlib.sha256(body).hexdigest()))
        text = "\n".join((algorithm, stamp, scope, hashlib.sha256(whole.encode()).hexdigest()))
        key = f"TC3{KEY_SECRET}".encode()
        for each in (day, service, "tc3_request", text):
            key = hmac.digest(key, each.encode(), "sha256")
        return (algorithm == "TC3-HMAC-SHA256" and key_id == KEY_ID and scope == f"{day}/{service}/tc3_request"
                and parts["Signature"] == key.hex())

    def read(self, request: web.Request, body: bytes) -> tuple[str, dict[str, Any]]:
        action = request.headers["X-TC-Action"]
        assert request.headers["X-TC-Version"] == ("2020-09-02" if action == "SendTts" else "2021-01-11")
        return action, json.loads(body)

    def number(self, fields: Mapping[str, Any]) -> str:
        return str(fields["CalledNumber"] if "CalledNumber" in fields else fields["PhoneNumberSet"][0])

    def answer(self, action: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
        if action in ("PullSmsSendStatus", "PullSmsReplyStatus"):
            rows = self.kept.get(action, [])
            given, self.kept[action] = rows[:fields["Limit"]], rows[fields["Limit"]:]     # each is given once
            return {"Response": {f"{action}Set": given, "RequestId": "r"}}
        if action == "PullSmsSendStatusByPhoneNumber":
            rows = [row for row in self.kept.get("sent", []) if row["PhoneNumber"] == fields["PhoneNumber"]
                    and fields["BeginTime"] <= row["UserReceiveTime"] <= fields["EndTime"]]
            return {"Response": {"PullSmsSendStatusSet": rows[:fields["Limit"]], "RequestId": "r"}}
        if action == "DescribeSmsTemplateList":
            rows = [row for row in self.kept.get("templates", []) if row["TemplateId"] in fields["TemplateIdSet"]]
            return {"Response": {"DescribeTemplateStatusSet": rows, "RequestId": "r"}}
        return None

    def good(self, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        its_id = f"serial-{len(self.taken)}"
        if action == "SendTts":
            return {"Response": {"SendStatus": {"CallId": its_id, "SessionContext": fields["SessionContext"]},
                                 "RequestId": "r"}}
        return {"Response": {"SendStatusSet": [{"SerialNo": its_id, "Code": "Ok", "Message": "send success",
                                                "SessionContext": fields["SessionContext"]}], "RequestId": "r"}}

    def refuse(self, aliyun: str, tencent: str, status: int) -> web.Response:
        if tencent.split(".")[0] in ("LimitExceeded", "InvalidParameterValue"):      # told of the one number
            return web.json_response({"Response": {"SendStatusSet": [
                {"SerialNo": "", "Code": tencent, "Message": "no"}], "RequestId": "r"}})
        return web.json_response({"Response": {"Error": {"Code": tencent, "Message": "no"}, "RequestId": "r"}})


class FakeTencentVoice(FakeTencent):
    """vms refuses the whole request whatever is wrong."""

    def refuse(self, aliyun: str, tencent: str, status: int) -> web.Response:
        code = {"InvalidParameterValue.IncorrectPhoneNumber": "InvalidParameterValue.CalledNumberVerifyFail",
                "LimitExceeded.PhoneNumberDailyLimit": "LimitExceeded.DeliveryFrequencyLimit"}.get(tencent, tencent)
        return web.json_response({"Response": {"Error": {"Code": code, "Message": "no"}, "RequestId": "r"}})


@asynccontextmanager
async def serving(fake: Cloud) -> AsyncIterator[Cloud]:
    """A cloud on a loopback port of its own."""
    app = web.Application()
    app.router.add_post("/", fake.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.port = runner.addresses[0][1]
    try:
        yield fake
    finally:
        await runner.cleanup()
