"""Compose a document: content and context in, plain data for the fixed templates out; no clock, no chance, no disk."""

from collections.abc import Callable, Mapping
from typing import Any

from comity.documents.check_of_grounds import compose_check
from comity.documents.correspondence import (
    compose_acknowledgement,
    compose_cover_letter,
    compose_cover_note,
    compose_refusal,
    compose_reminder,
)
from comity.documents.european_order import compose_order, compose_receipt
from comity.documents.letter_of_request import compose_letter_of_request
from comity.documents.sheet import Telling
from comity.documents.wording import check_language
from comity.values.errors import InvalidInputError

COMPOSERS: Mapping[str, Callable[[Telling], dict[str, Any]]] = {
    "letter-of-request": compose_letter_of_request,
    "cover-note": compose_cover_note,
    "acknowledgement": compose_acknowledgement,
    "reminder": compose_reminder,
    "refusal": compose_refusal,
    "cover-letter": compose_cover_letter,
    "eio-annex-a": compose_order,
    "eio-annex-b": compose_receipt,
    "check-of-grounds": compose_check,
}

KINDS = tuple(COMPOSERS)


def compose_letter(kind: str, content: Mapping[str, Any], context: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The data of one document in one language.

    `content` is the request's content (`comity.forms.content`) or, for the letters that follow, a small mapping of
    their own; what `context` may hold stands in `comity.documents.sheet` and at each composer. Refuses an unknown
    kind or language.
    """
    composer = COMPOSERS.get(kind)
    if composer is None:
        raise InvalidInputError(
            f"There is no document of the kind '{kind}'. Nothing was made.",
            code="document:kind",
            place="kind",
            next_step=f"Kinds: {', '.join(KINDS)}.",
        )
    return composer(Telling(content, context, check_language(language)))
