"""One cell of a foreign list: read for certain, or told why not."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.content.lists.cells import Numbering, area_code, is_nobody, person_name, phones
from dutydesk.content.lists.columns import duty_in, field_of, seat_in

HERE = Numbering("+999", "631", 7)
MOBILE, DESK = ("mobile", "+99913900000001"), ("landline", "+9996312345678")


@pytest.mark.parametrize("text", [
    "13900000001", "139 0000 0001", "139-0000-0001", "１３９０００００００１", "手机：13900000001", "8613900000001",
    "+99913900000001", "86 13900000001", "13900000001（手机）"])
def test_a_mobile_is_read_however_it_is_written(text: str) -> None:
    assert phones(text, HERE).numbers == (MOBILE,)
    assert not phones(text, HERE).trouble


@pytest.mark.parametrize("text", ["0631-2345678", "(0631)2345678", "（0631）2345678", "0631 234 5678", "2345678",
                                  "办：2345678"])
def test_a_landline_gets_the_area_it_leaves_out(text: str) -> None:
    assert phones(text, HERE).numbers == (DESK,)


@pytest.mark.parametrize("between", ["/", "、", "，", ",", "；", "\n", " ", "或"])
def test_two_numbers_in_a_cell_are_two(between: str) -> None:
    assert phones(f"13900000001{between}0631-2345678", HERE).numbers == (MOBILE, DESK)
    assert phones(f"0631-2345678{between}13900000001", HERE).numbers == (DESK, MOBILE)


@pytest.mark.parametrize("text", ["1.39E+10", "1390000000", "139000000011", "见上", "13900000001转8012",
                                  "0631-23456789",
                                  "0631-234567", "66012"])
def test_what_is_no_number_is_told(text: str) -> None:
    assert phones(text, HERE).trouble


@pytest.mark.parametrize("text", ["", "无", "/", "—", "暂无"])
def test_nothing_is_no_trouble(text: str) -> None:
    assert is_nobody(text)
    assert phones(text, HERE) == phones("", HERE)


pieces = st.sampled_from(["13900000001", "0631-2345678", "2345678", "1.39E+10", "139", "+99913900000001", "86",
                          " ", "/", "-", "转", "１３", "(", "7"])


@given(st.lists(pieces, max_size=6).map("".join))
def test_no_digit_of_a_cell_is_lost_in_silence(text: str) -> None:
    """Where nothing is said, all digits of a cell are those of the numbers, their country and their area."""
    read = phones(text, HERE)
    own = [re.escape(number.removeprefix("+999").removeprefix("631")) for _, number in read.numbers]
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    explained = re.fullmatch(rf"(?:(?:86|999|0?631|)(?:{'|'.join(own) or 'x'}))*", digits)
    assert read.trouble or explained or is_nobody(text)


@pytest.mark.parametrize(("text", "name", "title"), [
    ("王甲", "王甲", ""), ("王 甲", "王甲", ""), (" 王　甲乙 ", "王甲乙", ""), ("王甲（书记）", "王甲", "书记"),
    ("买买提·阿不都", "买买提·阿不都", "")])
def test_a_name_is_read(text: str, name: str, title: str) -> None:
    assert person_name(text) == (name, title, "")


@pytest.mark.parametrize("text", ["王甲、李乙", "王甲/李乙", "王甲书记", "书记", "13900000001", "王", "见附件一览表"])
def test_what_is_no_single_name_is_told(text: str) -> None:
    assert person_name(text)[2]


@pytest.mark.parametrize(("text", "code"), [("371002100005", "371002100005"), ("371002100005.0", "371002100005"),
                                            ("'371002", "371002"), ("３７１００２", "371002")])
def test_a_code_is_read(text: str, code: str) -> None:
    assert area_code(text) == (code, "")


@pytest.mark.parametrize("text", ["3.71002E+11", "37100210000", "村"])
def test_a_ruined_code_is_told(text: str) -> None:
    assert area_code(text)[1]


@pytest.mark.parametrize(("text", "field"), [
    ("镇（街道）", "town"), ("村（社区）", "village"), ("联系\n电话", "phone"), ("姓 名", "name"),
    ("防汛责任人", "name"), ("防汛责任人手机", "phone"), ("行政区划代码", "code"), ("区（市）", "county"),
    ("AB角", "seat"), ("*职务", "title"), ("身份证号码", "remark"), ("序号", "serial"), ("天气", "")])
def test_a_header_names_its_field(text: str, field: str) -> None:
    assert field_of(text) == field


def test_a_header_says_which_duty_and_which_seat() -> None:
    assert duty_in("村级防汛责任人") == "flood"
    assert duty_in("防汛和森林防火责任人") == ""
    assert (seat_in("A角"), seat_in("副职"), seat_in("姓名")) == (1, 2, None)
