"""Registration of the app."""

from django.apps import AppConfig


class ChantierConfig(AppConfig):
    """Who takes part, and toward what."""

    name = "chantier"
    verbose_name = "Réseau et chantiers"

    def ready(self) -> None:
        """Make known the messages about one's account."""
        from mailing.registry import Kind, register

        register(Kind("account", "Compte"))
        register(Kind("account_link", "Compte\u00a0: lien ou code", secret=True))
