"""Every page, as every role, in both themes and both widths: readable by everyone, nothing to complain of."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import get_resolver, reverse
from django.utils import timezone

from chantier.actions.invitations import invite
from chantier.models import Membership, Organization, TraceEntry, User
from ecpar_portal.access import walk
from mailing.links import unsubscribe_link
from mailing.models import OutgoingEmail
from meetings.actions import writing
from meetings.actions.calling import keep_called
from meetings.actions.publishing import publish
from meetings.answer_link import token_of
from meetings.models import Activity, Commitment, Convocation, Meeting, Obstacle, Question, Solution
from reports.models import Report
from tests import factories as f
from tests.chantier.signing_in import PASSWORD, totp_code, with_password
from tests.security.addresses import make_exchanges

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
THEMES = ("light", "dark")
NOT_PAGES = {
    "sante/": "JSON, for a load balancer",
    "chantier/": "leads to a cycle",
    "chantiers/<slug:slug>/choisir/": "takes a POST and leads to a cycle",
    "rencontres/<slug:slug>/synthese.pdf": "a file, or the page of `rapports/<uuid:pk>/`",
    "syntheses/compilation/<int:pk>/syntheses.pdf": "a file, or the page of `rapports/<uuid:pk>/`",
    "chantier/<slug:slug>/bilan.pdf": "a file, or the page of `rapports/<uuid:pk>/`",
    "rencontres/<slug:slug>/evenement/<slug:name>/": "takes a POST and leads to the meeting",
    "convocation/<str:token>/": "leads to `convocation/<int:pk>/`",
    "rencontres/documents/<uuid:pk>/": "a file",
    "rencontres/<slug:slug>/presences.pdf": "a file, or the page of `rapports/<uuid:pk>/`",
    "rencontres/<slug:slug>/presences.xlsx": "a file, or the page of `rapports/<uuid:pk>/`",
    "rencontres/<slug:slug>/synthese/apercu.pdf": "a file, or the page of `rapports/<uuid:pk>/`",
    "rencontres/<slug:slug>/versions/<int:number>.pdf": "a file, or the page of its report",
    "rencontres/<slug:slug>/tour-de-table/regrouper/": "takes a POST and leads to the tour de table",
    "rencontres/<slug:slug>/besoins/<int:pk>/appuyer/": "takes a POST and leads to the tour de table",
    "rencontres/<slug:slug>/besoins/<int:pk>/retirer/": "takes a POST and leads to the tour de table",
    "echanges/<slug:kind>/<int:pk>/adopter/": "takes a POST and leads to what was adopted",
    "echanges/activites/<int:pk>/activite.ics": "a calendar, for a program",
    "compte/donnees/exporter/": "takes a POST and leads to a report",
    "compte/donnees/effacer/": "asks for the password first; in `account_pages`",
    "rencontres/<slug:slug>/rencontre.ics": "a calendar, for a program",
    "agenda/<str:token>.ics": "a calendar, for a program",
    "robots.txt": "text, for search engines",
    "sitemap.xml": "XML, for search engines",
    "rapports/<uuid:pk>/reessayer/": "takes a POST and leads to the report",
    "invitation/<str:token>/": "leads to `invitation/`",
    "invitations/<int:pk>/renvoyer/": "takes a POST and leads to the invitations",
    "invitations/<int:pk>/retirer/": "takes a POST and leads to the invitations",
}


@pytest.fixture
def network(visitor):
    """A cycle with a path in every state, a meeting ahead, a draft, and one person of each role."""
    cycle = f.CycleFactory(slug="2020-2021", network_presentation="L’ECPAR partage son expertise.")
    f.ObjectiveFactory(cycle=cycle)
    f.AchievementFactory(cycle=cycle)
    meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9), title="Cadre de référence")
    met, answered, _open = f.MeetingObjectiveFactory.create_batch(3, meeting=meeting)
    met.met_in_session = True
    met.save()
    point = f.SynthesisPointFactory(meeting=meeting)
    f.PointAnswerFactory(point=point, objective=answered)
    ahead = f.MeetingFactory(cycle=cycle, upcoming=True)
    f.MeetingObjectiveFactory(meeting=ahead, comes_from=point)
    draft = f.MeetingFactory(cycle=cycle, draft=True, date=dt.date(2021, 9, 1), invites_all=False)
    f.MeetingObjectiveFactory(meeting=draft)
    f.AgendaLineFactory.create_batch(2, meeting=draft)
    f.MeetingGuestFactory(meeting=draft)
    f.MeetingDocumentFactory(meeting=draft)
    f.MeetingFactory(cycle=cycle, state=Meeting.State.CANCELLED, date=dt.date(2021, 8, 1))
    f.CycleFactory(chantier__name="Un autre chantier")
    town = f.OrganizationFactory(slug="ville-voisine", standing="guest", contribution="expertise")
    f.ParticipationFactory(cycle=cycle, organization=town)
    now = f.CycleFactory(chantier=cycle.chantier, starting_year=2026, is_demonstration=True)
    f.ParticipationFactory.create_batch(3, cycle=now)
    f.ObjectiveFactory(cycle=now, text="Faire connaître une offre " * 9)
    f.ConsentFactory(user=f.MembershipFactory(organization=town).user)
    version = publish(meeting, by=None)
    f.ReportFactory(object_id=version.pk, state=Report.State.FAILED, last_error="disque plein")
    f.ReportFactory(object_id=version.pk, state=Report.State.DONE, size=20_480)
    point.text = "Un brouillon que personne ne lit encore"
    point.save()
    organization = f.member_of(cycle, name="Ville de Québec").organization
    f.MembershipFactory(organization=organization, role="reader")
    serving = f.MeetingObjectiveFactory(meeting=ahead)
    serving.objectives.add(cycle.objectives.first())
    late = {"term": dt.date(2021, 5, 3), "text": "Écrire une clause"}
    f.CommitmentFactory(meeting=meeting, organization=organization, point=point, **late)
    f.CommitmentFactory(meeting=meeting, state="done", closed_at=timezone.now())
    dropped = {"closed_at": timezone.now(), "reason": "Le marché n’existe plus."}
    f.CommitmentFactory(meeting=meeting, state="dropped", **dropped)
    f.AgendaLineFactory(meeting=ahead)
    make_exchanges(cycle)
    keep_called(ahead)
    read_again(cycle, organization)
    f.NeedFactory(meeting=ahead, organization=organization)
    f.NeedFactory(meeting=ahead, organization=organization, withdrawn_at=timezone.now())
    f.NeedSupportFactory(need__meeting=ahead, need__objective=cycle.objectives.first())
    f.AttendanceFactory(meeting=meeting)
    f.AttendanceFactory(meeting=meeting, user=None, organization=None, name="Passante")
    day = dt.timedelta(days=1)
    ended = {"sent_at": timezone.now() - 20 * day, "expires_at": timezone.now() - 6 * day}
    for state in ({}, ended, {"accepted_at": timezone.now()}, {"withdrawn_at": timezone.now()}):
        f.InvitationFactory(organization=organization, **state)
    return cycle


def read_again(cycle, organization) -> None:
    """A meeting whose synthesis was published twice, is written still, and is read again."""
    meeting = f.MeetingFactory(cycle=cycle, title="À relire", date=dt.date(2021, 4, 20))
    objective = f.MeetingObjectiveFactory(meeting=meeting)
    f.MeetingObjectiveFactory(meeting=meeting)
    link = f.PointAnswerFactory(point__meeting=meeting, objective=objective)
    need = f.NeedFactory(meeting=meeting, organization=organization)
    publish(meeting, by=None)
    written = writing.Point(link.point_id, "Dit autrement", (objective.pk,))
    writing.save(meeting, [written, writing.Point(None, "De plus")], [], revision=0, by=None)
    publish(meeting, by=None)
    written = writing.Point(link.point_id, "Encore autrement", (objective.pk,), needs=(need.pk,))
    writing.save(meeting, [written], [], revision=1, by=None)
    f.NeedFactory(meeting=meeting, organization=organization)
    f.AttendanceFactory(meeting=meeting, user=None, organization=organization)
    review, point = f.ReviewFactory(meeting=meeting), meeting.points.first()
    said = {"point": point, "point_text": point.text, "organization": organization}
    f.PointCommentFactory(review=review, **said)
    f.PointCommentFactory(review=review, answer="C’est ajouté.", answered_at=timezone.now(), **said)


def reread(cycle) -> Meeting:
    """The meeting whose synthesis is read again."""
    return cycle.meetings.get(title="À relire")


def addresses(cycle) -> dict[str, str]:
    """Each page by its route, filled in with something that exists."""
    return {
        "": reverse("home"),
        "confidentialite/": reverse("privacy_policy"),
        "accessibilite/": reverse("accessibility"),
        "compte/donnees/": reverse("my_data"),
        "composants/": reverse("components"),
        "recherche/": reverse("search"),
        "syntheses/compilation/": reverse("compilation"),
        "chantier/<slug:slug>/": cycle.get_absolute_url(),
        "chantiers/": reverse("chantier_list"),
        "chantiers/nouveau/": reverse("new_chantier"),
        "chantiers/<slug:slug>/nouveau-cycle/": reverse("new_cycle", args=[cycle.chantier.slug]),
        "organisations/": reverse("organization_list"),
        "organisations/<slug:slug>/": reverse("organization", args=["ville-voisine"]),
        "compte/presentation/": reverse("showing"),
        "rencontres/": reverse("meeting_list"),
        "rencontres/<slug:slug>/": cycle.meetings.get(title="Cadre de référence").get_absolute_url(),
        "rencontres/<slug:slug>/convoquer/": reverse(
            "convene", args=[cycle.meetings.get(state="draft").slug]
        ),
        "rencontres/<slug:slug>/repondre/": reverse(
            "answer", args=[cycle.meetings.get(state="convened").slug]
        ),
        "convocation/<int:pk>/": reverse("convocation", args=[0]),
        "rencontres/<slug:slug>/annuler/": reverse(
            "cancel_meeting", args=[cycle.meetings.get(state="convened").slug]
        ),
        "rencontres/<slug:slug>/suivi/": reverse(
            "following", args=[cycle.meetings.get(state="convened").slug]
        ),
        "rencontres/<slug:slug>/presences/": reverse(
            "attendance", args=[cycle.meetings.get(title="Cadre de référence").slug]
        ),
        "rencontres/<slug:slug>/tour-de-table/": reverse(
            "round_table", args=[cycle.meetings.get(state="convened").slug]
        ),
        "rencontres/<slug:slug>/tour-de-table/ecran/": reverse(
            "round_table_screen", args=[cycle.meetings.get(state="convened").slug]
        ),
        "rencontres/nouvelle/": reverse("new_meeting"),
        "rencontres/<slug:slug>/preparer/": reverse("prepare_meeting", args=[prepared(cycle).slug]),
        "rencontres/<slug:slug>/supprimer/": reverse("delete_draft", args=[prepared(cycle).slug]),
        "rencontres/<slug:slug>/apercu/": reverse("preview_meeting", args=[prepared(cycle).slug]),
        "rencontres/<slug:slug>/synthese/": reverse("synthesis_desk", args=[reread(cycle).slug]),
        "rencontres/<slug:slug>/synthese/brouillons/": reverse("synthesis_drafts", args=[reread(cycle).slug]),
        "rencontres/<slug:slug>/relecture/": reverse("review", args=[reread(cycle).slug]),
        "rencontres/<slug:slug>/publier/": reverse("publish_synthesis", args=[reread(cycle).slug]),
        "rencontres/<slug:slug>/versions/": reverse("versions", args=[reread(cycle).slug]),
        "rencontres/<slug:slug>/versions/<int:number>/": reverse("version", args=[reread(cycle).slug, 2]),
        "engagements/": reverse("commitment_list"),
        "engagements/<int:pk>/": Commitment.objects.first().get_absolute_url(),
        "engagements/<int:pk>/modifier/": reverse("edit_commitment", args=[Commitment.objects.first().pk]),
        "rencontres/<slug:slug>/engagement/": reverse(
            "new_commitment", args=[cycle.meetings.get(title="Cadre de référence").slug]
        ),
        "rapports/": reverse("report_list"),
        "invitations/": reverse("invitation_list"),
        "invitations/liste/": reverse("invite_list"),
        "invitations/personnes/<int:pk>/terminer/": reverse(
            "end_reader", args=[Membership.objects.get(role=Membership.Role.READER).pk]
        ),
        "invitation/": reverse("accept_invitation"),
        "compte/": reverse("account"),
        "compte/courriels/": reverse("mail_preferences"),
        "compte/agenda/": reverse("personal_calendar"),
        "courriels/desabonner/<str:token>/": unsubscribe_link(
            User.objects.first().pk, "reminder"
        ).removeprefix(settings.PORTAL_URL),
        **exchange_addresses(),
        "compte/quitter/": reverse("leave_organization"),
        "rapports/<uuid:pk>/": Report.objects.filter(state=Report.State.WAITING).first().get_absolute_url(),
    }


def exchange_addresses() -> dict[str, str]:
    """The pages of what is said between meetings, and of what the networks organise."""
    obstacle, activity = Obstacle.objects.first().pk, Activity.objects.first().pk
    return {
        "echanges/": reverse("exchange"),
        "echanges/obstacles/nouveau/": reverse("new_obstacle"),
        "echanges/obstacles/<int:pk>/": reverse("obstacle", args=[obstacle]),
        "echanges/solutions/<int:pk>/essai/": reverse("trial", args=[Solution.objects.first().pk]),
        "echanges/questions/": reverse("question_list"),
        "echanges/questions/nouvelle/": f"{reverse('new_question')}?obstacle={obstacle}",
        "echanges/questions/<int:pk>/": reverse("question", args=[Question.objects.first().pk]),
        "echanges/<slug:kind>/<int:pk>/retirer/": reverse("take_back", args=["obstacles", obstacle]),
        "echanges/activites/": reverse("activity_list"),
        "echanges/activites/calendrier/": reverse("activity_month"),
        "echanges/activites/nouvelle/": reverse("new_activity"),
        "echanges/activites/<int:pk>/": reverse("activity", args=[activity]),
        "echanges/activites/<int:pk>/modifier/": reverse("edit_activity", args=[activity]),
        "echanges/activites/<int:pk>/annuler/": reverse("cancel_activity", args=[activity]),
    }


def prepared(cycle) -> Meeting:
    """The draft, whose page of preparation holds a row of everything."""
    return cycle.meetings.get(state=Meeting.State.DRAFT)


def more_states(cycle) -> list[str]:
    """The same pages in their other states, and the pages of errors."""
    others = [meeting.get_absolute_url() for meeting in cycle.meetings.filter(title="")]
    others += [report.get_absolute_url() for report in Report.objects.filter(state=Report.State.FAILED)]
    others += ["/organisations/?q=rien", "/organisations/?kind=municipality", "/organisations/?cycle=rien"]
    others += ["/echanges/?q=rien", "/echanges/?stage=9", "/echanges/questions/?state=answered"]
    others += ["/echanges/activites/?period=past", "/echanges/activites/calendrier/?mois=2007-01"]
    others += ["/rencontres/?cycle=rien", "/rencontres/?period=past", "/invitations/?state=ended"]
    others += ["/recherche/?q=objectif", "/recherche/?q=introuvable", "/recherche/?q=a&genre=rien"]
    return [*others, "/invitations/?state=rien", "/nulle-part/"]


def account_pages(user) -> list[str]:
    """allauth's pages, for a person or for nobody."""
    if user:
        names = ["account_email", "account_change_password", "account_reauthenticate", "account_logout"]
        names += ["mfa_index", "mfa_list_webauthn", "usersessions_list"]
    else:
        names = [
            "account_login",
            "account_request_login_code",
            "account_signup",
            "account_reset_password",
            "account_reset_password_done",
        ]
        names += [
            "account_reset_password_from_key_done",
            "account_email_verification_sent",
            "account_inactive",
        ]
    return [*map(reverse, names), "/compte/password/reset/key/1-abc/", "/compte/confirm-email/abc/"]


