"""Registration of the app."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """When we meet, and what came of it."""

    name = "meetings"
    verbose_name = "Rencontres"

    def ready(self) -> None:
        """Register the files that this app can produce."""
        from meetings import documents  # models exist only once every app is loaded
        from meetings.access import may_download_synthesis
        from meetings.models import Meeting
        from reports import registry

        registry.register(
            registry.Kind(
                name="synthesis",
                model=Meeting,
                may_download=may_download_synthesis,
                content_key=documents.synthesis_key,
                render=documents.synthesis_pdf,
                title=documents.synthesis_title,
                filename=documents.synthesis_filename,
            )
        )
