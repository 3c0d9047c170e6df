from django.apps import AppConfig


class GazetteConfig(AppConfig):
    name = "comity.gazette"
    label = "gazette"
