"""Throw broken and huge documents at every feed for a while: each is read, or refused by name, never fallen over.

1. Damage: documents of a kind (the example site's, and the corpus' where it is there) cut, repeated, mixed and
   bitten, and invented JSON, in rounds over all kinds until the time is over. A failing one is made small and printed.
2. Size: documents of 5 MB, each in a process of its own, forked after everything is imported. A reading may take
   2 s of processor time and 200 MB: peak resident memory (`ru_maxrss`) above that before the reading.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dutydesk.domain.alert import Alert
from dutydesk.errors import DocumentError
from dutydesk.feeds.as_json import as_json
from dutydesk.feeds.registry import feed, kinds
from dutydesk.ports.feed import Source

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("DUTYDESK_CORPUS", ROOT.parent / "shared" / "corpus"))
RECEIVED = datetime(2026, 7, 1, tzinfo=UTC)
SIZE, SECONDS, MEGABYTES = 5_000_000, 2.0, 200
XML = tuple(path.read_bytes() for path in sorted(ROOT.glob("scenarios/*/alerts/*.xml")))
REAL = {"cap": "cap/*", "cap-index": "cap-index/*", "edxl": "cap-index/*.edxlde", "nws": "nws/*",
        "meteoalarm": "meteoalarm/*.json", "qweather": "china/qweather_getW*Alert*.json", "nmc": "china/nmc_*",
        "weathercom": "china/weatherc*", "caiyun": "china/caiyun_*", "gdacs": "gdacs/*"}
TEXT = "海角市气象台7月20日11时发布暴雨红色预警信号：预计未来3小时石桥镇降雨量将达100毫米以上。\n\n".encode()
SCRAPS = (b"<", b">", b"&", b"</info>", b"<info>", b"<area>", b"<polygon>1,2 3,4</polygon>",
          b"<circle>37,122 -1</circle>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"\x00", b"\xff\xfe", b"&#0;",
          "红色".encode("gb18030"), b"\xef\xbb\xbf", b"null", b"{}", b"[]", b'"', b",", b"}", b"1e999", b"-",
          b"2026-13-41 25:61", b"\\ud800", b"<item/>", b"<entry><link href='http://['/></entry>")
WORDS = ("data", "page", "list", "result", "alert", "alerts", "warning", "warnings", "content", "features",
         "properties", "geometry", "type", "coordinates", "status", "code", "title", "headline", "info", "area",
         "polygon", "id", "alertid", "issuetime", "pic", "references", "parameters", "messageType", "supersedes",
         "items", "url", "pagination", "head", "ISSUECONTENT", "alarm", "sent", "pubtimestamp", "eventType", "color")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["2031-07-20 11:00", "海角市气象台发布暴雨红色预警", "99100041600000_20310720114500", "p0002001",
                       "0902", "FeatureCollection", "ok", "https://a.example/1", "http://[", "Polygon"]),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from(WORDS), below, max_size=6),
    max_leaves=30)


def seeds(kind: str) -> tuple[bytes, ...]:
    """Return whole documents of a kind to be damaged."""
    real = [path.read_bytes()[:100_000] for path in sorted(CORPUS.glob(REAL.get(kind, "-"))) if path.is_file()]
    return (*real, *XML, TEXT)


@st.composite
def damaged(draw: st.DrawFn, whole: tuple[bytes, ...]) -> bytes:
    """A document after a few accidents."""
    body = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.sampled_from((0, 1, 2, 8, 64, 512))))
        body[start:end] = draw(st.sampled_from(SCRAPS) | st.binary(max_size=12) | st.just(bytes(body[start:end]) * 2))
    return bytes(body)


def invented(value: object) -> bytes:
    """Return a value as JSON, lone surrogates and all."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def read(kind: str, body: bytes) -> None:
    """Read one document as an intake would; anything but a DocumentError comes through."""
    try:
        for each in feed(kind).parse(body, Source("fuzz", kind, max_bytes=SIZE), RECEIVED):
            if isinstance(each, Alert):
                json.dumps(as_json(each))
    except DocumentError:
        return


