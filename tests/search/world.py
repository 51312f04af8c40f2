"""The real cycle of 2020-2021 with what organisations said round it, and what its members may not see."""

import datetime as dt

from django.core.management import call_command
from django.utils import timezone

from chantier.models import Chantier, Cycle, Organization, User
from meetings.models import Meeting
from tests import factories as f

CITY, NETWORK = "Ville de Québec", "Réseau des Œuvres du Québec"
HIDDEN = "achats œuvre municipalité repérage bénéfice clause indicateur réseau webinaire"


def make_world() -> tuple[Cycle, User]:
    """Make it; return the cycle and one of its members."""
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    cycle = Cycle.objects.get(slug="2020-2021")
    member = f.member_of(cycle, name=CITY)
    first, second = cycle.meetings.order_by("date")[:2]
    said_in(first, member.organization)
    said_between(cycle.chantier, member.organization)
    f.MeetingDocumentFactory(meeting=second, name="Grille d’évaluation des soumissions.pdf")
    f.AgendaLineFactory(meeting=second, text="Mot de bienvenue de l’Agence")
    hidden(cycle)
    return cycle, member


def said_in(meeting: Meeting, organization: Organization) -> None:
    """What organisations said that they need and would do."""
    need = "Repérer des fournisseurs d’ici pour l’entretien ménager"
    f.NeedFactory(meeting=meeting, organization=organization, text=need)
    school = f.OrganizationFactory(name="Cégep de l’Île")
    proof = "Convaincre la direction générale : quels bénéfices, quelles preuves?"
    f.NeedFactory(meeting=meeting, organization=school, text=proof)
    deed = "Réserver deux marchés aux entreprises d’insertion"
    f.CommitmentFactory(meeting=meeting, organization=organization, text=deed)


def said_between(chantier: Chantier, organization: Organization) -> None:
    """What they tell each other between two meetings."""
    told = {"chantier": chantier, "organization": organization}
    obstacle = f.ObstacleFactory(**told, text="Le seuil d’appel d’offres écarte les petites municipalités")
    lots = "Découper les lots, éco-conditionnalité"
    f.SolutionFactory(obstacle=obstacle, organization=organization, text=lots)
    question = f.QuestionFactory(**told, text="Qui a déjà inclus une clause d’insertion sociale?")
    snow = "Nous, dans le déneigement 🌱 des écoles"
    f.ReplyFactory(question=question, organization=organization, text=snow)
    network = f.OrganizationFactory(name=NETWORK, kind=f.PARTNER_NETWORK)
    fair = "Foire de l’économie circulaire"
    f.ActivityFactory(chantier=chantier, organization=network, title=fair, date=dt.date(2021, 5, 6))
    f.ObstacleFactory(**told, text="مشتريات مسؤولة 😀")


def hidden(cycle: Cycle) -> None:
    """The same words where its members may not read them: drafts, what was taken back, another chantier."""
    held = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD, date=dt.date(2021, 9, 9), title="Bilan")
    f.SynthesisPointFactory(meeting=held, text=HIDDEN)
    f.NeedFactory(meeting=held, text=HIDDEN, withdrawn_at=timezone.now())
    f.ObstacleFactory(chantier=cycle.chantier, text=HIDDEN, withdrawn_at=timezone.now())
    draft = f.MeetingFactory(cycle=cycle, draft=True, date=dt.date(2021, 10, 10), title=HIDDEN)
    f.MeetingObjectiveFactory(meeting=draft, text=HIDDEN)
    f.MeetingDocumentFactory(meeting=draft, name=HIDDEN)
    elsewhere(f.CycleFactory(), HIDDEN)


def elsewhere(cycle: Cycle, words: str) -> None:
    """One of everything that can be found, in a cycle."""
    f.ObjectiveFactory(cycle=cycle, text=words)
    f.AchievementFactory(cycle=cycle, text=words)
    meeting = f.MeetingFactory(cycle=cycle, title=words)
    f.MeetingObjectiveFactory(meeting=meeting, text=words)
    f.SynthesisPointFactory(meeting=meeting, text=words)
    f.NeedFactory(meeting=meeting, text=words)
    f.CommitmentFactory(meeting=meeting, text=words)
    f.MeetingDocumentFactory(meeting=meeting, name=words)
    obstacle = f.ObstacleFactory(chantier=cycle.chantier, text=words)
    f.SolutionFactory(obstacle=obstacle, text=words)
    f.ReplyFactory(question=f.QuestionFactory(chantier=cycle.chantier, text=words), text=words)
    f.ActivityFactory(chantier=cycle.chantier, title=words)
