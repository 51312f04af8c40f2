"""Every address of the portal, filled in with something that exists; a new one without an example fails."""

import datetime as dt
import re
from typing import Any

from django.contrib import admin
from django.core.files.base import ContentFile
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from chantier.models import Chantier, Cycle, Invitation, Membership, Organization, Region, User
from ecpar_portal.access import walk
from mailing.links import token_for
from meetings.actions.calling import keep_called
from meetings.actions.compiling import compile_syntheses
from meetings.actions.publishing import publish
from meetings.answer_link import token_of
from meetings.models import (
    Activity,
    Commitment,
    Compilation,
    Convocation,
    Meeting,
    MeetingDocument,
    Need,
    Obstacle,
    Question,
    Reply,
    Solution,
)
from meetings.models.feeds import digest_of
from reports.models import Report, private_storage
from tests import factories as f

# By the text between `<` and `>` of its route: a function of nothing that returns what to write there.
EXAMPLES = {
    "chantiers/<slug:slug>/nouveau-cycle/": lambda: [Chantier.objects.first().slug],
    "chantiers/<slug:slug>/choisir/": lambda: [Chantier.objects.first().slug],
    "organisations/<slug:slug>/": lambda: [Organization.objects.first().slug],
    "invitations/<int:pk>/renvoyer/": lambda: [Invitation.objects.first().pk],
    "invitations/<int:pk>/retirer/": lambda: [Invitation.objects.first().pk],
    "invitations/personnes/<int:pk>/terminer/": lambda: [Membership.objects.first().pk],
    "invitation/<str:token>/": lambda: ["abc"],
    "courriels/desabonner/<str:token>/": lambda: [token_for(Membership.objects.first().user_id, "reminder")],
    "admin/chantier/user/<int:pk>/effacer/": lambda: [User.objects.filter(is_staff=False).first().pk],
    "admin/chantier/user/<int:pk>/second-facteur/": lambda: [User.objects.filter(is_staff=False).first().pk],
    "compte/2fa/webauthn/keys/<int:pk>/remove/": lambda: [1],
    "compte/2fa/webauthn/keys/<int:pk>/edit/": lambda: [1],
    "chantier/<slug:slug>/": lambda: [Cycle.objects.first().slug],
    "chantier/<slug:slug>/bilan.pdf": lambda: [Cycle.objects.first().slug],
    "rencontres/<slug:slug>/": lambda: [published().slug],
    "rencontres/<slug:slug>/evenement/<slug:name>/": lambda: [published().slug, "publier"],
    "rencontres/<slug:slug>/preparer/": lambda: [published().slug],
    "rencontres/<slug:slug>/supprimer/": lambda: [Meeting.objects.filter(state="draft").first().slug],
    "rencontres/<slug:slug>/apercu/": lambda: [published().slug],
    "rencontres/documents/<uuid:pk>/": lambda: [MeetingDocument.objects.first().pk],
    "rencontres/<slug:slug>/synthese.pdf": lambda: [published().slug],
    "rencontres/<slug:slug>/convoquer/": lambda: [Meeting.objects.filter(state="draft").first().slug],
    "rencontres/<slug:slug>/repondre/": lambda: [Meeting.objects.filter(state="convened").first().slug],
    "convocation/<int:pk>/": lambda: [Convocation.objects.first().pk],
    "convocation/<str:token>/": lambda: [token_of(Convocation.objects.first())],
    "rencontres/<slug:slug>/annuler/": lambda: [Meeting.objects.filter(state="convened").first().slug],
    "rencontres/<slug:slug>/presences/": lambda: [published().slug],
    "rencontres/<slug:slug>/tour-de-table/": lambda: [said().meeting.slug],
    "rencontres/<slug:slug>/tour-de-table/ecran/": lambda: [said().meeting.slug],
    "rencontres/<slug:slug>/tour-de-table/regrouper/": lambda: [said().meeting.slug],
    "rencontres/<slug:slug>/besoins/<int:pk>/appuyer/": lambda: [said().meeting.slug, said().pk],
    "rencontres/<slug:slug>/besoins/<int:pk>/retirer/": lambda: [said().meeting.slug, said().pk],
    "rencontres/<slug:slug>/suivi/": lambda: [published().slug],
    "rencontres/<slug:slug>/presences.pdf": lambda: [published().slug],
    "rencontres/<slug:slug>/presences.xlsx": lambda: [published().slug],
    "rencontres/<slug:slug>/rencontre.ics": lambda: [published().slug],
    "engagements/<int:pk>/": lambda: [Commitment.objects.first().pk],
    "engagements/<int:pk>/modifier/": lambda: [Commitment.objects.first().pk],
    "rencontres/<slug:slug>/engagement/": lambda: [published().slug],
    "agenda/<str:token>.ics": lambda: ["jeton"],
    "rencontres/<slug:slug>/synthese/": lambda: [published().slug],
    "rencontres/<slug:slug>/synthese/brouillons/": lambda: [published().slug],
    "rencontres/<slug:slug>/synthese/apercu.pdf": lambda: [published().slug],
    "rencontres/<slug:slug>/relecture/": lambda: [published().slug],
    "rencontres/<slug:slug>/publier/": lambda: [published().slug],
    "rencontres/<slug:slug>/versions/": lambda: [published().slug],
    "rencontres/<slug:slug>/versions/<int:number>/": lambda: [published().slug, 1],
    "rencontres/<slug:slug>/versions/<int:number>.pdf": lambda: [published().slug, 1],
    "syntheses/compilation/<int:pk>/syntheses.pdf": lambda: [Compilation.objects.first().pk],
    "rapports/<uuid:pk>/": lambda: [Report.objects.get(state=Report.State.DONE).pk],
    "rapports/<uuid:pk>/reessayer/": lambda: [Report.objects.get(state=Report.State.FAILED).pk],
    "echanges/obstacles/<int:pk>/": lambda: [Obstacle.objects.first().pk],
    "echanges/solutions/<int:pk>/essai/": lambda: [Solution.objects.first().pk],
    "echanges/questions/<int:pk>/": lambda: [Question.objects.first().pk],
    "echanges/<slug:kind>/<int:pk>/retirer/": lambda: ["solutions", Solution.objects.first().pk],
    "echanges/<slug:kind>/<int:pk>/adopter/": lambda: ["reponses", Reply.objects.first().pk],
    "echanges/activites/<int:pk>/": lambda: [Activity.objects.first().pk],
    "echanges/activites/<int:pk>/modifier/": lambda: [Activity.objects.first().pk],
    "echanges/activites/<int:pk>/annuler/": lambda: [Activity.objects.first().pk],
    "echanges/activites/<int:pk>/activite.ics": lambda: [Activity.objects.first().pk],
    r"compte/^confirm-email/(?P<key>[-:\w]+)/$": lambda: ["abc"],
    r"compte/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": lambda: ["1", "abc"],
    "admin/r/<path:content_type_id>/<path:object_id>/": lambda: ["1", "1"],
    r"admin/^(?P<app_label>chantier|meetings|mailing|reports)/$": lambda: ["chantier"],
    r"admin/(?P<url>.*)$": lambda: ["nulle-part/"],
}
ARGUMENT = re.compile(r"<\w+:\w+>|\(\?P<\w+>(?:\[[^]]*\]|[^)])*\)")


