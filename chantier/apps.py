"""Registration of the app."""

from django.apps import AppConfig


class ChantierConfig(AppConfig):
    """Who takes part, and toward what."""

    name = "chantier"
    verbose_name = "Réseau et chantiers"
