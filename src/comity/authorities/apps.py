from django.apps import AppConfig


class AuthoritiesConfig(AppConfig):
    name = "comity.authorities"
    label = "authorities"
