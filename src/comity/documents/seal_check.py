"""Check the office's seal on a PDF: what holds, who sealed, what exactly is broken. Files come from outside.

Checked are the signature over the whole file, that nothing stands in the file beside what was sealed, the certificate's
validity at the time the seal states, and whether the certificate is one the reader trusts. No network is used.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any, Literal

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from comity.documents.office_seal import run
from comity.values.instant import instant_text

MAX_BYTES = 64 << 20

# What a check finds is its answer; pyHanko would also log each finding about a hostile file with a traceback.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

_VERSION_1 = bytes.fromhex("020101")
_SHA256 = {bytes.fromhex("300d06096086480165030402010500"), bytes.fromhex("300b0609608648016503040201")}
"""AlgorithmIdentifier of SHA-256, with the NULL of RFC 4055 or without parameters (RFC 5754, 2): both are in use."""

State = Literal["valid", "broken", "unknown-signer", "none"]


@dataclass(frozen=True)
class SealCheck:
    """What a check found; `at` is the time the sealing office states, not one a timestamp authority vouches for."""

    state: State
    signer: str = ""
    fingerprint: str = ""
    at: datetime | None = None
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "signer": self.signer,
            "fingerprint": self.fingerprint,
            "at": instant_text(self.at) if self.at else None,
            "detail": self.detail,
        }


def check_pdf_seal(pdf: bytes, trust: Sequence[bytes]) -> SealCheck:
    """Check the seal of `pdf` against the certificates in `trust` (DER or PEM).

    `valid`: whole, and sealed by one of them. `unknown-signer`: whole, but by a certificate not among them.
    `broken`: the bytes differ from what was sealed, or the file cannot be read. `none`: no seal.
    """
    if len(pdf) > MAX_BYTES:
        return SealCheck("broken", detail=f"The file has {len(pdf)} bytes, more than the {MAX_BYTES} that are checked.")
    if not pdf.startswith(b"%PDF-"):
        return SealCheck("broken", detail="The file does not begin as a PDF does.")
    try:
        return _checked(pdf, trust)
    except Exception as error:  # noqa: BLE001 -- a hostile file may fail any step of the parser; each failure is a finding
        return SealCheck("broken", detail=f"The seal cannot be read: {type(error).__name__}.")


def _checked(pdf: bytes, trust: Sequence[bytes]) -> SealCheck:
    found = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if not found:
        if b"/ByteRange" in pdf:
            return SealCheck("broken", detail="The file has traces of a seal, but no seal can be found.")
        return SealCheck("none", detail="The file carries no seal.")
    if len(found) > 1:
        return SealCheck("broken", detail="The file carries more than one seal; an office seals a file once.")
    embedded = found[0]
    certificate = embedded.signer_cert
    at = embedded.self_reported_timestamp
    at = at.astimezone(UTC) if at else None
    signer = str(certificate.subject.native.get("common_name", ""))
    who = partial(SealCheck, signer=signer, fingerprint=hashlib.sha256(certificate.dump()).hexdigest(), at=at)
    trusted = [certificate for item in trust for certificate in load_certs_from_pemder_data(item)]
    known = certificate.dump() in {item.dump() for item in trusted}
    context = ValidationContext(
        trust_roots=[*trusted, certificate], moment=at, allow_fetching=False, revocation_mode="soft-fail"
    )
    status = run(async_validate_pdf_signature(embedded, signer_validation_context=context))
    fault = _fault(status) or _malleable(embedded, pdf) or _out_of_time(certificate, at)
    if fault:
        return who("broken", detail=fault)
    if known or _leads_to(embedded, trusted, at):
        return who("valid", detail="The whole file is as it was sealed.")
    return who("unknown-signer", detail="The whole file is as it was sealed, but you do not trust the certificate.")


def _fault(status: PdfSignatureStatus) -> str:
    if not status.intact:
        return "The bytes of the file differ from those that were sealed."
    if not status.valid:
        return "The signature does not verify under the certificate in the seal."
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return "Something was added to the file after it was sealed."
    if not status.bottom_line:
        return "The certificate did not hold at the time the seal states."
    return ""


def _out_of_time(certificate: Any, at: datetime | None) -> str:
    """A pinned certificate is its own trust anchor, whose dates path validation does not look at (RFC 5280, 6.1)."""
    if at is None:
        return "The seal does not state its time."
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        return "The certificate did not hold at the time the seal states."
    return ""


def _malleable(embedded: Any, pdf: bytes) -> str:
    """The place of the seal holds the signature, then zeros, in one spelling: nothing hides beside what is signed."""
    start, end = int(embedded.byte_range[1]), int(embedded.byte_range[2])
    place = pdf[start:end]
    content = embedded.signed_data
    signature = bytes(embedded.pkcs7_content)
    length = _der_length(signature)
    expected = signature[:length].hex().encode() + b"0" * (len(place) - 2 - 2 * length)
    if place not in (b"<" + expected + b">", b"<" + expected.upper() + b">"):
        return "The place of the seal holds other bytes than the seal."
    # No signature covers these members of the message (RFC 5652, 5.4): each must be exactly what a seal has.
    signers = content["signer_infos"]
    free = [item.dump() for item in content["digest_algorithms"]] + [
        item["digest_algorithm"].dump() for item in signers
    ]
    versions = [content["version"].dump(), *(item["version"].dump() for item in signers)]
    if len(signers) != 1 or len(free) != 2 or not set(free) <= _SHA256 or set(versions) != {_VERSION_1}:
        return "The seal is not of the form an office makes: version 1, SHA-256, one signer."
    return ""


def _der_length(data: bytes) -> int:
    """The length of the outermost DER element, its head included (X.690, 8.1.3)."""
    first = data[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    return 2 + count + int.from_bytes(data[2 : 2 + count])


def _leads_to(embedded: Any, trusted: Sequence[Any], at: datetime | None) -> bool:
    """Whether a chain leads from the seal's certificate to one the reader trusts."""
    if not trusted:
        return False
    context = ValidationContext(trust_roots=list(trusted), moment=at, allow_fetching=False, revocation_mode="soft-fail")
    status = run(async_validate_pdf_signature(embedded, signer_validation_context=context))
    return bool(status.trusted)
