"""A neighbour can check who wrote a message: signed with RSA or EC, verified by signxml, and broken by any change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from corpus import corpus
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.exceptions import InvalidSignature
from signxml.verifier import XMLVerifier

from dutydesk.app.signing import Signer, signer
from dutydesk.domain.alert import Alert, Area, Event, Geocode, Info
from dutydesk.domain.cap_text import cap_text
from dutydesk.domain.setup import CapOut
from dutydesk.domain.values import Colour
from dutydesk.errors import Refused
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source

NOON = datetime(2031, 7, 20, 12, tzinfo=UTC)
EVENT = Event("11B03", "暴雨", "flood")
INFO = Info("zh-CN", EVENT, "Extreme", "Immediate", "Likely", Colour.RED, None, None, None, "威海市值班室",
            "威海市值班室发布暴雨红色预警", "正在叫应", "", (Area("乳山市", (Geocode("CPEAS", "371083000000"),)),))
ALERT = Alert("d-1", "dutydesk.371000.red", NOON, "Actual", "Alert", "Public", (), "x", (INFO,), EVENT, Colour.RED, "x")
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def pair(key: Key) -> tuple[bytes, bytes]:
    """A private key and a certificate of its own, as PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk.example")])
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(datetime.now(UTC) - timedelta(days=1))
                   .not_valid_after(datetime.now(UTC) + timedelta(days=30)).sign(key, hashes.SHA256()))
    return pem(key), certificate.public_bytes(serialization.Encoding.PEM)


def pem(key: Key | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def keys() -> dict[str, tuple[bytes, bytes]]:
    return {"rsa": pair(rsa.generate_private_key(65537, 2048)), "ec": pair(ec.generate_private_key(ec.SECP256R1()))}


KEYS, STRANGERS = keys(), keys()


@pytest.mark.parametrize("kind", KEYS)
def test_a_signed_message_is_verified_and_any_change_breaks_it(kind: str) -> None:
    key, certificate = KEYS[kind]
    signed = Signer(key, certificate).sign(cap_text(ALERT))
    checked = XMLVerifier().verify(signed, x509_cert=certificate.decode())
    assert checked.signed_xml is not None
    assert checked.signed_xml.findtext("{*}identifier") == "d-1"
    assert "红色" in signed.decode()
    for was, now in (("红色", "蓝色"), ("371083000000", "371082000000"), ("Actual", "Test")):
        with pytest.raises(InvalidSignature):
            XMLVerifier().verify(signed.decode().replace(was, now).encode(), x509_cert=certificate.decode())
    with pytest.raises(InvalidSignature):
        XMLVerifier().verify(signed, x509_cert=STRANGERS[kind][1].decode())


@pytest.mark.parametrize("kind", KEYS)
def test_a_signed_message_is_valid_by_the_schema_and_read_like_an_unsigned_one(kind: str) -> None:
    signed = Signer(*KEYS[kind]).sign(cap_text(ALERT))
    source = Source("neighbour", "cap")
    assert feed("cap").parse(signed, source, NOON) == feed("cap").parse(cap_text(ALERT), source, NOON)
    schema = etree.XMLSchema(etree.parse(corpus("schema", "cap12.xsd")))
    assert schema.validate(etree.fromstring(signed)), schema.error_log


def test_the_key_is_found_by_a_name_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = KEYS["ec"]
    (tmp_path / "desk.key").write_bytes(key)
    (tmp_path / "desk.pem").write_bytes(certificate)
    monkeypatch.setenv("DESK_KEYS", str(tmp_path))
    found = signer(Path("elsewhere"), CapOut(key="${DESK_KEYS}/desk.key", certificate="${DESK_KEYS}/desk.pem"))
    assert found == Signer(key, certificate)
    assert signer(Path("elsewhere"), CapOut()) is None


def test_a_key_that_is_set_and_cannot_be_used_is_refused_with_the_setting_s_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"\[cap_out\] key: .*none\.pem cannot be read"):
        signer(tmp_path, CapOut(key="none.pem", certificate="none.pem"))
    for key in (b"no key", pem(ed25519.Ed25519PrivateKey.generate())):
        with pytest.raises(Refused, match=r"\[cap_out\] key"):
            Signer(key, KEYS["ec"][1]).sign(cap_text(ALERT))
    with pytest.raises(Refused, match="certificate"):
        Signer(KEYS["ec"][0], b"no certificate").sign(cap_text(ALERT))
