"""An account at a cloud: the provider's own library asked in threads, its answers as outcomes."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, TypeVar
from urllib.parse import urlsplit

from dutydesk.channels.clouds.settings import CloudSettings
from dutydesk.channels.left import never_left
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.channel import Callback, Checked, Handed, Reply

GOOD = "OK"
REMEDY = "see key_id, key_secret and what the user of that key may do, in the console of the provider"
THREADS = 32    # more are no quicker
Some = TypeVar("Some")


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider answered: its code (`OK`, however it writes that), its words, its fields. `code` is empty where
    no answer came that makes sense.
    """

    code: str
    why: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether it did what it was asked."""
        return self.code == GOOD


class Account(ABC):
    """What all channels of the clouds share. Implements Closes."""

    real = True
    errors: Callable[[str], Outcome]      # what a code of the provider means
    thanks: str                           # what a push is answered with

    def __init__(self, name: str, settings: CloudSettings, api_url: str) -> None:
        self.name = name
        self.limits = settings.limits
        self._settings = settings
        self._url = urlsplit(api_url)
        self._making = threading.Lock()   # of the client, which the first thread that needs it makes
        self._threads = ThreadPoolExecutor(min(THREADS, settings.limits.max_in_flight), thread_name_prefix=name)

    async def in_thread(self, work: Callable[[], Some]) -> Some:
        """Do what waits in a thread of this channel."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def ask(self, action: str, query: Mapping[str, Any]) -> Told:
        """Make one request; raises SendError where it surely never left."""
        return await self.in_thread(lambda: self._ask(action, query))

    @abstractmethod
    def _ask(self, action: str, query: Mapping[str, Any]) -> Told:
        """Make one request with the provider's own library, on a thread."""

    def answer(self, callback: Callback, *, stored: bool) -> Reply:
        """Say what the provider waits for; where nothing is stored it comes again."""
        return Reply(self.thanks, content_type="application/json") if stored else Reply("", 503)

    def addresses(self) -> list[str]:
        """Where it connects to."""
        return [self._url.geturl()]

    async def close(self) -> None:
        """End the threads; what is under way ends by its own time-out."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def public_address(self) -> str:
        """How the provider reaches our hooks."""
        return self._settings.public_url

    def meaning(self, told: Told) -> Outcome:
        """What an answer that is not good means: by the settings, else the provider's table; unknown without a word."""
        if not told.code:
            return Outcome.UNKNOWN
        return self._settings.errors.get(told.code) or self.errors(told.code)

    def refused(self, told: Told) -> Handed:
        """An answer that is not good, as the house knows it."""
        return Handed(self.meaning(told), why=f"{told.code} {told.why}".strip()[:200])

    def failed(self, error: Exception) -> Told:
        """What a request came to that broke off: raises SendError where it surely never left."""
        if never_left(error):
            raise SendError(f"{self.name}: nobody listens there", permanent=False) from error
        return Told("", "the line broke")


def needed(module: str, cloud: str, extra: str) -> None:
    """Raise UsageError where a cloud's own library is not installed."""
    if find_spec(module) is None:
        raise UsageError(f"{cloud}'s own library is not installed: pip install 'dutydesk[{extra}]'")


def template_checked(code: str, *, approved: bool, said: str) -> Checked:
    """Whether a template may be used."""
    return Checked("template", approved, f"{code} {'is approved' if approved else said}",
                   "" if approved else "wait for its approval, or name another in dutydesk.toml")


def asked(name: str, told: Told) -> Told:
    """Return the answer to a question; raises SendError (not permanent) where the provider would not answer it."""
    if not told.good:
        raise SendError(f"{name}: {told.code or 'no answer'} {told.why}".strip()[:200], permanent=False)
    return told