def one_round(kind: str, documents: int) -> None:
    """Read so many damaged documents of a kind; raises what the first bad one raised, made small."""
    @settings(max_examples=documents, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(damaged(seeds(kind)) | VALUES.map(invented))
    def reads(body: bytes) -> None:
        read(kind, body)

    reads()


# -- size ------------------------------------------------------------------------------------------------------
class Cost(NamedTuple):
    """What one reading took; `failure` is the name of an error that is not a document's."""

    seconds: float
    megabytes: float
    failure: str

    @property
    def fits(self) -> bool:
        """Tell whether it is within both bounds."""
        return not self.failure and self.seconds <= SECONDS and self.megabytes <= MEGABYTES


def grown(kind: str) -> Iterator[tuple[str, bytes]]:
    """Yield names and bodies of documents of 5 MB."""
    alert = XML[0].decode()
    head, info, foot = alert.partition("<info>")[0], _between(alert, "info"), "</alert>"
    area = _between(alert, "area")
    around = {"cap": ("", ""), "edxl": ('<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0">'
                                        "<contentObject><xmlContent><embeddedXMLContent>",
                                        "</embeddedXMLContent></xmlContent></contentObject></EDXLDistribution>"),
              "cap-index": ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><content>',
                            "</content></entry></feed>")}
    if kind in around:
        before, behind = around[kind]
        bare = head.partition("?>")[2]
        spiral = " ".join(f"{n % 90}.{n},{(n * 7919) % 180}.{n}" for n in range(300_000))
        comb = " ".join(f"{10 + n % 2 * 20},{n % 170}.{n}" for n in range(300_000))
        repeats = {
            "blocks": ("", info, ""), "areas": (info.removesuffix("</info>"), area, "</info>"),
            "empty areas": (info.removesuffix("</info>"), "<area/>", "</info>"),
            "geocodes": (info.removesuffix("</info>") + "<area>", "<geocode><valueName>a</valueName><value>1</value>"
                         "</geocode>", "</area></info>"),
            "circles": (info.removesuffix("</info>") + "<area>", "<circle>37,122 10</circle>", "</area></info>"),
            "small polygons": (info.removesuffix("</info>") + "<area>", "<polygon>1,2 3,4 5,2 1,2</polygon>",
                               "</area></info>"),
            "parameters": (info.removesuffix("</info>"), "<parameter><valueName>a</valueName><value>1</value>"
                           "</parameter>", "</info>"),
            "references": ("<references>", "a,b,2026-07-20T11:00:00+08:00 ", "</references>"),
            "unclosed": ("", "<info>", ""), "a long title": ("<info><headline>", "暴雨红色", "</headline></info>"),
            "a long text": ("<info><description>", "由蓝色升级为红色，", "</description></info>"),
            "a long event": ("<info><event>", "11B03 ", "</event></info>"),
            "unescaped marks": ("<info><headline>", "& ", "</headline></info>"),
            "comments": ("", "<!-- -->", ""), "attributes": ("<info ", "", "/>"),
        }
        for name, (start, part, end) in repeats.items():
            yield name, _filled(before + bare + start, part, end + foot + behind)
        for name, ring in (("one tangled polygon", spiral), ("one comb", comb)):
            yield name, (before + bare + info.removesuffix("</info>") + f"<area><polygon>{ring[:SIZE - 5000]}</polygon>"
                         "</area></info>" + foot + behind).encode()[:SIZE]
    for n, body in enumerate(seeds(kind)[:12]):
        middle = len(body) // 2
        yield f"seed {n} run on", (body * (SIZE // max(1, len(body)) + 1))[:SIZE]
        yield f"seed {n} swollen", body[:middle] + body[middle:middle + 1] * (SIZE - len(body)) + body[middle:]
        yield from ((f"seed {n}, its rows again", rows) for rows in _rows_again(body))
    for name, part in {"deep lists": b"[", "deep fields": b'{"a":', "open elements": b"<a>", "blanks": b" ",
                       "zeros": b"\x00", "GB": "红".encode("gb18030"), "warnings": TEXT}.items():
        yield name, (part * (SIZE // len(part) + 1))[:SIZE]


def _between(text: str, name: str) -> str:
    """Return the first element of that name, marks included."""
    start = text.index(f"<{name}>")
    return text[start:text.index(f"</{name}>", start) + len(name) + 3]


def _filled(start: str, part: str, end: str) -> bytes:
    room = SIZE - len(start.encode()) - len(end.encode())
    return (start + part * (room // max(1, len(part.encode()))) + end).encode()


def _rows_again(body: bytes) -> Iterator[bytes]:
    """Yield the JSON document with its longest list repeated up to 5 MB."""
    try:
        whole = json.loads(body)
    except ValueError:
        return
    stack, lists = [whole], []
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            lists.append(node)
        stack.extend(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
    longest = max(lists, key=lambda rows: len(json.dumps(rows)), default=[])
    if not longest:
        return
    rows = list(longest)
    longest.extend(rows * max(0, int(SIZE * 0.95) // len(invented(rows)) - 1))
    if len(told := invented(whole)) <= SIZE:
        yield told


def cost(kind: str, body: bytes) -> Cost:
    """Read a document in a process of its own; one that needs far too much is stopped by the system."""
    context = multiprocessing.get_context("fork")
    mine, its = context.Pipe(duplex=False)
    worker = context.Process(target=_measured, args=(kind, body, its))
    worker.start()
    its.close()
    try:
        found: Cost = mine.recv()
    except EOFError:
        found = Cost(0.0, 0.0, "killed")
    worker.join()
    return found


def _measured(kind: str, body: bytes, answer: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    before, start, failure = _peak(), time.process_time(), ""
    try:
        read(kind, body)
    except BaseException as error:  # noqa: BLE001 - any error here is the finding
        failure = f"{type(error).__name__}: {error}"[:200]
    answer.send(Cost(time.process_time() - start, _peak() - before, failure))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def sizes(chosen: list[str], *, told: bool) -> int:
    """Measure every huge document of these kinds; print the worst of each and all that do not fit; return how many."""
    broken = 0
    for kind in chosen:
        read(kind, XML[0])      # what is built once is built before the fork
        read(kind, TEXT)
        costs = [(name, cost(kind, body)) for name, body in grown(kind)]
        for name, each in costs:
            if told or not each.fits:
                sys.stdout.write(f"{kind}, {name}: {each.seconds:.2f} s, {each.megabytes:.0f} MB {each.failure}\n")
        broken += sum(not each.fits for _, each in costs)
        longest, largest = (max(column) for column in zip(*(each[:2] for _, each in costs), strict=True))
        sys.stdout.write(f"{kind}: {len(costs)} documents of 5 MB; at most {longest:.2f} s and {largest:.0f} MB\n")
        sys.stdout.flush()
    return broken


def main() -> int:
    """Sizes first, then rounds of damage until the time is over; exit 1 where a document broke a feed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="how long damage goes on")
    parser.add_argument("--round", type=int, default=100, help="documents a kind and round")
    parser.add_argument("--kinds", nargs="+", default=sorted(kinds()), help="which feeds; all by default")
    parser.add_argument("--no-sizes", action="store_true", help="damage only")
    parser.add_argument("--verbose", action="store_true", help="tell the cost of every huge document")
    options = parser.parse_args()
    broken = 0 if options.no_sizes else sizes(options.kinds, told=options.verbose)
    end, rounds = time.monotonic() + options.seconds, 0
    while time.monotonic() < end:
        for kind in options.kinds:
            one_round(kind, options.round)
        rounds += 1
    sys.stdout.write(f"about {rounds * options.round} damaged documents a kind: each was read, or refused by name\n")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
