"""What a sighting does to what its device told before: a new warning, a renewal, a mere confirmation, an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dutydesk.domain.observed import Sighting
from dutydesk.domain.watched import Seen

LONGEST = timedelta(days=7)
"""How long after its last sighting a device may still say that it is over."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows: `msg_type` Alert, Update or Cancel, empty where nothing is said; `first` begins the warning, empty
    for a new one.
    """

    msg_type: str = ""
    first: str = ""


def decide(sighting: Sighting, before: Sequence[Seen], *, sure: bool, window: timedelta, renewal: timedelta) -> Step:
    """Decide by what the same device told of the same danger before, oldest first.

    1. Over: the warning that stands is lifted; where none stands, nothing.
    2. A warning stands and was fed within `window`: the sighting belongs to it. It is said again after `renewal`, at
       once where it is the first sure one, or a higher colour.
    3. Else a new warning.
    """
    fed = [each for each in before if each.first and each.sighting.at <= sighting.at]
    last = fed[-1] if fed else None
    stands = last is not None and not last.sighting.over
    if sighting.over:
        return Step("Cancel", last.first) if stands and last else Step()
    if last is None or not stands or sighting.at - last.sighting.at > window:
        return Step("Alert")
    mine = [each for each in fed if each.first == last.first]
    said = [each for each in mine if each.alert]
    worse = (sighting.colour or 0) > max(each.sighting.colour or 0 for each in mine)
    certain = sure and not any(each.sure for each in mine)
    if worse or certain or not said or sighting.at - said[-1].sighting.at >= renewal:
        return Step("Update", last.first)
    return Step("", last.first)
