"""Checks who signed a message (XML-Signature, enveloped, as CAP 1.2 provides for) against certificates a source pins.

Only the pinned certificate is asked: whatever certificate a message brings along proves nothing. What is signed has to
be the whole message, so that no signed part can be shown around in another one. A message that fails is read all the
same, with a fault by name: what becomes of it is the desk's to say.
"""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from dutydesk.feeds.faults import Notes
from dutydesk.feeds.xml import local_name, namespace

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_LARGEST = 100_000   # bytes of a signature: a key, a few certificates and one digest are far less
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def pinned(text: str) -> tuple[str, ...]:
    """Return the certificates of a PEM file, in order: a new one may stand beside the one it is to follow."""
    return tuple(_PEM.findall(text))


def check(root: etree._Element, certificates: tuple[str, ...], received_at: datetime, notes: Notes) -> None:
    """Note how an `alert` element is not signed by one of the certificates, as they were valid at `received_at`.

    1. Without a signature of its own, or with several: said so.
    2. Its one reference must be to the whole message, its methods RSA or EC with SHA-256 or longer.
    3. The message without its signature must be what was signed.
    Needs the extra `sign`.
    """
    found = [each for each in root if isinstance(each.tag, str)
             and (local_name(each), namespace(each)) == ("signature", _DSIG)]
    if not found:
        notes.add("signature-missing", "")
        return
    why = "多于一个签名" if len(found) > 1 else _failure(root, found[0], certificates, received_at)
    if why:
        notes.add("signature-wrong", "Signature", why)


def _failure(root: etree._Element, signature: etree._Element, certificates: tuple[str, ...],
             received_at: datetime) -> str:
    """Say in a few words why none of the certificates signed it; empty where one did."""
    if len(etree.tostring(signature, with_tail=False)) > _LARGEST:
        return "签名过大"
    reasons = [_why_not(root, each, received_at) for each in certificates]
    return "" if "" in reasons else (reasons or ["没有证书"])[0]


def _why_not(root: etree._Element, certificate: str, received_at: datetime) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm
    from signxml.exceptions import InvalidCertificate, SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    expected = SignatureConfiguration(location="./", expect_references=1, verification_time=received_at,
                                      ignore_ambiguous_key_info=True)
    alone = etree.fromstring(etree.tostring(root, with_tail=False))
    try:
        verified = XMLVerifier().verify(alone, x509_cert=certificate, expect_config=expected)
    except InvalidCertificate:
        return "证书已过期或尚未生效"
    except (SignXMLException, UnsupportedAlgorithm, etree.LxmlError, ValueError, TypeError, AttributeError):
        # A signature is a stranger's words: what it lacks or misspells comes out of the library in all these.
        return "与指定的证书不符，或内容被改动"
    signed = None if isinstance(verified, list) else verified.signed_xml
    return "" if signed is not None and _bytes(signed) == _bytes(_unsigned(alone)) else "签名没有覆盖整份预警"


def _unsigned(root: etree._Element) -> etree._Element:
    """The message without its signature; the text behind that stays, as the enveloped transform leaves it."""
    for each in [each for each in root if each.tag == f"{{{_DSIG}}}Signature"]:
        if each.tail:
            before = each.getprevious()
            if before is None:
                root.text = (root.text or "") + each.tail
            else:
                before.tail = (before.tail or "") + each.tail
        root.remove(each)
    return root


def _bytes(root: etree._Element) -> bytes:
    told: bytes = etree.tostring(root, method="c14n", exclusive=True, with_comments=False)
    return told
