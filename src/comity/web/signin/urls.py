"""Addresses of signing in. Only what is listed here exists: no sign-up, no e-mail, no password reset by mail."""

from allauth.account.views import account_inactive, logout
from django.urls import path
from django.views.generic import RedirectView

from comity.web.entrance import public
from comity.web.signin.pages import end_everywhere, my_sign_in
from comity.web.signin.passkeys import challenge, keep, new_challenge, remove
from comity.web.signin.provider import from_provider, to_provider
from comity.web.signin.views import CodeAgain, CodeAtSignIn, PasskeySignIn, PasswordAgain, SetUpCode, SignIn

to_work = public(RedirectView.as_view(url="/"))
to_sign_in = public(RedirectView.as_view(url="/sign-in"))

urlpatterns = [
    path("sign-in", public(SignIn.as_view()), name="account_login"),
    path("sign-in/code", public(CodeAtSignIn.as_view()), name="mfa_authenticate"),
    path("sign-in/set-up", public(SetUpCode.as_view()), name="mfa_activate_totp"),
    path("sign-in/again", public(PasswordAgain.as_view()), name="account_reauthenticate"),
    path("sign-in/again/code", public(CodeAgain.as_view()), name="mfa_reauthenticate"),
    path("sign-in/again/passkey", public(CodeAgain.as_view()), name="mfa_reauthenticate_webauthn"),
    path("sign-in/passkey", public(PasskeySignIn.as_view()), name="mfa_login_webauthn"),
    path("sign-in/passkey/challenge", public(challenge), name="passkey_challenge"),
    path("sign-in/provider/<str:provider_id>", public(to_provider), name="openid_connect_login"),
    path("sign-in/provider/<str:provider_id>/back", public(from_provider), name="openid_connect_callback"),
    path("sign-in/left", to_sign_in, name="socialaccount_login_cancelled"),
    path("sign-in/inactive", public(account_inactive), name="account_inactive"),
    path("sign-out", public(logout), name="account_logout"),
    path("my-sign-in", my_sign_in, name="my_sign_in"),
    path("my-sign-in/end-everywhere", end_everywhere, name="end_everywhere"),
    path("my-sign-in/passkeys/new", keep, name="passkey_new"),
    path("my-sign-in/passkeys/new/challenge", new_challenge, name="passkey_new_challenge"),
    path("my-sign-in/passkeys/<str:passkey>", remove, name="passkey_remove"),
    path("sign-in/done", to_work, name="mfa_index"),
    path("sign-in/kept", to_work, name="mfa_deactivate_totp"),
]
