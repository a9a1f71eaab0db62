"""What a gateway's numbers and words mean here, and whose message one of its ids is."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from dutydesk.channels.cmpp.wire import Version
from dutydesk.domain.values import Outcome

MOST = 50_000           # messages whose parts are remembered

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


@dataclass(slots=True)
class _Message:
    total: int
    ids: list[int] = field(default_factory=list)
    states: dict[int, Outcome] = field(default_factory=dict)


class Sent:
    """Which call a gateway's ids belong to, and how many parts of it arrived.

    Lives in memory: what a dead process sent is looked up by the id of its last part.
    """

    def __init__(self) -> None:
        self._calls: dict[int, str] = {}
        self._messages: OrderedDict[str, _Message] = OrderedDict()

    def took(self, call: str, total: int, id: int) -> None:
        """The gateway gave a part of a call an id."""
        self._calls[id] = call
        self._messages.setdefault(call, _Message(total)).ids.append(id)
        while len(self._messages) > MOST:
            _, oldest = self._messages.popitem(last=False)
            for each in oldest.ids:
                self._calls.pop(each, None)

    def knows(self, id: int) -> bool:
        """Whether this process sent it."""
        return id in self._calls

    def told(self, id: int, outcome: Outcome | None) -> tuple[str, Outcome | None]:
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
