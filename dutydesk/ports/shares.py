"""What a desk lets its neighbours read: the messages as they stand, and the list that names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Shared:
    """One message for neighbours. `id` is its CAP identifier, `body` the CAP 1.2 document, signed where a key is
    set.
    """

    id: str
    title: str
    sent: datetime
    body: bytes


class Shares(Protocol):
    """Safe from any thread; nothing is written."""

    def messages(self) -> Sequence[Shared]:
        """Return the messages as they stand now, the ends of the last day included."""
        ...

    def index(self) -> bytes:
        """Return the Atom feed that names them."""
        ...
