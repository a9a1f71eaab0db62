"""Reading CAP: documents a second and documents read right, ours beside three peers and a bare walk, in one run.

Every reader gets the same bytes from memory. The peers (cap-tools, capparser, capparselib) stand in a folder of their
own, filled once by pip; they keep shapes as text and look for no colour and no event, ours makes geometry and both.
Right is a document of which every field written in it comes out as an independent reading by XPath finds it; a
document of tricks is right when it is refused. Turning a reader's answer into comparable fields is not timed.

Run: python bench/bench_parse.py [--corpus FOLDER] [--peers FOLDER] [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree
from shapely import Point

from dutydesk.domain.alert import Alert, Area
from dutydesk.feeds.cap import Cap
from dutydesk.ports.feed import Source

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("DUTYDESK_CORPUS", ROOT.parent / "shared" / "corpus"))
# Without their dependencies: capparselib pins an lxml that no longer builds.
PACKAGES = ("cap-tools", "capparser", "capparselib", "xsdata", "multidict", "python-dateutil", "six")
SOURCE = Source("bench", "cap", max_bytes=50_000_000)
NOW = datetime(2026, 9, 1, tzinfo=UTC)

MESSAGE = ("identifier", "sender", "sent", "status", "msgType", "scope", "references")
BLOCK = ("language", "event", "severity", "urgency", "certainty", "headline", "description", "instruction",
         "senderName", "effective", "onset", "expires")
TIMES = {"sent", "effective", "onset", "expires"}

Told = dict[str, Any]       # fields by CAP's names; `info` and in it `area` are lists of such
Reader = Callable[[bytes], Any]


@dataclass(frozen=True)
class Peer:
    """A reader, what makes its answer comparable, and what must be put back before each document."""

    read: Reader
    told: Callable[[Any], Told]
    before: Callable[[], None] = lambda: None


# -- the truth ------------------------------------------------------------------------------------------------
def truth(body: bytes) -> Told:
    """Read every field of a document by XPath."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    return {**{name: value(root, name) for name in MESSAGE}, "info": [
        {**{name: value(info, name) for name in BLOCK}, "area": [
            {"areaDesc": value(area, "areaDesc"), "polygon": texts(area, "polygon"), "circle": texts(area, "circle"),
             "geocode": [(value(code, "valueName"), value(code, "value")) for code in children(area, "geocode")]}
            for area in children(info, "area")]}
        for info in children(root, "info")]}


def children(node: Any, name: str) -> list[Any]:
    """Return the child elements of that local name, in any case."""
    lower = "translate(local-name(), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"
    return list(node.xpath(f"./*[{lower}='{name.lower()}']"))


def texts(node: Any, name: str) -> list[str]:
    """Return the texts that are not blank of the children of that name; a child made of elements holds no text."""
    return [text for each in children(node, name) if (text := str(each.xpath("string(self::*[not(*)])")).strip())]


def value(node: Any, name: str) -> str:
    """Return the first text of a child of that name, empty where there is none."""
    return next(iter(texts(node, name)), "")


def agree(told: Told, true: Told) -> bool:
    """Tell whether every field written in the document was told; what is not written may be told in any way."""
    fields = all(same(name, told.get(name), text) for name, text in true.items() if text and isinstance(text, str))
    infos = true.get("info", [])
    return fields and len(told.get("info", [])) == len(infos) and all(
        agree_block(mine, its) for mine, its in zip(told["info"], infos, strict=True))


def agree_block(told: Told, true: Told) -> bool:
    """The same for an info block with its areas."""
    fields = all(same(name, told.get(name), true[name]) for name in BLOCK if true[name])
    areas = told.get("area", [])
    return fields and len(areas) == len(true["area"]) and all(
        agree_area(mine, its) for mine, its in zip(areas, true["area"], strict=True))


def agree_area(told: Told, true: Told) -> bool:
    """The same for an area: its name, codes and shapes. Ours are geometry: the first corner must lie on it."""
    if (told["areaDesc"] or "").strip() != true["areaDesc"] or told["geocode"] != [
            pair for pair in true["geocode"] if any(pair)]:
        return False
    if "geometry" not in told:
        return bool(told["polygon"] == true["polygon"] and told["circle"] == true["circle"])
    corners = [corner for text in true["polygon"] + true["circle"] if (corner := first_corner(text)) is not None]
    shape = told["geometry"]
    return not corners if shape is None else all(shape.distance(corner) < 1e-6 for corner in corners)