def published() -> Meeting:
    """The meeting whose synthesis is published."""
    return Meeting.objects.exclude(current_version=None).first()


def said() -> Need:
    """A need of the meeting ahead."""
    return Need.objects.get(meeting__state=Meeting.State.CONVENED)


def make_network() -> Cycle:
    """A cycle with something behind every address."""
    cycle = f.CycleFactory(slug="2020-2021", network_presentation="Le réseau partage son expertise.")
    f.ObjectiveFactory(cycle=cycle)
    f.AchievementFactory(cycle=cycle)
    meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9), title="Cadre de référence")
    answered = f.MeetingObjectiveFactory(meeting=meeting)
    f.PointAnswerFactory(point=f.SynthesisPointFactory(meeting=meeting), objective=answered)
    f.CalendarFeedFactory(user=f.member_of(cycle), token_digest=digest_of("jeton"))
    f.MeetingFactory(cycle=cycle, draft=True, date=timezone.localdate() + dt.timedelta(days=40))
    ahead = f.AgendaLineFactory(meeting=f.MeetingFactory(cycle=cycle, upcoming=True)).meeting
    f.MeetingGuestFactory(meeting=ahead)
    keep_called(ahead)
    f.NeedSupportFactory(need__meeting=ahead)
    f.CommitmentFactory(meeting=meeting)
    version = publish(meeting, by=None)
    compile_syntheses([version])
    name = private_storage().save("reports/aa/essai", ContentFile(b"%PDF-1.7"))
    done = {"state": Report.State.DONE, "file": name, "finished_at": timezone.now()}
    f.ReportFactory(object_id=version.pk, **done)
    f.ReportFactory(object_id=version.pk, state=Report.State.FAILED)
    for factory in (f.MeetingDocumentFactory, f.AgendaLineFactory, f.MeetingGuestFactory, f.RemindingFactory):
        factory(meeting=meeting)
    make_exchanges(cycle)
    f.OutgoingEmailFactory()
    f.InvitationFactory()
    for model in admin.site._registry:
        model_factory = getattr(f, f"{model.__name__}Factory", None)
        if model_factory and not model.objects.exists():
            model_factory()
    Region.objects.get_or_create(code="06", defaults={"name": "Montréal"})
    return cycle


