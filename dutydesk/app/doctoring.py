"""Tries channels end to end before they are needed: settings, the way there, the login, the way back, a message.

It creates no callout. The message goes only to the number that was given, and says that it is a test.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dutydesk.app import house, probing, wire
from dutydesk.app.overhearing import Ear
from dutydesk.channels.guard import Guarded
from dutydesk.domain.channel_trial import text_of
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import Refused, SendError, UsageError
from dutydesk.ports.channel import Channel, Checked, Checks, Closes, Handed, Hears, Holds, Listens, Outgoing, Pulls
from dutydesk.ports.clock import Clock

logger = logging.getLogger(__name__)

LATELY = timedelta(hours=1)      # a phone the desk called since is not tested: its reply might count
EARLIER = timedelta(minutes=2)   # so far behind ours a provider's clock may be
LOOK = 0.5                       # seconds between two looks for what came back

#: What to do about a message that did not leave.
REMEDIES = {
    Outcome.REFUSED: "read the provider's words; templates and money are seen in its console",
    Outcome.LIMIT: "wait until the provider's limit for this number is over, or test with another phone",
    Outcome.NUMBER_DEAD: "test with another number",
    Outcome.FAILED_NOW: "try again; if it stays so, ask the provider",
    Outcome.UNKNOWN: "look in the provider's console whether it came; its limits.timeout may be too short",
}
_CLOSED = ("settings", "address", "port", "certificate", "login")   # what is bad of these keeps a message back
Tell = Callable[[str], None]


@dataclass
class Examined:
    """One channel or copy with what was found, in the order in which it was looked at."""

    name: str
    kind: str
    way: str
    checks: list[Checked] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was found to be wrong."""
        return all(each.good is not False for each in self.checks)


def names(folder: house.Folder, wanted: Sequence[str]) -> list[str]:
    """The channels and copies to be tried, all of them where none is named; raises UsageError for unknown ones."""
    config = folder.setup.config
    known = [*dict.fromkeys(name for row in config.channels.values() for name in row), *config.copies]
    strange = [name for name in wanted if name not in known]
    if strange:
        raise UsageError(f"there is no channel {', '.join(strange)} in dutydesk.toml; choose of {', '.join(known)}")
    return list(wanted) or known


