"""The forms of signing in, with labels and help in place of placeholders."""

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _


def _plain(field: forms.Field, label: Any, **attributes: str) -> None:
    field.label = label
    field.help_text = ""
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


def _code(field: forms.Field) -> None:
    _plain(
        field,
        _("One-time code"),
        inputmode="numeric",
        autocomplete="one-time-code",
        maxlength="8",
        dir="ltr",
        **{"class": "code"},
    )


MESSAGES: Mapping[str, Any] = {
    "username_password_mismatch": _("User name or password is wrong. After ten tries, wait five minutes."),
    "incorrect_password": _("The password is wrong."),
    "incorrect_code": _("This code does not hold. Wait for the next one; each is good once."),
    "too_many_login_attempts": _("Too many tries. Wait five minutes; nothing else was changed."),
    "rate_limited": _("Too many tries. Wait five minutes; nothing else was changed."),
}
"""What the library's refusals say here: what happened, and what to do next."""


def in_our_words(fault: forms.ValidationError) -> forms.ValidationError:
    message = MESSAGES.get(getattr(fault, "code", "") or "")
    return forms.ValidationError(message, code=fault.code) if message else fault


class SignInForm(LoginForm):  # type: ignore[misc]  # the library is untyped
    """User name and password; nobody is remembered beyond the session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remember"].widget = forms.HiddenInput()
        _plain(self.fields["login"], _("User name"), autocapitalize="none", spellcheck="false", dir="ltr")
        _plain(self.fields["password"], _("Password"), dir="ltr")

    def clean(self) -> Any:
        try:
            return super().clean()
        except forms.ValidationError as fault:
            raise in_our_words(fault) from fault


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]  # the library is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["password"], _("Password"), dir="ltr")

    def clean_password(self) -> Any:
        try:
            return super().clean_password()
        except forms.ValidationError as fault:
            raise in_our_words(fault) from fault


class _CodeForm(forms.Form):
    """The one-time code, its label and its refusals in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"])

    def clean_code(self) -> Any:
        try:
            return super().clean_code()  # type: ignore[misc]  # the library's form beside which this one stands
        except forms.ValidationError as fault:
            raise in_our_words(fault) from fault


class SignInCodeForm(_CodeForm, AuthenticateForm):  # type: ignore[misc]  # the library is untyped
    """The code at sign-in."""


class StepUpForm(_CodeForm, CodeAgainForm):  # type: ignore[misc]  # the library is untyped
    """The one-time code again, for an act that binds the authority."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Asked again because this act binds your authority.")


class SetUpCodeForm(_CodeForm, ActivateTOTPForm):  # type: ignore[misc]  # the library is untyped
    """The first code of a new authenticator."""
