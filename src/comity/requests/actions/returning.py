"""Results: checked by the central authority, returned under its cover letters, countersigned by the other side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.queries import name_of
from comity.evidence.actions import check_item, countersign, offer_items
from comity.evidence.models import Item
from comity.evidence.queries import bound_to
from comity.exchange.message import MAX_ATTACHMENTS
from comity.gazette.queries import register_here
from comity.law.conditions import use_conditions
from comity.requests import workflow
from comity.requests.actions.law_signing import require_gate
from comity.requests.actions.papering import Shelved, cargo_of, enter_papers, sealed_papers, travelled
from comity.requests.actions.shape import Cargo, Opened, finish, opened, say, texts
from comity.requests.messages import MessageType
from comity.requests.models import Dossier
from comity.requests.papers import Paper, first_printed, numbered, paper
from comity.requests.queries.access import partner_of
from comity.requests.queries.paper_context import letter_context
from comity.requests.results import OutgoingResults
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.binding import joined
from comity.values.errors import InvalidInputError
from comity.values.handling import Handling, UseCondition, strictest

MOST_ITEMS = MAX_ATTACHMENTS // 2
"""Each item is attached with its letter."""


@transaction.atomic
def check_results(
    act: Act, *, dossier: Any, version: int, items: Sequence[str], keys: Keyring, note: str = ""
) -> Dossier:
    """The central authority checks items for completeness before they leave."""
    found = opened(act, "check_results", dossier, version)
    if not items:
        raise InvalidInputError("Name the items that were checked.", place="items")
    for reference in items:
        check_item(act, reference, keys=keys, note=note)
    return finish(
        act, found, event="requests:results:checked", facts={"items": list(items)}, notes={"note": note.strip()[:4000]}
    )


def return_evidence(
    act: Act,
    *,
    dossier: Any,
    version: int,
    results: OutgoingResults,
    keys: Keyring,
    vault: Vault,
    exercise: bool = False,
) -> Dossier:
    """Return checked items of executed parts under cover letters, the instrument's use limits bound to each item.

    Each item has a sealed letter of its own that names no other: so a court can be given one item with the letter
    that vouches for it (treaty CH-CO, Art. 29(3)) and learns nothing of the rest. The cover letter is the text in them
    all. The conditions are the instrument's, those under which parts were accepted, those given here, and whatever
    binds the items of another State that one was made from. To a partner without a node they go by post, on a carrier,
    and the letters are printed to go with it. It is refused by another person's rule (the policy) for who executed, and
    by the workflow for parts held back by a remedy.
    """
    found = opened(act, "return_evidence", dossier, version)
    workflow.require_parts(found.step, found.state.part_states(), results.parts)
    words = texts(results.cover_letter)
    rows = items_named(found, results.items)
    _expect_carrier(found.row, results.carrier)
    if not words:
        raise InvalidInputError("Write the cover letter that vouches for the results.", place="cover_letter")
    results = replace(results, cover_letter=words, carrier=results.carrier.strip())
    bound = bound_conditions(found, results.conditions, rows)
    papers = [(letter, "") for letter in _letters(found, rows, words, bound, act.at, exercise=exercise)]
    reason = f"{found.row.number}: authenticity"
    with sealed_papers(act, papers, office=found.row.holder, keys=keys, vault=vault, reason=reason) as shelf:
        letters = dict(zip(rows, shelf, strict=True))
        return return_under(act, found, results, letters, bound, keys)


def _expect_carrier(row: Dossier, carrier: str) -> None:
    """Say on what results go by post to a partner without a node, and to no other."""
    if row.partner_has_node and carrier.strip():
        raise InvalidInputError(
            "This partner has a node: results go from node to node.", code="requests:has-node", place="carrier"
        )
    if not row.partner_has_node and not carrier.strip():
        raise InvalidInputError(
            "The partner has no node: say on what the results go by post, e.g. a sealed USB stick and its number.",
            code="requests:carrier",
            place="carrier",
        )


def _letters(
    found: Opened,
    rows: Sequence[Item],
    words: Mapping[str, str],
    bound: Sequence[UseCondition],
    at: datetime,
    *,
    exercise: bool,
) -> list[Paper]:
    """The cover letter of each item, in the order of the items."""
    language = first_printed(words)
    common = {
        "language": language,
        "text": words,
        "request": {"title": found.row.title, "reference": found.row.their_number},
        "executed_by": (found.state.executing or {}).get("names") or name_of(found.row.holder, language),
        "authenticity": {"provision": found.step.law.get(found.row.instrument, ""), "verified": True},
        "conditions": [{**one.to_json(), "verified": True} for one in bound],
    }
    context = letter_context(found.row, at, exercise=exercise)
    made = []
    for number, row in enumerate(rows, 1):
        item = {"title": row.title, "digest": row.digest, "size": row.description.get("size")}
        letter = paper("cover-letter", {**common, "items": [item]}, context, language, at=at)
        name = letter.name if len(rows) == 1 else numbered(letter.name, number)
        made.append(replace(letter, name=name))
    return made


def bound_conditions(found: Opened, more: Sequence[Mapping[str, Any]], rows: Sequence[Item] = ()) -> list[UseCondition]:
    """Use conditions of the instrument, of the acceptance, of this return and of the items' sources, each once."""
    law = register_here().instrument(found.row.instrument) if found.row.instrument else None
    proceedings = ((found.state.content or {}).get("use") or {}).get("proceedings") or ""
    stated = " / ".join(proceedings.values()) if isinstance(proceedings, Mapping) else str(proceedings)
    given = [UseCondition.from_json(dict(one)) for one in [*found.state.conditions, *more]]
    carried = joined(bound_to(row) for row in rows).conditions
    return list(dict.fromkeys([*(use_conditions(law, stated) if law else ()), *given, *carried]))


