"""The numbers marked (D) in the rules of calling: defaults, each a setting of the site with its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dutydesk.domain.values import Colour


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings of the callout machine; the comment behind each is shown beside it to the officer."""

    door_knock: timedelta = timedelta(minutes=15)      # a superior reports per place within this
    one_ring_per: timedelta = timedelta(minutes=3)     # a superior is rung once per this, with his whole list
    remind_voice: timedelta = timedelta(minutes=5)     # after act time: SMS at once, voice after this
    remind_officer: timedelta = timedelta(minutes=10)  # after act time: with the officer after this
    renew_after: timedelta = timedelta(minutes=3)      # a renewal ends a step whose first try is this old
    rest_of_area: timedelta = timedelta(minutes=3)     # named places first, the rest of the area after this
    assume_expired: timedelta = timedelta(hours=24)    # no `expires`: this long after the last version
    expiry_grace: timedelta = timedelta(minutes=60)    # the officer's time to say that it goes on
    unhandled_red: timedelta = timedelta(minutes=10)   # a red place unhandled this long rings again
    officer_backup: timedelta = timedelta(minutes=2)   # the backup's phone joins after this
    officer_leader: timedelta = timedelta(minutes=4)   # the leader's phone joins after this
    officer_repeat: timedelta = timedelta(minutes=5)   # then all three again every this
    notices_per_month: int = 2                         # notices a month per person and family
    hold: timedelta = timedelta(seconds=120)           # an untrusted or wide alert waits this for a word
    hold_above: int = 1000                             # posts, below red
    town_dark_share: float = 0.6                       # of a town's numbers unreachable ...
    town_dark_within: timedelta = timedelta(minutes=15)
    code_rest: timedelta = timedelta(hours=72)         # a reply code is free again this long after the end
    report_by_phone: timedelta = timedelta(minutes=30)  # a cry for help starts this clock (信息直报, by phone)
    ask_back: timedelta = timedelta(seconds=30)        # an unclear reply is rung back within this
    card_hold: timedelta = timedelta(seconds=90)       # an open phone card keeps the robot off its phones this long
    third_renewal: int = 3                             # renewals without an act that bring in the leader
    red_bound: timedelta = timedelta(minutes=10)       # a red ladder must be over by this
    readings_kept: timedelta = timedelta(days=7)       # readings of a station are kept this long
    reading_fresh: timedelta = timedelta(hours=2)      # a reading older than this raises nothing by itself
    gauge_renewal: timedelta = timedelta(hours=12)     # a warning of a gauge that stands is said again this often
    sighting_window: timedelta = timedelta(hours=2)    # a device that sees it again within this renews, no new one
    sighting_renewal: timedelta = timedelta(minutes=10)  # and says so to the called at most this often
    unknown_colour: Colour = Colour.ORANGE             # neither colour nor severity known
