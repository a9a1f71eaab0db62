"""Rules about the sources of warnings: fast enough, watched, and without a secret in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.domain.finding import Level

#: Kinds that bring warnings. Where a site has none of them, its own kinds are taken to.
WARNING_KINDS = frozenset({"cap", "cap-index", "edxl", "nws", "meteoalarm", "qweather", "nmc", "weathercom", "caiyun",
                           "gdacs", "text"})
_SECRET = re.compile(r"(?i)(key|token|secret|passw|appid|signature|credential|authorization|cookie)")
_DELAY = timedelta(minutes=5)


def _urls(source: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(source.get("urls") or ()) or tuple(filter(None, (source.get("url"),)))


def _warning(case: Case) -> list[tuple[int, Mapping[str, Any]]]:
    """The sources that bring warnings, with their places in the file."""
    rows = list(enumerate(case.loaded.config.sources if case.loaded.config else ()))
    found = [row for row in rows if row[1].get("kind") in WARNING_KINDS]
    return found or rows


def _longest(source: Mapping[str, Any]) -> timedelta:
    """From sending to receipt at worst: what the source itself takes, and a whole interval of polling."""
    delay: timedelta = source.get("delay", _DELAY)
    interval: timedelta = source.get("interval", timedelta(minutes=1))
    return delay + interval * (1 + float(source.get("jitter", 0.1))) if _urls(source) else delay


def slow_source(case: Case) -> Iterator[Hit]:
    """Find a site whose warnings all come later than a whole ladder of a red may take."""
    found = _warning(case)
    config = case.loaded.config
    if not found or config is None:
        return
    place, quickest = min(found, key=lambda row: _longest(row[1]))
    longest, bound = _longest(quickest), config.rules.red_bound
    if longest > bound:
        yield Hit(case.loaded.config_at("source", place),
                  f"the quickest source of warnings, {quickest['id']}, may bring a red {_minutes(longest)} after it "
                  f"was issued, later than the {_minutes(bound)} its whole ladder may take; poll it more often, or "
                  f"add a quicker source", str(quickest["id"]))


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.0f} min"


def deaf_source(case: Case) -> Iterator[Hit]:
    """Find sources nothing can come in by."""
    for place, source in enumerate(case.loaded.config.sources if case.loaded.config else ()):
        if not (source.get("folder") or source.get("push_key") or _urls(source) or source.get("kind") == "text"):
            yield Hit(case.loaded.config_at("source", place),
                      f"source {source['id']} has neither folder, url nor push_key: nothing comes in by it; write "
                      "one, or take it out",
                      str(source["id"]))


def unwatched(case: Case) -> Iterator[Hit]:
    """Find a site that would not notice when its line to the outside is dead."""
    found = _warning(case)
    if found and not any(_urls(source) or source.get("expect") for _, source in found):
        yield Hit(case.loaded.config_at("source", found[0][0]),
                  "no source of warnings is polled or has `expect`: if the line is dead, nobody is told; write how "
                  "often something comes at least", str(found[0][1]["id"]))


def plain_secret(case: Case) -> Iterator[Hit]:
    """Find keys that stand in the file instead of the environment."""
    for place, source in enumerate(case.loaded.config.sources if case.loaded.config else ()):
        for where, name, value in _named(source):
            if _SECRET.search(name) and value and "${" not in value:
                yield Hit(case.loaded.config_at("source", place, where),
                          f"{name} of source {source['id']} looks like a secret; write ${{NAME}} and set the variable "
                          "where the desk is started", str(source["id"]))


def _named(source: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield where it stands, name and value of everything a source sends along."""
    for url in _urls(source):
        where = "urls" if source.get("urls") else "url"
        yield from ((where, name, value) for name, value in parse_qsl(urlsplit(url).query))
    yield from (("headers", name, value) for name, value in (source.get("headers") or {}).items())


def outside_auto(case: Case) -> Iterator[Hit]:
    """Find sources that call people at once although anybody may write them."""
    for place, source in enumerate(case.loaded.config.sources if case.loaded.config else ()):
        if source.get("auto") and source.get("trust") == "outside":
            yield Hit(case.loaded.config_at("source", place, "auto"),
                      f"source {source['id']} is trusted as outside and auto: anybody could have people called; write "
                      "auto = false", str(source["id"]))


def unusable_certificate(case: Case) -> Iterator[Hit]:
    """Find pinned certificates that cannot be had: the desk would not start without them."""
    for place, source in enumerate(case.loaded.config.sources if case.loaded.config else ()):
        written = str(source.get("certificate") or "")
        path = case.loaded.folder / written
        if written and not (path.is_file() and b"-----BEGIN CERTIFICATE-----" in path.read_bytes()):
            yield Hit(case.loaded.config_at("source", place, "certificate"),
                      f"certificate of source {source['id']}: {written} is no PEM file with a certificate; write its "
                      "path, relative to the site folder", str(source["id"]))


RULES = (
    Rule("slow-source", Level.ERROR, "every warning comes later than a red may wait", slow_source),
    Rule("deaf-source", Level.WARNING, "a source nothing can come in by", deaf_source),
    Rule("outside-auto", Level.ERROR, "a source anybody may write to calls people at once", outside_auto),
    Rule("plain-secret", Level.WARNING, "a key stands in dutydesk.toml instead of the environment", plain_secret),
    Rule("source-certificate", Level.ERROR, "a certificate that a source's messages are checked against is not there",
         unusable_certificate),
    Rule("unwatched", Level.INFO, "nobody would be told that the line to the outside is dead", unwatched),
)
