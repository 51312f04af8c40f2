"""Registration of the app."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """When we meet, and what came of it."""

    name = "meetings"
    verbose_name = "Rencontres"
