"""The trace, as the coordinator reads and searches it in the admin."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from chantier import trace
from chantier.models import TraceEntry, User
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

LIST = "/admin/chantier/traceentry/"


@pytest.fixture
def anne(member):
    """A member with a name and an address to be searched by."""
    member.name, member.email = "Anne Tremblay", "anne@ville.example"
    member.save()
    return member


def table(page):
    """The words of a list of the admin, whose cells touch each other in the source."""
    return text_of(SimpleNamespace(text=page.text.replace("</t", " </t")))


def rows(page):
    return [entry.pk for entry in page.context["cl"].result_list]


def test_the_list_says_when_who_what_and_on_what_in_french(sign_in, coordinator, anne):
    at = dt.datetime(2021, 3, 9, 19, 30, tzinfo=dt.UTC)
    TraceEntry.objects.create(
        at=at,
        event="role_changed",
        by=coordinator,
        object_type="chantier.user",
        object_id=anne.pk,
        detail={"role": "reader"},
    )
    page = table(sign_in(coordinator).get(LIST))
    said = f"9 mars 2021, 14 h 30 {coordinator.name} Rôle changé personne « Anne Tremblay » rôle : lecture"
    assert said in page


def test_what_the_portal_did_itself_is_said_so(sign_in, coordinator, cycle):
    trace.record("loaded", by=None, on=cycle, created=3)
    assert "le portail Fichier du cycle chargé" in table(sign_in(coordinator).get(LIST))


@pytest.mark.parametrize("gone", ["erased", "deleted"])
def test_somebody_who_is_gone_is_a_person_without_a_name(sign_in, coordinator, gone):
    person = f.UserFactory(name="Anne Tremblay")
    trace.record("exported", by=person)
    if gone == "deleted":
        person.delete()
    else:
        User.objects.filter(pk=person.pk).update(erased_at=timezone.now())
    page = table(sign_in(coordinator).get(LIST))
    assert "personne effacée Données exportées" in page
    assert "Tremblay" not in page


def test_an_object_leads_to_its_page_and_one_that_is_gone_is_named_by_its_number(sign_in, coordinator, cycle):
    meeting = f.MeetingFactory(cycle=cycle, draft=True, title="Cadre de référence")
    pk = meeting.pk
    trace.record("convened", by=coordinator, on=meeting)
    page = sign_in(coordinator).get(LIST)
    assert "rencontre « Cadre de référence »" in text_of(page)
    assert reverse("admin:meetings_meeting_change", args=[pk]) in page.text
    meeting.delete()
    assert f"rencontre {pk}, n’existe plus" in text_of(sign_in(coordinator).get(LIST))


def test_what_no_app_knows_any_more_still_shows(sign_in, coordinator):
    TraceEntry.objects.create(
        event="devoured", object_type="zoo.lion", object_id="7", detail={"legs": [1, None]}
    )
    page = table(sign_in(coordinator).get(LIST))
    assert "le portail devoured zoo.lion 7, n’existe plus legs : 1 et non donné" in page


@pytest.mark.parametrize("words", ["Tremblay", "anne@ville", "Cadre de réf", "économie", "Ville voisine"])
def test_a_search_finds_what_a_person_did_and_what_happened_to_an_object(sign_in, coordinator, anne, words):
    organization = f.OrganizationFactory(name="Ville voisine", slug="ville-voisine")
    chantier = f.ChantierFactory(name="Grande économie")
    meeting = f.MeetingFactory(title="Cadre de référence")
    found = {
        "Tremblay": [trace.record("exported", by=anne), trace.record("role_changed", by=None, on=anne)],
        "anne@ville": TraceEntry.objects.filter(by=anne) | TraceEntry.objects.on(anne),
        "Cadre de réf": [trace.record("convened", by=coordinator, on=meeting)],
        "économie": [trace.record("exported", by=coordinator, on=chantier)],
        "Ville voisine": [trace.record("exported", by=coordinator, on=organization)],
    }
    page = sign_in(coordinator).get(LIST, {"q": words})
    assert sorted(rows(page)) == sorted(entry.pk for entry in found[words])
    assert rows(page)


@pytest.mark.parametrize("words", ["ELLE@ville", "zoé", "Lévis", "zoé lévis"])
def test_a_search_finds_what_happened_to_an_invitation(sign_in, coordinator, words):
    levis = f.OrganizationFactory(name="Ville de Lévis")
    found = f.InvitationFactory(email="elle@ville.example", name="zoé", organization=levis)
    entry = trace.record("invited", by=coordinator, on=found)
    trace.record("invited", by=coordinator, on=f.InvitationFactory(name="Anne"))
    assert rows(sign_in(coordinator).get(LIST, {"q": words})) == [entry.pk]


def test_a_search_that_finds_nothing_shows_nothing(sign_in, coordinator):
    trace.record("exported", by=coordinator)
    assert rows(sign_in(coordinator).get(LIST, {"q": "nulle part"})) == []


def test_the_list_is_narrowed_to_an_event_and_to_a_period(sign_in, coordinator):
    old = TraceEntry.objects.create(event="exported", at=timezone.now() - dt.timedelta(days=300))
    invited = trace.record("invited", by=coordinator)
    client = sign_in(coordinator)
    assert rows(client.get(LIST, {"event": "invited"})) == [invited.pk]
    assert rows(client.get(LIST, {"at__gte": timezone.now() - dt.timedelta(days=7)})) == [invited.pk]
    local = timezone.localtime(old.at)
    assert rows(client.get(LIST, {"at__year": local.year, "at__month": local.month})) == [old.pk]


def test_nobody_adds_changes_or_deletes_there(sign_in, coordinator):
    entry = trace.record("exported", by=coordinator, on=coordinator)
    client = sign_in(coordinator)
    one = f"{LIST}{entry.pk}"
    assert "Données exportées" in text_of(client.get(f"{one}/change/"))
    for address in (f"{LIST}add/", f"{one}/delete/", f"{one}/change/"):
        assert client.post(address, {"event": "invited"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"})
    assert TraceEntry.objects.get().event == "exported"


def test_twice_as_many_entries_ask_no_more(sign_in, coordinator, django_assert_max_num_queries):
    client, counts, shown = sign_in(coordinator), [], []
    for address in (LIST, LIST + "?q=e"):
        for _ in range(2):
            for _ in range(3):
                membership = f.MembershipFactory()
                trace.record("membership_began", by=membership.user, on=membership)
                trace.record("participation_began", by=coordinator, on=f.ParticipationFactory())
                trace.record("convened", by=None, on=f.MeetingFactory())
            with django_assert_max_num_queries(22) as queries:
                shown.append(len(rows(client.get(address))))
            counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]
    assert shown[1] == 2 * shown[0]


# « Historique » ----------------------------------------------------------------------------------------

MODELS = [model for model in admin.site._registry if model is not TraceEntry]


def made(model):
    """One object of a model that the admin shows."""
    return getattr(f, f"{model.__name__}Factory")()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_object_of_the_admin_tells_its_own_history(sign_in, coordinator, model):
    one, other = model.objects.all()[:2] if model.__name__ == "Region" else (made(model), made(model))
    trace.record("exported", by=coordinator, on=one, version=3)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_history"
    told = f"{coordinator.name} Données exportées version : 3"
    assert told in text_of(sign_in(coordinator).get(reverse(name, args=[one.pk])))
    silent = text_of(sign_in(coordinator).get(reverse(name, args=[other.pk])))
    assert "Aucun événement" in silent
    assert told not in silent


def test_a_long_history_is_read_page_by_page_with_as_many_queries(
    sign_in, coordinator, cycle, django_assert_max_num_queries
):
    address = reverse("admin:chantier_cycle_history", args=[cycle.pk])
    client, counts = sign_in(coordinator), []
    for _ in range(2):
        for _ in range(30):
            trace.record("exported", by=f.UserFactory(), on=cycle)
        with django_assert_max_num_queries(14) as queries:
            page = client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.text.count("Données exportées") == 50
    assert client.get(address, {"trace": 2}).text.count("Données exportées") == 10


def test_a_member_reads_no_history(sign_in, member, cycle):
    for address in (LIST, reverse("admin:chantier_cycle_history", args=[cycle.pk])):
        assert sign_in(member).get(address).status_code == 403


@pytest.mark.parametrize("kind", ["meeting", "cycle", "organization"])
def test_the_page_of_a_thing_leads_the_coordinator_and_nobody_else_to_its_history(
    sign_in, coordinator, member, cycle, kind
):
    thing = {"meeting": f.MeetingFactory(cycle=cycle), "cycle": cycle, "organization": member.organization}[
        kind
    ]
    address = reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_history", args=[thing.pk])
    for user, shown in ((coordinator, True), (member, False)):
        page = sign_in(user).get(thing.get_absolute_url())
        assert (address in page.text) == shown
        assert ("Historique" in page.text) == shown
