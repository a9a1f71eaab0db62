"""Signs messages for neighbours (XML-Signature, enveloped, as CAP 1.2 provides for), with the desk's own key."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dutydesk.domain.setup import CapOut
from dutydesk.errors import Refused
from dutydesk.fetch.secrets import Secrets


@dataclass(frozen=True)
class Signer:
    """A private key (RSA or EC) and its certificate, as PEM."""

    key: bytes
    certificate: bytes

    def sign(self, document: bytes) -> bytes:
        """Return the document with its signature as the last child of `alert`: SHA-256, exclusive canonical form.

        Raises Refused where the key is of a kind nobody could check, or cannot be read.
        """
        try:
            from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
            from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
            from cryptography.hazmat.primitives.serialization import load_pem_private_key
            from signxml.algorithms import (
                CanonicalizationMethod,
                DigestAlgorithm,
                SignatureConstructionMethod,
                SignatureMethod,
            )
            from signxml.signer import XMLSigner
        except ImportError as error:
            raise Refused("signing needs the extra `sign`: pip install 'dutydesk[sign]'") from error
        from lxml import etree

        try:
            key = load_pem_private_key(self.key, password=None)
            if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
                raise Refused("[cap_out] key is neither RSA nor EC, and neighbours could not check it")
            method = SignatureMethod.RSA_SHA256 if isinstance(key, RSAPrivateKey) else SignatureMethod.ECDSA_SHA256
            maker = XMLSigner(SignatureConstructionMethod.enveloped, method, DigestAlgorithm.SHA256,
                              CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
            root = maker.sign(etree.fromstring(document), key=key, cert=self.certificate.decode())
        except (ValueError, TypeError) as error:
            raise Refused(f"[cap_out] key or certificate cannot be used: {error}") from error
        text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        return text


def signer(site: Path, settings: CapOut) -> Signer | None:
    """Return the site's signer, None where no key is set; raises Refused where one is set and cannot be had."""
    if not settings.key:
        return None
    return Signer(_file(site, settings.key, "key"), _file(site, settings.certificate, "certificate"))


def _file(site: Path, written: str, name: str) -> bytes:
    path = site / Secrets([written], os.environ).fill(written)
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"[cap_out] {name}: {path} cannot be read ({error.strerror}); write the path of a PEM file, "
                      "relative to the site folder") from error
