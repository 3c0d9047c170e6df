"""The page of one's own sign-in: second factor, roles, and what this session may do without asking again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from comity.safeguards.permissions import Permission
from comity.web.entrance import confirmed_here, page


@page(Permission.NEEDS_READ)
def my_sign_in(request: HttpRequest) -> HttpResponse:
    return render(request, "my_sign_in.html", {"confirmed_until": confirmed_here(request)})
