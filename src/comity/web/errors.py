"""How the classes of errors answer on a page: one table, tested to cover every class."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.values.errors import (
    BrokenError,
    ComityError,
    ConflictError,
    InvalidInputError,
    MissingError,
    RefusedError,
    SignInError,
    UnavailableError,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, the heading and what to do now where the error itself names no next step."""

    status: int
    title: str | Promise
    what_now: str | Promise


ANSWERS: Mapping[type[ComityError], Answer] = {
    InvalidInputError: Answer(400, _("This cannot be used as it is"), _("Go back, correct it and send it again.")),
    SignInError: Answer(401, _("Sign in first"), _("Sign in and come back to this address.")),
    RefusedError: Answer(403, _("Not done: a rule stands against it"), _("Nothing was changed.")),
    MissingError: Answer(404, _("There is nothing here"), _("Check the address, or look in the list of dossiers.")),
    ConflictError: Answer(
        409, _("It changed while you were reading"), _("Nothing was changed. Read it again and decide anew.")
    ),
    BrokenError: Answer(422, _("A proof does not hold"), _("Keep what you have and tell your administrator.")),
    UnavailableError: Answer(503, _("Not to be had now"), _("Nothing was changed. Try again later.")),
    ComityError: Answer(500, _("Something went wrong"), _("Nothing was changed. Tell your administrator the code.")),
}


WORDS: Mapping[str, str | Promise] = {
    "policy:same-hand": _("You did an earlier step on this yourself; another person must do this one."),
    "policy:step-up": _("Confirm with your one-time code first: this act binds your authority."),
    "policy:not-an-officer": _("A person decides this; neither a partner nor a job may."),
    "ledger:down": _(
        "The ledger cannot be written, so nothing is opened and nothing is done. What was stored before is kept."
    ),
}
"""What a reader is told in place of a sentence that names a permission by its code."""


NEXT_STEPS: Mapping[str, str | Promise] = {
    "ledger:down": _(
        "Tell the operator. If a person's liberty or life hangs on it, two officers break the glass at the node's "
        "console: comity node break-glass (docs/how-to/break-glass.md)."
    ),
}
"""What to do next, in the reader's language, for errors that come from below the pages."""


def words_of(code: str, message: str) -> str:
    """The sentence for a refusal of the policy, with or without the prefix of its code; others say their own."""
    return str(WORDS.get(f"policy:{code.removeprefix('policy:')}", message))


def answer_for(error: ComityError) -> Answer:
    """The answer of the nearest class in the error's ancestry."""
    return next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)


def error_page(request: HttpRequest, error: ComityError, *, back: str = "") -> HttpResponse:
    """The page of an error. What is absent and what may not be seen give byte-identical answers."""
    answer = answer_for(error)
    fields = {"code": error.code, "message": error.message, "place": error.place, "next_step": error.next_step}
    if isinstance(error, MissingError):
        fields = {"code": MissingError.code, "message": MissingError().message, "place": "", "next_step": ""}
    if error.code.startswith("policy:"):
        code = f"{error.code} {error.place}".strip()
        fields |= {"message": words_of(error.code, error.message), "code": code, "place": ""}
    if error.code in NEXT_STEPS:
        fields |= {"message": str(WORDS[error.code]), "next_step": str(NEXT_STEPS[error.code])}
    wrong = {**fields, "title": answer.title, "what_now": answer.what_now, "back": back or "/"}
    template = "wrong_fragment.html" if request.headers.get("HX-Request") else "wrong.html"
    return render(request, template, {"wrong": wrong}, status=answer.status)
