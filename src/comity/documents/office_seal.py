"""The office's X.509 seal on a PDF: a PAdES baseline B-B signature with ECDSA on P-256 and SHA-256.

The seal vouches that the file left this office unchanged. It is neither the person's signature, which is an act in
the ledger, nor the node's transport signature. Its time is the office's own claim: B-B has no timestamp authority.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from comity.values.errors import InvalidInputError, RefusedError

FIELD_NAME = "OfficeSeal"
ROOM_FOR_LONGER_SIGNATURE = 32
"""Hex digits: the DER of an ECDSA signature varies by a few bytes, so that the estimate may come out too short."""

T = TypeVar("T")


class SealWriter(IncrementalPdfFileWriter):
    """Adds a seal and nothing else, so that the file stays PDF/A-2.

    pyHanko would raise the file to PDF 2.0, which PDF/A-2 (ISO 19005-2) does not allow, and write the clock of the
    machine and itself as producer into the metadata, which the sealed bytes do not say.
    """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        super().ensure_output_version(min(version, (1, 7)))  # type: ignore[no-untyped-call]  # pyHanko gives no types

    def _update_meta(self) -> None:
        """The metadata stay those of the document; the time of sealing stands in the seal."""


@dataclass(frozen=True)
class OfficeSeal:
    """A P-256 key with its certificate, as the authority's keyring holds them."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def certificate_der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hex: what a partner pins."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def private_bytes(self) -> bytes:
        """The private key as unencrypted PKCS #8: for a keyring that encrypts it, never for a database."""
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @classmethod
    def from_bytes(cls, private: bytes, certificate: bytes) -> "OfficeSeal":
        """Read a seal from PKCS #8 and certificate, each PEM or DER; refuses a key that is not the certificate's."""
        key = load_pem_private_key(private, None) if _is_pem(private) else load_der_private_key(private, None)
        read = x509.load_pem_x509_certificate if _is_pem(certificate) else x509.load_der_x509_certificate
        found = read(certificate)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise InvalidInputError("An office's seal is an ECDSA key on P-256.", code="document:seal-key")
        if _public(key.public_key()) != _public(found.public_key()):
            raise InvalidInputError("This key is not the key of this certificate.", code="document:seal-key")
        return cls(key, found)


def _is_pem(data: bytes) -> bool:
    return data.lstrip().startswith(b"-----BEGIN ")


def seal_pdf(pdf: bytes, seal: OfficeSeal, *, reason: str, at: datetime) -> bytes:
    """The PDF with the office's seal added as an incremental update; the bytes sealed stay as they were.

    `at` is written as the time of sealing. Refuses a file that carries a seal already (`document:sealed`): what one
    office sealed, another transmits as it is.
    """
    writer = SealWriter(BytesIO(pdf))
    if writer.prev.embedded_signatures:
        raise RefusedError(
            "This file is sealed already. It was left as it is.",
            code="document:sealed",
            next_step="Transmit it unchanged under a cover note of its own.",
        )
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    signer = signers.SimpleSigner(
        signing_cert=next(iter(load_certs_from_pemder_data(seal.certificate_der))),
        signing_key=load_private_key_from_pemder_data(seal.private_bytes(), passphrase=None),
        cert_registry=SimpleCertificateStore.from_certs([]),  # type: ignore[no-untyped-call]  # pyHanko gives no types
    )
    return run(_sign(writer, signers.PdfSigner(metadata, signer), at))


async def _sign(writer: IncrementalPdfFileWriter, signer: signers.PdfSigner, at: datetime) -> bytes:
    """The steps of pyHanko's `sign_pdf`, taken one by one because only a session lets the time be handed in."""
    session = signer.init_signing_session(writer)
    session.system_time = at
    validation = await session.perform_presign_validation(writer)
    estimated = await session.estimate_signature_container_size(validation, tight=True)
    reserved = estimated + ROOM_FOR_LONGER_SIGNATURE
    document = session.prepare_tbs_document(validation_info=validation, bytes_reserved=reserved)
    prepared, output = document.digest_tbs_document()
    await document.perform_signature(
        document_digest=prepared.document_digest, pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at)
    )
    output.seek(0)
    return bytes(output.read())


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's coroutine to its end, in a thread of its own where this one already runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


def _public(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
