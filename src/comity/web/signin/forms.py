"""The forms of signing in, with labels and help in place of placeholders."""

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, CollectedClientData, RegistrationResponse

from comity.values.errors import BrokenError
from comity.web.signin.limits import count_passkey, count_try, count_use, was_right


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
    "username_password_mismatch": _("User name or password is wrong. After ten tries it is locked for five minutes."),
    "incorrect_password": _("The password is wrong."),
    "incorrect_code": _("This code does not hold. Wait for the next one; each is good once."),
    "incorrect_passkey": _("This passkey does not hold here. Try again, or give your one-time code."),
    "copied_passkey": _("This passkey may have been copied: give your one-time code and remove it."),
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
        officer = getattr(self, "user", None) or context.request.user
        count_try(context.request, officer.get_username())
        try:
            found = super().clean_code()  # type: ignore[misc]  # the library's form beside which this one stands
        except forms.ValidationError as fault:
            raise in_our_words(fault) from fault
        was_right(context.request, officer.get_username(), whole=True)
        return found


class SignInCodeForm(_CodeForm, AuthenticateForm):  # type: ignore[misc]  # the library is untyped
    """The code at sign-in."""


class StepUpForm(_CodeForm, CodeAgainForm):  # type: ignore[misc]  # the library is untyped
    """The one-time code again, for an act that binds the authority."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Asked again because this act binds your authority.")


MALFORMED = (TypeError, ValueError, LookupError, AttributeError)
"""What parsing another's bytes as an authenticator's answer may raise."""


def _no_passkey() -> forms.ValidationError:
    return forms.ValidationError(MESSAGES["incorrect_passkey"], code="incorrect_passkey")


def _expect_this_site(said: CollectedClientData) -> None:
    """The page that asked was one of this very site: not of a name below it, nor framed by another.

    Raises `ValidationError`. Browsers let a page of a name below ours use our passkeys; we do not.
    """
    here = f"{context.request.scheme}://{context.request.get_host()}"
    if said.origin != here or said.cross_origin:
        raise _no_passkey()


class _Passkey:
    """An authenticator's answer to this session's challenge; its refusals in our words, its uses counted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = MESSAGES["incorrect_passkey"]
        self.fields["credential"].error_messages.update(required=words, invalid=words)  # type: ignore[attr-defined]  # of the form beside which this stands

    def clean_credential(self) -> Any:
        given = self.cleaned_data["credential"]  # type: ignore[attr-defined]  # the same
        count_passkey(context.request)
        try:
            said = AuthenticationResponse.from_dict(given).response
            _expect_this_site(said.client_data)
            passkey = super().clean_credential()  # type: ignore[misc]  # the same
            count_use(passkey, said.authenticator_data.counter)
        except BrokenError as fault:
            raise forms.ValidationError(MESSAGES["copied_passkey"], code="copied_passkey") from fault
        except forms.ValidationError as fault:
            raise _no_passkey() from fault
        except MALFORMED as fault:
            raise _no_passkey() from fault
        was_right(context.request)
        return passkey


class PasskeySignInForm(_Passkey, LoginWebAuthnForm):  # type: ignore[misc]  # the library is untyped
    """A passkey alone opens the house: it is held and unlocked, which is two factors."""


class PasskeyCodeForm(_Passkey, AuthenticateWebAuthnForm):  # type: ignore[misc]  # the library is untyped
    """A passkey after the password, in place of the code."""


class PasskeyAgainForm(_Passkey, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # the library is untyped
    """A passkey again, for an act that binds the authority."""


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # the library is untyped
    """A new passkey, verified against this session's challenge; `name` tells it from the officer's others."""

    field_order = ("name", "credential")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"] = forms.CharField(
            label=_("Name of the passkey"),
            max_length=60,
            help_text=_("By it you know it later, e.g. token in the safe."),
        )
        self.initial["name"] = ""

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"])

    def clean(self) -> Any:
        try:
            if "credential" in self.cleaned_data:
                _expect_this_site(RegistrationResponse.from_dict(self.cleaned_data["credential"]).response.client_data)
            return super().clean()
        except (*MALFORMED, forms.ValidationError) as fault:
            raise _no_passkey() from fault


class SetUpCodeForm(_CodeForm, ActivateTOTPForm):  # type: ignore[misc]  # the library is untyped
    """The first code of a new authenticator."""