class Doctor:
    """Examines the channels of a site. `number`: where the test messages go, and `ear` who hears what comes back within
    `wait` seconds; without an ear nothing is sent. `tell` hears what is being done. Raises Refused for a phone whose
    reply might count for something else.
    """

    def __init__(self, folder: house.Folder, clock: Clock, ear: Ear | None = None, *, number: str = "",
                 wait: float = 60.0, tell: Tell = lambda text: None) -> None:
        self._config = folder.setup.config
        self._clock, self._ear, self._number, self._wait, self._tell = clock, ear, number, wait, tell
        self._settings = house.simulated(folder, clock, os.environ)
        self._beside = wire.answers(folder.path / wire.NAME)
        if ear and ear.asked_lately(number, clock.now() - LATELY):
            raise Refused("the desk called this phone within the last hour, and a reply to the test might count as an "
                          "answer; test with another phone")

    def examine(self, wanted: Sequence[str]) -> Iterator[Examined]:
        """Examine one after the other; raises nothing for what is found, however bad."""
        made = {name: self._made(name) for name in wanted if name not in self._config.copies}
        if self._ear:
            self._ear.serve({name: each for name, each in made.items() if not isinstance(each, UsageError)})
        for name in wanted:
            yield self._copy(name) if name in self._config.copies else self._channel(name, made[name])

    # -- one of them ----------------------------------------------------------------------------------
    def _made(self, name: str) -> Channel | UsageError:
        try:
            return house.channel(self._config, name, self._settings, os.environ)
        except UsageError as error:
            return error

    def _copy(self, name: str) -> Examined:
        """Look at a copy; nothing is sent, for many read it."""
        found = Examined(name, str(self._config.copies[name]["kind"]), "copy")
        self._tell(f"{name}: settings")
        try:
            made = house.copies(replace(self._config, copies={name: self._config.copies[name]}), os.environ)[name]
        except UsageError as error:
            found.checks.append(Checked("settings", False, str(error), "correct dutydesk.toml or the environment"))
            return found
        found.checks.append(Checked("settings", True, "complete"))
        found.checks += self._ways(made.addresses())
        return found

    def _channel(self, name: str, made: Channel | UsageError) -> Examined:
        way = next(way for way, row in self._config.channels.items() if name in row)
        found = Examined(name, self._config.kind(name), way)
        if isinstance(made, UsageError):
            found.checks.append(Checked("settings", False, str(made), "correct dutydesk.toml or the environment"))
            return found
        found.checks.append(Checked("settings", True, "complete"))
        if isinstance(made, Checks):
            found.checks += self._ways(made.addresses())
        asyncio.run(self._tried(made, found))
        return found

    def _ways(self, addresses: Sequence[str]) -> Iterator[Checked]:
        for address in addresses:
            self._tell(f"the way to {address}")
            yield from probing.way_to(address, self._clock)

    async def _tried(self, channel: Channel, found: Examined) -> None:
        """The login, the way back, and a message, unless the way there is closed."""
        try:
            if self._beside and channel.real and isinstance(channel, Listens | Holds):
                found.checks.append(Checked("login", None, "its connection belongs to the running desk",
                                            "stop the desk to try it"))
                return
            if isinstance(channel, Checks) and _open(found):
                await self._login(channel, found)
            if self._ear and _open(found):
                await self._message(channel, found, self._ear)
        except Exception as error:  # a broken adapter is what the doctor is there to find
            logger.exception("channel %s broke", found.name)
            found.checks.append(Checked("message", False, f"the channel broke: {type(error).__name__}",
                                        "see the log above, and report it"))
        finally:
            if isinstance(channel, Closes):
                await channel.close()

    async def _login(self, channel: Checks, found: Examined) -> None:
        self._tell(f"{found.name}: login")
        try:
            found.checks += await asyncio.wait_for(channel.look_over(), self._wait)
        except (SendError, TimeoutError) as error:
            found.checks.append(Checked("login", False, str(error) or "no answer",
                                        "ask the provider whether it is down"))
        address = channel.public_address()
        if address:
            found.checks.append(await asyncio.to_thread(probing.way_back, address))

    # -- a message ------------------------------------------------------------------------------------
    async def _message(self, channel: Channel, found: Examined, ear: Ear) -> None:
        """Hand a test message over, wait for what comes back, and keep it all in the journal."""
        ear.attach(channel)
        pulling = asyncio.create_task(ear.pull(channel))
        began = self._clock.now()
        call = derive("t", "test", found.name, began.isoformat())
        config = self._config
        message = Outgoing(call, channel.via, self._number, "", text_of(config, channel.via), drill=False,
                           template=f"test.{channel.via}", language=config.language,
                           facts={"signature": config.signature, "duty_phone": config.duty_phone})
        self._tell(f"{found.name}: a message")
        checked, handed = await self._hand_over(channel, message)
        found.checks.append(checked)
        if handed is not None:
            found.checks += await self._come_back(channel, ear, (call, handed.provider), began)
        found.checks += await _end(pulling)
        ear.note(found.name, call, found.good, {each.what: _word(each) for each in found.checks})

    async def _hand_over(self, channel: Channel, message: Outgoing) -> tuple[Checked, Handed | None]:
        """Hand it over; without a second value nothing can come back."""
        try:
            handed = await asyncio.wait_for(Guarded(channel, self._config.live).send(message), channel.limits.timeout)
        except SendError as error:
            return Checked("message", False, str(error), "do what it says, then try again"), None
        except TimeoutError:
            handed = Handed(Outcome.UNKNOWN, why=f"no answer in {channel.limits.timeout:g} s")
        said = f"{handed.outcome} {handed.why}".strip()
        if handed.outcome in REMEDIES:
            remedy = REMEDIES[handed.outcome]
            return Checked("message", False, said, remedy), handed if handed.outcome is Outcome.UNKNOWN else None
        return Checked("message", True, said), handed

    async def _come_back(self, channel: Channel, ear: Ear, calls: tuple[str, str], began: datetime) -> list[Checked]:
        """Wait until the receipt and the reply are there, or the time is over."""
        if not isinstance(channel, Hears | Pulls | Listens):
            return [Checked("receipt", None, "this channel hears nothing back")]
        receipt: Inbound | None = None
        reply: Inbound | None = None
        loop = asyncio.get_running_loop()
        until = loop.time() + self._wait
        while loop.time() < until and not (receipt and reply):
            self._tell(f"{channel.name}: waiting for "
                       f"{'the reply' if receipt else 'the receipt and the reply'}, {until - loop.time():.0f} s")
            await asyncio.sleep(LOOK)
            rows = await asyncio.to_thread(ear.heard, began - EARLIER)
            receipt = _receipt(rows, calls) or receipt
            reply = _reply(rows, channel, self._number, calls, began) or reply
        return [self._seen(receipt, ear.fault), _answered(reply, channel.via, self._wait)]

    def _seen(self, receipt: Inbound | None, fault: str) -> Checked:
        if receipt is None or receipt.outcome is None:
            return Checked("receipt", False, fault or f"none in {self._wait:g} s",
                           "give the provider the address of our hooks, or set up the pull; wait longer with --wait")
        said = f"{receipt.outcome} {receipt.text}".strip()
        return Checked("receipt", not receipt.outcome.lost, said, REMEDIES.get(receipt.outcome, ""))


def _receipt(rows: Sequence[Inbound], calls: tuple[str, str]) -> Inbound | None:
    """The last final receipt of the test, else the last of any."""
    mine = [row for row in rows if row.kind == "receipt" and row.call and row.call in calls and row.outcome]
    final = [row for row in mine if row.outcome and row.outcome.final]
    return next(reversed(final or mine), None)


def _reply(rows: Sequence[Inbound], channel: Channel, number: str, calls: tuple[str, str],
           began: datetime) -> Inbound | None:
    """A key pressed in the test call, or any text from that phone since the test began."""
    for row in rows:
        if row.channel != channel.name:
            continue
        if row.kind == "key" and row.call in calls:
            return row
        if row.kind == "reply" and row.number == number and row.received_at >= began - EARLIER:
            return row
    return None


def _answered(reply: Inbound | None, via: Via, wait: float) -> Checked:
    if reply is not None:
        return Checked("reply", True, "a key was pressed" if via.rings else "the reply came")
    return Checked("reply", None, f"none in {wait:g} s", "answer the test to see that replies come back")


async def _end(pulling: asyncio.Task[None]) -> list[Checked]:
    """End the asking for what waits; why the provider could not be asked, if it could not."""
    error = pulling.exception() if pulling.done() else None
    pulling.cancel()
    await asyncio.gather(pulling, return_exceptions=True)
    remedy = "see what the key may do, and whether the provider opened the pull"
    return [Checked("pull", False, str(error), remedy)] if error else []


def _open(found: Examined) -> bool:
    """Whether nothing stands in the way of a message."""
    return not any(each.good is False and each.what in _CLOSED for each in found.checks)


def _word(check: Checked) -> str:
    return {True: "good", False: "bad", None: "open"}[check.good]
