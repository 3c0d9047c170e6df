"""Step-up: the one-time code again before an act that binds the authority."""

from django.http import HttpRequest

from comity.authorities.step_up import STEPPED_UP_AT
from comity.safeguards.permissions import Permission
from comity.safeguards.rules import TABLE
from comity.values.instant import instant_text
from comity.web.entrance import now, stepped_up
from comity.web.signin.forms import StepUpForm


def needs_code(request: HttpRequest, permission: Permission) -> bool:
    """Whether the form of this act must ask for the code."""
    return TABLE[permission].step_up and not stepped_up(request, now())


def code_form(request: HttpRequest) -> StepUpForm:
    """An empty field for the code: one that was typed is checked once, in `take_code`, and never shown again."""
    return StepUpForm(user=request.user)


def take_code(request: HttpRequest, permission: Permission) -> StepUpForm | None:
    """Check the code a form carried; None when the person is confirmed, else the form with its error."""
    if not needs_code(request, permission):
        return None
    form = StepUpForm(data=request.POST, user=request.user)
    if not form.is_valid():
        return form
    form.save()
    request.session[STEPPED_UP_AT] = instant_text(now())
    return None
