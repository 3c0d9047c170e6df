"""The one door of every page: who is asking, for what purpose, and by which permission the page stands.

A view is registered here with its permission; an address without one fails a test.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods

from comity.authorities.queries import actor_of
from comity.authorities.step_up import confirmed_until
from comity.safeguards import policy
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.safeguards.rules import TABLE, Relation
from comity.values.actor import Act, Actor
from comity.values.reference import Kind, Reference

View = Callable[Concatenate[HttpRequest, ...], HttpResponseBase]


def now() -> datetime:
    return datetime.now(UTC)


def own_chance(count: int) -> bytes:
    return os.urandom(count)


def confirmed_here(request: HttpRequest) -> datetime | None:
    """Until when the officer's last one-time code still confirms her; None when it does not."""
    return confirmed_until(request.session, now(), seconds=settings.STEP_UP_SECONDS)


def actor_asking(request: HttpRequest) -> Actor:
    return actor_of(request.user, stepped_up=confirmed_here(request) is not None)  # type: ignore[arg-type]


def act_of(request: HttpRequest) -> Act:
    """The deed of this request: its officer, the moment, and the purpose chosen for this session."""
    house = request.house  # type: ignore[attr-defined]
    return Act(actor_asking(request), now(), house.purpose, os.urandom)


def page(permission: Permission, *, methods: str = "GET HEAD") -> Callable[[View], View]:
    """Register a view under its permission: signed in, with a second factor, and within the policy.

    A permission of the house is authorised here; one that depends on a dossier is authorised by the query or action
    for exactly the row it opens.
    """

    def register(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return HttpResponseRedirect(
                    f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
                )
            if not has_second_factor(request):
                return redirect("mfa_activate_totp")
            expect_role(request, permission)
            return view(request, *args, **kwargs)

        bounded = require_http_methods(methods.split())(guarded)
        bounded.permission = permission  # type: ignore[attr-defined]
        return bounded

    return register


def expect_role(request: HttpRequest, permission: Permission) -> None:
    """Refuse a page to an officer none of whose roles it is for, whatever stands under the address.

    Raises `RefusedError` with the role that is wanted. What depends on the row is asked where the row is read.
    """
    act, rule = act_of(request), TABLE[permission]
    if rule.relations == {Relation.OWN} and not rule.step_up:
        policy.authorise_house(act.actor, permission, own_reference(act))
    else:
        policy.expect_role(act.actor, permission)


def public(view: View) -> View:
    """Register a view that nobody needs to be signed in for; it shows and changes nothing of a case."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def own_reference(act: Act) -> Reference:
    """The house of the actor's own authority, as something a permission can be asked for."""
    return Reference(act.actor.authority, Kind.SESSION, act.new_id())


def has_second_factor(request: HttpRequest) -> bool:
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user_id=request.user.pk, type__in=factors).exists())


def enter_opening(request: HttpRequest, subject: Reference | str, event: str) -> None:
    """Enter in the ledger that this officer opens the subject, durably, before it is sent."""
    act = act_of(request)
    enter_read(act, subject, authority=act.actor.authority, event=event)


def next_address(request: HttpRequest, otherwise: str = "/") -> str:
    """Where the form asked to go on to, if that is an address of this node."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if here and wanted.startswith("/") else otherwise
