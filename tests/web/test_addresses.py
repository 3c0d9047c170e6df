"""Every address of the pages names its permission, refuses strangers, and carries the house's headers."""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from comity.safeguards.permissions import Permission
from comity.web import urls
from comity.web.middleware import HEADERS

PUBLIC = {
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "language",
    "mfa_login_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
    "socialaccount_login_cancelled",
    "mfa_reauthenticate_webauthn",
    "passkey_challenge",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_index",
    "mfa_reauthenticate",
}
"""Addresses open before anyone is signed in, or guarded by the library that answers them."""


def patterns(found=urls.urlpatterns):
    for pattern in found:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from patterns(pattern.url_patterns)


def example(pattern):
    """An address under the pattern, made with a reference that names nothing."""
    kinds = {"item": "item", "release": "release", "document": "document"}
    kind = next((kinds[word] for word in kinds if str(pattern.name).startswith(word)), "dossier")
    names = {"reference": f"CH-FOJ:{kind}:0192f3c4-0000-7000-8000-000000000001", "digest": "a" * 64}
    resolver = get_resolver("comity.web.urls")
    wanted = resolver.reverse_dict.getlist(pattern.name)[0][0][0][1]
    return resolver.reverse(pattern.name, **{name: names.get(name, "x") for name in wanted})


@pytest.mark.parametrize("pattern", list(patterns()), ids=lambda one: str(one.name))
def test_every_address_names_its_permission(pattern):
    assert hasattr(pattern.callback, "permission"), f"{pattern.name} has no policy"
    permission = pattern.callback.permission
    if permission is None:
        assert pattern.name in PUBLIC
    else:
        assert isinstance(permission, Permission)


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", [p for p in patterns() if p.name not in PUBLIC], ids=lambda one: str(one.name))
def test_a_stranger_is_sent_to_sign_in(pattern, client, settings):
    settings.ROOT_URLCONF = "comity.web.urls"
    for method in (client.get, client.post):
        answer = method(f"/{example(pattern).lstrip('/')}")
        assert answer.status_code in {302, 405}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/sign-in?next=")


@pytest.mark.django_db
def test_the_sign_in_page_carries_the_headers_of_the_house(client, settings, node):
    settings.ROOT_URLCONF = "comity.web.urls"
    answer = client.get("/sign-in")
    assert answer.status_code == 200
    for name, value in HEADERS.items():
        assert answer[name] == value
    assert answer["Cache-Control"] == "no-store"
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    page = answer.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page


@pytest.mark.django_db
def test_an_unknown_address_and_a_forged_form_get_their_pages(client, settings, node):
    unknown = client.get("/nowhere")
    assert unknown.status_code == 404
    assert "There is nothing here" in unknown.content.decode()
    strict = Client(enforce_csrf_checks=True)
    forged = strict.post("/language", {"language": "es"})
    assert forged.status_code == 403
    assert "nothing was changed" in forged.content.decode()
