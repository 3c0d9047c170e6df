from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "comity.store"
    label = "store"
