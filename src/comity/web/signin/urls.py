"""Addresses of signing in. Only what is listed here exists: no sign-up, no e-mail, no password reset by mail."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.generic import RedirectView

from comity.web.entrance import public
from comity.web.signin.pages import my_sign_in

to_work = public(RedirectView.as_view(url="/"))

urlpatterns = [
    path("sign-in", public(account.login), name="account_login"),
    path("sign-in/code", public(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/set-up", public(totp.activate_totp), name="mfa_activate_totp"),
    path("sign-in/again", public(account.reauthenticate), name="account_reauthenticate"),
    path("sign-in/again/code", public(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("sign-in/inactive", public(account.account_inactive), name="account_inactive"),
    path("sign-out", public(account.logout), name="account_logout"),
    path("my-sign-in", my_sign_in, name="my_sign_in"),
    path("sign-in/done", to_work, name="mfa_index"),
    path("sign-in/kept", to_work, name="mfa_deactivate_totp"),
]
