"""Registration of the app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """May I have it as a file?"""

    name = "reports"
    verbose_name = "Fichiers"

    def ready(self) -> None:
        """Let the sweep ring for reports; declare what they know of people."""
        from ecpar_portal import work
        from reports import privacy  # models exist only once every app is loaded
        from reports.models import Report
        from reports.tasks import produce

        work.register(Report, produce)
        privacy.declarations()
