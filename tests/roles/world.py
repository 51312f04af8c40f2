"""One person of each role, what is theirs and what is others', and the address of each thing."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chantier.models import Cycle, Membership, Organization, User
from chantier.models.invitations import digest_of
from mailing.links import token_for
from meetings.actions.calling import keep_called
from meetings.actions.compiling import compile_syntheses
from meetings.actions.publishing import publish
from meetings.answer_link import token_of
from meetings.models import Meeting
from reports.models import Report
from tests import factories as f
from tests.roles.exchanges import exchanges_of

ROLES = ("coordinator", "representative", "reader", "partner", "enterprise", "anonymous")


@dataclass
class World:
    """A chantier in which everybody takes part but the others, and one in which only the others do."""

    own: Cycle
    other: Cycle
    people: dict[str, User | None]
    things: dict[str, dict[str, Any]] = field(default_factory=dict)


def make_world() -> World:
    """Make it, with something of every kind on both sides."""
    own, other = f.CycleFactory(), f.CycleFactory()
    representative = f.member_of(own)
    reader = f.MembershipFactory(organization=representative.organization, role=Membership.Role.READER).user
    world = World(
        own=own,
        other=other,
        people={
            "coordinator": f.UserFactory(coordinator=True),
            "representative": representative,
            "reader": reader,
            "partner": f.member_of(own, kind=Organization.Kind.PARTNER_NETWORK),
            "enterprise": f.member_of(own, kind=Organization.Kind.ENTERPRISE),
            "anonymous": None,
        },
    )
    world.things = {
        "own": things_of(own, representative.organization, reader),
        "other": things_of(other, f.member_of(other).organization, reader=None),
    }
    other_network = f.member_of(other, kind=Organization.Kind.PARTNER_NETWORK).organization
    for side, cycle, network in (
        ("own", own, world.people["partner"].organization),
        ("other", other, other_network),
    ):
        voice = world.things[side]["reader"].user
        world.things[side] |= exchanges_of(cycle, voice, network)
    return world


def things_of(cycle: Cycle, organization: Organization, reader: User | None) -> dict[str, Any]:
    """One of each kind of object of a cycle and of an organisation that takes part in it."""
    reader = reader or f.MembershipFactory(organization=organization, role=Membership.Role.READER).user
    # In the past, however many worlds were made before.
    day = dt.date(2021, 3, 9) + dt.timedelta(days=cycle.pk % 1000)
    meeting = f.MeetingFactory(cycle=cycle, date=day, state=Meeting.State.HELD)
    f.SynthesisPointFactory(meeting=meeting)
    publish(meeting, by=None)
    ahead = f.MeetingFactory(cycle=cycle, upcoming=True)
    keep_called(ahead)
    called = ahead.convocations.get(user=reader)
    reread = f.MeetingFactory(cycle=cycle, date=day + dt.timedelta(days=30), state=Meeting.State.HELD)
    f.SynthesisPointFactory(meeting=reread)
    f.AttendanceFactory(meeting=reread, user=None, organization=organization)
    f.ReviewFactory(meeting=reread)
    other = f.ParticipationFactory(cycle=cycle).organization
    need = f.NeedFactory(meeting=ahead, organization=other)
    # Last: the table of the admin speaks of a draft.
    draft = f.MeetingFactory(cycle=cycle, draft=True, date=day + dt.timedelta(days=90))
    documents = [f.MeetingDocumentFactory(meeting=each) for each in (meeting, draft)]
    report = Report.objects.get(kind="synthesis", object_id=meeting.current_version.pk)
    digest = {"token_digest": digest_of(f"jeton-{cycle.pk}")}
    spokesperson = {"organization": organization, "role": Membership.Role.REPRESENTATIVE}
    f.CalendarFeedFactory(user=reader, **digest)
    return {
        "cycle": cycle,
        "meeting": meeting,
        "commitment": f.CommitmentFactory(meeting=meeting, organization=organization),
        "document": documents[0],
        "draft": {"meeting": draft, "document": documents[1]},
        "ahead": {"meeting": ahead, "convocation": called, "need": need},
        "reread": {"meeting": reread},
        "report": report,
        "compilation": compile_syntheses([meeting.current_version]),
        "organization": organization,
        "reader": reader.membership,
        "invitation": f.InvitationFactory(organization=organization, **digest),
        "token": f"jeton-{cycle.pk}",
        "stopped": {"token": "jeton-d-avant"},
        "representative": {"invitation": f.InvitationFactory(**spokesperson)},
    }


# How the address of a route is filled in with the things of one side.
ARGUMENTS: dict[str, Callable[[dict[str, Any]], list[Any]]] = {
    "chantiers/<slug:slug>/nouveau-cycle/": lambda its: [its["cycle"].chantier.slug],
    "chantiers/<slug:slug>/choisir/": lambda its: [its["cycle"].chantier.slug],
    "organisations/<slug:slug>/": lambda its: [its["organization"].slug],
    "invitations/<int:pk>/renvoyer/": lambda its: [its["invitation"].pk],
    "invitations/<int:pk>/retirer/": lambda its: [its["invitation"].pk],
    "invitations/personnes/<int:pk>/terminer/": lambda its: [its["reader"].pk],
    "invitation/<str:token>/": lambda its: [its["token"]],
    "courriels/desabonner/<str:token>/": lambda its: [token_for(its["reader"].user_id, "reminder")],
    "chantier/<slug:slug>/": lambda its: [its["cycle"].slug],
    "chantier/<slug:slug>/bilan.pdf": lambda its: [its["cycle"].slug],
    "rencontres/<slug:slug>/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/preparer/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/supprimer/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/apercu/": lambda its: [its["meeting"].slug],
    "rencontres/documents/<uuid:pk>/": lambda its: [its["document"].pk],
    "rencontres/<slug:slug>/synthese.pdf": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/rencontre.ics": lambda its: [its["meeting"].slug],
    "agenda/<str:token>.ics": lambda its: [its["token"]],
    "rencontres/<slug:slug>/evenement/<slug:name>/": lambda its: [its["meeting"].slug, "convoquer"],
    "rencontres/<slug:slug>/convoquer/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/repondre/": lambda its: [its["meeting"].slug],
    "convocation/<int:pk>/": lambda its: [its["convocation"].pk],
    "convocation/<str:token>/": lambda its: [token_of(its["convocation"])],
    "rencontres/<slug:slug>/annuler/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/presences/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/tour-de-table/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/tour-de-table/ecran/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/tour-de-table/regrouper/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/besoins/<int:pk>/appuyer/": lambda its: [its["meeting"].slug, its["need"].pk],
    "rencontres/<slug:slug>/besoins/<int:pk>/retirer/": lambda its: [its["meeting"].slug, its["need"].pk],
    "rencontres/<slug:slug>/suivi/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/presences.pdf": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/presences.xlsx": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/synthese/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/synthese/brouillons/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/synthese/apercu.pdf": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/relecture/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/publier/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/versions/": lambda its: [its["meeting"].slug],
    "rencontres/<slug:slug>/versions/<int:number>/": lambda its: [its["meeting"].slug, 1],
    "rencontres/<slug:slug>/versions/<int:number>.pdf": lambda its: [its["meeting"].slug, 1],
    "engagements/<int:pk>/": lambda its: [its["commitment"].pk],
    "engagements/<int:pk>/modifier/": lambda its: [its["commitment"].pk],
    "rencontres/<slug:slug>/engagement/": lambda its: [its["meeting"].slug],
    "syntheses/compilation/<int:pk>/syntheses.pdf": lambda its: [its["compilation"].pk],
    "rapports/<uuid:pk>/": lambda its: [its["report"].pk],
    "rapports/<uuid:pk>/reessayer/": lambda its: [its["report"].pk],
    "echanges/obstacles/<int:pk>/": lambda its: [its["obstacle"].pk],
    "echanges/solutions/<int:pk>/essai/": lambda its: [its["solution"].pk],
    "echanges/questions/<int:pk>/": lambda its: [its["question"].pk],
    "echanges/<slug:kind>/<int:pk>/retirer/": lambda its: ["obstacles", its["obstacle"].pk],
    "echanges/<slug:kind>/<int:pk>/adopter/": lambda its: ["obstacles", its["obstacle"].pk],
    "echanges/activites/<int:pk>/": lambda its: [its["activity"].pk],
    "echanges/activites/<int:pk>/modifier/": lambda its: [its["activity"].pk],
    "echanges/activites/<int:pk>/annuler/": lambda its: [its["activity"].pk],
    "echanges/activites/<int:pk>/activite.ics": lambda its: [its["activity"].pk],
}
