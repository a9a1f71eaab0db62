"""A wording is filled whole or refused by name; what a template may do is little."""

from __future__ import annotations

import pytest

from dutydesk.content.texts import SiteTexts
from dutydesk.errors import Faulty
from dutydesk.ports.texts import Texts


def test_a_wording_is_filled_and_trimmed():
    texts: Texts = SiteTexts({"a.sms": "\n【{{ signature }}】{% if drill %}【演练】{% endif %}{{ title }}\n"})
    assert texts.render("a.sms", {"signature": "小城应急", "drill": True, "title": "暴雨<红色>预警"}) \
        == "【小城应急】【演练】暴雨<红色>预警"


@pytest.mark.parametrize(("source", "said"), [
    ("{{ missing }}", "missing"), ("{{ title.nothing }}", "nothing"), ("{% if title %}", "line 1"),
    ("{{ title(", "line 1"),
    ("{{ 1 // 0 }}", "cannot be filled"), ("{{ title.__class__.__mro__ }}", "cannot be filled"),
    ("{% include 'other' %}", "cannot be filled"), ("{{ 'x' * 999999999 }}", "cannot be filled"),
    ("{{ '%999999999d' % 1 }}", "cannot be filled"), ("{{ 'x'.ljust(999999999) }}", "cannot be filled"),
    ("{{ 'x' | center(999999999) }}", "line 1"),
    ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "cannot be filled"),
    ("{{ 9 ** 99999999 }}", "cannot be filled"), ("{% for a in range(999999999) %}x{% endfor %}", "cannot be filled"),
])
def test_a_faulty_wording_is_refused_naming_it_and_the_reason(source, said):
    with pytest.raises(Faulty, match=r"bad\.sms") as caught:
        SiteTexts({"bad.sms": source}).render("bad.sms", {"title": "t"})
    assert said in str(caught.value)


def test_a_wording_that_does_not_exist_is_named_with_its_file():
    with pytest.raises(Faulty, match=r"playbooks/texts/none\.sms\.txt"):
        SiteTexts({}).render("none.sms", {})
