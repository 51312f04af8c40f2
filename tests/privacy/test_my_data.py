"""« Mes données »: read, corrected, taken away."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from chantier.actions import memberships
from chantier.actions.invitations import invite
from chantier.models import TraceEntry, User
from reports import actions as reports
from reports.actions import produce
from reports.models import Report
from tests import factories as f
from tests.pages import text_of
from tests.privacy.conftest import PASSWORD, with_password

pytestmark = pytest.mark.django_db

EXPORT = "/compte/donnees/exporter/"


def export_of(client):
    """Ask for the file, have it made, and return its two documents."""
    address = client.post(EXPORT)["Location"]
    produce(Report.objects.get(kind="personal_data", state=Report.State.WAITING).pk)
    answer = client.get(address)
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        return address, json.loads(archive.read("data.json")), archive.read("data.html").decode()


def test_a_person_sees_what_is_kept_of_them_in_short(sign_in, person):
    f.ConsentFactory(user=person)
    page = text_of(sign_in(person).get(reverse("my_data")))
    for words in ("Votre compte (1)", "Vos appartenances (1)", "Vos consentements (1)", "Corriger mon nom"):
        assert words in page
    assert "Les synthèses que vous publiez" not in page


def test_the_page_asks_no_more_for_twice_as_many_rows(sign_in, person, django_assert_max_num_queries):
    client, counts = sign_in(person), []
    for _ in range(2):
        for _ in range(3):
            f.ReportFactory().requests.create(user=person)
            f.OutgoingEmailFactory(user=person)
            f.ConsentFactory(user=person, withdrawn_at=timezone.now() + timedelta(days=1))
        with django_assert_max_num_queries(40) as queries:
            client.get(reverse("my_data"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_person_corrects_their_name_and_the_trace_tells_it_without_the_name(sign_in, person):
    page = sign_in(person).post(
        reverse("my_data"), {"name": "Élise Roy", "email": "x@y.example"}, follow=True
    )
    assert "Votre nom est corrigé." in text_of(page)
    person.refresh_from_db()
    assert (person.name, person.email) == ("Élise Roy", "elise.damour@ville.example")
    entry = TraceEntry.objects.on(person).get()
    assert (entry.event, entry.by, entry.detail) == ("name_changed", person, {})


def test_an_empty_name_is_refused_and_the_header_keeps_the_name(sign_in, person):
    page = text_of(sign_in(person).post(reverse("my_data"), {"name": ""}))
    assert "1 réponse à corriger" in page
    assert "Élise D’Amour-Côté" in page


def test_the_export_waits_for_the_password_then_goes_on(client, person):
    client.force_login(person)
    first = client.post(EXPORT)
    assert first["Location"].startswith(reverse("account_reauthenticate"))
    assert not Report.objects.exists()
    then = client.post(first["Location"], {"password": PASSWORD})
    assert then["Location"] == Report.objects.get().get_absolute_url()
    assert TraceEntry.objects.on(person).get().event == "exported"


def test_a_get_asks_for_nothing(confirm, person):
    assert confirm(person).get(EXPORT)["Location"] == reverse("my_data")
    assert not Report.objects.exists()


def test_the_export_holds_what_each_table_knows_in_french(confirm, person, coordinator):
    f.ConsentFactory(user=person)
    f.InvitationFactory(email=person.email.upper(), name="Élise")
    f.OutgoingEmailFactory(user=person, subject="Rappel : le 9 mars")
    f.OutgoingEmailFactory(to=person.email, kind="account_link", is_secret=True, text="https://secret")
    _, data, page = export_of(confirm(person))
    tables = {table["what"]: table["rows"] for table in data["tables"]}
    assert tables["Votre compte"][0]["Courriel"] == person.email
    assert tables["Vos appartenances"][0]["Organisation"] == "Ville-aux-Pins"
    assert tables["Vos appartenances"][0]["Rôle"] == "personne représentante"
    assert tables["Vos consentements"][0]["Pour"] == "paraître parmi les personnes de mon organisation"
    assert tables["Les invitations qui vous sont adressées"][0]["Nom"] == "Élise"
    assert {row["Objet"] for row in tables["Les courriels que le portail vous écrit"]} >= {
        "Rappel : le 9 mars"
    }
    assert {"Données exportées"} <= {row["Quoi"] for row in tables["La trace de ce qui arrive"]}
    assert tables["Vos connexions en cours"]
    assert "https://secret" not in json.dumps(data)
    assert person.password not in json.dumps(data)
    for words in (person.name, "Vos appartenances", "Ville-aux-Pins", "personne représentante", "oui"):
        assert words in page


def test_the_export_tells_of_nobody_else(confirm, person, cycle):
    other = f.member_of(cycle)
    f.ConsentFactory(user=other)
    f.OutgoingEmailFactory(user=other, to=other.email)
    _, data, page = export_of(confirm(person))
    for words in (other.email, other.name):
        assert words not in json.dumps(data, ensure_ascii=False)
        assert words not in page


def test_an_address_that_one_says_is_one_s_own_gives_nothing_of_who_has_it(confirm, person, coordinator):
    organization = f.OrganizationFactory(name="Ville de Lévis")
    invite("elle@levis.example", organization=organization, role="reader", by=coordinator)
    f.OutgoingEmailFactory(to="elle@levis.example", subject="Pour elle seule")
    client = confirm(person)
    client.post("/compte/email/", {"email": "elle@levis.example", "action_add": ""})
    assert person.emailaddress_set.filter(email="elle@levis.example", verified=False).exists()
    _, data, page = export_of(client)
    for words in ("Ville de Lévis", "Pour elle seule"):
        assert words not in json.dumps(data, ensure_ascii=False)
        assert words not in page


def test_who_takes_over_an_address_receives_nothing_of_who_had_it(confirm, person):
    before = f.UserFactory()
    f.OutgoingEmailFactory(user=before, to=person.email, subject="Pour l’autre")
    f.InvitationFactory(email=person.email, name="L’autre", accepted_by=before, accepted_at=timezone.now())
    f.OutgoingEmailFactory(to=person.email, subject="Pour elle")
    _, data, _ = export_of(confirm(person))
    told = json.dumps(data, ensure_ascii=False)
    assert "Pour elle" in told
    assert "L’autre" not in told
    assert "Pour l’autre" not in told


def test_the_export_tells_what_others_did_to_one_s_place_without_saying_who(confirm, person, coordinator):
    memberships.change_role(person.membership, "reader", by=coordinator)
    memberships.change_role(f.MembershipFactory(), "reader", by=coordinator)
    _, data, _ = export_of(confirm(person))
    tables = {table["what"]: table["rows"] for table in data["tables"]}
    [told] = [row for row in tables["La trace de ce qui arrive"] if row["Quoi"] == "Rôle changé"]
    assert told["Sur"] == f"chantier.membership {person.memberships.get().pk}"
    assert coordinator.name not in str(told)


def test_what_a_coordinator_did_names_nobody_in_their_export(confirm, coordinator, member):
    client = confirm(with_password(coordinator))
    changed = {"email": member.email, "name": "Anne Tremblay", "is_active": "on"}
    client.post(reverse("admin:chantier_user_change", args=[member.pk]), changed)
    _, data, _ = export_of(client)
    tables = {table["what"]: table["rows"] for table in data["tables"]}
    [row] = tables["Les gestes de la coordination dans l’administration"]
    assert (row["Quoi"], row["Sur"]) == ("Modification", f"Réseau et chantiers | personne {member.pk}")
    assert "Anne Tremblay" not in json.dumps(data, ensure_ascii=False)


def test_each_time_a_new_file_tells_what_is_known_at_that_moment(confirm, person):
    client = confirm(person)
    first, before, _ = export_of(client)
    client.post(reverse("my_data"), {"name": "Élise Roy"})
    second, after, _ = export_of(client)
    assert first != second
    assert before["tables"][0]["rows"][0]["Nom"] == "Élise D’Amour-Côté"
    assert after["tables"][0]["rows"][0]["Nom"] == "Élise Roy"


def test_nobody_else_receives_the_file_not_even_the_coordinator(confirm, client, person, coordinator, cycle):
    address, _, _ = export_of(confirm(person))
    for other in (coordinator, f.member_of(cycle)):
        client.force_login(other)
        assert client.get(address).status_code == 404
        assert client.post(f"{address}reessayer/").status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


def test_a_person_whose_account_closes_loses_it(confirm, person):
    client = confirm(person)
    address, _, _ = export_of(client)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(address).status_code == 302
    assert Report.objects.get().object_for(User.objects.get(pk=person.pk)) is None


def test_the_file_is_in_my_files_and_kept_seven_days(confirm, person):
    client = confirm(person)
    export_of(client)
    page = text_of(client.get(reverse("report_list")))
    assert "Mes données" in page
    report = Report.objects.get()
    for days, gone in ((6, 0), (8, 1)):
        before = timezone.now() - timedelta(days=days)
        Report.objects.update(created_at=before)
        report.requests.update(asked_at=before)
        assert report.requests.get().kept_until == timezone.localdate(before) + timedelta(days=7)
        assert reports.purge() == gone


def test_only_oneself_asks_for_one_s_data(client, person):
    answer = client.post(EXPORT)
    assert answer["Location"].startswith(reverse("account_login"))
