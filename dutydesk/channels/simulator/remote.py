"""The two channels into a switchboard that runs in a process of its own, over HTTP.

They exist so that the desk can be killed while the phones live on and judge it.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from threading import local
from typing import Any

import requests

from dutydesk.channels.left import never_left
from dutydesk.channels.simulator import wire
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import Refused, SendError
from dutydesk.ports.channel import Callback, Handed, Limits, Outgoing

TIMEOUT = 5.0   # seconds


class _Remote:
    """A simulated way out, elsewhere. Implements Channel, Tracks and Hears. `url` is the switchboard's root,
    `key` the secret its call-backs are signed with.
    """

    real = False
    via: Via

    def __init__(self, url: str, key: str, *, name: str, limits: Limits | None = None) -> None:
        self.name = name
        self.limits = limits or Limits(timeout=TIMEOUT)
        self._url = url.rstrip("/")
        self._key = key
        self._pool = ThreadPoolExecutor(self.limits.max_in_flight, thread_name_prefix=name)
        self._local = local()

    async def send(self, message: Outgoing) -> Handed:
        """Hand one message over.

        1. Nobody listens there: SendError (not permanent), nothing went out.
        2. No word back in time, or the line broke: UNKNOWN, it may have gone out.
        3. Refused: SendError with the switchboard's own word on whether trying again can help.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._send, message)

    async def status(self, call: str) -> Outcome:
        """Return what the switchboard knows of a call; raises SendError, permanent if it never arrived, not so if the
        switchboard does not answer.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._status, call)

    def read_callback(self, callback: Callback) -> list[Inbound]:
        """Return the rows of one call-back; raises Refused for a bad signature or a body that is no rows."""
        if not wire.signed(callback.headers, self._key, callback.body):
            raise Refused(f"a call-back of {self.name} is not signed with its key")
        return wire.rows_from_json(callback.body)

    async def close(self) -> None:
        """End the threads that send."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False    # no proxy stands between two processes of one machine
        return session

    def _send(self, message: Outgoing) -> Handed:
        body = wire.dumps({**asdict(message), "channel": self.name})
        try:
            answer = self._session().post(f"{self._url}/send", data=body, timeout=self.limits.timeout)
            return self._handed(answer.status_code, answer.json())
        except (requests.ConnectionError, requests.Timeout, ValueError) as error:
            if never_left(error):
                raise SendError(f"{self.name}: nobody listens at {self._url}", permanent=False) from error
            return Handed(Outcome.UNKNOWN)

    def _handed(self, status: int, answer: dict[str, Any]) -> Handed:
        if status == requests.codes.ok:
            return Handed(Outcome(answer["outcome"]), answer["provider"])
        if "permanent" in answer:
            raise SendError(f"{self.name}: {answer['error']}", permanent=bool(answer["permanent"]))
        return Handed(Outcome.UNKNOWN)

    def _status(self, call: str) -> Outcome:
        try:
            answer = self._session().get(f"{self._url}/status", params={"call": call}, timeout=self.limits.timeout)
            if answer.status_code == requests.codes.ok:
                return Outcome(answer.json()["outcome"])
        except (requests.ConnectionError, requests.Timeout, ValueError) as error:
            raise SendError(f"{self.name} does not answer", permanent=False) from error
        raise SendError(f"{self.name} never had this call", permanent=True)


class RemoteSms(_Remote):
    """Texts to the phones of another process."""

    via = Via.SMS

    def __init__(self, url: str, key: str, *, name: str = "simulator-sms", limits: Limits | None = None) -> None:
        super().__init__(url, key, name=name, limits=limits)


class RemoteVoice(_Remote):
    """Calls to the phones of another process."""

    via = Via.VOICE

    def __init__(self, url: str, key: str, *, name: str = "simulator-voice", limits: Limits | None = None) -> None:
        super().__init__(url, key, name=name, limits=limits)