def first_corner(text: str) -> Point | None:
    """Return the first corner of a shape, None where there is none to be read."""
    with suppress(ValueError):
        lat, lon = (float(part) for part in text.split()[0].split(",")[:2])
        return Point((lon + 180) % 360 - 180, lat)
    return None


def same(name: str, told: object, text: str) -> bool:
    """Compare a field as told with its text: times as moments, words whatever their case, references as pairs."""
    mine = "" if told is None else str(told).strip()
    if name in TIMES:
        return moment(mine) == moment(text)
    if name == "references":
        return mine.split() == text.split()
    return mine == text or (name in ("status", "msgType", "scope", "severity", "urgency", "certainty")
                            and mine.casefold() == text.casefold())


def moment(text: str) -> datetime | str:
    """Return the time, naive ones in the source's zone; the text where it is in no standard form."""
    try:
        read = datetime.fromisoformat(text.replace("-00:00", "+00:00"))
    except ValueError:
        return text
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(SOURCE.zone))


# -- the readers ----------------------------------------------------------------------------------------------
def ours() -> Peer:
    """The reader of this project."""
    reader = Cap()
    return Peer(lambda body: reader.parse(body, SOURCE, NOW)[0], told_by_us)


def told_by_us(alert: Alert) -> Told:
    """Return the fields of our alert."""
    return {
        "identifier": alert.identifier, "sender": alert.sender, "sent": alert.sent.isoformat(),
        "status": alert.status, "msgType": alert.msg_type, "scope": alert.scope,
        "references": " ".join(",".join((each.sender, each.identifier, each.sent)) if each.sent else each.identifier
                               for each in alert.references),
        "info": [{
            "language": info.language, "event": info.event.name, "severity": info.severity, "urgency": info.urgency,
            "certainty": info.certainty, "headline": info.headline, "description": info.description,
            "instruction": info.instruction, "senderName": info.sender_name,
            **{name: found.isoformat() for name in ("effective", "onset", "expires")
               if (found := getattr(info, name))},
            "area": [our_area(area) for area in info.areas]} for info in alert.infos]}


def our_area(area: Area) -> Told:
    """Return the fields of our area."""
    return {"areaDesc": area.name, "geometry": area.geometry,
            "geocode": [(code.name, code.value) for code in area.geocodes]}


def walk() -> Peer:
    """A bare tolerant walk: every element into a nested mapping, nothing understood."""
    def nested(node: Any) -> Any:
        if not len(node):
            return node.text or ""
        found: dict[str, list[Any]] = {}
        for child in node.iterchildren(tag=etree.Element):
            found.setdefault(etree.QName(child).localname, []).append(nested(child))
        return found

    def read(body: bytes) -> Any:
        parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
        return nested(etree.fromstring(body, parser))

    return Peer(read, lambda answer: told_by_names(answer, lambda it, name: it.get(name, []), lambda one: one))


def cap_tools() -> Peer:
    """cap-tools: models for xsdata; it has no reader of its own."""
    from cap_tools import models
    from xsdata.formats.dataclass.context import XmlContext
    from xsdata.formats.dataclass.parsers import XmlParser

    names = {"msgType": "msg_type", "senderName": "sender_name", "areaDesc": "area_desc", "info": "infos",
             "area": "areas", "polygon": "polygons", "circle": "circles", "geocode": "geocodes",
             "valueName": "value_name"}
    parser = XmlParser(context=XmlContext())
    return Peer(lambda body: parser.from_bytes(body, models.Alert), lambda answer: told_by_names(
        answer, lambda it, name: listed(getattr(it, names.get(name, name))), lambda one: getattr(one, "value", one)))


def capparser() -> Peer:
    """capparser; its Info keeps one list for all documents and fails from the second on, so it is put back."""
    import capparser as peer

    def fresh() -> None:
        kept = peer.Info.__init__.__defaults__
        peer.Info.__init__.__defaults__ = ([peer.enums.Category.Other], *kept[1:])

    return Peer(lambda body: peer.parse(stringXML=body), lambda answer: told_by_names(
        answer, lambda it, name: listed(getattr(it, name)[0]), lambda one: getattr(one, "value", one)), fresh)


def capparselib() -> Peer:
    """capparselib: it takes text, not bytes."""
    from capparselib.parsers import CAP_MAPPINGS, CAPParser

    names = CAP_MAPPINGS | {"info": "cap_info", "area": "cap_area", "areaDesc": "area_description",
                            "polygon": "polygons", "circle": "circles", "geocode": "geocodes"}
    return Peer(lambda body: CAPParser(body.decode("utf-8", "replace")).as_dict()[0], lambda answer: told_by_names(
        answer, lambda it, name: listed(it.get(names.get(name, name))), lambda one: getattr(one, "text", one)))