def make_exchanges(cycle: Cycle) -> None:
    """What people say between meetings, and what a network organises."""
    chantier, network = cycle.chantier, f.member_of(cycle, kind=f.PARTNER_NETWORK).organization
    theme = f.ThemeFactory()
    obstacle = f.ObstacleFactory(chantier=chantier, theme=theme, stage=3, organization=network)
    f.TrialFactory(solution=f.SolutionFactory(obstacle=obstacle, is_example=True), note="Essayée deux fois.")
    question = f.QuestionFactory(chantier=chantier, theme=theme, obstacle=obstacle)
    f.ReplyFactory(question=question, organization=network)
    today = timezone.localdate()
    f.ActivityFactory(
        chantier=chantier,
        organization=network,
        date=today,
        last_day=today + dt.timedelta(days=2),
        place="Montréal",
        link="https://reseau.example/inscription",
        description="Trois entreprises présentent leur offre.",
    )
    f.ActivityFactory(chantier=chantier, organization=network, date=today, cancelled_at=timezone.now())


def every_address() -> dict[str, str]:
    """Each route with an address to which it leads; the rows of `make_network` exist."""
    return {route: filled_in(route) for route, _, _ in walk(get_resolver().url_patterns)}


def filled_in(route: str) -> str:
    """The address of a route; raises LookupError, that says what to add, for one that has no example."""
    values = [str(value) for value in example_for(route)]
    written = ARGUMENT.sub(lambda _: values.pop(0), route)
    return "/" + re.sub(r"[\^$]", "", written)


def example_for(route: str) -> list:
    """What to write in a route."""
    if not ARGUMENT.search(route):
        return []
    if route in EXAMPLES:
        return EXAMPLES[route]()
    for model in admin.site._registry:
        if route.startswith(f"admin/{model._meta.app_label}/{model._meta.model_name}/<path:object_id>/"):
            first = model.objects.first()
            if first is None:
                raise LookupError(f"No row of {model.__name__}: add one to make_network in {__name__}.")
            return [first.pk]
    raise LookupError(f"The route {route!r} is new: give it an example in {__name__}.EXAMPLES.")


def look(client: Client, address: str, **more: Any) -> HttpResponseBase:
    """The answer to a visit; a file is read to its end, so that it is closed."""
    answer = client.get(address, **more)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer
