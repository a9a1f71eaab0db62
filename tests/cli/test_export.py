"""`dutydesk export cap`: one incident or all open ones, as files a neighbour reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from signxml.verifier import XMLVerifier

from dutydesk.cli.main import main
from dutydesk.domain.alert import Alert, Request
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source
from tests.app.city import City, build

Say = Callable[..., tuple[int, str, str]]
SOURCE, NOW = Source("neighbour", "cap"), datetime(2031, 7, 20, tzinfo=UTC)


@pytest.fixture
def city(tmp_path: Path) -> City:
    return build(tmp_path / "site", towns=2, villages=3)


@pytest.fixture
def say(city: City, capfd: pytest.CaptureFixture[str]) -> Say:
    def run(*words: object) -> tuple[int, str, str]:
        code = main([*map(str, words), "--site", str(city.folder)])
        told = capfd.readouterr()
        return code, told.out, told.err
    return run


@pytest.fixture
def incident(city: City, say: Say) -> str:
    code, out, _ = say("incident", "open", "--family", "flood", "--officer", "officer", city.town(1))
    assert code == 0
    return out.strip()


def alert(body: bytes) -> Alert:
    (read,) = feed("cap").parse(body, SOURCE, NOW)
    assert isinstance(read, Alert)
    return read


def test_a_folder_holds_a_list_and_every_message_it_names(city: City, say: Say, incident: str, tmp_path: Path) -> None:
    code, _, err = say("export", "cap", "--open", "--out", tmp_path / "out")
    assert (code, err.split()[:2]) == (0, ["1", "messages"])
    index = (tmp_path / "out/index.atom").read_bytes()
    (named,) = feed("cap-index").parse(index, Source("n", "cap-index"), NOW)
    assert isinstance(named, Request)
    read = alert((tmp_path / "out" / named.url).read_bytes())
    assert read.identifier == named.url.removesuffix(".xml")
    assert {code.value for area in read.infos[0].areas for code in area.geocodes} >= {city.town(1)}


def test_one_incident_goes_into_one_file_or_to_the_terminal(say: Say, incident: str, tmp_path: Path) -> None:
    code, out, _ = say("export", "cap", "--incident", incident)
    assert (code, alert(out.encode()).msg_type) == (0, "Alert")
    assert say("export", "cap", "--incident", incident, "--out", tmp_path / "one.xml")[0] == 0
    assert alert((tmp_path / "one.xml").read_bytes()) == alert(out.encode())


def test_what_cannot_be_done_says_what_to_do(city: City, say: Say, incident: str, tmp_path: Path) -> None:
    code, _, err = say("export", "cap", "--incident", "none")
    assert (code, "there is no incident none" in err) == (2, True)
    code, _, err = say("export", "cap", "--sign")
    assert (code, "[cap_out]" in err) == (3, True)
    say("incident", "open", "--family", "fire", "--colour", "orange", "--officer", "officer", city.town(2))
    code, _, err = say("export", "cap", "--out", tmp_path / "one.xml")
    assert (code, "name a folder" in err, (tmp_path / "one.xml").exists()) == (2, True, False)


def test_an_empty_list_is_a_list(say: Say, city: City, tmp_path: Path) -> None:
    say("load")
    assert say("export", "cap", "--out", tmp_path / "out")[0] == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["index.atom"]
    assert feed("cap-index").parse((tmp_path / "out/index.atom").read_bytes(), Source("n", "cap-index"), NOW) == []


def test_it_is_signed_where_the_site_names_a_key(city: City, say: Say, incident: str, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk.example")])
    today = datetime.now(UTC)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(today - timedelta(days=1))
                   .not_valid_after(today + timedelta(days=2)).sign(key, hashes.SHA256()))
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (tmp_path / "desk.pem").write_bytes(pem)
    (tmp_path / "desk.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    toml = city.folder / "dutydesk.toml"
    toml.write_text(f'{toml.read_text(encoding="utf-8")}\n[cap_out]\nkey = "{tmp_path}/desk.key"\n'
                    f'certificate = "{tmp_path}/desk.pem"\n', encoding="utf-8")
    _, signed, _ = say("export", "cap", "--sign")
    assert XMLVerifier().verify(signed.encode(), x509_cert=pem.decode()).signed_xml is not None
    _, bare, _ = say("export", "cap", "--no-sign")
    assert "Signature" not in bare
    assert alert(signed.encode()) == alert(bare.encode())
