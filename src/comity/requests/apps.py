from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "comity.requests"
    label = "requests"
