"""Partners: a card is accepted by its fingerprint; other keys of a known partner only by two people."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from comity.authorities.actions.operator import only_the_operator
from comity.authorities.actions.succeeding import Ending, replace_keys, write_card
from comity.authorities.card import Card
from comity.authorities.competence import Competence
from comity.authorities.models import Authority, KeyProposal
from comity.safeguards.actions import enter
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.actor import Act, ActorKind
from comity.values.country import parse_country
from comity.values.errors import ConflictError, InvalidInputError, RefusedError
from comity.values.reference import AUTHORITY_CODE, Kind, Reference


def add_partner(act: Act, *, card: Card, fingerprint: str) -> Authority:
    """Accept a partner's card after its fingerprint was compared over another channel.

    Where the partner is known with other keys, and did not say so itself by a succession that its old key signed, two
    people must do this, each with the fingerprint as she heard it: the first is recorded and gets a `ConflictError`
    `partner:second-person`, the second makes the change. Raises `RefusedError` for another fingerprint than the card's.
    """
    if act.actor.kind is ActorKind.OFFICER:
        authorise_house(act.actor, Permission.PARTNERS_WRITE, Reference(act.actor.authority, Kind.PEER, act.new_id()))
    else:
        only_the_operator(act)
    if fingerprint != card.verifying_key.fingerprint:
        raise RefusedError(
            "The fingerprint given is not the card's: do not rely on this card. Nothing was changed.",
            code="partner:fingerprint",
            place=card.code,
        )
    row = _write_partner(act, card)
    if row is None:
        raise ConflictError(
            f"{card.code} is known with other keys. Your word on the fingerprint is recorded; nothing was changed.",
            code="partner:second-person",
            place=card.code,
            next_step="A second person compares it over another channel and does the same.",
        )
    return row


@transaction.atomic
def _write_partner(act: Act, card: Card) -> Authority | None:
    """The partner as the card says, or None where its keys are others and a second person must vouch for them."""
    known = Authority.objects.filter(code=card.code).first()
    fingerprint = card.verifying_key.fingerprint
    if known is not None and known.has_node and known.verifying_key != card.verifying_key.to_json():
        if known.local:
            raise RefusedError(
                f"{card.code} is an authority of this node: its keys are rotated, not accepted.", code="partner:own"
            )
        first = KeyProposal.objects.filter(authority=card.code, fingerprint=fingerprint).first()
        if first is None or first.proposed_by == str(act.actor):
            KeyProposal.objects.update_or_create(
                authority=card.code,
                defaults={"fingerprint": fingerprint, "proposed_by": str(act.actor), "at": act.at},
            )
            _enter(act, "authorities:partner:keys-proposed", card)
            return None
        first.delete()
        people = (first.proposed_by, str(act.actor))
        return replace_keys(act, known, card, Ending(until=act.at, safety="two-people", confirmed_by=people))
    row = write_card(act, card, known)
    _enter(act, "authorities:partner:added", card)
    return row


def _enter(act: Act, event: str, card: Card) -> None:
    for own in Authority.objects.filter(local=True):
        facts = {"fingerprint": card.verifying_key.fingerprint, "endpoint": card.endpoint}
        enter(act, event, card.code, authority=own.code, facts=facts)


@transaction.atomic
def note_partner_without_node(
    act: Act, *, code: str, names: Mapping[str, str], languages: Sequence[str], contact: Mapping[str, str]
) -> Authority:
    """Note a partner that has no node: letters go by post, its entries are recorded by us and not signed by it."""
    if act.actor.kind is ActorKind.OFFICER:
        authorise_house(act.actor, Permission.PARTNERS_WRITE, Reference(act.actor.authority, Kind.PEER, act.new_id()))
    else:
        only_the_operator(act)
    if not AUTHORITY_CODE.fullmatch(code):
        raise InvalidInputError(f"'{code}' is not an authority code, e.g. PE-MPFN.", place="code")
    if Authority.objects.filter(code=code).exists():
        raise ConflictError(f"{code} is already known; nothing was changed.", place=code)
    row = Authority.objects.create(
        code=code,
        state=parse_country(code[:2]),
        names=dict(names),
        competences=[Competence.CENTRAL.value, Competence.RECEIVING.value],
        languages=list(languages),
        has_node=False,
        contact=dict(contact),
        since=act.at,
    )
    for own in Authority.objects.filter(local=True):
        enter(act, "authorities:partner:noted", code, authority=own.code, facts={"node": False})
    return row
