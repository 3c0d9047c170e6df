"""The answer to a partner without a node: the letter that says how its request stands, made for printing."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.authorities.models import Authority
from comity.gazette.queries import register_here
from comity.requests.actions.papering import Shelved, enter_papers, sealed_papers
from comity.requests.actions.shape import Opened, finish, opened, texts
from comity.requests.answers import answer_content, kind_of_answer
from comity.requests.models import Dossier
from comity.requests.papers import first_printed, paper
from comity.requests.queries.paper_context import letter_context
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import RefusedError


def print_answer(
    act: Act,
    *,
    dossier: Any,
    version: int,
    keys: Keyring,
    vault: Vault,
    text: Mapping[str, str] | None = None,
    exercise: bool = False,
) -> Dossier:
    """Make the letter that answers a request which came by post, under the office's seal, as things stand now.

    A refusal with its grounds where parts were declined, else the receipt; `text` is what the office adds. It is
    printed and posted by hand (`note_posting`); nothing crosses by itself. Refused for a partner that has a node.
    """
    found = opened(act, "print_answer", dossier, version)
    row, state = found.row, found.state
    if row.partner_has_node:
        raise RefusedError("This partner reads our messages; nothing was printed.", code="requests:has-node")
    words = texts(text or {})
    asked_in = str((state.content or {}).get("language") or "en")
    language = first_printed([*words, asked_in])
    kind = kind_of_answer(state)
    law = register_here().instrument(row.instrument) if row.instrument else None
    told = {
        **answer_content(
            state,
            law,
            title=row.title,
            number=row.their_number,
            authority=Authority.objects.get(code=row.holder).names,
        ),
        "language": asked_in if asked_in not in words else language,
        "text": words,
    }
    letter = paper(kind, told, letter_context(row, act.at, exercise=exercise), language, at=act.at)
    reason = f"{row.number}: {kind}"
    with sealed_papers(act, [(letter, "")], office=row.holder, keys=keys, vault=vault, reason=reason) as shelf:
        return enter_printed(act, found, shelf, keys, event="requests:answer:printed")


@transaction.atomic
def enter_printed(act: Act, found: Opened, shelf: list[Shelved], keys: Keyring, *, event: str) -> Dossier:
    """Enter a paper made for our own hands in the dossier, and the act that made it in the ledger."""
    enter_papers(act, found.row, shelf, keys=keys)
    digest = shelf[0].digest
    return finish(act, found, event=event, digest=digest, facts={"document": digest})
