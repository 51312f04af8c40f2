"""« Effacer mon compte »: nothing is left of a person, and what they contributed stays."""

import base64
import html
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from chantier.actions import erasure, invitations
from chantier.actions.people import ask_for_data
from chantier.models import Consent, Invitation, Membership, TraceEntry, User
from ecpar_portal.refusal import Refusal
from mailing.actions import deliver
from mailing.models import OutgoingEmail
from meetings.actions.compiling import compile_syntheses
from meetings.actions.publishing import has_draft, publish
from meetings.models import LoadedCycle, Meeting
from reports import actions as reports
from reports.models import Report, private_storage
from tests import factories as f
from tests.admin_form import filled_in
from tests.pages import text_of
from tests.privacy.conftest import with_password

pytestmark = pytest.mark.django_db

NAME, ADDRESS, FORMER = "Élise D’Amour-Côté", "elise.damour@ville.example", "Elise@ancienne.example"
ERASE = "/compte/donnees/effacer/"


def every_text():
    """Every value of every table, each session and each cached value opened."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    yield table, str(value)
    for session in Session.objects.all():
        yield "session", json.dumps(session.get_decoded(), default=str)


@pytest.fixture(autouse=True)
def no_file_of_before(db):
    """The storage starts empty: what other tests kept there is no PDF, whatever it says."""
    shutil.rmtree(private_storage().location, ignore_errors=True)


def every_file():
    """Every private file, archives and PDFs opened."""
    for path in Path(private_storage().location).rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        yield path.name, content.decode("latin-1")
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from ((name, archive.read(name).decode()) for name in archive.namelist())
        if content.startswith(b"%PDF"):
            pages = PdfReader(io.BytesIO(content)).pages
            yield path.name, re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def places_that_tell_of(*words):
    """Where a scan finds one of the words, however it is written."""
    forms = {form for word in words for form in (word, html.escape(word), json.dumps(word)[1:-1])}
    forms |= {base64.b64encode(word.encode()).decode() for word in words}
    return sorted(
        {
            place
            for place, text in [*every_text(), *every_file()]
            if any(form.lower() in text.lower() for form in forms)
        }
    )


def produce_everything():
    for report in Report.objects.filter(state=Report.State.WAITING):
        reports.produce(report.pk)


@pytest.fixture
def erase(django_capture_on_commit_callbacks):
    """Erase somebody, with the files that go once it is sure."""

    def run(person):
        with django_capture_on_commit_callbacks(execute=True):
            erasure.erase(person, by=person)

    return run


def say_everything(meeting, person):
    """What a person wrote in the room and between meetings, and where others named them."""
    mine, named = {"written_by": person}, f"Demander à {NAME}."
    f.AttendanceFactory(meeting=meeting, user=person)
    f.AttendanceFactory(meeting=meeting, user=None, name=NAME)
    f.NeedSupportFactory(need=f.NeedFactory(meeting=meeting, text=named, **mine), by=person)
    f.CommitmentFactory(meeting=meeting, text=named, **mine)
    obstacle = f.ObstacleFactory(chantier=meeting.cycle.chantier, text=named, **mine)
    f.TrialFactory(solution=f.SolutionFactory(obstacle=obstacle, text=named, **mine), note=named, by=person)
    f.ReplyFactory(question=f.QuestionFactory(text=named, **mine), text=named, **mine)
    f.ActivityFactory(title=named, description=named, **mine)
    f.SynthesisDraftFactory(meeting=meeting, content={"points": [{"text": named}]}, saved_by=person)
    review = f.ReviewFactory(meeting=meeting, opened_by=person)
    f.PointCommentFactory(review=review, text=named, point_text=named, **mine)


@pytest.fixture
def meeting(cycle, person):
    """A synthesis that names the person, published, with its files."""
    meeting = f.MeetingFactory(cycle=cycle, title=f"Avec {NAME}")
    f.MeetingObjectiveFactory(meeting=meeting, text=f"Entendre {NAME}")
    f.SynthesisPointFactory(meeting=meeting, text=f"{NAME} a présenté la politique. Écrire à {ADDRESS}.")
    f.ObjectiveFactory(cycle=cycle, text="Un objectif que personne ne signe")
    publish(meeting, by=person)
    LoadedCycle.objects.create(cycle=cycle, records={"points": [{"text": f"{NAME} a présenté."}]})
    say_everything(meeting, person)
    reports.ask("bilan", cycle, by=person)
    reports.ask("compilation", compile_syntheses([meeting.current_version]), by=person)
    return meeting


@pytest.fixture
def known(person, coordinator, cycle, meeting, client):
    """The person, in every table where the portal could know them."""
    EmailAddress.objects.create(user=person, email=FORMER, verified=True)
    f.ConsentFactory(user=person)
    data = {"name": f"Clé de {NAME}", "credential": {}}
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=data)
    device = {"user_agent": f"Portable de {NAME}", "ip": "192.0.2.9"}
    UserSession.objects.create(user=person, session_key="appareil", **device)
    f.InvitationFactory(email=ADDRESS.upper(), name=NAME)
    f.InvitationFactory(
        email="autre@ville.example", name=NAME, accepted_by=person, accepted_at=timezone.now()
    )
    f.OutgoingEmailFactory(user=person, to=ADDRESS, html=f"<p>{html.escape(NAME)}</p>", last_error=ADDRESS)
    f.OutgoingEmailFactory(to=FORMER.upper(), state="done", text=f"Bonjour {NAME}")
    f.OutgoingEmailFactory(text=f"{NAME} vous invite.", html=f"<p>{html.escape(NAME)}</p>")
    f.IncidentFactory(circumstances=f"Le dossier de {NAME} a été lu.")
    membership = person.memberships.get()
    client.force_login(coordinator)
    address = reverse("admin:chantier_organization_change", args=[membership.organization_id])
    client.post(address, filled_in(client, address, **{"memberships-0-role": "reader"}))
    for thing in (person, membership):
        LogEntry.objects.create(
            user=coordinator,
            content_type_id=1,
            object_id=thing.pk,
            object_repr=str(thing),
            action_flag=CHANGE,
            change_message="",
        )
    ask_for_data(person)
    produce_everything()
    Client().post("/compte/login/", {"login": ADDRESS, "password": "pas le bon mot de passe"})
    Client().post("/compte/password/reset/", {"email": ADDRESS})
    return person


def test_the_scan_sees_what_it_looks_for(known):
    found = places_that_tell_of(NAME, ADDRESS, FORMER)
    for place in (
        *("chantier_user", "account_emailaddress", "chantier_invitation", "chantier_incident"),
        *("mailing_outgoingemail", "django_admin_log", "meetings_meeting", "meetings_synthesispoint"),
        *("meetings_synthesisversion", "meetings_loadedcycle", "data.json", "data.html"),
        *("mfa_authenticator", "usersessions_usersession"),
        *("meetings_attendance", "meetings_need", "meetings_commitment", "meetings_obstacle"),
        *("meetings_solution", "meetings_trial", "meetings_question", "meetings_reply", "meetings_activity"),
        *("meetings_synthesisdraft", "meetings_pointcomment"),
    ):
        assert place in found
    assert (
        len([place for place in found if re.fullmatch(r"[0-9a-f]{64}", place)]) == 3
    )  # synthesis, bilan, compilation


def test_after_an_erasure_no_table_and_no_file_tells_of_the_person(known, erase):
    erase(known)
    assert places_that_tell_of(NAME, ADDRESS, FORMER) == []


def test_files_made_again_after_an_erasure_tell_of_nobody(known, meeting, cycle, coordinator, erase):
    erase(known)
    meeting.refresh_from_db()
    reports.ask("synthesis", meeting.current_version, by=coordinator)
    reports.ask("bilan", cycle, by=coordinator)
    produce_everything()
    assert Report.objects.filter(state=Report.State.DONE).count() == 2
    assert places_that_tell_of(NAME, ADDRESS, FORMER) == []


@pytest.mark.parametrize("said", ["text", "reason"])
def test_a_bilan_that_names_somebody_in_a_commitment_only_is_thrown_away(person, coordinator, erase, said):
    cycle = f.CycleFactory()
    named = {"text": "Écrire", "state": "dropped", "reason": "Non", "closed_at": timezone.now()}
    f.CommitmentFactory(meeting__cycle=cycle, **named | {said: f"Demander à {NAME}."})
    reports.ask("bilan", cycle, by=coordinator)
    produce_everything()
    assert [place for place in places_that_tell_of(NAME) if re.fullmatch(r"[0-9a-f]{64}", place)]
    erase(person)
    assert places_that_tell_of(NAME, ADDRESS, FORMER) == []


def test_the_account_is_closed_for_ever_and_has_no_right(known, erase):
    erase(known)
    user = User.objects.get(pk=known.pk)
    assert (user.name, user.email) == ("", f"personne-{user.pk}@efface.invalid")
    assert str(user) == "personne effacée"
    assert user.erased_at
    assert not user.has_usable_password()
    assert (user.is_active, user.is_staff, user.is_superuser, user.groups.count()) == (False, False, False, 0)
    assert not Consent.objects.filter(user=user).exists()
    assert not EmailAddress.objects.filter(user=user).exists()
    assert not Authenticator.objects.filter(user=user).exists()
    assert not UserSession.objects.filter(user=user).exists()
    assert not Membership.objects.active().filter(user=user).exists()


def test_a_synthesis_stays_with_the_role_in_place_of_the_name(known, meeting, erase):
    before = meeting.current_version
    erase(known)
    version = Meeting.objects.get().current_version
    assert (version.pk, version.number, version.published_by) == (before.pk, 1, known)
    role = "une personne de l’organisation «\u00a0Ville-aux-Pins\u00a0»"
    who = role[0].upper() + role[1:]
    assert version.content["points"][0]["text"] == f"{who} a présenté la politique. Écrire à {role}."
    assert version.content["objectives"][0]["text"] == f"Entendre {role}"
    assert meeting.points.get().text == version.content["points"][0]["text"]
    assert not has_draft(Meeting.objects.with_thread(unpublished=True).get())


def test_the_coordinator_reads_no_name_where_an_erased_person_stood(known, client, coordinator, erase):
    erase(known)
    client.force_login(coordinator)
    for name in ("chantier_user", "chantier_membership", "meetings_meeting", "mailing_outgoingemail"):
        page = text_of(client.get(reverse(f"admin:{name}_changelist")))
        assert NAME not in page
        assert ADDRESS not in page


def test_what_others_were_told_stays_and_names_nobody(known, erase):
    erase(known)
    told = OutgoingEmail.objects.get(text__contains="vous invite.")
    assert told.text.endswith("» vous invite.")
    assert (told.state, told.wiped_at) == ("waiting", None)


def test_what_waited_for_the_person_never_leaves(known, erase):
    waiting = OutgoingEmail.objects.filter(user=known, state="waiting")
    assert waiting.exists()
    pks = list(waiting.values_list("pk", flat=True))
    erase(known)
    deliver()
    assert {state for (state,) in OutgoingEmail.objects.filter(pk__in=pks).values_list("state")} == {
        "withdrawn"
    }
    assert [message for message in mail.outbox if ADDRESS in message.to] == []


def test_the_trace_is_as_it_was_and_tells_the_erasure(known, erase):
    before = list(TraceEntry.objects.order_by("pk").values())
    erase(known)
    *kept, last = TraceEntry.objects.order_by("pk").values()
    assert kept == before
    assert (last["event"], last["by_id"], last["object_id"]) == ("erased", known.pk, str(known.pk))


def test_others_are_left_alone(known, cycle, erase):
    other = with_password(f.member_of(cycle, name="Autre ville"))
    other.name = "Élise D’Amour"
    other.save()
    f.ConsentFactory(user=other)
    f.InvitationFactory(email="tres.elise.damour@ville.example")
    client = Client()
    client.force_login(other)
    erase(known)
    other.refresh_from_db()
    assert other.name == "Élise D’Amour"
    assert other.is_active
    assert Consent.objects.filter(user=other).exists()
    assert Invitation.objects.open().filter(email="tres.elise.damour@ville.example").exists()
    assert client.get("/compte/donnees/").status_code == 200


def test_an_address_that_one_says_is_one_s_own_takes_nothing_from_who_has_it(person, erase):
    EmailAddress.objects.create(user=person, email="elle@levis.example", verified=False)
    invitation = f.InvitationFactory(email="elle@levis.example")
    email = f.OutgoingEmailFactory(to="elle@levis.example")
    erase(person)
    invitation.refresh_from_db()
    email.refresh_from_db()
    assert (invitation.state, invitation.email) == ("sent", "elle@levis.example")
    assert (email.state, email.to) == ("waiting", "elle@levis.example")


def test_who_changed_address_and_name_leaves_neither_behind(client, cycle, coordinator, erase):
    organization = f.OrganizationFactory()
    invitation = invitations.invite(
        FORMER, name=NAME, organization=organization, role="reader", by=coordinator
    )
    person = invitations.accept(invitation, name=NAME, password="une courte phrase facile")
    client.force_login(coordinator)
    change = reverse("admin:chantier_user_change", args=[person.pk])
    client.post(change, {"email": person.email, "name": NAME, "is_active": "on"})
    client.force_login(person)
    client.post("/compte/reauthenticate/", {"password": "une courte phrase facile"})
    client.post("/compte/email/", {"email": ADDRESS, "action_add": ""})
    deliver()
    client.post(re.search(r"/compte/confirm-email/\S+", mail.outbox[-1].body)[0])
    client.post("/compte/donnees/", {"name": "Élise Roy"})
    deliver()
    assert FORMER.lower() in mail.outbox[-1].to
    assert places_that_tell_of(FORMER)
    erase(User.objects.get(pk=person.pk))
    assert places_that_tell_of(FORMER, ADDRESS, NAME, "Élise Roy") == []


def test_who_has_a_name_or_an_address_that_ends_alike_keeps_theirs(person, coordinator, erase):
    person.name, person.email = "Anne Roy", "luc@ville.example"
    person.save()
    words = "Marie-Anne Roy, Anne Roy-Côté, jean-luc@ville.example, l’avis d’Anne Roy"
    text = f.ObjectiveFactory(text=words)
    other = with_password(f.UserFactory(email="jean-luc@ville.example"))
    client = Client()
    client.post("/compte/login/", {"login": other.email, "password": "une courte phrase facile"})
    erase(person)
    text.refresh_from_db()
    role = "une personne représentante de l’organisation «\u00a0Ville-aux-Pins\u00a0»"
    assert text.text == words.replace("d’Anne Roy", f"d’{role}")
    assert client.get("/compte/donnees/").status_code == 200


def test_an_error_half_way_erases_nothing(known, monkeypatch, erase):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("chantier.actions.erasure.record", fail)
    with pytest.raises(RuntimeError):
        erase(known)
    known.refresh_from_db()
    assert (known.name, known.erased_at) == (NAME, None)
    assert Report.objects.get(kind="personal_data").is_there


def test_an_old_session_link_invitation_or_file_opens_nothing(person, cycle, confirm, erase):
    client = confirm(person)
    other_device = Client()
    other_device.force_login(person)
    invitation = f.InvitationFactory(email=ADDRESS)
    token = invitation.renew()
    invitation.save()
    file = client.post("/compte/donnees/exporter/")["Location"]
    produce_everything()
    Client().post("/compte/password/reset/", {"email": ADDRESS})
    reset = re.search(r"/compte/password/reset/key/\S+", OutgoingEmail.objects.latest("pk").text)[0]
    erase(person)

    for device in (client, other_device):
        for address in (file, "/rencontres/", "/compte/donnees/"):
            assert device.get(address).status_code == 302
    assert Report.objects.count() == 0
    signed_in = [session.get_decoded().get("_auth_user_id") for session in Session.objects.all()]
    assert str(person.pk) not in signed_in
    page = Client().get(reset, follow=True)
    assert 'type="password"' not in page.text
    assert not Invitation.objects.usable().with_token(token).exists()
    assert not Invitation.objects.with_token(token).exists()
    assert Client().post("/compte/login/", {"login": ADDRESS, "password": "une courte phrase facile"}).context


def test_a_file_that_a_worker_was_making_leaves_nothing_behind(person, monkeypatch, erase):
    report = ask_for_data(person)
    store = reports._store

    def erased_meanwhile(*args):
        name = store(*args)
        erase(person)
        return name

    monkeypatch.setattr("reports.actions._store", erased_meanwhile)
    reports.produce(report.pk)
    assert not Report.objects.exists()
    assert places_that_tell_of(ADDRESS) == []


# Who may ask for it -----------------------------------------------------------------------------------


def test_a_person_erases_themselves_once_they_typed_their_address(confirm, person):
    client = confirm(person)
    page = text_of(client.get(ERASE))
    assert "Ce qui part" in page
    assert "Ce qui reste" in page
    page = text_of(client.post(ERASE, {"email": "autre@ville.example"}))
    assert "Ce n’est pas le courriel de ce compte." in page
    person.refresh_from_db()
    assert person.erased_at is None
    page = client.post(ERASE, {"email": ADDRESS.upper()}, follow=True)
    assert "Votre compte est effacé." in text_of(page)
    person.refresh_from_db()
    assert person.erased_at
    assert client.get("/compte/donnees/").status_code == 302


def test_the_page_that_erases_waits_for_the_password(client, person):
    client.force_login(person)
    for answer in (client.get(ERASE), client.post(ERASE, {"email": ADDRESS})):
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    person.refresh_from_db()
    assert person.erased_at is None


def test_the_last_coordinator_is_refused_and_another_is_not(confirm, coordinator):
    client = confirm(with_password(coordinator))
    page = client.post(ERASE, {"email": coordinator.email}, follow=True)
    assert "La dernière personne de la coordination ne peut pas être effacée" in text_of(page)
    coordinator.refresh_from_db()
    assert coordinator.erased_at is None
    f.UserFactory(coordinator=True)
    client.post(ERASE, {"email": coordinator.email})
    coordinator.refresh_from_db()
    assert coordinator.erased_at


def test_nobody_is_erased_twice(person, erase):
    erase(person)
    with pytest.raises(Refusal, match="déjà effacée"):
        erase(person)


def admin_address(person):
    return reverse("admin:chantier_user_erase", args=[person.pk])


def test_the_coordinator_erases_a_member_from_the_admin(confirm, coordinator, person):
    client = confirm(with_password(coordinator))
    change = reverse("admin:chantier_user_change", args=[person.pk])
    assert admin_address(person) in client.get(change).text
    assert "Restent" in text_of(client.get(admin_address(person)))
    client.post(admin_address(person), {"email": "autre@ville.example"})
    person.refresh_from_db()
    assert person.erased_at is None
    page = client.post(admin_address(person), {"email": ADDRESS}, follow=True)
    assert "La personne est effacée." in text_of(page)
    entry = TraceEntry.objects.on(person).latest("pk")
    assert (entry.event, entry.by) == ("erased", coordinator)
    assert client.post(change, {"email": "retour@ville.example"}).status_code == 403


def test_a_coordinator_does_not_erase_another(confirm, coordinator):
    other = f.UserFactory(coordinator=True)
    client = confirm(with_password(coordinator))
    assert client.post(admin_address(other), {"email": other.email}).status_code == 403
    other.refresh_from_db()
    assert other.erased_at is None


def test_a_member_erases_nobody_from_the_admin(confirm, person, member):
    assert confirm(person).post(admin_address(member), {"email": member.email}).status_code == 403


def test_who_is_erased_takes_part_for_nobody_any_more(client, coordinator, person, erase):
    erase(person)
    client.force_login(coordinator)
    place = {"user": person.pk, "organization": f.OrganizationFactory().pk, "role": "reader"}
    page = client.post(
        reverse("admin:chantier_membership_add"), {**place, "since": "2026-01-01", "until": ""}, follow=True
    )
    assert "Cette personne est effacée : elle ne prend plus part à rien." in text_of(page)
    assert not Membership.objects.active().filter(user=person).exists()
