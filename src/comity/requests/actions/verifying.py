"""Verifying the offices' seals on what partners send: once the bytes are here, against the certificates we hold."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.db.models import Q

from comity.authorities.keyring import Keyring
from comity.authorities.queries import seal_certificates
from comity.requests.models import Document
from comity.requests.queries.access import partner_of
from comity.store.models import SealedBlob
from comity.store.queries import content_bytes
from comity.store.vault import Vault
from comity.values.errors import BrokenError

if TYPE_CHECKING:
    from comity.documents.seal_check import SealCheck

DEFAULT_LIMIT = 20
DETAIL = 400


def verify_seals(*, keys: Keyring, vault: Vault, limit: int = DEFAULT_LIMIT) -> int:
    """Check the seal of received documents and store what was found; returns how many were checked.

    Run by the schedule, outside transactions. A document whose signer we did not know is checked again once the
    directory holds other certificates of that State. What was not checked is never shown as verified.
    """
    here = SealedBlob.objects.values("digest")
    open_ = Document.objects.filter(Q(seal_state="") | Q(seal_state="unknown-signer"), own=False, digest__in=here)
    known: dict[str, dict[str, str]] = {}
    checked = 0
    for row in open_.exclude(sealed_by="").select_related("dossier").order_by("id"):
        if checked == limit:
            break
        sender = partner_of(row.dossier)
        if sender[:2] not in known:
            known[sender[:2]] = seal_certificates(sender[:2])
        certificates = known[sender[:2]]
        trust = _digest(certificates)
        if row.seal_trust == trust:
            continue
        found = _check(row, certificates, keys, vault)
        signer = {_fingerprint(pem): code for code, pem in certificates.items()}.get(found.fingerprint, sender)
        Document.objects.filter(pk=row.pk).update(
            seal_state=found.state, seal_detail=found.detail[:DETAIL], seal_trust=trust, sealed_by=signer
        )
        checked += 1
    return checked


def _check(row: Document, certificates: Mapping[str, str], keys: Keyring, vault: Vault) -> "SealCheck":
    # What reads a sealed PDF takes long to load: a node serves before it needs it.
    from comity.documents.seal_check import MAX_BYTES, SealCheck, check_pdf_seal  # noqa: PLC0415

    if row.media_type != "application/pdf":
        return SealCheck("none", detail="Only a PDF carries an office's seal.")
    if row.size > MAX_BYTES:
        return SealCheck("none", detail=f"The file has {row.size} bytes, more than the {MAX_BYTES} that are checked.")
    try:
        pdf = content_bytes(row.digest, keys=keys, vault=vault)
    except BrokenError as error:
        return SealCheck("broken", detail=error.message)
    return check_pdf_seal(pdf, [pem.encode() for pem in certificates.values()])


def _digest(certificates: Mapping[str, str]) -> str:
    return hashlib.sha256("\n".join(certificates[code] for code in sorted(certificates)).encode()).hexdigest()


def _fingerprint(pem: str) -> str:
    """SHA-256 of the certificate, in hex, as a check names its signer."""
    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()
