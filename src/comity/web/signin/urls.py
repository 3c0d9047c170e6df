"""Addresses of signing in. Only what is listed here exists: no sign-up, no e-mail, no password reset by mail."""

from allauth.account.views import account_inactive, logout
from django.urls import path
from django.views.generic import RedirectView

from comity.web.entrance import public
from comity.web.signin.pages import my_sign_in
from comity.web.signin.views import CodeAgain, CodeAtSignIn, PasswordAgain, SetUpCode, SignIn

to_work = public(RedirectView.as_view(url="/"))

urlpatterns = [
    path("sign-in", public(SignIn.as_view()), name="account_login"),
    path("sign-in/code", public(CodeAtSignIn.as_view()), name="mfa_authenticate"),
    path("sign-in/set-up", public(SetUpCode.as_view()), name="mfa_activate_totp"),
    path("sign-in/again", public(PasswordAgain.as_view()), name="account_reauthenticate"),
    path("sign-in/again/code", public(CodeAgain.as_view()), name="mfa_reauthenticate"),
    path("sign-in/inactive", public(account_inactive), name="account_inactive"),
    path("sign-out", public(logout), name="account_logout"),
    path("my-sign-in", my_sign_in, name="my_sign_in"),
    path("sign-in/done", to_work, name="mfa_index"),
    path("sign-in/kept", to_work, name="mfa_deactivate_totp"),
]
