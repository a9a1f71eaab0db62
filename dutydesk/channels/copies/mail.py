"""Copies by mail, over SMTP with TLS."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from dutydesk.channels.copies.posting import CopySettings, text_of
from dutydesk.channels.settings import Secret
from dutydesk.errors import SendError
from dutydesk.ports.copy import Digest


class Settings(CopySettings):
    """`to`: addresses; `tls`: `starttls`, `tls` from the first byte, or `none` for a server inside the house."""

    host: str
    port: Annotated[int, Field(gt=0, lt=65536)] = 587
    sender: str
    to: Annotated[tuple[str, ...], Field(min_length=1)]
    user: str = ""
    password: Secret = SecretStr("")
    tls: Literal["starttls", "tls", "none"] = "starttls"
    timeout: Annotated[float, Field(gt=0)] = 15.0


class Mail:
    """The copy of kind `mail`."""

    most = 200_000
    per_minute = 6

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self._settings = settings

    def addresses(self) -> list[str]:
        """Where it connects to."""
        return [f"{'smtps' if self._settings.tls == 'tls' else 'smtp'}://{self._settings.host}:{self._settings.port}"]

    def send(self, digest: Digest) -> None:
        """Send one mail to everybody; it counts as accepted when the server took it for all of them."""
        mine = self._settings
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = digest.title, mine.sender, ", ".join(mine.to)
        message["Message-ID"] = f"<{digest.id}@dutydesk>"
        message.set_content(text_of(digest, self.most))
        try:
            with self._server() as server:
                if mine.user:
                    server.login(mine.user, mine.password.get_secret_value())
                refused = server.send_message(message)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused,
                smtplib.SMTPNotSupportedError) as error:
            raise SendError(f"{self.name}: the mail server refuses ({type(error).__name__})", permanent=True) from None
        except (smtplib.SMTPException, OSError) as error:
            raise SendError(f"{self.name}: {type(error).__name__}", permanent=False) from None
        if refused:
            raise SendError(f"{self.name}: the mail server refused {len(refused)} of {len(mine.to)} addresses",
                            permanent=True)

    def _server(self) -> smtplib.SMTP:
        mine, trusted = self._settings, ssl.create_default_context()
        if mine.tls == "tls":
            return smtplib.SMTP_SSL(mine.host, mine.port, timeout=mine.timeout, context=trusted)
        server = smtplib.SMTP(mine.host, mine.port, timeout=mine.timeout)
        try:
            if mine.tls == "starttls":
                server.starttls(context=trusted)
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
        return server


def make(name: str, settings: Mapping[str, Any]) -> Mail:
    """Make it from `[copy.NAME]`."""
    return Mail(name, Settings.read(name, settings))
