"""Tables of dutydesk.toml about what leaves the house besides calls, and the kinds of values they share with others."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from dutydesk.content.models.words import Duration, Filled, Id, Strict, Text
from dutydesk.domain.setup import DutyPage, SyslogOut


def _address(value: str) -> str:
    """An address of the web; user names and passwords in it would end up in logs."""
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{value!r} is no address; write one that begins with https:// or http://")
    if parts.username or parts.password:
        raise ValueError("an address must carry no user name or password; write headers with ${NAME} instead")
    return value


def _positive(value: timedelta) -> timedelta:
    if value < timedelta(seconds=1):
        raise ValueError("it must be at least 1s")
    return value


def _log_server(value: str) -> str:
    """The address of a log server; empty is none."""
    if not value:
        return value
    parts = urlsplit(value)
    try:
        good = parts.scheme in ("udp", "tcp", "tls") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.path.strip("/") or parts.username:
        raise ValueError(f"{value!r} is no log server; write one like tls://log.example:6514, tcp://... or udp://...")
    return value


Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_address)]
Interval = Annotated[Duration, AfterValidator(_positive)]
LogServer = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_log_server)]


class CapOutTable(Strict):
    """[cap_out]: the desk's own warnings for neighbours to read, at `/cap/index.atom` of the console."""

    on: bool = Field(default=False, description="neighbours may read it")
    address: Address = Field(default="", description="where neighbours find it from outside, like "
                                                     "https://desk.example/cap; required where it is on")
    key: Text = Field(default="", description="PEM file of the private key (RSA or EC) that signs every message, "
                                              "outside the site folder or `${NAME}`; empty: not signed")
    certificate: Text = Field(default="", description="PEM file of the certificate of that key; required with a key")

    @model_validator(mode="after")
    def _whole(self) -> CapOutTable:
        if self.on and not self.address:
            raise ValueError("on needs address: where neighbours find it from outside, like https://desk.example/cap")
        if bool(self.key) != bool(self.certificate):
            raise ValueError("key and certificate go together: write both or neither")
        return self


class PageTable(Strict):
    """[page]: the page on which a responsible person answers, reached by a signed link in his text."""

    address: Address = Field(default="", description="where phones reach the port of the hooks, like "
                                                     "https://duty.example; empty: no links")
    channels: tuple[Id, ...] = Field(default=(), description="text channels whose provider allows a link")
    text: Text = Field(default=DutyPage().text, description="what stands before the link")
    life: Interval = Field(default=DutyPage().life, description="how long a link is good")

    @model_validator(mode="after")
    def _whole(self) -> PageTable:
        if self.channels and not self.address:
            raise ValueError("channels need address: where phones reach the page, like https://duty.example")
        return self


class JournalTable(Strict):
    """[journal]."""

    heads: tuple[Filled, ...] = Field(
        default=(), description="where the journal's head is copied to every hour")


class SyslogTable(Strict):
    """[syslog]: the log server that hears what stands in the audit, and what happened."""

    address: LogServer = Field(default="", description="where it listens: tls://host:6514, tcp://host:601 or "
                                                       "udp://host:514; empty: none")
    facility: Literal["user", "daemon", "auth", "authpriv", "audit", "alert", "local0", "local1", "local2", "local3",
                      "local4", "local5", "local6", "local7"] = Field(
        default="authpriv", description="facility of the messages (RFC 5424, table 1)")
    authority: Text = Field(default="", description="PEM file of who signed the server's certificate; empty: those "
                                                    "this machine trusts")
    journal: bool = Field(default=True, description="tell what happened too (warnings, rounds, answers, alarms, "
                                                    "orders; persons by their id), not the audit alone")
    enterprise: int = Field(default=SyslogOut().enterprise, ge=1, lt=2**31,
                            description="private enterprise number (IANA) in the structured data; 32473 is the one "
                                        "for examples (RFC 5612)")

    @model_validator(mode="after")
    def _whole(self) -> SyslogTable:
        if self.authority and not self.address.startswith("tls://"):
            raise ValueError("authority checks a tls:// address: write one, or leave authority out")
        return self
