"""Which column of a foreign list is which: the header, of one row or two, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dutydesk.content.lists.grid import Grid
from dutydesk.domain.folding import fold

#: Field -> what its header says. The first field whose words are found wins, so the narrow ones come first.
FIELDS: Mapping[str, str] = {
    "serial": r"^(?:序号|编号|序|no\.?)$",
    "code": r"区划代码|地区编码|行政代码|村编码|统计代码|^代码$|12位",
    "remark": r"备注|说明|签字|签名|身份证|性别|年龄|出生|学历|民族|微信|邮箱",
    "seat": r"^(?:a/?b角|角色|席位|正副|ab岗)$",
    "duty": r"^(?:责任类别|责任类型|岗位类别|责任岗位|灾种|责任类型|岗位)$",
    "landline": r"固定电话|办公电话|座机|固话|值班电话",
    "phone": r"手机|电话|联系方式|号码|^tel",
    "title": r"职务|职位|身份$|职称",
    "organisation": r"工作单位|所在单位|单位名称|^单位$|部门",
    "county": r"^(?:所属|所在)?(?:区市|县区|区县|县市区|区\(市\)|县\(市、?区\)|市区|区、市|县)(?:名称)?$",
    "town": r"^(?:所属|所在)?(?:镇街|乡镇|镇|街道|街镇|镇\(街道?\)|乡镇\(街道?\)|镇街道|镇办)(?:名称)?$",
    "village": r"^(?:所属|所在)?(?:行政)?(?:村|村居|社区|村名|村\(社区\)|村\(居\)|村社区|村庄)(?:名称)?$",
    "name": r"姓名|^(?:.{0,8}(?:责任人|负责人|联系人|护林员|预警员|巡查员|群测群防员|[ab]角|副职|联络员))$",
}

_DUTY = {"flood": r"防汛|防洪|山洪|水库|防台|塘坝|河道", "fire": r"森林|护林|防火|山头|林区|林长",
         "geohazard": r"地灾|地质|隐患点|群测群防", "general": r"综合|应急管理|应急值守|总责"}
_SECOND = r"b角|副职|副责任人|第二责任人|备岗|^副$|ab岗b"
_FIRST = r"a角|第一责任人|主要负责人|^正$|主责"
_OF_FIELDS = re.compile("姓名|名字|手机号码|手机号|手机|移动电话|联系电话|办公电话|固定电话|电话号码|电话|联系方式|"
                        "号码|职务|工作单位|单位|/")
_HEADER_WITHIN = 12


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field (one of FIELDS), and what its header says besides: whose it is."""

    at: int
    field: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands (first and last row) and what it says. `texts` are its cells, both rows as one."""

    first: int
    last: int
    columns: tuple[Column, ...]
    texts: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """What tells this form of list from others."""
        return "|".join(fold(text) for text in self.texts if text)


def plain(text: str) -> str:
    """A header's text for comparing: folded, lower case, without blanks and stars."""
    return re.sub(r"[\s*＊]", "", fold(text)).casefold()


def field_of(text: str) -> str:
    """Return the field a header names, or an empty text."""
    bare = plain(text)
    return next((field for field, pattern in FIELDS.items() if bare and re.search(pattern, bare)), "")


def duty_in(text: str) -> str:
    """Return the duty a header, a title or a sheet's name speaks of; empty where it is none or several."""
    found = [duty for duty, pattern in _DUTY.items() if re.search(pattern, fold(text))]
    return found[0] if len(found) == 1 else ""


def seat_in(text: str) -> int | None:
    """Return the seat a text names: 1 holds the post, 2 is the deputy; None where it does not say."""
    bare = plain(text)
    if re.search(_SECOND, bare) or bare == "b":
        return 2
    return 1 if re.search(_FIRST, bare) or bare == "a" else None


def find_header(grid: Grid, remembered: Mapping[str, Sequence[str]], named: Mapping[str, str]) -> Header | None:
    """Find the header of a sheet: the row, or the two rows, that name most fields, a name among them.

    `remembered`: fingerprint -> field of each column, as an officer once said; `named`: header text -> field.
    """
    best: tuple[int, Header] | None = None
    for row in range(min(len(grid.rows), _HEADER_WITHIN)):
        for last in (row, row + 1):
            if last >= len(grid.rows) or (last > row and not _is_second_row(grid, row, last)):
                continue
            header = _read(grid, row, last, named)
            if header.fingerprint in remembered:
                fields = remembered[header.fingerprint]
                columns = tuple(Column(n, field, _group(header.texts[n])) for n, field in enumerate(fields) if field)
                return Header(row, last, columns, header.texts)
            score = len({(column.field, column.group) for column in header.columns})
            if score >= 2 and any(column.field == "name" for column in header.columns) and (
                    best is None or score > best[0]):
                best = score, header
    return best[1] if best else None


def _is_second_row(grid: Grid, first: int, last: int) -> bool:
    """Whether two rows make one header: cells of the first are merged sideways over several of the second, and the
    first is no title over everything.
    """
    if len(set(grid.rows[first]) - {""}) < 2:
        return False
    across = [(left, right) for top, left, bottom, right in grid.merged
              if top == first and bottom < last and right > left]
    return any(len({grid.text(last, column) for column in range(left, right + 1)} - {""}) > 1 for left, right in across)


def _read(grid: Grid, first: int, last: int, named: Mapping[str, str]) -> Header:
    width = len(grid.rows[first])
    texts, columns = [], []
    for column in range(width):
        parts = list(dict.fromkeys(text for row in range(first, last + 1) if (text := grid.text(row, column))))
        text = "/".join(parts)
        texts.append(text)
        lowest = parts[-1] if parts else ""
        field = named.get(plain(text)) or named.get(plain(lowest)) or field_of(lowest)
        if field:
            columns.append(Column(column, field, _group(text)))
    return Header(first, last, tuple(columns), tuple(texts))


def _group(text: str) -> str:
    """What a header says besides its field: `防汛责任人/姓名` and `防汛责任人电话` both speak of the 防汛责任人."""
    return _OF_FIELDS.sub("", plain(text))
