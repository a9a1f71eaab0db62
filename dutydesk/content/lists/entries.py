"""The rows of a foreign list as entries: one person at one post, with the cells he was read from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dutydesk.content.lists import cells
from dutydesk.content.lists.columns import Column, Header, duty_in, seat_in
from dutydesk.content.lists.grid import Grid
from dutydesk.content.lists.marks import Marks
from dutydesk.content.lists.placing import Found, Placing

_FOOT = re.compile(r"^(?:合计|总计|小计|填表|制表|审核|单位负责人|注[:：]|备注[:：]|说明|联系电话[:：])")


@dataclass(frozen=True, slots=True)
class Entry:
    """One person at one post. `seat` None: in the order of the list. `at` is row and column of his name."""

    place: str
    duty: str
    seat: int | None
    name: str
    numbers: tuple[tuple[str, str], ...]
    organisation: str
    title: str
    sheet: str
    at: tuple[int, int]


@dataclass(frozen=True)
class Wanted:
    """What an officer said about a list, and what its title says: `town` and `duty` hold where a row names none."""

    town: str = ""
    duty: str = ""
    plan: cells.Numbering = field(default_factory=cells.Numbering)


class Reader:
    """Reads the rows of one sheet below its header."""

    def __init__(self, grid: Grid, header: Header, placing: Placing, wanted: Wanted, marks: Marks) -> None:
        self._grid, self._header, self._placing, self._marks = grid, header, placing, marks
        self._wanted = wanted
        self._above: dict[int, str] = {}
        self._left_out: set[tuple[str, str]] = set()   # posts of which somebody could not be read

    def entries(self) -> list[Entry]:
        """Return an entry for every person that could be read for certain; everything else is marked."""
        found = []
        for row in range(self._header.last + 1, len(self._grid.rows)):
            texts = [text for text in self._grid.rows[row] if text]
            if not texts or _FOOT.match(texts[0]) or self._is_title(row) or self._is_header(row):
                continue
            found += self._row(row)
        return found

    def _is_title(self, row: int) -> bool:
        """One text over the whole width: a heading between the rows."""
        return len(set(self._grid.rows[row]) - {""}) == 1 and any(
            top == bottom == row and right > left for top, left, bottom, right in self._grid.merged)

    def _is_header(self, row: int) -> bool:
        """The header again, as it stands on the next printed page."""
        here, named = self._grid.rows[row], self._header.columns
        return sum(here[column.at] == self._grid.text(self._header.last, column.at) != "" for column in named) > len(
            named) / 2

    def _row(self, row: int) -> list[Entry]:
        groups = _groups(self._header.columns)
        people = [group for group in groups if not cells.is_nobody(self._text(row, group[0]))]
        if not people:
            for group in groups:
                self._vacant(row, group)
            return []
        place = self._place(row)
        if not place:
            return []
        found = (self._entry(row, group, place) for group in people)
        return [entry for entry in found if entry is not None]

    def _vacant(self, row: int, group: Sequence[Column]) -> None:
        """A row without a name: nothing to take, but a number without its owner is told."""
        for column in group[1:]:
            if column.field in ("phone", "landline") and not cells.is_nobody(self._grid.text(row, column.at)):
                self._marks.wrong(self._grid.sheet, row, group[0].at, "有号码没有姓名")

    # -- one cell -------------------------------------------------------------------------------------
    def _text(self, row: int, column: Column) -> str:
        """The text of a cell; 同上 is what stands above it."""
        text = self._grid.text(row, column.at)
        if text.strip() in cells.DITTO:
            text = self._above.get(column.at, "")
        self._above[column.at] = text
        return text

    def _first(self, row: int, field: str) -> tuple[str, int]:
        """The text and the column of a field there is one of."""
        column = next((each for each in self._header.columns if each.field == field), None)
        return (self._text(row, column), column.at) if column else ("", -1)

    # -- the place ------------------------------------------------------------------------------------
    def _place(self, row: int) -> str:
        """The lowest place a row names; an empty text where that is not certain (and marked)."""
        code, code_at = self._first(row, "code")
        digits, trouble = cells.area_code(code)
        by_code = self._placing.coded(digits) if digits else Found()
        named, name_at = self._named(row, by_code.place)
        if named.trouble:
            self._marks.doubtful(self._grid.sheet, row, name_at, named.trouble)
            return ""
        if trouble:
            if not named.place:
                self._marks.wrong(self._grid.sheet, row, code_at, trouble)
                return ""
            self._marks.note(self._grid.sheet, row, code_at, f"{trouble}；按名称认作{named.place}")
        if digits and by_code.place != named.place and named.place:
            self._marks.doubtful(self._grid.sheet, row, code_at,
                                 by_code.trouble or f"代码是{by_code.place}，名称却是{named.place}，请核对")
            return ""
        place = named.place or by_code.place
        if not place:
            self._marks.wrong(self._grid.sheet, row, code_at if digits else -1, by_code.trouble or "看不出是哪个地方")
        return place

    def _named(self, row: int, coded: str) -> tuple[Found, int]:
        """The place by the names of a row, and the column to mark. `coded` is where its code lies: a village without
        a town is looked for in the same town, so that code and name confirm each other.
        """
        county_text, county_at = self._first(row, "county")
        town_text, town_at = self._filled(row, "town")
        village_text, village_at = self._filled(row, "village")
        county = Found()
        if county_text:
            county = self._placing.county(county_text)
            if not county.place:
                return county, county_at
        town = Found(self._wanted.town)
        if town_text:
            town = self._placing.town(town_text, county.place)
            if town.place and self._wanted.town and town.place != self._wanted.town:
                return Found(trouble=f"这份名册写明是{self._wanted.town}的，这一行却是{town_text}"), town_at
        if town.trouble:
            return town, town_at
        if not village_text:
            if self._is_blank_village(row):
                return Found(trouble="村名空着，不知道是不是同上"), village_at
            return (town if town.place else county), town_at
        town = town if town.place else Found(self._placing.town_of(coded))
        if not town.place:
            return Found(trouble="没有写镇街，村名可能重复"), village_at
        return self._placing.village(village_text, town.place), village_at

    def _filled(self, row: int, field: str) -> tuple[str, int]:
        """A place's name; where a town is left blank below another it goes on, a blank village does not."""
        column = next((each for each in self._header.columns if each.field == field), None)
        if column is None:
            return "", -1
        before = self._above.get(column.at, "")
        text = self._text(row, column)
        if not text and field == "town" and before:
            self._above[column.at] = before
            return before, column.at
        return text, column.at

    # -- the person -----------------------------------------------------------------------------------
    def _entry(self, row: int, group: Sequence[Column], place: str) -> Entry | None:
        """The person of one group of columns at that place; None where he cannot be taken (and is marked)."""
        column = group[0]
        duty, seat = self._duty(row, column), self._seat(row, column)
        name, bracket, trouble = cells.person_name(self._text(row, column))
        numbers = self._numbers(row, group)
        if not trouble and not numbers:
            trouble = "没有可用的号码，这个人没有录入"
        if trouble:
            self._marks.wrong(self._grid.sheet, row, column.at, trouble)
            self._left_out.add((place, duty))
            return None
        if not duty:
            self._marks.doubtful(self._grid.sheet, row, column.at, "看不出管哪项责任；用 --duty 写明")
            return None
        if seat is None and (place, duty) in self._left_out:
            self._marks.doubtful(self._grid.sheet, row, column.at, "前面有人没有录入，不知道他是第几席")
            return None
        own = {each.field: self._text(row, each) for each in group[1:] if each.field in ("title", "organisation")}
        return Entry(place, duty, seat, name, numbers, own.get("organisation", ""), own.get("title", "") or bracket,
                     self._grid.sheet, (row, column.at))

    def _numbers(self, row: int, group: Sequence[Column]) -> tuple[tuple[str, str], ...]:
        """The numbers of one group of columns; what of them cannot be read is marked."""
        found: list[tuple[str, str]] = []
        for column in group[1:]:
            if column.field in ("phone", "landline"):
                read = cells.phones(self._text(row, column), self._wanted.plan)
                found += read.numbers
                if read.trouble:
                    self._marks.wrong(self._grid.sheet, row, column.at, read.trouble)
        return tuple(dict.fromkeys(found))

    def _is_blank_village(self, row: int) -> bool:
        """A blank village, with a blank town too, below a row that names one: the same village, or the town?"""
        blank = {each.field: not self._grid.text(row, each.at) for each in self._header.columns
                 if each.field in ("town", "village")}
        below_another = row > self._header.last + 1
        return below_another and blank.get("village", False) and blank.get("town", bool(self._wanted.town))

    def _duty(self, row: int, column: Column) -> str:
        return duty_in(column.group) or duty_in(self._first(row, "duty")[0]) or self._wanted.duty

    def _seat(self, row: int, column: Column) -> int | None:
        said = seat_in(column.group)
        return said if said is not None else seat_in(self._first(row, "seat")[0])


def _groups(columns: Sequence[Column]) -> list[list[Column]]:
    """The persons of a row: each name's column with the columns that are his: of the same group, else the next ones."""
    names = [column for column in columns if column.field == "name"]
    groups = [[name] for name in names]
    for column in columns:
        if column.field not in ("phone", "landline", "title", "organisation"):
            continue
        _owner(groups, column).append(column)
    return groups


def _owner(groups: list[list[Column]], column: Column) -> list[Column]:
    """Whose column it is: of the same group, else of the name before it, unless that one has its title already."""
    same = [group for group in groups if column.group and column.group == group[0].group]
    if same:
        return same[0]
    before = [n for n, group in enumerate(groups) if group[0].at < column.at]
    at = before[-1] if before else 0
    has_it = column.field in ("title", "organisation") and any(each.field == column.field for each in groups[at])
    return groups[at + 1] if has_it and at + 1 < len(groups) else groups[at]
