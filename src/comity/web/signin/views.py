"""The library's views of signing in, with our forms."""

import time
from typing import Any

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from comity.web.entrance import has_second_factor
from comity.web.signin.forms import PasswordAgainForm, SetUpCodeForm, SignInCodeForm, SignInForm, StepUpForm


class SignIn(LoginView):  # type: ignore[misc]  # the library is untyped
    form_class = SignInForm


class CodeAtSignIn(AuthenticateView):  # type: ignore[misc]  # the library is untyped
    form_class = SignInCodeForm


class PasswordAgain(ReauthenticateView):  # type: ignore[misc]  # the library is untyped
    form_class = PasswordAgainForm


class CodeAgain(CodeView):  # type: ignore[misc]  # the library is untyped
    form_class = StepUpForm


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