def items_named(found: Opened, items: Sequence[str]) -> list[Item]:
    """The rows of these items of the dossier; InvalidInputError for none, one named twice, or one of another."""
    rows = {row.reference: row for row in Item.objects.filter(holder=found.row.holder, dossier=found.row.reference)}
    missing = [reference for reference in items if reference not in rows]
    if missing or not items or len(set(items)) != len(items):
        raise InvalidInputError("Name items of this dossier, each once.", place="items")
    if len(items) > MOST_ITEMS:
        raise InvalidInputError(
            f"At most {MOST_ITEMS} items go in one message; you named {len(items)}. Return them in several.",
            place="items",
        )
    return [rows[reference] for reference in items]


@transaction.atomic
def return_under(
    act: Act,
    found: Opened,
    results: OutgoingResults,
    letters: Mapping[Item, Shelved],
    bound: list[UseCondition],
    keys: Keyring,
) -> Dossier:
    """Return items under their letters, which lie in the vault: the transaction of `return_evidence`.

    The results' cover letter is stripped of empty words; `letters` are in the order of the items.
    """
    require_gate(found)
    parts, carrier = list(results.parts), results.carrier
    row, rows, shelf = found.row, list(letters), list(letters.values())
    enter_papers(act, row, shelf, keys=keys)
    offered = offer_items(
        act,
        [item.reference for item in rows],
        recipient=partner_of(row),
        conditions=bound,
        keys=keys,
        letter={item.reference: letter.digest for item, letter in letters.items()},
        carrier=carrier,
        permission=results.permission,
    )
    paper_cargo = cargo_of(act, found, shelf, keys=keys)
    cargo = Cargo(
        (*paper_cargo.attachments, *offered.attachments),
        {**paper_cargo.content_keys, **offered.content_keys},
        bound,
        strictest(Handling(entry["handling"]) for entry in offered.custody),
    )
    body = {
        "parts": parts,
        "items": [
            {
                "item": item.reference,
                "digest": item.digest or None,
                "title": item.title,
                "kind": item.kind,
                "parts": item.parts,
                "letter": letter.digest,
            }
            for item, letter in letters.items()
        ],
        "cover_letter": {"text": dict(results.cover_letter), "language": shelf[0].paper.language},
        "conditions": [one.to_json() for one in bound],
        "custody": offered.custody,
    }
    signed = say(act, found, MessageType.EVIDENCE_RETURNED, body, keys=keys, cargo=cargo)
    travelled(row, shelf, signed.digest)
    return finish(
        act,
        found,
        event="requests:evidence:returned",
        signed=signed,
        facts={"parts": parts, "items": [item.reference for item in rows]} | ({"carrier": carrier} if carrier else {}),
    )


@transaction.atomic
def countersign_evidence(act: Act, *, dossier: Any, version: int, items: Sequence[str], keys: Keyring) -> Dossier:
    """Countersign the custody of items that arrived and were verified; the other side gets our signatures."""
    found = opened(act, "countersign_evidence", dossier, version)
    if not items:
        raise InvalidInputError("Name the items to countersign.", place="items")
    entries = [countersign(act, reference, keys=keys) for reference in items]
    signed = say(act, found, MessageType.EVIDENCE_COUNTERSIGNED, {"items": entries}, keys=keys)
    return finish(act, found, event="requests:evidence:countersigned", signed=signed, facts={"items": list(items)})
