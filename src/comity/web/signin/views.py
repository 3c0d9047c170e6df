"""The library's views of signing in, with our forms."""

import time
from typing import Any

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import Login
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from comity.authorities.step_up import confirm
from comity.web.entrance import has_second_factor, next_address, now
from comity.web.signin.forms import (
    PasskeyCodeForm,
    PasskeySignInForm,
    PasswordAgainForm,
    SetUpCodeForm,
    SignInCodeForm,
    SignInForm,
    StepUpForm,
)
from comity.web.signin.provider import provider


def _noted(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """The library's answer to a code that holds; the session, new by now, notes that it was given."""
    if request.user.is_authenticated:
        confirm(request.session, now())
    return answer


class SignIn(LoginView):  # type: ignore[misc]  # the library is untyped
    form_class = SignInForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "provider": provider()}


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]  # the library is untyped
    """Signing in by a passkey alone; a refusal is told on the page of signing in."""

    form_class = PasskeySignInForm

    def form_valid(self, form: PasskeySignInForm) -> HttpResponseBase:
        passkey = form.cleaned_data["credential"]
        login = Login(user=passkey.user, redirect_url=next_address(self.request))
        return _noted(self.request, perform_passwordless_login(self.request, passkey, login))


class CodeAtSignIn(AuthenticateView):  # type: ignore[misc]  # the library is untyped
    form_class = SignInCodeForm
    webauthn_form_class = PasskeyCodeForm

    def form_valid(self, form: SignInCodeForm | PasskeyCodeForm) -> HttpResponseBase:
        return _noted(self.request, super().form_valid(form))


class PasswordAgain(ReauthenticateView):  # type: ignore[misc]  # the library is untyped
    form_class = PasswordAgainForm


class CodeAgain(CodeView):  # type: ignore[misc]  # the library is untyped
    form_class = StepUpForm

    def form_valid(self, form: StepUpForm) -> HttpResponseBase:
        return _noted(self.request, super().form_valid(form))


class SetUpCode(ActivateTOTPView):  # type: ignore[misc]  # the library is untyped
    """Setting up the second factor; the password given some minutes ago is not asked for again."""

    form_class = SetUpCodeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect("account_login")
        if has_second_factor(request):
            return redirect("needs")
        given = [record["at"] for record in get_authentication_records(request, request.user)]
        if given and time.time() - max(given) < REAUTHENTICATION_TIMEOUT:
            return super(ActivateTOTPView, self).dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]
