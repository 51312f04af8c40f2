"""Registration of the app."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """What do we tell people, and did it arrive?"""

    name = "mailing"
    verbose_name = "Courriels"
