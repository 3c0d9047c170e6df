from django.apps import AppConfig


class SafeguardsConfig(AppConfig):
    name = "comity.safeguards"
    label = "safeguards"
