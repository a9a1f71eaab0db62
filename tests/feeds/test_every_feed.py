"""What every kind of feed promises, whatever it is given."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.cli.main import main
from dutydesk.domain.alert import Alert
from dutydesk.errors import DocumentError
from dutydesk.feeds.faults import MEANINGS
from dutydesk.feeds.registry import BUILT_IN, feed
from dutydesk.ports.feed import Source
from tests.corpus import ROOT, corpus
from tests.feeds.reading import NOW

FILES = {
    "cap": "cap/*", "cap-index": "cap-index/*", "edxl": "cap-index/*.edxlde", "nws": "nws/*",
    "meteoalarm": "meteoalarm/*[es].json", "qweather": "china/qweather_getW*Alert*.json", "nmc": "china/nmc_*",
    "weathercom": "china/weatherc*", "caiyun": "china/caiyun_*", "gdacs": "gdacs/tests_*",
}
PAIRS = [(kind, str(path.relative_to(ROOT))) for kind, pattern in FILES.items()
         for path in sorted(ROOT.glob(pattern))] or [("cap", "(missing)")]
KINDS = sorted(BUILT_IN)
NOT_THEIRS = {"cap/google_xee.cap", "cap-index/google_invalid.rss", "cap-index/google_no_link.atom",
              "meteoalarm/seevee_meteoalarm_regions_de.json"}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["2031-07-20 11:00", "海角市气象台发布暴雨红色预警", "99100041600000_20310720114500", "p0002001",
                       "0902", "FeatureCollection", "ok", "https://a.example/1", "Polygon"]),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from([
        "data", "page", "list", "result", "alert", "alerts", "warning", "warnings", "content", "features", "properties",
        "geometry", "type", "coordinates", "status", "code", "title", "headline", "info", "area", "polygon", "id",
        "alertid", "issuetime", "pic", "references", "parameters", "messageType", "supersedes", "items", "url",
        "pagination", "head", "ISSUECONTENT", "alarm", "sent", "pubtimestamp", "eventType", "color"]), below,
        max_size=6),
    max_leaves=30)


def survives(kind: str, body: bytes) -> None:
    """Read bytes; only a named error may come out, and only known faults."""
    try:
        found = list(feed(kind).parse(body, Source("fuzz", kind), NOW))
    except DocumentError as error:
        assert error.name in MEANINGS  # noqa: PT017 - either outcome is fine, any other error is not
        return
    for each in found:
        assert {fault.name for fault in each.faults} <= set(MEANINGS)
        if isinstance(each, Alert):
            assert each.identifier
            assert each.sent.tzinfo is not None


def test_every_kind_has_real_documents() -> None:
    corpus("cap")
    assert {kind for kind, _ in PAIRS} == set(BUILT_IN) - {"text"}   # what people paste is in no archive


@pytest.mark.parametrize(("kind", "name"), PAIRS)
def test_the_command_reads_every_real_document_of_a_kind(
        kind: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["parse", "--json", "--kind", kind, str(corpus(name))])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == (1 if name in NOT_THEIRS else 0)
    assert all(line["identifier"] or line.get("request") or code for line in lines)
    assert lines or "empty" in name


@pytest.mark.parametrize("kind", KINDS)
def test_only_named_errors_come_out_of_any_kind_of_document(kind: str) -> None:
    for _, name in PAIRS:
        survives(kind, corpus(name).read_bytes()[:100_000])


@pytest.mark.parametrize(("kind", "name"), [pair for pair in PAIRS if pair[0] != "cap"])
def test_only_named_errors_come_out_of_damaged_documents(kind: str, name: str) -> None:
    body, draw = corpus(name).read_bytes()[:30_000], random.Random(f"{kind}{name}")
    for _ in range(8):
        damaged = bytearray(body)
        for _ in range(draw.randint(1, 8)):
            at = draw.randrange(len(damaged))
            damaged[at:at + draw.randint(0, 5)] = draw.choice(
                [b"", b"\x00", b"<", b'"', b"}", b"[", b"null", b"\xff", b"9"])
        survives(kind, bytes(damaged[:draw.randint(1, len(damaged))]) if draw.random() < 0.3 else bytes(damaged))


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(KINDS), value=values)
def test_only_named_errors_come_out_of_any_json(kind: str, value: object) -> None:
    survives(kind, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"", b"\x00" * 50, b"[" * 300_000, b'{"a":' * 300_000, b")" * 300_000,
                                  b"a(" * 150_000, b"<" * 300_000, b"<a>" * 100_000, b"null", b"[]", b"{}", b'"x"',
                                  b"[[],[],[]" + b",[]" * 100_000 + b"]", b"[" + b"{}," * 100_000 + b"{}]"],
                         ids=lambda body: repr(body[:12]))
def test_tricks_cost_little_and_are_named(kind: str, body: bytes) -> None:
    before = time.process_time()
    survives(kind, body)
    assert time.process_time() - before < 5


@pytest.mark.parametrize("kind", KINDS)
def test_more_than_a_source_may_send_is_refused(kind: str) -> None:
    with pytest.raises(DocumentError) as caught:
        list(feed(kind).parse(b"[" + b" " * 1000 + b"]", Source("x", kind, max_bytes=1000), NOW))
    assert caught.value.name == "too-large"


@pytest.mark.parametrize("kind", KINDS)
def test_a_feed_only_parses(kind: str) -> None:
    module = Path(__file__).parents[2] / (BUILT_IN[kind].partition(":")[0].replace(".", "/") + ".py")
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 250
    assert not any(word in text for word in ("import requests", "urlopen", "open(", "now(", "socket"))


def test_reading_twice_gives_the_same() -> None:
    for kind, name in PAIRS:
        if name not in NOT_THEIRS:
            body, source = corpus(name).read_bytes(), Source("x", kind)
            assert list(feed(kind).parse(body, source, NOW)) == list(feed(kind).parse(body, source, NOW))
