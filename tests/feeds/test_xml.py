from __future__ import annotations

import codecs
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.errors import DocumentError, TooLarge
from dutydesk.feeds.cap import Cap
from dutydesk.feeds.faults import MEANINGS, Notes
from dutydesk.feeds.fields import Fields
from dutydesk.feeds.xml import HARD_LIMIT, read
from dutydesk.ports.feed import Source

NOW = datetime(2031, 7, 20, 4, tzinfo=UTC)
SOURCE = Source("x", "cap")
TEXT = "海角市气象台发布暴雨红色预警信号"
BODY = f"<alert><headline>{TEXT}</headline></alert>"


def headline(body: bytes, limit: int = 5_000_000) -> tuple[str, list[str]]:
    notes = Notes()
    root = read(body, limit, notes)
    return Fields(root, "", notes).text("headline"), [fault.name for fault in notes.all()]


def declared(name: str, body: str = BODY) -> str:
    return f'<?xml version="1.0" encoding="{name}"?>\n{body}'


ENCODED = [
    ("utf-8", declared("UTF-8").encode(), []),
    ("none declared", BODY.encode(), []),
    ("a mark", codecs.BOM_UTF8 + declared("UTF-8").encode(), []),
    ("two marks", codecs.BOM_UTF8 * 2 + declared("UTF-8").encode(), ["text-before-declaration"]),
    ("lines before the declaration", b"\r\n\n  " + declared("UTF-8").encode(), ["text-before-declaration"]),
    ("blanks before the root", b"\n\n" + BODY.encode(), []),
    ("zeros behind", declared("UTF-8").encode() + b"\x00" * 50, []),
    ("gbk", declared("GBK").encode("gbk"), []),
    ("gb2312", declared("gb2312").encode("gb2312"), []),
    ("gb18030", declared("GB18030", BODY.replace("角", "角\U00020000")).encode("gb18030"), []),
    ("gbk, none declared", BODY.encode("gbk"), ["encoding-wrong"]),
    ("gbk, utf-8 declared", declared("UTF-8").encode("gbk"), ["encoding-wrong"]),
    ("gbk, latin declared", declared("ISO-8859-1").encode("gbk"), ["encoding-wrong"]),
    ("utf-8, latin declared", declared("ISO-8859-1").encode(), ["encoding-wrong"]),
    ("utf-8, gbk declared", declared("GBK").encode(), ["encoding-wrong"]),
    ("utf-8, utf-16 declared", declared("UTF-16").encode(), ["encoding-wrong"]),
    ("utf-8, nonsense declared", declared("klingon").encode(), ["encoding-unknown"]),
    ("utf-16 with a mark", declared("UTF-16").encode("utf-16"), []),
    ("utf-16 big end first", codecs.BOM_UTF16_BE + declared("UTF-16").encode("utf-16-be"), []),
    ("utf-16 without a mark", declared("UTF-16").encode("utf-16-le"), []),
    ("utf-16 big, without a mark", declared("UTF-16").encode("utf-16-be"), []),
    ("utf-32", declared("UTF-32").encode("utf-32"), []),
    ("big5", declared("Big5").encode("big5", "replace").replace(b"?alert", b"<alert"), None),
]


@pytest.mark.parametrize(("what", "body", "faults"), ENCODED, ids=[case[0] for case in ENCODED])
def test_the_bytes_decide_and_not_the_declaration(what: str, body: bytes, faults: list[str] | None) -> None:
    text, names = headline(body)
    if faults is not None:
        assert text.replace("\U00020000", "") == TEXT
        assert names == faults


@pytest.mark.parametrize(("name", "text"), [
    ("ISO-8859-1", "Alerte météo à Nîmes, déjà"), ("windows-1252", "tempête – forêt"), ("windows-1251", "Шквалы ветра"),
])
def test_western_letters_stay_western(name: str, text: str) -> None:
    assert headline(declared(name, f"<alert><headline>{text}</headline></alert>").encode(name)) == (text, [])


def test_one_damaged_character_does_not_spoil_the_rest() -> None:
    body = declared("UTF-8").encode().replace("角".encode(), "角".encode()[:2])
    text, names = headline(body)
    assert (text, names) == (TEXT.replace("角", "\ufffd"), ["encoding-damaged"])


