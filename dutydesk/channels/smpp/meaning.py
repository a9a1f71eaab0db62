"""What a message centre's numbers and words mean here, and who a receipt of a part belongs to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from dutydesk.channels.smpp.reading import Receipt
from dutydesk.domain.values import Outcome

VENDORS = 0x400         # from here on a centre's own statuses
MOST = 50_000           # messages whose parts are remembered

#: command_status of section 5.1.3 -> outcome. Others of the standard: refused; a centre's own: failed for now.
ERRORS: Mapping[int, Outcome] = {
    **dict.fromkeys((0x04, 0x08, 0x14, 0x45, 0x58, 0x64, 0xFE, 0xFF), Outcome.FAILED_NOW),
    0x0B: Outcome.NUMBER_DEAD,
}
#: Words of receipts (appendix B) -> outcome. UNKNOWN says nothing.
STATES: Mapping[str, Outcome] = {
    "DELIVRD": Outcome.ON_HANDSET, "ACCEPTD": Outcome.HANDED_OVER, "ENROUTE": Outcome.HANDED_OVER,
    "EXPIRED": Outcome.FAILED_NOW, "DELETED": Outcome.FAILED_NOW, "UNDELIV": Outcome.FAILED_NOW,
    "REJECTD": Outcome.REFUSED,
}


def outcome_of(status: int, own: Mapping[int, Outcome]) -> Outcome:
    """What the answer to a message means; the site's own words go first."""
    if status in own:
        return own[status]
    return ERRORS.get(status, Outcome.FAILED_NOW if status >= VENDORS else Outcome.REFUSED)


def told_by(receipt: Receipt, own: Mapping[str, Outcome]) -> Outcome | None:
    """What a receipt means; None where nobody knows. The site's own words go first, with the error before without."""
    exact = f"{receipt.state} {receipt.error}".upper()
    return own.get(exact) or own.get(receipt.state) or STATES.get(receipt.state)


@dataclass(slots=True)
class _Message:
    total: int
    states: dict[str, Outcome] = field(default_factory=dict)


class Sent:
    """Which call the centre's ids belong to, and how many parts of it arrived.

    Lives in memory: what a dead process sent is looked up by the id of its last part.
    """

    def __init__(self) -> None:
        self._calls: dict[str, str] = {}
        self._messages: OrderedDict[str, _Message] = OrderedDict()
        self._ids: dict[str, list[str]] = {}

    def took(self, call: str, total: int, id: str) -> None:
        """The centre gave a part of a call an id."""
        self._calls[id] = call
        self._messages.setdefault(call, _Message(total))
        self._ids.setdefault(call, []).append(id)
        while len(self._messages) > MOST:
            oldest, _ = self._messages.popitem(last=False)
            for each in self._ids.pop(oldest):
                self._calls.pop(each, None)

    def knows(self, id: str) -> bool:
        """Whether this process sent it."""
        return id in self._calls

    def told(self, id: str, outcome: Outcome | None) -> tuple[str, Outcome | None]:
        """The call an id belongs to, and what is known of it now.

        One part that failed is the whole that failed; it lies on the phone once every part does.
        """
        call = self._calls[id]
        message = self._messages[call]
        if outcome is None or message.total == 1 or outcome.lost:
            return call, outcome
        message.states[id] = outcome
        arrived = sum(each is Outcome.ON_HANDSET for each in message.states.values())
        return call, Outcome.ON_HANDSET if arrived == message.total else Outcome.HANDED_OVER
