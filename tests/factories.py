"""Objects for tests, each with the least that makes it valid; traits name the situations people meet."""

import datetime as dt
import io
import uuid

import factory
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory
from pypdf import PdfWriter

from chantier import models as chantier
from mailing import models as mailing
from meetings import models as meetings
from reports import models as reports
from reports.models import private_storage

PARTNER_NETWORK = chantier.Organization.Kind.PARTNER_NETWORK
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = chantier.User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@organisation.example")
    name = factory.Sequence(lambda n: f"Personne {n}")

    @factory.post_generation
    def coordinator(user, create, extracted, **kwargs):
        if extracted:
            user.is_staff = True
            user.save()
            user.groups.add(Group.objects.get_or_create(name="Coordination")[0])
            if kwargs.get("second_factor", True):
                TOTP.activate(user, TOTP_SECRET)


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Organization

    name = factory.Sequence(lambda n: f"Organisation {n}")
    slug = factory.Sequence(lambda n: f"organisation-{n}")
    kind = chantier.Organization.Kind.MUNICIPALITY


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)
    role = chantier.Membership.Role.REPRESENTATIVE
    since = dt.date(2020, 9, 1)


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Invitation

    email = factory.Sequence(lambda n: f"invitee{n}@organisation.example")
    organization = factory.SubFactory(OrganizationFactory)
    role = chantier.Membership.Role.READER
    token_digest = factory.Sequence(lambda n: f"{n:064}")


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Consent

    user = factory.SubFactory(UserFactory)
    purpose = chantier.Consent.Purpose.SHOWN_TO_CHANTIER


class IncidentFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Incident

    kind = chantier.Incident.Kind.DISCLOSURE
    circumstances = "Une liste de diffusion a montré les adresses de ses destinataires."
    information = "Des adresses de courriel."
    happened_from = dt.date(2026, 3, 9)
    known_on = dt.date(2026, 3, 10)
    people = 12
    risk_elements = "Des adresses professionnelles, déjà publiques."
    measures = "Les destinataires ont effacé le message; l’envoi se fait désormais un à un."


class ChantierFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Chantier

    name = factory.Sequence(lambda n: f"Chantier {n}")
    slug = factory.Sequence(lambda n: f"chantier-{n}")
    presentation = "Offre un espace d’échange."


class CycleFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Cycle

    chantier = factory.SubFactory(ChantierFactory)
    slug = factory.Sequence(lambda n: f"cycle-{n}")
    starting_year = 2020


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Participation

    cycle = factory.SubFactory(CycleFactory)
    organization = factory.SubFactory(OrganizationFactory)
    joined = dt.date(2020, 9, 1)


class ObjectiveFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Objective

    cycle = factory.SubFactory(CycleFactory)
    text = factory.Sequence(lambda n: f"Objectif de cycle {n}")


class AchievementFactory(DjangoModelFactory):
    class Meta:
        model = chantier.Achievement

    cycle = factory.SubFactory(CycleFactory)
    text = factory.Sequence(lambda n: f"Réalisation {n}")


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Meeting

    class Params:
        upcoming = factory.Trait(
            state=meetings.Meeting.State.CONVENED,
            date=factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=10)),
        )
        draft = factory.Trait(state=meetings.Meeting.State.DRAFT)

    cycle = factory.SubFactory(CycleFactory)
    # In the past, however many tests ran before.
    date = factory.Sequence(lambda n: dt.date(2021, 1, 1) + dt.timedelta(days=n % 1500))
    state = meetings.Meeting.State.PUBLISHED


class MeetingObjectiveFactory(DjangoModelFactory):
    class Meta:
        model = meetings.MeetingObjective

    meeting = factory.SubFactory(MeetingFactory)
    text = factory.Sequence(lambda n: f"Objectif de rencontre {n}")


class AgendaLineFactory(DjangoModelFactory):
    class Meta:
        model = meetings.AgendaLine

    meeting = factory.SubFactory(MeetingFactory)
    text = factory.Sequence(lambda n: f"Point à l’ordre du jour {n}")
    minutes = 30


class MeetingDocumentFactory(DjangoModelFactory):
    class Meta:
        model = meetings.MeetingDocument

    meeting = factory.SubFactory(MeetingFactory)
    name = factory.Sequence(lambda n: f"document-{n}.pdf")
    content_type = "application/pdf"
    size = 8

    @factory.lazy_attribute
    def stored_as(self):
        # A real one: what looks for a name in every file reads it too.
        blank = PdfWriter()
        blank.add_blank_page(72, 72)
        written = io.BytesIO()
        blank.write(written)
        return private_storage().save(f"meetings/{uuid.uuid4()}.pdf", ContentFile(written.getvalue()))


