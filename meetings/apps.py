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
            terms,
        )
        from meetings import search as findable
        from meetings.access import (
            may_download_bilan,
            may_download_compilation,
            may_download_draft,
            may_download_synthesis,
            may_follow,
        )
        from meetings.actions import quiet
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
                way_out=quiet.WAY_OUT,
                description="Quelques jours avant une rencontre à laquelle on vous invite.",
                invited=True,
            )
        )
        called, taken_back = reminders.still_calls, reminders.still_taken_back
        register(Kind("convocation", "Convocation à une rencontre", secret=True, still=called))
        register(Kind("meeting_moved", "Rencontre déplacée", secret=True, still=called))
        register(Kind("meeting_updated", "Changement à une rencontre", secret=True, still=called))
        register(Kind("meeting_cancelled", "Rencontre annulée"))
        register(Kind("uninvited", "Convocation retirée", still=taken_back))
        register(
            Kind(
                "follow_up",
                "Suite d’une rencontre",
                optional=True,
                still=reminders.still_words,
                way_out=quiet.WAY_OUT,
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
        register(
            Kind(
                terms.KIND,
                "Échéance d’une action à entreprendre",
                still=terms.still_due,
                optional=True,
                description="Une semaine avant l’échéance d’une action de votre organisation.",
            )
        )

        digest.register(digest.Source("Synthèses publiées", news.syntheses))
        digest.register(digest.Source("Documents de rencontre", news.documents))
        digest.register(digest.Source("Activités des réseaux", news.activities))
        digest.register(digest.Source("Obstacles racontés", news.obstacles))
        digest.register(digest.Source("Solutions proposées", news.solutions))
        digest.register(digest.Source("Questions posées", news.questions))
        digest.register(digest.Source("Réponses aux questions", news.replies))

        trace.register(
            meeting_begun="Rencontre commencée",
            prepared="Rencontre préparée",
            draft_deleted="Brouillon de rencontre supprimé",
            document_added="Document ajouté",
            document_removed="Document retiré",
            convened="Rencontre convoquée",
            called_once_more="Convocation renvoyée",
            moved="Rencontre déplacée",
            announced="Changement annoncé",
            held="Rencontre tenue",
            cancelled="Rencontre annulée",
            answered="Réponse à une convocation",
            quieted="Rappels refusés par une personne invitée",
            unquieted="Rappels repris par une personne invitée",
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
            committed="Action à entreprendre notée",
            commitment_changed="Action à entreprendre changée",
            commitment_done="Action à entreprendre faite",
            commitment_dropped="Action à entreprendre abandonnée",
            commitment_reopened="Action à entreprendre reprise",
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
        # In the room.
        trace.register(
            attended="Présence notée",
            attended_not="Présence effacée",
            need_written="Besoin écrit",
            need_taken_back="Besoin retiré",
            need_put_back="Besoin remis",
            need_supported="Besoin appuyé",
            need_support_ended="Appui d’un besoin retiré",
            needs_gathered="Besoins regroupés dans un objectif",
            need_let_out="Besoin sorti d’un objectif",
        )
        trace.register_words(
            need="besoin",
            needs="besoins",
            objective="objectif",
            organization="organisation",
            attendance="présence",
        )
        # Between meetings.
        trace.register(
            obstacle_told="Obstacle raconté",
            solution_proposed="Solution proposée",
            trial_noted="Essai d’une solution noté",
            trial_removed="Essai d’une solution retiré",
            question_asked="Question posée",
            question_replied="Réponse à une question",
            said_taken_back="Texte retiré des échanges",
            example_adopted="Exemple adopté",
            examples_loaded="Exemples d’obstacles chargés",
            activity_announced="Activité annoncée",
            activity_changed="Activité changée",
            activity_called_off="Activité annulée",
        )
        trace.register_words(
            last_day="dernier jour",
            starts_at="début",
            ends_at="fin",
            link="lien",
            description="description",
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
