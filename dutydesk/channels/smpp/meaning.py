"""What a message centre's numbers and words mean here."""

from __future__ import annotations

from collections.abc import Mapping

from dutydesk.channels.smpp.reading import Receipt
from dutydesk.domain.values import Outcome

VENDORS = 0x400         # from here on a centre's own statuses

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
