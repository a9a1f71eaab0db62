"""A gateway over HTTP that is configured, not programmed: how most domestic SMS platforms are reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dutydesk.errors import UsageError
from dutydesk.ports.channel import Channel


def make(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the channel; raises UsageError for settings that cannot be used, names that nothing fills included."""
    from dutydesk.channels.http.channel import build
    from dutydesk.channels.http.settings import HttpSettings

    read = HttpSettings.read(name, settings)
    wrong = _unfilled(read)
    if wrong:
        raise UsageError(f"[channel.{name}] cannot be used: " + "; ".join(wrong))
    return build(name, read)


def _unfilled(settings: Any) -> list[str]:
    """What names something nothing fills."""
    from dutydesk.channels.http.fill import CLOCK, facts_of, names
    from dutydesk.domain.values import Via
    from dutydesk.ports.channel import Outgoing

    own = set(facts_of(Outgoing("", Via.SMS, "", "", ""), extension="", template="")) | CLOCK
    wrong: list[str] = []
    for where, ask, known in (("", settings, own), ("query.", settings.query, {"key"} | CLOCK),
                              ("pull.", settings.pull, {"key"} | CLOCK),
                              ("pull.confirm.", settings.pull and settings.pull.confirm, {"key", "ids"} | CLOCK)):
        if ask is None:
            continue
        seen = set(known)
        for name, digest in ask.digests.items():
            wrong += [f"{where}digests.{name}: nothing fills {{{each}}}" for each in _strange(names(digest.of), seen)]
            seen.add(name)
            if digest.by.startswith("hmac") and digest.key is None:
                wrong.append(f"{where}digests.{name}: {digest.by} wants a key")
        texts = {"url": ask.url, "text": ask.text, **{f"fields.{name}": each for name, each in ask.fields.items()},
                 **{f"headers.{name}": each for name, each in ask.headers.items()}}
        wrong += [f"{where}{place}: nothing fills {{{each}}}" for place, text in texts.items()
                  for each in _strange(names(text), seen)]
    if settings.push and not (*settings.push.receipts, *settings.push.replies, *settings.push.keys):
        wrong.append("push: name receipts, replies or keys")
    if settings.pull and not (*settings.pull.receipts, *settings.pull.replies):
        wrong.append("pull: name receipts or replies")
    if settings.log and not (*settings.log.receipts, *settings.log.replies):
        wrong.append("log: name receipts or replies")
    if settings.log and settings.pull:
        wrong.append("name pull or log, not both")
    return wrong


def _strange(wanted: set[str], known: set[str]) -> list[str]:
    return sorted(name for name in wanted if name not in known and not name.startswith("facts."))


