"""Step-up: a one-time code of the last minutes before an act that binds the authority."""

from typing import Any

from django.http import HttpRequest

from comity.authorities.step_up import confirm
from comity.safeguards.permissions import Permission
from comity.safeguards.rules import TABLE
from comity.web.entrance import confirmed_here, now
from comity.web.signin.forms import StepUpForm


def needs_code(request: HttpRequest, permission: Permission) -> bool:
    """Whether the form of this act must ask for the code."""
    return TABLE[permission].step_up and confirmed_here(request) is None


def code_context(request: HttpRequest, permission: Permission, asked: StepUpForm | None = None) -> dict[str, Any]:
    """What `code.html` shows in the form of this act: the code's field, or until when it is not asked for again.

    `asked` is the form that `take_code` refused. A field is empty otherwise: a code that was typed is checked once
    and never shown again.
    """
    if not TABLE[permission].step_up:
        return {}
    until = confirmed_here(request)
    return {"confirmed_until": until} if until else {"code_form": asked or StepUpForm(user=request.user)}


def take_code(request: HttpRequest, permission: Permission) -> StepUpForm | None:
    """Check the code a form carried; None when the person is confirmed, else the form with its error."""
    if not needs_code(request, permission):
        return None
    form = StepUpForm(data=request.POST, user=request.user)
    if not form.is_valid():
        return form
    form.save()
    confirm(request.session, now())
    return None
