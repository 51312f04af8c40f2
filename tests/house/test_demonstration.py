"""The demonstration: six accounts, twelve buyers, two chantiers, all labelled, none in production."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from chantier.demonstration import ACCOUNTS, PASSWORD
from chantier.models import Chantier, Cycle, Membership, Organization, User
from mailing.models import OutgoingEmail
from meetings.models import Activity, Meeting
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration():
    """What `make run` loads."""
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    call_command("load_demonstration", verbosity=0)


def sign_in_as(client, email):
    answer = client.post("/compte/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code == 302, text_of(answer)
    return client


@pytest.mark.parametrize("email", [email for email, _ in ACCOUNTS])
def test_each_account_signs_in_with_the_printed_password(client, demonstration, email):
    assert sign_in_as(client, email).get("/rencontres/").status_code == 200


def test_the_accounts_are_what_the_contract_says(demonstration):
    coordinator = User.objects.get(email="coordination@portail.example")
    assert coordinator.is_coordinator
    assert not coordinator.is_superuser
    roles = dict(Membership.objects.values_list("user__email", "role"))
    assert roles["lecture@ville.example"] == Membership.Role.READER
    assert roles["representante@ville.example"] == Membership.Role.REPRESENTATIVE
    kinds = dict(Membership.objects.values_list("user__email", "organization__kind"))
    assert kinds["reseau@partenaire.example"] == Organization.Kind.PARTNER_NETWORK
    assert kinds["contact@entreprise.example"] == Organization.Kind.ENTERPRISE


def test_there_are_twelve_buyers_six_of_each_of_two_kinds(demonstration):
    kinds = list(Organization.objects.buyers().values_list("kind", flat=True))
    assert sorted(kinds.count(kind) for kind in set(kinds)) == [6, 6]


def test_everything_invented_is_labelled_and_nothing_invented_touches_the_real_cycle(demonstration):
    assert not Organization.objects.exclude(name__contains="(démonstration)").exists()
    for meeting in Meeting.objects.filter(cycle__is_demonstration=True):
        assert "(démonstration)" in meeting.title
    assert [("(démonstration)" in activity.title) for activity in Activity.objects.all()] == [True] * 3
    assert not Cycle.objects.get(slug="2020-2021").participations.exists()


def test_a_member_reads_the_real_meetings_and_sees_the_next_one_coming(client, demonstration):
    home = text_of(sign_in_as(client, "representante@ville.example").get("/"))
    ahead = Meeting.objects.get(state=Meeting.State.CONVENED)
    assert (ahead.date - timezone.localdate()).days == 10
    assert ahead.title.split(" (")[0] in home
    assert "Rencontre du 9 mars 2021" in text_of(client.get("/rencontres/2021-03-09/"))


def test_the_meeting_ahead_has_answers_and_wrote_to_nobody(client, demonstration):
    rows = Meeting.objects.get(state=Meeting.State.CONVENED).convocations
    assert sorted(rows.values_list("answer", flat=True)) == ["", "", "", "no", "yes"]
    assert set(OutgoingEmail.objects.values_list("kind", flat=True)) == {"reminder"}
    assert "Je serai là" in text_of(sign_in_as(client, "representante@ville.example").get("/"))


def test_the_network_s_activities_are_read_and_it_may_change_them(client, demonstration):
    page = text_of(sign_in_as(client, "representante@ville.example").get("/echanges/activites/"))
    assert [title for title in ("Dîner-causerie", "portes ouvertes", "Salon") if title not in page] == []
    client.logout()
    address = Activity.objects.first().get_absolute_url()
    assert "Modifier" in text_of(sign_in_as(client, "reseau@partenaire.example").get(address))


def test_some_take_part_in_the_second_chantier_only(demonstration):
    second = Chantier.objects.get(is_demonstration=True)
    theirs = set(Organization.objects.filter(participations__cycle__chantier=second))
    first = set(Organization.objects.filter(participations__cycle__chantier__slug="economie-sociale"))
    assert theirs - first
    assert first - theirs
    assert theirs & first


def test_a_second_load_changes_nothing(demonstration):
    before = [list(model.objects.values()) for model in (User, Organization, Cycle, Meeting, Membership)]
    call_command("load_demonstration", verbosity=0)
    assert [list(m.objects.values()) for m in (User, Organization, Cycle, Meeting, Membership)] == before


def test_it_is_refused_where_demo_is_off(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_demonstration")
    assert not User.objects.exists()


def test_nothing_of_it_shows_where_demo_is_off(client, demonstration, settings, coordinator):
    settings.DEMO = False
    client.force_login(coordinator)
    for address in ("/", "/rencontres/", "/chantier/2020-2021/", "/echanges/", "/echanges/activites/"):
        page = text_of(client.get(address))
        assert "démonstration" not in page
    for cycle in Cycle.objects.filter(is_demonstration=True):
        assert client.get(cycle.get_absolute_url()).status_code == 404
