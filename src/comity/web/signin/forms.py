"""The forms of signing in, with labels and help in place of placeholders."""

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


class SignInForm(LoginForm):  # type: ignore[misc]  # the library is untyped
    """User name and password; nobody is remembered beyond the session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        _plain(self.fields["login"], _("User name"), autocapitalize="none", spellcheck="false", dir="ltr")
        _plain(self.fields["password"], _("Password"), dir="ltr")


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]  # the library is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["password"], _("Password"), dir="ltr")


class SignInCodeForm(AuthenticateForm):  # type: ignore[misc]  # the library is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"])


class StepUpForm(CodeAgainForm):  # type: ignore[misc]  # the library is untyped
    """The one-time code again, for an act that binds the authority."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"])
        self.fields["code"].help_text = _("Asked again because this act binds your authority.")


class SetUpCodeForm(ActivateTOTPForm):  # type: ignore[misc]  # the library is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self.fields["code"])