class MeetingGuestFactory(DjangoModelFactory):
    class Meta:
        model = meetings.MeetingGuest

    meeting = factory.SubFactory(MeetingFactory, draft=True)
    email = factory.Sequence(lambda n: f"invitee-de-rencontre{n}@ailleurs.example")


class ConvocationFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Convocation

    class Params:
        guest = factory.Trait(
            user=None,
            organization=None,
            email=factory.Sequence(lambda n: f"invitee-de-rencontre{n}@ailleurs.example"),
        )

    meeting = factory.SubFactory(MeetingFactory, upcoming=True)
    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)


class RemindingFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Reminding

    meeting = factory.SubFactory(MeetingFactory, upcoming=True)


class CalendarFeedFactory(DjangoModelFactory):
    class Meta:
        model = meetings.CalendarFeed

    user = factory.SubFactory(UserFactory)
    token_digest = factory.Sequence(lambda n: f"{n:064}")


class MailPreferencesFactory(DjangoModelFactory):
    class Meta:
        model = mailing.MailPreferences

    user = factory.SubFactory(UserFactory)


class SynthesisPointFactory(DjangoModelFactory):
    class Meta:
        model = meetings.SynthesisPoint

    meeting = factory.SubFactory(MeetingFactory)
    text = factory.Sequence(lambda n: f"Point de synthèse {n}")


class PointAnswerFactory(DjangoModelFactory):
    class Meta:
        model = meetings.PointAnswer

    point = factory.SubFactory(SynthesisPointFactory)
    objective = factory.SubFactory(MeetingObjectiveFactory, meeting=factory.SelfAttribute("..point.meeting"))


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Attendance

    meeting = factory.SubFactory(MeetingFactory)
    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)


class NeedFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Need

    meeting = factory.SubFactory(MeetingFactory)
    organization = factory.SubFactory(OrganizationFactory)
    text = factory.Sequence(lambda n: f"Besoin {n}")


class NeedSupportFactory(DjangoModelFactory):
    class Meta:
        model = meetings.NeedSupport

    need = factory.SubFactory(NeedFactory)
    organization = factory.SubFactory(OrganizationFactory)


class CommitmentFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Commitment

    meeting = factory.SubFactory(MeetingFactory)
    organization = factory.SubFactory(OrganizationFactory)
    text = factory.Sequence(lambda n: f"Action à entreprendre {n}")


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Theme

    name = factory.Sequence(lambda n: f"Thème {n}")
    slug = factory.Sequence(lambda n: f"theme-{n}")


class ObstacleFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Obstacle

    chantier = factory.SubFactory(ChantierFactory)
    text = factory.Sequence(lambda n: f"Obstacle {n}")


class SolutionFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Solution

    obstacle = factory.SubFactory(ObstacleFactory)
    text = factory.Sequence(lambda n: f"Solution {n}")


class TrialFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Trial

    solution = factory.SubFactory(SolutionFactory)
    organization = factory.SubFactory(OrganizationFactory)


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Question

    chantier = factory.SubFactory(ChantierFactory)
    text = factory.Sequence(lambda n: f"Question {n}")


class ReplyFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Reply

    question = factory.SubFactory(QuestionFactory)
    text = factory.Sequence(lambda n: f"Réponse {n}")


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Activity

    chantier = factory.SubFactory(ChantierFactory)
    organization = factory.SubFactory(OrganizationFactory, kind=PARTNER_NETWORK)
    title = factory.Sequence(lambda n: f"Activité {n}")
    date = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=20))


class SynthesisDraftFactory(DjangoModelFactory):
    class Meta:
        model = meetings.SynthesisDraft

    meeting = factory.SubFactory(MeetingFactory)
    revision = factory.Sequence(int)
    content = factory.LazyFunction(dict)


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = meetings.Review

    meeting = factory.SubFactory(MeetingFactory)
    last_day = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=7))


class PointCommentFactory(DjangoModelFactory):
    class Meta:
        model = meetings.PointComment

    review = factory.SubFactory(ReviewFactory)
    text = factory.Sequence(lambda n: f"Commentaire {n}")


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = reports.Report

    kind = "synthesis"
    object_id = factory.LazyFunction(lambda: MeetingFactory().pk)
    content_key = factory.Sequence(str)


class OutgoingEmailFactory(DjangoModelFactory):
    class Meta:
        model = mailing.OutgoingEmail

    kind = "account"
    key = factory.Sequence("essai/{}".format)
    to = factory.Sequence(lambda n: f"personne{n}@organisation.example")
    subject = "Votre mot de passe a changé"
    text = "Bonjour,\n\nVotre mot de passe a changé."


def member_of(cycle: chantier.Cycle, **organization) -> chantier.User:
    """A person whose organisation takes part in the cycle today."""
    membership = MembershipFactory(organization=OrganizationFactory(**organization))
    ParticipationFactory(cycle=cycle, organization=membership.organization)
    return membership.user