FORGIVEN = [
    ("风 & 雨", "风 & 雨", ["bare-ampersand"]),
    ("风 &amp; 雨 & 雷", "风 & 雨 & 雷", ["bare-ampersand"]),
    ("风&nbsp;雨", "风&nbsp;雨", ["bare-ampersand"]),
    ("<![CDATA[风 & <雨>]]>", "风 & <雨>", []),
    ("<![CDATA[风 & 雨]]> & 雷", "风 & 雨 & 雷", ["bare-ampersand"]),
    ("风\x0b雨\x00", "风雨", ["control-characters"]),
    ("风<!-- 一 -->雨<?x y?>", "风雨", []),
    ("风<b>大</b>雨", "风大雨", []),
    ("&#x98CE;&#38632;", "风雨", []),
]


@pytest.mark.parametrize(("inner", "wanted", "faults"), FORGIVEN)
def test_small_sins_are_forgiven_and_told(inner: str, wanted: str, faults: list[str]) -> None:
    assert headline(f"<alert><headline>{inner}</headline></alert>".encode()) == (wanted, faults)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DANGEROUS = [
    f'<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY l0 "ha">{LAUGHS}]><alert><headline>&l9;</headline></alert>',
    '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/hostname">]><alert><headline>&x;</headline></alert>',
    '<!DOCTYPE alert [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x">%x;]><alert/>',
    '<!DOCTYPE alert SYSTEM "http://127.0.0.1:1/x.dtd"><alert/>',
    '<!DOCTYPE alert PUBLIC "-//A//B" "http://127.0.0.1:1/x.dtd"><alert/>',
    '<!-- hidden --><?x?>\n<!DOCTYPE alert [<!ENTITY x "y">]><alert>&x;</alert>',
    '<!DOCTYPE alert [<!ATTLIST alert a CDATA "b">]><alert/>',
    '<?xml version="1.0" encoding="UTF-7"?>+ADwhDOCTYPE alert+AD4-<alert/>',
]


