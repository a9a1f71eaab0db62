"""Rules about rosters: every hour has one person for every role, and nobody is in two places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.domain.finding import Level
from dutydesk.domain.roster import clashes, holes, overlaps, turns
from dutydesk.domain.site import Shift
from dutydesk.domain.values import Role

#: How far ahead of the day a roster is looked through.
AHEAD = timedelta(days=35)
ROLES = (Role.OFFICER, Role.BACKUP, Role.LEADER)
_FILE = "contacts/roster.csv"


@dataclass(frozen=True)
class _Window:
    """The stretch looked through, in the site's own days."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    tz: str

    def say(self, start: datetime, end: datetime) -> str:
        """Write a stretch in the site's own time: `Sun 2026-06-07 20:00 to 08:00`."""
        first, last = start.astimezone(self.zone), end.astimezone(self.zone)
        form = "%H:%M" if last - first < timedelta(days=1) else "%Y-%m-%d %H:%M"
        return f"{first:%a %Y-%m-%d %H:%M} to {last:{form}}"


def _window(case: Case) -> _Window:
    tz = case.loaded.site.timezone
    zone = ZoneInfo(tz)
    start = datetime.combine(case.day, time(0), zone)
    return _Window(start, start + AHEAD, zone, tz)


def _line(case: Case, shift: Shift) -> int:
    """Return the line a shift was read from."""
    for at in case.loaded.rows.roster:
        row = at.row
        if (row.desk, row.role, row.days, row.start, row.end, row.person, row.since, row.until) == (
                shift.desk, shift.role, shift.days, shift.start, shift.end, shift.person, shift.since, shift.until):
            return at.line
    return 1


def unknown_desk(case: Case) -> Iterator[Hit]:
    """Find shifts of desks that do not exist."""
    for at in case.loaded.rows.roster:
        if at.row.desk not in case.loaded.site.desks:
            yield Hit((at.file, at.line), f"desk {at.row.desk} is not in dutydesk.toml; correct it, or add [[desk]]",
                      at.row.desk)


def no_roster(case: Case) -> Iterator[Hit]:
    """Find desks with a role nobody ever has."""
    have = {(shift.desk, shift.role) for shift in case.loaded.site.roster}
    for desk in case.loaded.site.desks:
        missing = [role for role in ROLES if (desk, role) not in have]
        if missing:
            yield Hit((_FILE, 1), f"desk {desk} has no {', '.join(missing)} at any hour; add rows", desk)


def hole(case: Case) -> Iterator[Hit]:
    """Find hours in which a role has nobody, told on the line of the shift that ends where the hole begins."""
    window, shifts = _window(case), case.loaded.site.roster
    for desk in case.loaded.site.desks:
        for role in ROLES:
            own = [shift for shift in shifts if shift.desk == desk and shift.role is role]
            empty = holes(own, desk, role, window.start, window.end, window.tz) if own else ()
            if empty:
                first = empty[0]
                before = next((each.shift for each in turns(own, window.start, window.end, window.tz)
                               if each.end == first.start), own[0])
                more = f" and {len(empty) - 1} more until {window.end:%Y-%m-%d}" if len(empty) > 1 else ""
                yield Hit((_FILE, _line(case, before)),
                          f"desk {desk} has no {role} {window.say(first.start, first.end)}{more}; fill it",
                          f"{desk}/{role}")


def overlap(case: Case) -> Iterator[Hit]:
    """Find hours that several rows claim, once for each set of rows, on the line of the last of them."""
    window = _window(case)
    for desk in case.loaded.site.desks:
        for role in ROLES:
            told: dict[tuple[int, ...], int] = defaultdict(int)
            found = overlaps(case.loaded.site.roster, desk, role, window.start, window.end, window.tz)
            for each in found:
                lines = tuple(sorted(_line(case, shift) for shift in each.shifts))
                told[lines] += 1
                if told[lines] == 1:
                    others = ", ".join(str(line) for line in lines[:-1])
                    yield Hit((_FILE, lines[-1]),
                              f"desk {desk} has several {role}s {window.say(each.start, each.end)} (also line "
                              f"{others}); leave one", f"{desk}/{role}")


def double_booked(case: Case) -> Iterator[Hit]:
    """Find persons on duty in two roles or at two desks at once."""
    window = _window(case)
    by_person: dict[str, list[Shift]] = defaultdict(list)
    for shift in case.loaded.site.roster:
        by_person[shift.person].append(shift)
    for person, shifts in by_person.items():
        if len({(shift.desk, shift.role) for shift in shifts}) < 2:
            continue
        for each in clashes(turns(shifts, window.start, window.end, window.tz), window.start, window.end):
            posts = {(shift.desk, shift.role) for shift in each.shifts}
            if len(posts) > 1:
                line = max(_line(case, shift) for shift in each.shifts)
                what = " and ".join(sorted(f"{role} of {desk}" for desk, role in posts))
                yield Hit((_FILE, line), f"{person} is {what} {window.say(each.start, each.end)}; name somebody else",
                          person)
                break


RULES = (
    Rule("roster-desk", Level.ERROR, "a shift belongs to no desk", unknown_desk),
    Rule("roster-none", Level.ERROR, "a desk has no roster for a role", no_roster),
    Rule("roster-hole", Level.ERROR, "an hour has nobody in a role", hole),
    Rule("roster-overlap", Level.ERROR, "an hour has several people in a role", overlap),
    Rule("roster-double", Level.ERROR, "one person is on duty twice at the same time", double_booked),
)
