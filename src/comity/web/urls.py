"""The addresses of the pages. Every view carries its permission; a test fails on one without."""

from django.urls import include, path

from comity.web.pages import law, session

urlpatterns = [
    path("", include("comity.web.signin.urls")),
    path("language", session.choose_language, name="language"),
    path("purpose", session.choose_purpose, name="purpose"),
    path("law", law.ask, name="law"),
]
