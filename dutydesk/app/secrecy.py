"""Secrets of users: Argon2id for passwords (argon2-cffi), one-time codes of RFC 6238 (pyotp), the machine's chance."""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from datetime import datetime

ISSUER = "dutydesk"
PERIOD = 30      # seconds a code stands
SLACK = 1        # periods a phone's clock may be off


class RealSecrecy:
    """Secrecy of `ports.access`. The libraries are loaded at first use.

    `rounds` and `memory` (KiB) are the cost of a password: by default those of RFC 9106 for little memory.
    """

    def __init__(self, rounds: int = 3, memory: int = 65_536) -> None:
        self._rounds = rounds
        self._memory = memory

    def hash(self, password: str) -> str:
        """Return the Argon2id hash of a password, with its salt and costs."""
        from argon2 import PasswordHasher

        return PasswordHasher(time_cost=self._rounds, memory_cost=self._memory).hash(password)

    def fits(self, kept: str, password: str) -> bool:
        """Whether a password is the one kept."""
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return PasswordHasher().verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def token(self) -> str:
        """Return 256 bits of chance."""
        return secrets.token_urlsafe(32)

    def code_step(self, secret: bytes, code: str, now: datetime, after: int) -> int:
        """Return the number of the period a code is of, 0 where it is wrong or not newer than `after`."""
        from pyotp import TOTP

        totp = TOTP(b32encode(secret).decode(), interval=PERIOD)
        middle = int(now.timestamp()) // PERIOD
        good = [step for step in range(middle - SLACK, middle + SLACK + 1)
                if hmac.compare_digest(totp.generate_otp(step).encode(), code.strip().encode())]
        return next((step for step in good if step > after), 0)

    def code_uri(self, secret: bytes, name: str) -> str:
        """Return the `otpauth:` address."""
        from pyotp import TOTP

        return TOTP(b32encode(secret).decode(), interval=PERIOD).provisioning_uri(name=name, issuer_name=ISSUER)
