"""Pages and API share a site and no sessions: each takes only its own, and the API gives no cookie."""

from collections.abc import Callable

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from comity.api.sessions import API_SESSION

PREFIX = "/api/"
Answering = Callable[[HttpRequest], HttpResponseBase]


class NoCookiesMiddleware:
    """Outside the sessions: a call of the API carries no cookie in and none out; its session is its bearer token."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        request.COOKIES = {}
        response = self.get_response(request)
        response.cookies.clear()
        return response


class PageSessionMiddleware:
    """Inside the sessions: a page asked with the session of an API token is asked by nobody."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.session.get(API_SESSION):
            request.session = SessionStore()
        return self.get_response(request)
