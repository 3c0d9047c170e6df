"""Addresses of the specimens, beside the real ones that their links point to; no database is asked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from tests.web.specimens import SPECIMENS, SpecimenHouse


def specimen(request: HttpRequest, name: str) -> HttpResponse:
    page = SPECIMENS[name]
    request.house = SpecimenHouse(page.room)
    context = page.context()
    return render(request, page.template, context)


urlpatterns = [path("specimen/<str:name>", specimen), path("", include("comity.web.urls"))]
