"""One key after another: our own keys end by the operator's hand, a partner's by a statement its old key signed."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from comity.authorities.actions.operator import only_the_operator
from comity.authorities.card import Card, open_card, sign_card
from comity.authorities.keyring import Keyring
from comity.authorities.models import Authority, EndedKey
from comity.authorities.queries import authority as authority_row
from comity.authorities.queries import local_authorities, local_authority
from comity.authorities.succession import Statement, Succession, open_succession, sign_succession
from comity.safeguards.actions import enter
from comity.seals.keys import SealingKey, VerifyingKey
from comity.values.actor import Act
from comity.values.errors import BrokenError, RefusedError


@dataclass(frozen=True)
class Ending:
    """How a key ended, and how the one after it came to be believed."""

    until: datetime
    safety: str
    confirmed_by: tuple[str, ...] = ()
    reason: str = ""
    revoked_since: datetime | None = None
    succession: bytes | None = None


def own_card(code: str, keys: Keyring) -> bytes:
    """The signed card of one of our authorities, as its partners get it."""
    row, held = local_authority(code), keys.of(code)
    card = Card(
        code=row.code,
        state=row.state,
        names=row.names,
        competences=tuple(row.competences),
        languages=tuple(row.languages),
        endpoint=row.endpoint,
        verifying_key=VerifyingKey.from_json(row.verifying_key or {}),
        sealing_key=SealingKey.from_json(row.sealing_key or {}),
        tls_certificate=row.tls_certificate,
        contact=row.contact,
        seal_certificate=row.seal_certificate,
    )
    return sign_card(card, held.signing)


@transaction.atomic
def end_own_key(
    act: Act, code: str, *, keys: Keyring, at: datetime, reason: str = "", revoked_since: datetime | None = None
) -> Succession:
    """Let one of our authorities go on with the keys that its keyring now holds. Operator only.

    The keyring's `retiring` key, unless it is lost, signs the succession, whose moment is `at`. Raises RefusedError
    where the directory has the keyring's key already.
    """
    only_the_operator(act)
    row, held = local_authority(code), keys.of(code)
    old = VerifyingKey.from_json(row.verifying_key or {})
    if old == held.signing.public:
        raise RefusedError(f"{code} signs with this key already; nothing was changed.", code="rotate:same")
    statement = Statement(
        code=code, old=old.fingerprint, to=held.signing.public, at=at, reason=reason, revoked_since=revoked_since
    )
    retiring = held.retiring if held.retiring is not None and held.retiring.public == old else None
    succession = sign_succession(statement, new=held.signing, old=retiring)
    _end(act, code, old, Ending(at, "own", (), reason, revoked_since, succession.to_bytes()))
    row.verifying_key, row.sealing_key = held.signing.public.to_json(), held.opening.public.to_json()
    row.seal_certificate = _joined(held.office_seal_certificate.decode(), row.seal_certificate)
    row.save(update_fields=["verifying_key", "sealing_key", "seal_certificate"])
    facts = {"from": old.fingerprint, "to": held.signing.public.fingerprint, "revoked": revoked_since is not None}
    enter(act, "authorities:keys:rotated", code, authority=code, facts=facts)
    return succession


def succeed(act: Act, *, sender: str, succession: bytes, card: bytes) -> None:
    """Take over a partner's next keys, which its current key vouches for; nothing happens where they are known.

    Inside the receiving transaction. Raises BrokenError `succession:*` where continuity is not proved: then two
    people compare the new fingerprint over another channel and accept the card (`add_partner`).
    """
    stated, told = open_succession(succession), open_card(card)
    if not sender == stated.statement.code == told.code or told.verifying_key != stated.statement.to:
        raise BrokenError("Card and succession speak of different authorities or keys.", code="succession:other")
    row = authority_row(sender)
    current = VerifyingKey.from_json(row.verifying_key or {})
    if current == stated.statement.to:
        write_card(act, told, row)
        return
    stated.expect_continuity(current)
    statement = stated.statement
    ending = Ending(
        until=statement.at,
        safety="continuity",
        reason=statement.reason,
        revoked_since=statement.revoked_since,
        succession=succession,
    )
    replace_keys(act, row, told, ending)


@transaction.atomic
def carry_tls(act: Act, certificates: bytes) -> None:
    """Let the cards of all our authorities carry these TLS certificates: the one in use, and the next if any.

    Operator only.
    """
    only_the_operator(act)
    for row in local_authorities():
        row.tls_certificate = certificates.decode()
        row.save(update_fields=["tls_certificate"])
        facts = {"tls": sha256(certificates).hexdigest()}
        enter(act, "authorities:keys:rotated", row.code, authority=row.code, facts=facts)


def renew_card(act: Act, *, sender: str, card: bytes) -> None:
    """Take over what a partner's card says under the keys we know it by. Inside the receiving transaction.

    Raises BrokenError `card:keys` for a card with other keys: those come with their succession only.
    """
    told, row = open_card(card), authority_row(sender)
    known = (row.verifying_key, row.sealing_key)
    if told.code != sender or known != (told.verifying_key.to_json(), told.sealing_key.to_json()):
        raise BrokenError("The card is another's or has other keys than we know.", code="card:keys", place=sender)
    write_card(act, told, row)
    for own in local_authorities():
        facts = {"fingerprint": told.verifying_key.fingerprint, "endpoint": told.endpoint}
        enter(act, "authorities:partner:added", sender, authority=own.code, facts=facts)


def replace_keys(act: Act, row: Authority, card: Card, ending: Ending) -> Authority:
    """End a partner's key and write its next card; entered in the ledger of each of our authorities."""
    old = VerifyingKey.from_json(row.verifying_key or {})
    _end(act, row.code, old, ending)
    written = write_card(act, card, row)
    facts = {
        "from": old.fingerprint,
        "to": card.verifying_key.fingerprint,
        "safety": ending.safety,
        "revoked": ending.revoked_since is not None,
    }
    for own in local_authorities():
        enter(act, "authorities:partner:keys-succeeded", row.code, authority=own.code, facts=facts)
    return written