def listed(found: Any) -> list[Any]:
    """Return a field as the list of its values."""
    return [] if found is None else found if isinstance(found, list) else [found]


def told_by_names(answer: Any, every: Callable[[Any, str], list[Any]], bare: Callable[[Any], Any]) -> Told:
    """Return the fields of an answer that keeps CAP's structure; `every` looks up a name, `bare` unwraps a value."""
    def one(node: Any, name: str) -> str:
        return next((text for each in every(node, name) if (text := str(bare(each) or "").strip())), "")

    def many(node: Any, name: str) -> list[str]:
        return [text for each in every(node, name) if (text := str(bare(each) or "").strip())]

    return {**{name: one(answer, name) for name in MESSAGE}, "info": [
        {**{name: one(info, name) for name in BLOCK}, "area": [
            {"areaDesc": one(area, "areaDesc"), "polygon": many(area, "polygon"), "circle": many(area, "circle"),
             "geocode": [(one(code, "valueName"), one(code, "value")) for code in every(area, "geocode")]}
            for area in every(info, "area")]}
        for info in every(answer, "info")]}


# -- the run --------------------------------------------------------------------------------------------------
def peers_in(folder: Path) -> dict[str, Peer]:
    """Fill the folder with the peers if it is empty, and return them."""
    if not (folder / "capparselib").exists():
        print(f"installing the peers into {folder} (once)")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-warn-conflicts",
                        "--disable-pip-version-check", "--target", str(folder), *PACKAGES], check=True)
    sys.path.append(str(folder))
    return {"ours": ours(), "cap-tools": cap_tools(), "capparser": capparser(), "capparselib": capparselib(),
            "bare walk": walk()}


def right(peer: Peer, bodies: Mapping[str, bytes]) -> set[str]:
    """Return the names of the documents a reader reads right."""
    found = set()
    for name, body in bodies.items():
        peer.before()
        dangerous = b"<!DOCTYPE" in body
        try:
            answer = peer.read(body)
            good = not dangerous and agree(peer.told(answer), truth(body))
        except Exception:  # noqa: BLE001 - whatever a peer falls over is what is counted here
            good = dangerous
        if good:
            found.add(name)
    return found


def seconds(peer: Peer, body: bytes, rounds: int) -> float:
    """Median time of one document, whether it is read or refused."""
    taken = []
    for _ in range(rounds):
        peer.before()
        start = perf_counter()
        with suppress(Exception):
            peer.read(body)
        taken.append(perf_counter() - start)
    return median(taken)


def main() -> None:
    """Print one line a reader."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS / "cap")
    parser.add_argument("--peers", type=Path, default=ROOT / "var" / "peers")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    bodies = {path.name: path.read_bytes() for path in sorted(options.corpus.glob("*"))}
    if not bodies:
        print(f"no corpus in {options.corpus}: set DUTYDESK_CORPUS")
        return
    peers = peers_in(options.peers)
    good = {name: right(peer, bodies) for name, peer in peers.items()}
    # Document by document, so that a busy machine slows all readers alike.
    times = {name: dict[str, float]() for name in peers}
    for document, body in bodies.items():
        for name, peer in peers.items():
            times[name][document] = seconds(peer, body, options.rounds)
    print(f"{len(bodies)} documents, {sum(map(len, bodies.values())):,} bytes, median of {options.rounds} rounds")
    for name in peers:
        print(line(name, times, good))
    if missed := sorted(set(bodies) - good["ours"]):
        print("not right by ours:", ", ".join(missed))


def line(name: str, times: Mapping[str, Mapping[str, float]], good: Mapping[str, set[str]]) -> str:
    """Return the line of a reader: all documents, and those both it and ours read right."""
    mine, its = times["ours"], times[name]
    total, both = sum(its.values()), good[name] & good["ours"]
    shared, our_share = sum(its[each] for each in both), sum(mine[each] for each in both)
    whole, part = total / sum(mine.values()), shared / our_share if our_share else 0
    return (f"{name:<12} {len(its) / total:7,.0f} documents/s (ours is {whole:5.2f} times as fast); right "
            f"{len(good[name]):2d} of {len(its)}; on the {len(both):2d} both read right "
            f"{len(both) / shared if shared else 0:7,.0f}/s (ours {part:5.2f} times)")


if __name__ == "__main__":
    main()
