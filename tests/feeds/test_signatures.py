"""A message counts as its source's only where the pinned certificate signed all of it; else it says so by name."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree
from signing_kit import NOON, certificate, new_key, pem
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from dutydesk.app.signing import Signer
from dutydesk.domain.alert import Alert
from dutydesk.errors import DocumentError
from dutydesk.feeds.registry import feed
from dutydesk.feeds.signatures import pinned
from dutydesk.ports.feed import Source

KEYS = {kind: new_key(kind) for kind in ("rsa", "ec")}
PINS = {kind: certificate(key) for kind, key in KEYS.items()}
STRANGER = new_key()
MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- as a neighbour's desk prints it -->
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>99100041600000_20310720114500</identifier>
  <sender>office</sender>
  <sent>2031-07-20T11:45:00+08:00</sent>
  <status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
  <info>
    <language>zh-CN</language><category>Met</category><event>暴雨</event>
    <urgency>Immediate</urgency><severity>Extreme</severity><certainty>Likely</certainty>
    <headline>海角市气象台发布暴雨红色预警信号</headline>
    <area><areaDesc>海角市</areaDesc><geocode><valueName>CPEAS</valueName><value>991000000000</value></geocode></area>
  </info>
</alert>
""".encode()


def signed(kind: str = "ec", message: bytes = MESSAGE) -> bytes:
    return Signer(pem(KEYS[kind]), PINS[kind].encode()).sign(message)


def faults(body: bytes, *pins: str, kind: str = "cap", at: timedelta = timedelta()) -> list[str]:
    source = Source("neighbour", kind, certificates=pins or (PINS["ec"],))
    found = feed(kind).parse(body, source, NOON + at)
    return [fault.name for each in found for fault in each.faults if fault.name.startswith("signature")]


@pytest.mark.parametrize("kind", KEYS)
def test_what_the_pinned_certificate_signed_has_no_fault(kind: str) -> None:
    assert faults(signed(kind), PINS[kind]) == []


def test_of_several_pinned_certificates_one_is_enough_so_that_a_key_can_change() -> None:
    assert faults(signed(), PINS["rsa"], PINS["ec"]) == []
    assert pinned(PINS["rsa"] + "words between\n" + PINS["ec"]) == (PINS["rsa"].strip(), PINS["ec"].strip())


def test_without_a_pin_no_signature_is_asked_for() -> None:
    source = Source("neighbour", "cap")
    for body in (MESSAGE, signed(), signed().replace("红色".encode(), "蓝色".encode())):
        [alert] = feed("cap").parse(body, source, NOON)
        assert isinstance(alert, Alert)
        assert not [fault for fault in alert.faults if fault.name.startswith("signature")]


def test_a_message_without_a_signature_is_read_and_says_that_it_is_missing() -> None:
    assert faults(MESSAGE) == ["signature-missing"]


@pytest.mark.parametrize(("was", "now"), [
    ("红色", "蓝色"), ("991000000000", "991002000000"), ("<msgType>Alert", "<msgType>Cancel"), ("Actual", "Test"),
    ("</info>", "</info><info><event>大风</event></info>"), ("2031-07-20T11:45", "2031-07-20T11:46")])
def test_any_change_behind_the_signature_is_seen(was: str, now: str) -> None:
    body = signed().decode()
    assert was in body
    assert faults(body.replace(was, now, 1).encode()) == ["signature-wrong"]


def test_a_stranger_s_signature_is_none_though_he_brings_his_certificate_along() -> None:
    body = Signer(pem(STRANGER), certificate(STRANGER).encode()).sign(MESSAGE)
    assert faults(body) == ["signature-wrong"]
    assert faults(body, certificate(STRANGER)) == []


@pytest.mark.parametrize(("at", "found"), [
    (timedelta(days=40), ["signature-wrong"]), (timedelta(days=-9), ["signature-wrong"]), (timedelta(days=9), [])])
def test_a_certificate_counts_from_its_first_day_to_its_last(at: timedelta, found: list[str]) -> None:
    assert faults(signed(), at=at) == found


def test_a_signed_message_shown_around_inside_another_one_proves_nothing_of_that_one() -> None:
    # The true message, whole and signed by its Id, rides in a forged one that asks for more.
    inner = etree.fromstring(MESSAGE)
    inner.set("Id", "true")
    signer = XMLSigner(SignatureConstructionMethod.enveloped, SignatureMethod.ECDSA_SHA256,
                       c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    signer.namespaces = {None: "http://www.w3.org/2000/09/xmldsig#"}
    whole = signer.sign(inner, key=KEYS["ec"], cert=PINS["ec"], reference_uri="true")
    signature = whole.find("{*}Signature")
    assert signature is not None
    whole.remove(signature)
    forged = etree.fromstring(MESSAGE.replace(b"991000000000", b"000000000000"))
    forged.append(whole)
    forged.append(signature)
    assert faults(etree.tostring(forged)) == ["signature-wrong"]


def test_two_signatures_prove_nothing() -> None:
    body = signed().decode()
    found = re.search(r"<(\w+:)?Signature .*</(\w+:)?Signature>", body, re.DOTALL)
    assert found
    assert faults(body.replace(found.group(0), found.group(0) * 2).encode()) == ["signature-wrong"]


@pytest.mark.parametrize("inside", [
    "", "<ds:SignedInfo/>", "<ds:SignedInfo>" + "<ds:Reference URI='#x'/>" * 400 + "</ds:SignedInfo>", "words",
    "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm='x'/><ds:SignatureMethod Algorithm='y'/></ds:SignedInfo>"
    "<ds:SignatureValue>!</ds:SignatureValue>", "<ds:Object>" + "a" * 200_000 + "</ds:Object>"])
def test_nonsense_for_a_signature_is_a_wrong_one_and_nothing_else(inside: str) -> None:
    nonsense = f"<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>{inside}</ds:Signature></alert>"
    assert faults(MESSAGE.decode().replace("</alert>", nonsense).encode()) == ["signature-wrong"]


def test_a_signature_damaged_anywhere_never_falls_over_and_never_passes_for_another_message() -> None:
    body = signed()
    start = body.index(b"Signature") - 4
    for at in range(start, len(body) - 12, 23):
        bitten = body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
        try:
            found = faults(bitten)
        except DocumentError:
            continue                      # no XML any more, by name
        # The embedded certificate proves nothing, so damage there alone changes nothing.
        assert found or b"X509Certificate" in body[:at], bitten[at - 20:at + 20]


def test_a_huge_message_with_a_signature_costs_no_more_than_any_other() -> None:
    start = time.process_time()
    text = b"<description>" + b"a" * 4_500_000 + b"</description></info>"
    assert faults(signed().replace(b"</info>", text, 1)) == ["signature-wrong"]
    assert time.process_time() - start < 2


def test_messages_inside_an_index_and_an_envelope_are_checked_each_by_itself() -> None:
    good, bad = (etree.fromstring(each) for each in (signed(), signed().replace("红色".encode(), "蓝色".encode())))
    index = b"<feed xmlns='http://www.w3.org/2005/Atom'>" + b"".join(
        b"<entry><content>" + etree.tostring(each) + b"</content></entry>" for each in (good, bad)) + b"</feed>"
    source = replace(Source("neighbour", "cap-index"), certificates=(PINS["ec"],))
    found = feed("cap-index").parse(index, source, NOON)
    assert [[fault.name for fault in each.faults if "signature" in fault.name] for each in found] == [
        [], ["signature-wrong"]]
