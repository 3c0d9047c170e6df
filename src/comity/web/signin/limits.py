"""Wrong tries on the pages: counted by user name and address, and refused plainly, with until when."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from comity.authorities import actions
from comity.values.actor import Act, job
from comity.values.errors import UnavailableError
from comity.values.instant import parse_instant
from comity.web.entrance import now, own_chance


def count_try(request: HttpRequest, username: str) -> None:
    """Count one more try of a password or code. Raises `ValidationError` where it is locked."""
    try:
        actions.count_try(_act(), username=username, address=_address(request))
    except UnavailableError as error:
        raise _locked(error) from error


def count_passkey(request: HttpRequest) -> None:
    try:
        actions.count_passkey(_act(), address=_address(request))
    except UnavailableError as error:
        raise _locked(error) from error


def count_use(passkey: Authenticator, counter: int) -> None:
    """Note the authenticator's own count of uses; BrokenError where another device used the passkey meanwhile."""
    actions.count_use(_act(), passkey, counter)


def was_right(request: HttpRequest, username: str = "", *, whole: bool = False) -> None:
    actions.was_right(address=_address(request), username=username, whole=whole)


def _act() -> Act:
    return Act(job("sign-in", "node"), now(), "sign-in", own_chance)


def _address(request: HttpRequest) -> str:
    return str(get_adapter(request).get_client_ip(request))


def _locked(error: UnavailableError) -> forms.ValidationError:
    until = date_format(timezone.localtime(parse_instant(error.place)), "H:i:s")
    words = _(
        "Too many tries: locked until %(time)s (UTC), also for what is right. Nothing else was changed. Your "
        "administrator can unlock it sooner; a passkey still signs in."
    )
    return forms.ValidationError(words % {"time": until}, code="locked")
