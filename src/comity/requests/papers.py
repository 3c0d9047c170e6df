"""The papers of a dossier, set from its data: the letter in each language, and the letters that accompany it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from comity.documents.letters import compose_letter
from comity.documents.typesetting import typeset
from comity.requests.workflow import EIO

PRINTED = ("en", "fr", "es", "ar")
"""Languages for which the printed words of the forms exist."""


_NAME = re.compile(r"(?P<kind>[a-z]+(?:-[a-z]+)*)-(?P<language>[a-z]{2,3})(?:-[0-9]{1,4})?\.pdf")


@dataclass(frozen=True)
class Paper:
    """One document as set: not sealed yet."""

    kind: str
    language: str
    name: str
    pdf: bytes


def paper(kind: str, content: Mapping[str, Any], context: Mapping[str, Any], language: str, *, at: datetime) -> Paper:
    """Set one document in one language."""
    pdf = typeset(kind, compose_letter(kind, content, context, language), language, at=at)
    return Paper(kind, language, f"{kind}-{language}.pdf", pdf)


def numbered(name: str, number: int) -> str:
    """The name of one of several papers of a kind and language: `cover-letter-es-2.pdf`."""
    return f"{name.removesuffix('.pdf')}-{number}.pdf"


def told_by(name: str) -> tuple[str, str]:
    """Kind and language of a partner's paper as far as its name tells them; it is data of a peer."""
    found = _NAME.fullmatch(name)
    return (found["kind"], found["language"]) if found else (name.removesuffix(".pdf"), "")


def release_papers(content: Mapping[str, Any], context: Mapping[str, Any], *, at: datetime) -> list[Paper]:
    """The request itself in its original language and in each language into which its facts are translated."""
    kind = "eio-annex-a" if content.get("instrument") == EIO else "letter-of-request"
    return [paper(kind, content, context, language, at=at) for language in languages_of(content)]


def languages_of(content: Mapping[str, Any]) -> list[str]:
    """The original's language first, then those of its translations, as far as forms are printed in them."""
    written = [str(content.get("language", "en")), *sorted(content.get("facts") or {})]
    return [language for language in dict.fromkeys(written) if language in PRINTED]


def first_printed(languages: Iterable[str], otherwise: str = "en") -> str:
    return next((language for language in languages if language in PRINTED), otherwise)


def sealed(pdf: bytes, office_seal: tuple[bytes, bytes], *, reason: str, at: datetime) -> bytes:
    """The document under the office's X.509 seal; `office_seal` is key and certificate as PEM."""
    # What reads and seals a PDF takes longer to load than all else here: a node serves before it needs it.
    from comity.documents.office_seal import OfficeSeal, seal_pdf  # noqa: PLC0415

    key, certificate = office_seal
    private = load_pem_private_key(key, None).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    seal = OfficeSeal.from_bytes(private, load_pem_x509_certificate(certificate).public_bytes(Encoding.DER))
    return seal_pdf(pdf, seal, reason=reason, at=at)
