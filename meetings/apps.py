"""Registration of the app."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """When we meet, and what came of it."""

    name = "meetings"
    verbose_name = "Rencontres"

    def ready(self) -> None:
        """Register the events and the files of this app, and declare what it knows of people."""
        from chantier import trace
        from chantier.models import Cycle
        from mailing import news as digest
        from mailing.registry import Kind, register
        from meetings import documents, news, privacy, reminders  # models exist only once every app is loaded
        from meetings.access import may_download_bilan, may_download_synthesis
        from meetings.models import SynthesisVersion
        from reports import registry

        privacy.declarations()
        register(
            Kind(
                "reminder",
                "Rappel de rencontre",
                optional=True,
                still=reminders.still,
                description="Quelques jours avant une rencontre à laquelle on vous invite.",
                invited=True,
            )
        )

        digest.register(digest.Source("Synthèses publiées", news.syntheses))
        digest.register(digest.Source("Documents de rencontre", news.documents))

        trace.register(
            convened="Rencontre convoquée",
            moved="Rencontre déplacée",
            held="Rencontre tenue",
            cancelled="Rencontre annulée",
            synthesis_published="Synthèse publiée",
            reading_confirmed="Lecture de la synthèse confirmée",
            loaded="Fichier du cycle chargé",
            file_asked="Fichier demandé",
            feed_made="Agenda personnel\u00a0: adresse faite",
            feed_replaced="Agenda personnel\u00a0: adresse remplacée",
            feed_stopped="Agenda personnel\u00a0: adresse arrêtée",
        )
        trace.register_words(
            date="date",
            before="de",
            after="à",
            hours_only="seules les heures changent",
            file="fichier",
            created="énoncés créés",
            updated="énoncés mis à jour",
            left="énoncés laissés tels quels",
        )

        registry.register(
            registry.Kind(
                name="synthesis",
                model=SynthesisVersion,
                may_download=may_download_synthesis,
                content_key=documents.synthesis_key,
                render=documents.synthesis_pdf,
                title=documents.synthesis_title,
                filename=documents.synthesis_filename,
                asked=documents.synthesis_asked,
            )
        )
        registry.register(
            registry.Kind(
                name="bilan",
                model=Cycle,
                may_download=may_download_bilan,
                content_key=documents.bilan_key,
                render=documents.bilan_pdf,
                title=documents.bilan_title,
                filename=documents.bilan_filename,
                asked=documents.bilan_asked,
            )
        )
