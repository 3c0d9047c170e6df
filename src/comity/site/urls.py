"""The web listener's addresses: pages and API."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("comity.api.urls")),
    path("", include("comity.web.urls")),
]
