"""Step-up: a one-time code or a passkey of the last minutes before an act that binds the authority."""

from typing import Any

from django.http import HttpRequest

from comity.authorities.queries import passkeys_of
from comity.authorities.step_up import confirm
from comity.safeguards.permissions import Permission
from comity.safeguards.rules import TABLE
from comity.web.entrance import confirmed_here, now
from comity.web.signin.adapters import passkey_host
from comity.web.signin.forms import PasskeyAgainForm, StepUpForm


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
    if until:
        return {"confirmed_until": until}
    has_passkey = bool(passkey_host(request) and passkeys_of(request.user))  # type: ignore[arg-type]  # signed in
    return {"code_form": asked or StepUpForm(user=request.user), "has_passkey": has_passkey}


def take_code(request: HttpRequest, permission: Permission) -> StepUpForm | None:
    """Check the code or the passkey a form carried; None when the person is confirmed, else the form with its error."""
    if not needs_code(request, permission):
        return None
    if request.POST.get("credential"):
        passkey = PasskeyAgainForm(data=request.POST, user=request.user)
        if not passkey.is_valid():
            form = StepUpForm(data={}, user=request.user)
            form.errors.clear()
            form.add_error("code", passkey.errors["credential"].as_data())
            return form
        passkey.save()
    else:
        form = StepUpForm(data=request.POST, user=request.user)
        if not form.is_valid():
            return form
        form.save()
    confirm(request.session, now())
    return None
