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
from meetings.models import Compilation, Convocation, Meeting, MeetingDocument
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
    "rencontres/<slug:slug>/apercu/": lambda: [published().slug],
    "rencontres/documents/<uuid:pk>/": lambda: [MeetingDocument.objects.first().pk],
    "rencontres/<slug:slug>/synthese.pdf": lambda: [published().slug],
    "rencontres/<slug:slug>/convoquer/": lambda: [Meeting.objects.filter(state="draft").first().slug],
    "rencontres/<slug:slug>/repondre/": lambda: [Meeting.objects.filter(state="convened").first().slug],
    "convocation/<int:pk>/": lambda: [Convocation.objects.first().pk],
    "convocation/<str:token>/": lambda: [token_of(Convocation.objects.first())],
    "rencontres/<slug:slug>/annuler/": lambda: [Meeting.objects.filter(state="convened").first().slug],
    "rencontres/<slug:slug>/suivi/": lambda: [published().slug],
    "rencontres/<slug:slug>/presences.pdf": lambda: [published().slug],
    "rencontres/<slug:slug>/presences.xlsx": lambda: [published().slug],
    "rencontres/<slug:slug>/rencontre.ics": lambda: [published().slug],
    "agenda/<str:token>.ics": lambda: ["jeton"],
    "syntheses/compilation/<int:pk>/syntheses.pdf": lambda: [Compilation.objects.first().pk],
    "rapports/<uuid:pk>/": lambda: [Report.objects.get(state=Report.State.DONE).pk],
    "rapports/<uuid:pk>/reessayer/": lambda: [Report.objects.get(state=Report.State.FAILED).pk],
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
    version = publish(meeting, by=None)
    compile_syntheses([version])
    name = private_storage().save("reports/aa/essai", ContentFile(b"%PDF-1.7"))
    done = {"state": Report.State.DONE, "file": name, "finished_at": timezone.now()}
    f.ReportFactory(object_id=version.pk, **done)
    f.ReportFactory(object_id=version.pk, state=Report.State.FAILED)
    for factory in (f.MeetingDocumentFactory, f.AgendaLineFactory, f.MeetingGuestFactory, f.RemindingFactory):
        factory(meeting=meeting)
    f.OutgoingEmailFactory()
    f.InvitationFactory()
    for model in admin.site._registry:
        model_factory = getattr(f, f"{model.__name__}Factory", None)
        if model_factory and not model.objects.exists():
            model_factory()
    Region.objects.get_or_create(code="06", defaults={"name": "Montréal"})
    return cycle


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
