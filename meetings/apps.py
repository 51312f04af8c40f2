"""Registration of the app."""

from django.apps import AppConfig

# The parts of the page of preparation, as the trace tells which of them changed.
PREPARED = {
    "revision": "révision",
    "changed": "ce qui change",
    "source": "à partir de celle du",
    "hours": "heures",
    "title": "titre",
    "place": "lieu",
    "video_link": "lien de la visioconférence",
    "capacity": "nombre de places",
    "answer_by": "date limite de réponse",
    "objectives": "objectifs",
    "agenda": "ordre du jour",
    "guests": "personnes sans compte",
    "reminding": "rappels",
    "documents": "documents",
    "invited": "organisations invitées",
}


class MeetingsConfig(AppConfig):
    """When we meet, and what came of it."""

    name = "meetings"
    verbose_name = "Rencontres"

    def ready(self) -> None:
        """Register the events and the files of this app, and declare what it knows of people."""
        from chantier import trace
        from chantier.models import Cycle
        from mailing.registry import Kind, register
        from meetings import documents, privacy, reminders  # models exist only once every app is loaded
        from meetings.access import may_download_bilan, may_download_synthesis
        from meetings.models import SynthesisVersion
        from reports import registry

        privacy.declarations()
        register(Kind("reminder", "Rappel de rencontre", optional=True, still=reminders.still))

        trace.register(
            meeting_begun="Rencontre commencée",
            prepared="Rencontre préparée",
            document_added="Document ajouté",
            document_removed="Document retiré",
            convened="Rencontre convoquée",
            moved="Rencontre déplacée",
            held="Rencontre tenue",
            cancelled="Rencontre annulée",
            synthesis_published="Synthèse publiée",
            reading_confirmed="Lecture de la synthèse confirmée",
            loaded="Fichier du cycle chargé",
            file_asked="Fichier demandé",
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
        trace.register_words(**PREPARED)

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
