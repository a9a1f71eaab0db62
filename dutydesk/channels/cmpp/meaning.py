"""What a gateway's numbers and words mean here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dutydesk.channels.cmpp.wire import Version
from dutydesk.domain.values import Outcome

#: Status of CONNECT_RESP, for the log.
LOGINS: Mapping[int, str] = {1: "wrong structure", 2: "this address may not log in", 3: "wrong name or password",
                             4: "the version is too high"}
#: Result of SUBMIT_RESP -> outcome. What the protocol does not name is a gateway's own: failed for now.
RESULTS: Mapping[int, Outcome] = {
    **dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 10, 11, 12), Outcome.REFUSED),
    8: Outcome.LIMIT, 13: Outcome.NUMBER_DEAD,
}
#: Words of reports -> outcome. UNKNOWN says nothing.
STATES: Mapping[str, Outcome] = {
    "DELIVRD": Outcome.ON_HANDSET, "ACCEPTD": Outcome.HANDED_OVER, "EXPIRED": Outcome.FAILED_NOW,
    "DELETED": Outcome.FAILED_NOW, "UNDELIV": Outcome.FAILED_NOW, "REJECTD": Outcome.REFUSED,
}
_ERROR = re.compile(r"[A-Z]{2}:\d{4}")      # an error of a gateway or a message centre: MA:0006, CB:0010


def outcome_of(version: Version, result: int, own: Mapping[int, Outcome]) -> Outcome:
    """What a refusal means; the site's own words go first. 9 is a number not served in 3.0, anything else in 2.0."""
    if result in own:
        return own[result]
    if result == 9 and version == "3.0":
        return Outcome.REFUSED
    return RESULTS.get(result, Outcome.FAILED_NOW)


def told_by(state: str, own: Mapping[str, Outcome]) -> Outcome | None:
    """What the word of a report means; None where nobody knows. The site's own words go first."""
    known = own.get(state) or STATES.get(state)
    return known or (Outcome.FAILED_NOW if _ERROR.fullmatch(state) else None)
