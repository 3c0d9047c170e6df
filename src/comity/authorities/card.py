"""The card of an authority: what a partner needs to know of it, signed by the authority itself.

A card proves that its holder has the private key; that the key is the State's is for people to establish, by
comparing the fingerprint over another channel before the card is accepted.
Compatibility: fields are only ever added; a reader ignores none it does not know but refuses the card.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509

from comity.authorities.competence import Competence
from comity.seals import canonical
from comity.seals.keys import SealingKey, VerifyingKey
from comity.seals.signing import Signature, Signer, verify
from comity.values.country import parse_country
from comity.values.errors import InvalidInputError
from comity.values.reference import AUTHORITY_CODE

KIND = "authority-card"


@dataclass(frozen=True)
class Card:
    code: str
    state: str
    names: dict[str, str]
    competences: tuple[str, ...]
    languages: tuple[str, ...]
    endpoint: str
    verifying_key: VerifyingKey
    sealing_key: SealingKey
    tls_certificate: str
    contact: dict[str, str]
    seal_certificate: str = ""
    """PEM of the X.509 certificate of the office's seal on documents; a card made before it was added has none."""

    def to_json(self) -> dict[str, Any]:
        sealing = {"seal_certificate": self.seal_certificate} if self.seal_certificate else {}
        return {
            "version": 1,
            "code": self.code,
            "state": self.state,
            "names": self.names,
            "competences": list(self.competences),
            "languages": list(self.languages),
            "endpoint": self.endpoint,
            "verifying_key": self.verifying_key.to_json(),
            "sealing_key": self.sealing_key.to_json(),
            "tls_certificate": self.tls_certificate,
            "contact": self.contact,
            **sealing,
        }


def sign_card(card: Card, signer: Signer) -> bytes:
    """The card with its holder's signature, as one canonical JSON file."""
    content = card.to_json()
    return canonical.encode({"card": content, "signature": signer.sign(KIND, canonical.encode(content)).to_json()})


def open_card(data: bytes) -> Card:
    """Read a card and check that its own key signed it. Raises `InvalidInputError` or `BrokenError` with the place."""
    value = canonical.decode(data, max_bytes=1 << 16)
    try:
        content, signature = value["card"], Signature.from_json(value["signature"])
        card = Card(
            code=content["code"],
            state=parse_country(content["state"]),
            names=_texts(content["names"], "names"),
            competences=tuple(Competence(competence).value for competence in content["competences"]),
            languages=tuple(str(language) for language in content["languages"]),
            endpoint=str(content["endpoint"]),
            verifying_key=VerifyingKey.from_json(content["verifying_key"]),
            sealing_key=SealingKey.from_json(content["sealing_key"]),
            tls_certificate=str(content["tls_certificate"]),
            contact=_texts(content["contact"], "contact"),
            seal_certificate=_certificate(content.get("seal_certificate", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(f"This is not an authority's card: {error}.", code="card:malformed") from error
    if content != card.to_json():
        raise InvalidInputError("The card carries fields this version does not know.", code="card:malformed")
    if not AUTHORITY_CODE.fullmatch(card.code) or not card.code.startswith(f"{card.state}-"):
        raise InvalidInputError(f"'{card.code}' is not a code of {card.state}.", code="card:code", place="code")
    if not plain_https(card.endpoint):
        raise InvalidInputError(f"'{card.endpoint}' is not an https address.", code="card:endpoint", place="endpoint")
    verify(card.verifying_key, KIND, canonical.encode(content), signature)
    return card


def plain_https(endpoint: str) -> bool:
    """Whether a node can be called there: https, a host, a port that exists if any, no user, query or fragment."""
    try:
        address = urlsplit(endpoint)
        port = address.port  # urllib reads and checks it only when asked for it
    except ValueError:
        return False
    plain = address.scheme == "https" and address.hostname and port != 0
    return bool(plain) and not (address.query or address.fragment or address.username is not None)


def _certificate(pem: Any) -> str:
    """A certificate that can be read, or none; ValueError or TypeError otherwise."""
    if pem:
        x509.load_pem_x509_certificate(pem.encode() if isinstance(pem, str) else pem)
    return str(pem)


def _texts(value: Any, place: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise InvalidInputError("Texts by language are expected.", code="card:malformed", place=place)
    return dict(value)