@pytest.mark.parametrize("body", DANGEROUS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
def test_entities_and_addresses_are_refused_in_every_encoding(body: str, encoding: str) -> None:
    if "UTF-7" in body and encoding != "utf-8":
        body = DANGEROUS[0]
    with pytest.raises(DocumentError) as caught:
        headline(body.encode(encoding))
    assert caught.value.name == "dangerous"


def test_a_bomb_costs_no_time() -> None:
    started = time.perf_counter()
    for body in DANGEROUS:
        with pytest.raises(DocumentError):
            headline(body.encode())
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("body", [
    "<!DOCTYPE alert>" + BODY,
    BODY.replace("海", "&lt;!DOCTYPE x [&lt;!ENTITY"),
    "<!-- <!DOCTYPE x SYSTEM 'y'> -->" + BODY,
    BODY.replace("<headline>", "<headline><![CDATA[<!DOCTYPE x SYSTEM 'y'>]]>"),
])
def test_a_harmless_doctype_or_the_word_in_a_text_is_no_trick(body: str) -> None:
    assert "暴雨" in headline(body.encode())[0]


@pytest.mark.parametrize("body", [
    "<alert><headline>", "<alert></alert", "<alert></info></alert>", "<alert a=1/>", "<alert>&#0;</alert>", "{}",
    "\x00",
    "<alert/><alert/>", "<alert>" + "<a>" * 5000 + "</a>" * 5000 + "</alert>", "<!DOCTYPE", "<!--", "<?xml", "<?xml?>",
    "&", "<![CDATA[", "HTTP/1.1 200 OK\r\n\r\n<alert/>",
])
def test_what_is_no_whole_document_is_refused_by_name(body: str) -> None:
    with pytest.raises(DocumentError) as caught:
        headline(body.encode())
    assert caught.value.name in ("not-well-formed", "dangerous")


def test_fifty_megabytes_are_refused_before_anything_is_read() -> None:
    body = b"<alert>" + b"x" * 50_000_000
    started = time.perf_counter()
    with pytest.raises(TooLarge):
        headline(body)
    with pytest.raises(TooLarge):
        headline(body, limit=10 * HARD_LIMIT)     # a source cannot allow what the house refuses
    assert time.perf_counter() - started < 0.05


def test_marks_denser_than_any_real_document_s_are_refused_before_they_become_elements() -> None:
    # An element costs fifty times its characters; up to 50,000 marks any density will do.
    for text, refused in (("<b/>" * 49_000, False), ("<b/>" * 60_000, True), ("<b>real words</b>" * 60_000, True),
                          ("<b>as many words as a real one has</b>" * 60_000, False)):
        body = f"<alert><identifier>{TEXT}</identifier>{text}</alert>".encode()
        started = time.perf_counter()
        if refused:
            with pytest.raises(TooLarge, match="标记"):
                read(body, HARD_LIMIT, Notes())
            assert time.perf_counter() - started < 1
        else:
            assert read(body, HARD_LIMIT, Notes()).tag == "alert"


def test_a_source_sets_its_own_limit() -> None:
    assert headline(BODY.encode(), limit=len(BODY.encode()))[0] == TEXT
    with pytest.raises(TooLarge):
        headline(BODY.encode(), limit=len(BODY.encode()) - 1)


SEED = f"""<?xml version="1.0" encoding="UTF-8"?><!-- c --><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>99100041600000_20310720114500</identifier><sender>s</sender><sent>2031-07-20T11:45:00+08:00</sent>
<status>Actual</status><msgType>Update</msgType><scope>Public</scope>
<references>s,i,2031-07-20T11:45:00+08:00</references>
<info><language>zh-CN</language><event>暴雨</event><severity>Severe</severity><headline>{TEXT}</headline>
<description><![CDATA[将暴雨黄色升级为红色]]></description><expires>2031年7月21日 下午1时</expires>
<area><areaDesc>a</areaDesc><polygon>37,122 37,122.2 37.2,122.2 37,122</polygon><circle>37,122 5.5</circle>
<geocode><valueName>n</valueName><value>991000000000</value></geocode></area></info></alert>""".encode()


def only_named_errors(body: bytes) -> None:
    try:
        [alert] = Cap().parse(body, SOURCE, NOW)
    except DocumentError as error:
        assert error.name in MEANINGS  # noqa: PT017 - either outcome is fine, any other error is not
    else:
        assert alert.sent.tzinfo is not None
        assert {fault.name for fault in alert.faults} <= set(MEANINGS)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_raise_only_named_errors(body: bytes) -> None:
    only_named_errors(body)
    only_named_errors(b"<alert><identifier>" + body + b"</identifier></alert>")


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_documents_raise_only_named_errors(seed: int) -> None:
    dice = random.Random(seed)
    body = bytearray(SEED)
    for _ in range(dice.randint(1, 12)):
        at, end = sorted(dice.sample(range(len(body)), 2))
        match dice.randrange(6):
            case 0:
                body[at] = dice.randrange(256)
            case 1:
                del body[at:min(end, at + 40)]
            case 2:
                body[at:at] = body[at:min(end, at + 60)]
            case 3:
                body[at:at] = dice.choice([b"<", b">", b"&", b"]]>", b"\x00", b"9" * 400, b"-", "镇升级为".encode()])
            case 4:
                body = body[:end] if dice.random() < 0.2 else body
            case _:
                body[at:at + 1] = dice.choice([b",", b" ", b"nan", b"1e400", b"+", b"\xff\xfe"])
        if len(body) < 3:
            break
    only_named_errors(bytes(body))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["sent", "references", "polygon", "circle", "headline", "severity", "expires"]),
                       st.text(st.characters(exclude_categories=["Cs"]), max_size=60)))
def test_any_text_in_any_field_raises_only_named_errors(fields: dict[str, str]) -> None:
    def put(name: str) -> str:
        return f"<{name}><![CDATA[{fields.get(name, '').replace(']]>', '')}]]></{name}>"

    only_named_errors(f"<alert>{put('sent')}{put('references')}<info>{put('headline')}{put('severity')}{put('expires')}"
                      f"<area>{put('polygon')}{put('circle')}</area></info></alert>".encode())


def test_every_fault_the_readers_name_is_in_the_table() -> None:
    import re

    import dutydesk.domain.events
    import dutydesk.feeds

    root = Path(dutydesk.feeds.__file__).parent
    files = [*root.glob("*.py"), Path(dutydesk.domain.events.__file__)]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    named = set(re.findall(r'(?:\.add|Fault)\(\s*"([a-z-]+)"', text))
    named |= set(re.findall(r'"((?:missing|coordinates)-[a-z-]+)"', text))
    assert len(named) > 30
    assert named <= set(MEANINGS)
