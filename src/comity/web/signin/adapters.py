"""How allauth behaves here: nobody signs up, and its messages are ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class OfficerAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library is untyped
    """Officers are appointed by an administrator; there is no other way in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("User name or password is wrong. After ten tries, wait five minutes."),
        "incorrect_password": _("The password is wrong."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes; nothing else was changed."),
        "rate_limited": _("Too many tries. Wait five minutes; nothing else was changed."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the library calls it so
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Signing in and out speaks for itself; no note is left on the next page."""


class CodeAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the same
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code does not hold. Wait for the next one; each is good once."),
    }