def admin_pages(cycle) -> list[str]:
    """Each kind of page of the admin, with every list."""
    lists = [f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist" for m in admin.site._registry]
    forms = [
        *("meetings_meeting", "chantier_cycle", "chantier_organization", "chantier_user"),
        "chantier_incident",
    ]
    meeting = cycle.meetings.get(title="Cadre de référence")
    organization = cycle.organizations.first()
    entry = TraceEntry.objects.first()
    person = organization.memberships.first().user
    return [
        reverse("admin:index"),
        *map(reverse, lists),
        *(reverse(f"admin:{name}_add") for name in forms),
        reverse("admin:meetings_meeting_change", args=[meeting.pk]),
        reverse("admin:meetings_meeting_history", args=[meeting.pk]),
        reverse("admin:chantier_cycle_change", args=[cycle.pk]),
        reverse("admin:chantier_organization_change", args=[organization.pk]),
        reverse("admin:chantier_organization_history", args=[organization.pk]),
        reverse("admin:chantier_traceentry_change", args=[entry.pk]),
        reverse("admin:chantier_user_change", args=[person.pk]),
    ]


def own_routes() -> set[str]:
    return {route for route, view, _ in walk(get_resolver().url_patterns) if hasattr(view, "rule")}


def test_the_sweep_knows_every_page(network):
    assert set(addresses(network)) == own_routes() - set(NOT_PAGES)


@pytest.mark.once
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("who", ["anonymous", "representative", "without organisation", "coordinator"])
def test_nobody_meets_an_obstacle(visitor, network, width, theme, who):
    user = {
        "anonymous": lambda: None,
        "representative": lambda: (
            User.objects.filter(memberships__role="representative").order_by("pk").first()
        ),
        "without organisation": f.UserFactory,
        "coordinator": lambda: f.UserFactory(coordinator=True),
    }[who]()
    for report in Report.objects.all() if user else []:
        report.requests.create(user=user)
    someone = visitor(user, width=width, theme=theme)
    pages = [*addresses(network).values(), *more_states(network), *account_pages(user)]
    assert obstacles_on(someone, pages) == {}


@pytest.mark.once
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_coordinator_meets_no_obstacle_in_the_admin(visitor, network, width, theme):
    f.member_of(network)
    coordinator = visitor(f.UserFactory(coordinator=True), width=width, theme=theme)
    # Its frame is Django's: axe's best practices are for our own pages.
    assert obstacles_on(coordinator, admin_pages(network), best_practice=False) == {}


@pytest.mark.once
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nobody_meets_an_obstacle_on_the_way_in(visitor, network, width, theme):
    coordinator, organization = f.UserFactory(coordinator=True), Organization.objects.first()
    known = f.UserFactory(email="connue@ville.example")
    found, someone = {}, visitor(width=width, theme=theme)
    for email in ("elle@ville.example", known.email):
        invite(email, organization=organization, role="reader", by=coordinator)
        text = OutgoingEmail.objects.get(to=email).text
        found |= obstacles_on(someone, [re.search(r"/invitation/\S+", text)[0]])
    found |= obstacles_on(
        someone, [reverse("open_convocation", args=[token_of(Convocation.objects.first())])]
    )
    assert "/convocation/" in someone.page.url
    member = visitor(known, width=width, theme=theme)
    found |= obstacles_on(member, [re.search(r"/invitation/\S+", text)[0]])
    someone.open("/compte/login/code/").get_by_label("Courriel").fill(known.email)
    someone.page.get_by_role("button", name="Recevoir le code").click()
    found |= obstacles_on(someone, ["/compte/login/code/confirm/"])
    pasted = visitor(coordinator, width=width, theme=theme)
    box = pasted.open("/invitations/liste/").get_by_label("Personnes à inviter")
    box.fill(f"a@ville.example;Anne;{organization};lecture\nune adresse très longue;sans rien;d’autre;ici")
    pasted.page.get_by_role("button", name="Relire la liste").click()
    found |= here(pasted)
    assert found == {}


@pytest.mark.once
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nobody_meets_an_obstacle_in_what_protects_their_account(visitor, network, width, theme):
    person = with_password(f.member_of(network))
    someone = visitor(person, width=width, theme=theme)
    someone.give_device()
    page = someone.open("/compte/reauthenticate/?next=/compte/2fa/totp/activate/")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/compte/2fa/totp/activate/")
    found = obstacles_on(someone, ["/compte/2fa/webauthn/add/", "/compte/2fa/totp/activate/"])
    page.get_by_label("Code à six chiffres").fill(totp_code(page.locator("code").text_content()))
    page.get_by_role("button", name="Mettre en service").click()
    page.wait_for_url("**/compte/2fa/recovery-codes/")
    page = someone.open("/compte/2fa/webauthn/add/")
    page.get_by_role("button", name="Ajouter la clé").click()
    page.wait_for_url("**/compte/2fa/")
    key = person.authenticator_set.get(type="webauthn").pk
    names = ["index", "list_webauthn", "deactivate_totp", "view_recovery_codes", "generate_recovery_codes"]
    names += ["reauthenticate", "reauthenticate_webauthn"]
    pages = [reverse(f"mfa_{name}") for name in names]
    pages += [reverse(f"mfa_{name}_webauthn", args=[key]) for name in ("edit", "remove")]
    found |= obstacles_on(someone, [*pages, "/compte/sessions/"])
    again = visitor(width=width, theme=theme)
    page = again.open("/compte/login/")
    page.get_by_label("Courriel").fill(person.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/compte/2fa/authenticate/")
    assert found | here(again) == {}


def obstacles_on(someone, pages, *, best_practice=True) -> dict[str, list[str]]:
    """What is wrong on each page, for those where something is."""
    found = {}
    for address in pages:
        someone.open(address)
        found |= here(someone, best_practice=best_practice)
    return found


def here(someone, *, best_practice=True) -> dict[str, list[str]]:
    """What is wrong on the page that is open, by its address."""
    page, obstacles = someone.page, someone.obstacles(best_practice=best_practice)
    if someone.overflows():
        obstacles.append("scrolls sideways")
    if page.locator("h1").count() != 1 or not page.title().endswith("Portail ECPAR"):
        obstacles.append(f"no single title: {page.title()}, {page.locator('h1').all_text_contents()}")
    return {page.url: obstacles} if obstacles else {}