def write_card(act: Act, card: Card, known: Authority | None) -> Authority:
    """The partner's row as its card says; certificates of office seals it had before stay, for what they sealed."""
    row, _ = Authority.objects.update_or_create(
        code=card.code,
        defaults={
            "state": card.state,
            "names": card.names,
            "competences": list(card.competences),
            "languages": list(card.languages),
            "local": known.local if known else False,
            "has_node": True,
            "endpoint": card.endpoint,
            "verifying_key": card.verifying_key.to_json(),
            "sealing_key": card.sealing_key.to_json(),
            "tls_certificate": card.tls_certificate,
            "seal_certificate": _joined(card.seal_certificate, known.seal_certificate if known else ""),
            "contact": card.contact,
            "since": known.since if known else act.at,
            "active": True,
        },
    )
    return row


def _joined(newest: str, before: str) -> str:
    """Certificates in PEM, the newest first, each once."""
    end = "-----END CERTIFICATE-----"
    if end not in before or end not in newest:
        return newest
    parts = [f"{part.strip()}\n{end}\n" for part in f"{newest}\n{before}".split(end) if part.strip()]
    return "".join(dict.fromkeys(parts))


def _end(act: Act, code: str, old: VerifyingKey, ending: Ending) -> None:
    EndedKey.objects.update_or_create(
        authority=code,
        key_id=old.key_id,
        defaults={
            "key": old.to_json(),
            "until": ending.until,
            "revoked_since": ending.revoked_since,
            "reason": ending.reason,
            "safety": ending.safety,
            "confirmed_by": list(ending.confirmed_by),
            "succession": ending.succession,
            "noted_at": act.at,
        },
    )
