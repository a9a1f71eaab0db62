"""Lists as offices write them, generated with what they mean: the oracle knows the truth before it is written badly.

Nothing here knows how lists are read. A `Truth` is one person at one post; `rows` are where he stands.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import xlwt

from dutydesk.domain.gazetteer import plain_name
from dutydesk.domain.site import Place, Site

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静秀丽强磊军洋勇艳杰涛明超兰霞平刚桂英玉萍红鹏飞健林彬辉"
FORMATS = ("xlsx", "xls", "et", "csv", "gbk")
TITLES = ("书记", "村主任", "网格员", "副镇长", "站长")


@dataclass
class Truth:
    """Who has which seat, and where the list says so. `spoilt`: a cell was damaged beyond reading."""

    post: str
    seat: int
    name: str
    numbers: frozenset[str]
    file: str = ""
    rows: set[int] = field(default_factory=set)
    spoilt: bool = False


@dataclass
class Made:
    """One generated file."""

    path: Path
    truths: list[Truth]


class Office:
    """Somebody who keeps lists of one town, badly."""

    def __init__(self, site: Site, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.seed = seed
        self.site = site
        self.folder = folder
        towns = [place for place in site.places.values() if place.kind == "town"]
        self.town = self.chance.choice([town for town in towns if len(self.villages(town)) >= 8])
        self.county = next(place for place in site.ancestors(self.town.id) if place.kind == "county")
        self.unit = self.county.name.partition("（")[0]
        self.used: set[str] = set()
        self.suffix = self.chance.choice(FORMATS)

    def villages(self, town: Place) -> list[Place]:
        return [self.site.places[id] for id in self.site.children.get(town.id, ())
                if self.site.places[id].kind == "village"]

    # -- people ---------------------------------------------------------------------------------------
    def name(self) -> str:
        while True:
            name = self.chance.choice(SURNAMES) + "".join(self.chance.sample(GIVEN, self.chance.choice((1, 2, 2))))
            if name not in self.used:
                self.used.add(name)
                return name

    def mobile(self) -> str:
        return f"1{self.chance.choice('3456789')}{self.chance.randrange(10**9):09d}"

    def landline(self) -> str:
        return f"0631-{self.chance.randrange(2_000_000, 8_999_999)}"

    def person(self) -> tuple[str, list[str]]:
        return self.name(), [self.mobile()] + ([self.landline()] if self.chance.random() < 0.2 else [])

    # -- how cells are written ------------------------------------------------------------------------
    def written_name(self, name: str) -> str:
        kind = self.chance.random()
        if kind < 0.1 and len(name) == 2:
            return f"{name[0]}  {name[1]}"
        if kind < 0.15:
            return f" {name}\u3000"
        return f"{name}（{self.chance.choice(TITLES)}）" if kind < 0.2 else name

    def written_numbers(self, numbers: list[str]) -> object:
        kind = self.chance.random()
        if len(numbers) == 1:
            bare = numbers[0]
            if kind < 0.35 and not bare.startswith("0"):
                return float(bare)
            if kind < 0.45:
                return f"{bare[:3]} {bare[3:7]} {bare[7:]}"
            if kind < 0.5:
                return f"{bare[:3]}-{bare[3:7]}-{bare[7:]}"
            if kind < 0.55:
                return "".join(chr(ord(each) + 0xFEE0) for each in bare)
            return f"手机：{bare}" if kind < 0.6 else bare
        return self.chance.choice(["/", "、", "\n", "；", " ", "，"]).join(numbers)

    def spoil(self, truth: Truth, number: object) -> object:
        """Damage a cell beyond reading, now and then."""
        if self.chance.random() >= 0.06:
            return number
        truth.spoilt = True
        text = f"{number:.0f}" if isinstance(number, float) else str(number)
        return self.chance.choice([text[:-1], text + "7", f"{text[0]}.{text[1:4]}E+10", "转" + text[-4:], "见上"])

    def written_village(self, village: Place) -> str:
        names = {village.name, plain_name(village.name)}
        return self.chance.choice(sorted(names))

    # -- lists ----------------------------------------------------------------------------------------
    def make(self) -> Made:
        """One file in one of five forms."""
        form = (self.flat, self.groups, self.coded, self.side_by_side, self.seats)[self.seed % 5]
        grid = Grid()
        truths = form(grid)
        path = self.folder / f"名册{self.seed}.{'csv' if self.suffix == 'gbk' else self.suffix}"
        for truth in truths:
            truth.file = path.name
        grid.save(path, self.suffix, self.chance)
        return Made(path, truths)

    def _truth(self, place: Place, duty: str, seat: int, name: str, numbers: list[str], row: int) -> Truth:
        wanted = frozenset("+86" + number.replace("-", "").removeprefix("0") for number in numbers)
        return Truth(f"{place.id}/{duty}", seat, name, wanted, rows={row})

    def _chosen(self, least: int = 6) -> list[Place]:
        villages = self.villages(self.town)
        return self.chance.sample(villages, self.chance.randint(least, min(len(villages), 30)))

    def flat(self, grid: Grid) -> list[Truth]:
        """One row a person; the town is merged, blank, or said to be the same as above."""
        grid.title(f"{self.county.name}防汛责任人一览表", 6)
        grid.row(["区市", "镇（街道）", "村（社区）", "姓名", "职务", "联系电话"])
        style, truths, first = self.chance.choice(("merged", "blank", "ditto", "full")), [], len(grid.cells)
        for n, village in enumerate(self._chosen()):
            name, numbers = self.person()
            truth = self._truth(village, "flood", 1, name, numbers, len(grid.cells))
            town = self.town.name if n == 0 or style == "full" else ("同上" if style == "ditto" else "")
            grid.row([self.county.name if n == 0 or style != "merged" else "", town, self.written_village(village),
                      self.written_name(name), self.chance.choice(TITLES),
                      self.spoil(truth, self.written_numbers(numbers))])
            truths.append(truth)
            if self.chance.random() < 0.04:
                grid.row(["区市", "镇（街道）", "村（社区）", "姓名", "职务", "联系电话"])
        if style == "merged" and not self.suffix.startswith(("csv", "gbk")):
            grid.merge(first, 0, len(grid.cells) - 1, 0)
            grid.merge(first, 1, len(grid.cells) - 1, 1)
        elif style == "merged":
            for row in range(first, len(grid.cells)):
                grid.cells[row][0] = self.county.name
        grid.row(["合计", len(truths)])
        return truths

    def groups(self, grid: Grid) -> list[Truth]:
        """Two persons a row under a header of two rows; the town stands in the title only."""
        grid.title(f"{self.unit}{self.town.name}村级责任人名册", 6)
        if self.suffix in ("csv", "gbk"):
            grid.row(["村（社区）", "防汛责任人姓名", "防汛责任人职务", "防汛责任人手机", "护林员姓名", "护林员手机"])
        else:
            grid.row(["村（社区）", "防汛责任人", "", "", "护林员", ""])
            grid.row(["", "姓名", "职务", "手机", "姓名", "手机"])
            top = len(grid.cells) - 2
            for box in ((top, 0, top + 1, 0), (top, 1, top, 3), (top, 4, top, 5)):
                grid.merge(*box)
        truths = []
        for village in self._chosen():
            row, pair = len(grid.cells), [self.person(), self.person()]
            flood = self._truth(village, "flood", 1, *pair[0], row)
            fire = self._truth(village, "fire", 1, *pair[1], row)
            vacant = self.chance.random() < 0.15
            grid.row([self.written_village(village), self.written_name(pair[0][0]), self.chance.choice(TITLES),
                      self.spoil(flood, self.written_numbers(pair[0][1])),
                      self.chance.choice(["空缺", "/", ""]) if vacant else self.written_name(pair[1][0]),
                      "" if vacant else self.spoil(fire, self.written_numbers(pair[1][1]))])
            truths += [flood] if vacant else [flood, fire]
        grid.row(["填表人：", "", "审核："])
        return truths

    def coded(self, grid: Grid) -> list[Truth]:
        """Codes of twelve digits, some of them ruined; two men of one village in merged cells."""
        grid.row(["序号", "行政区划代码", "村名", "防汛责任人", "手机号码", "办公电话"])
        truths = []
        for n, village in enumerate(self._chosen()):
            start = len(grid.cells)
            for seat in (1, 2) if self.chance.random() < 0.3 else (1,):
                name, numbers = self.person()
                truth = self._truth(village, "flood", seat, name, numbers, len(grid.cells))
                code: object = village.id if self.chance.random() < 0.5 else float(village.id)
                ruin = self.chance.random()
                if ruin < 0.08:
                    code = f"{village.id[0]}.{village.id[1:6]}E+11"
                    truth.spoilt = True      # a village without its town cannot be told from its namesakes
                elif ruin < 0.12:
                    code = self.chance.choice([other for other in self.villages(self.town) if other != village]).id
                    truth.spoilt = True
                merged = seat == 2
                grid.row([n + 1, "" if merged else code, "" if merged else self.written_village(village),
                          self.written_name(name), self.spoil(truth, self.written_numbers(numbers[:1])),
                          numbers[1] if len(numbers) > 1 else ""])
                truths.append(truth)
            if len(grid.cells) - start == 2:
                if self.suffix in ("csv", "gbk"):
                    grid.cells[-1][1:3] = grid.cells[-2][1:3]
                else:
                    grid.merge(start, 1, start + 1, 1)
                    grid.merge(start, 2, start + 1, 2)
                if truths[-2].spoilt and grid.cells[start][1] != village.id:
                    truths[-1].spoilt = True
        return truths

    def side_by_side(self, grid: Grid) -> list[Truth]:
        """Names under what they are; numbers in the column beside; a neighbour town's namesake; typing errors."""
        grid.row(["镇街", "村", "防汛责任人", "联系电话", "护林员", "联系电话", "备注"])
        truths = []
        for village in self._chosen():
            row, pair = len(grid.cells), [self.person(), self.person()]
            flood = self._truth(village, "flood", 1, *pair[0], row)
            fire = self._truth(village, "fire", 1, *pair[1], row)
            written = self.written_village(village)
            if self.chance.random() < 0.05:
                written = written[:1] + "某" + written[1:]
                flood.spoilt = fire.spoilt = True
            double = self.chance.random() < 0.05
            if double:
                flood.spoilt = True
            grid.row([self.town.name, written,
                      f"{self.written_name(pair[0][0])}、{self.name()}" if double else self.written_name(pair[0][0]),
                      self.spoil(flood, self.written_numbers(pair[0][1])), self.written_name(pair[1][0]),
                      self.spoil(fire, self.written_numbers(pair[1][1])), self.chance.choice(["", "已核实"])])
            truths += [flood, fire]
        return truths

    def seats(self, grid: Grid) -> list[Truth]:
        """A and B in a column; one man in several villages; a title behind a name."""
        grid.title(f"{self.unit}{self.town.name}森林防火责任人（AB角）", 5)
        grid.row(["村（社区）", "AB角", "姓名", "工作单位", "电话"])
        truths = []
        often = self.person()
        for village in self._chosen():
            for seat, letter in ((1, "A角"), (2, "B角")):
                name, numbers = often if seat == 2 and self.chance.random() < 0.3 else self.person()
                truth = self._truth(village, "fire", seat, name, numbers, len(grid.cells))
                written = self.written_name(name)
                if self.chance.random() < 0.04:
                    written, truth.spoilt = f"{name}书记", True
                grid.row([self.written_village(village), letter, written, f"{self.town.name}政府",
                          self.spoil(truth, self.written_numbers(numbers))])
                truths.append(truth)
        return truths


