"""Registration of the app."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """What do we tell people, and did it arrive?"""

    name = "mailing"
    verbose_name = "Courriels"

    def ready(self) -> None:
        """Let the sweep ring once for all messages; declare what they know of people."""
        from ecpar_portal import work
        from mailing import digests, privacy  # models exist only once every app is loaded
        from mailing.models import OutgoingEmail
        from mailing.registry import DIGEST, Kind, register
        from mailing.tasks import deliver

        register(
            Kind(
                DIGEST,
                "Infolettre",
                optional=True,
                still=digests.still,
                description="Ce qui est nouveau pour vous dans le portail.",
            )
        )
        work.register(OutgoingEmail, deliver, drains=True)
        privacy.declarations()
