"""The exchange listener's addresses: what partner nodes may call, and nothing else."""

from django.urls import include, path

urlpatterns = [path("", include("comity.api.exchange_port"))]
handler404 = "comity.api.faults.nothing_here"
handler500 = "comity.api.faults.our_fault"
