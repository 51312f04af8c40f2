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
        from mailing import news as digest
        from mailing.registry import Kind, register
        from meetings import (  # models exist only once every app is loaded
            attendance,
            compilation,
            documents,
            news,
            notices,
            privacy,
            reminders,
        )
        from meetings import search as findable
        from meetings.access import (
            may_download_bilan,
            may_download_compilation,
            may_download_draft,
            may_download_synthesis,
            may_follow,
        )
        from meetings.models import Compilation, Meeting, SynthesisDraft, SynthesisVersion
        from reports import registry

        privacy.declarations()
        findable.sources()
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
        called, taken_back = reminders.still_calls, reminders.still_taken_back
        register(Kind("convocation", "Convocation à une rencontre", secret=True, still=called))
        register(Kind("meeting_moved", "Rencontre déplacée", secret=True, still=called))
        register(Kind("meeting_cancelled", "Rencontre annulée"))
        register(Kind("uninvited", "Convocation retirée", still=taken_back))
        register(
            Kind(
                "follow_up",
                "Suite d’une rencontre",
                optional=True,
                still=reminders.still_words,
                description="Le lendemain d’une rencontre, ce qui est attendu de chaque personne.",
                invited=True,
            )
        )

        register(
            Kind(
                notices.OPENED,
                "Synthèse à relire",
                still=notices.still_to_read_again,
                optional=True,
                description="Quand on vous demande de relire la synthèse d’une rencontre où vous étiez.",
                invited=True,
            )
        )
        register(
            Kind(
                notices.CLOSED,
                "Relecture terminée",
                optional=True,
                description="Quand la relecture d’une synthèse se termine.",
                invited=True,
            )
        )
        register(
            Kind(
                notices.PUBLISHED,
                "Synthèse publiée",
                still=notices.still_published,
                optional=True,
                description="Quand une synthèse paraît, ou qu’une nouvelle version la remplace.",
            )
        )

        digest.register(digest.Source("Synthèses publiées", news.syntheses))
        digest.register(digest.Source("Documents de rencontre", news.documents))

        trace.register(
            meeting_begun="Rencontre commencée",
            prepared="Rencontre préparée",
            document_added="Document ajouté",
            document_removed="Document retiré",
            convened="Rencontre convoquée",
            called_once_more="Convocation renvoyée",
            moved="Rencontre déplacée",
            held="Rencontre tenue",
            cancelled="Rencontre annulée",
            answered="Réponse à une convocation",
            synthesis_published="Synthèse publiée",
            synthesis_written="Synthèse écrite",
            synthesis_restored="Synthèse ramenée à un état antérieur",
            review_opened="Relecture de la synthèse ouverte",
            review_closed="Relecture de la synthèse fermée",
            point_commented="Point de synthèse commenté",
            comment_removed="Commentaire retiré",
            comment_answered="Réponse à un commentaire",
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
            people="personnes convoquées",
            answers="réponses à redemander",
            answer="réponse",
            convocation="convocation",
            yes="sera là",
            no="ne peut pas",
            replaced="une autre personne à sa place",
            file="fichier",
            count="nombre de synthèses",
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
                name="synthesis_draft",
                model=SynthesisDraft,
                may_download=may_download_draft,
                content_key=documents.draft_key,
                render=documents.draft_pdf,
                title=documents.draft_title,
                filename=documents.draft_filename,
                asked=documents.draft_asked,
            )
        )
        registry.register(
            registry.Kind(
                name="attendance",
                model=Meeting,
                may_download=may_follow,
                content_key=attendance.key,
                render=attendance.pdf,
                title=attendance.title,
                filename=lambda meeting: attendance.filename(meeting, "pdf"),
                asked=attendance.asked,
            )
        )
        registry.register(
            registry.Kind(
                name="attendance_sheet",
                model=Meeting,
                may_download=may_follow,
                content_key=attendance.key,
                render=attendance.xlsx,
                title=lambda meeting: f"{attendance.title(meeting)} (Excel)",
                filename=lambda meeting: attendance.filename(meeting, "xlsx"),
                asked=attendance.asked,
                content_type=attendance.XLSX,
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
        registry.register(
            registry.Kind(
                name="compilation",
                model=Compilation,
                may_download=may_download_compilation,
                content_key=compilation.key,
                render=compilation.pdf,
                title=compilation.title,
                filename=compilation.filename,
                asked=compilation.asked,
            )
        )