class Grid:
    """Cells on their way into a file."""

    def __init__(self) -> None:
        self.cells: list[list[object]] = []
        self.boxes: list[tuple[int, int, int, int]] = []

    def row(self, cells: list[object]) -> None:
        self.cells.append(list(cells))

    def title(self, text: str, width: int) -> None:
        self.cells.append([text] + [""] * (width - 1))
        self.merge(len(self.cells) - 1, 0, len(self.cells) - 1, width - 1)

    def merge(self, *box: int) -> None:
        top, left, bottom, right = box
        self.boxes.append((top, left, bottom, right))

    def save(self, path: Path, suffix: str, chance: random.Random) -> None:
        old = [["村", "姓名", "电话"], ["旧村", "旧人甲", "13000000000"]] if chance.random() < 0.4 else []
        if suffix == "xlsx":
            book = openpyxl.Workbook()
            sheet = book.worksheets[0]
            for cells in self.cells:
                sheet.append([cell if cell != "" else None for cell in cells])
            for top, left, bottom, right in self.boxes:
                sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
            if old:
                hidden = book.create_sheet("旧名单")
                for cells in old:
                    hidden.append(cells)
                hidden.sheet_state = "hidden"
            book.save(path)
        elif suffix in ("xls", "et"):
            self._save_old(path, old)
        else:
            out = io.StringIO()
            csv.writer(out).writerows([[f"{c:.0f}" if isinstance(c, float) else c for c in row] for row in self.cells])
            path.write_bytes(out.getvalue().encode("gb18030" if suffix == "gbk" else "utf-8"))

    def _save_old(self, path: Path, old: list[list[str]]) -> None:
        book = xlwt.Workbook()
        sheet = book.add_sheet("Sheet1")
        inside = {(row, column) for top, left, bottom, right in self.boxes for row in range(top, bottom + 1)
                  for column in range(left, right + 1)}
        for r, cells in enumerate(self.cells):
            for c, cell in enumerate(cells):
                if cell != "" and (r, c) not in inside:
                    sheet.write(r, c, cell)
        for top, left, bottom, right in self.boxes:
            sheet.write_merge(top, bottom, left, right, self.cells[top][left])
        if old:
            hidden = book.add_sheet("旧名单")
            hidden.visibility = 1
            for r, row in enumerate(old):
                for c, text in enumerate(row):
                    hidden.write(r, c, text)
        book.save(str(path))
