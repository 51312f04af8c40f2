"""The coordinator sees who comes, what each was told and what failed, writes again, takes a sheet away."""

import io

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from chantier.models import Membership, TraceEntry
from mailing.actions import deliver
from mailing.models import OutgoingEmail
from meetings import attendance
from meetings.actions.answering import StandIn, answer
from meetings.actions.convening import cancel, convene, invited_changed
from meetings.actions.following import call_once_more
from meetings.models import Convocation, Meeting
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

Answer = Convocation.Answer


@pytest.fixture
def meeting(cycle, coordinator):
    """A meeting ahead to which two people of a city and one of a college are called."""
    for user in (f.member_of(cycle, name="Ville de la Baie"), f.member_of(cycle, name="Collège du Nord")):
        user.name = f"Représentante de {user.organization}"
        user.save()
    city = Membership.objects.get(organization__name="Ville de la Baie").organization
    f.MembershipFactory(organization=city, role=Membership.Role.READER, user__name="Lectrice de la ville")
    found = f.MeetingFactory(cycle=cycle, upcoming=True, state=Meeting.State.DRAFT)
    convene(found, by=coordinator)
    return found


def address(meeting, name="suivi/"):
    return f"/rencontres/{meeting.slug}/{name}"


def answered(name, answer, **more):
    rows = Convocation.objects.filter(user__name__startswith=name)
    rows.update(answer=answer, answered_at=timezone.now(), **more)
    return rows.get()


def test_the_coordinator_reads_answers_by_organisation_with_those_missing(sign_in, coordinator, meeting):
    answered("Lectrice", Answer.YES)
    page = text_of(sign_in(coordinator).get(address(meeting)))
    assert "Ville de la Baie 1 sur 2 réponses" in page
    assert "Collège du Nord 0 sur 1 réponse" in page
    missing = page.partition("Organisations sans réponse")[2].partition("Réponses")[0]
    assert "Collège du Nord" in missing
    assert "Ville de la Baie" not in missing


def test_an_organisation_with_nobody_to_call_is_named(sign_in, coordinator, meeting, cycle):
    f.ParticipationFactory(cycle=cycle, organization__name="Ministère sans personne")
    page = text_of(sign_in(coordinator).get(address(meeting)))
    assert "sans personne à convoquer : Ministère sans personne" in page.replace("\xa0", " ")


def test_an_organisation_that_was_chosen_and_has_left_the_cycle_is_not_missed(
    sign_in, coordinator, meeting, cycle
):
    names = ("Reste", "Partie")
    stays, gone = (f.ParticipationFactory(cycle=cycle, organization__name=name) for name in names)
    Meeting.objects.update(invites_all=False)
    meeting.organizations.set([stays.organization, gone.organization])
    gone.left = timezone.localdate()
    gone.save()
    page = text_of(sign_in(coordinator).get(address(meeting)))
    assert "sans personne à convoquer : Reste." in page.replace("\xa0", " ")
    assert "Partie" not in page


def test_nobody_is_chosen_once_there_is_nothing_to_send_again(sign_in, coordinator, meeting):
    desk = sign_in(coordinator)
    assert "Renvoyer la convocation" in text_of(desk.get(address(meeting)))
    cancel(meeting, by=coordinator)
    page = desk.get(address(meeting))
    assert "Renvoyer la convocation" not in text_of(page)
    assert 'name="person"' not in page.text
    assert "Représentante de Collège du Nord" in text_of(page)


def test_who_was_told_what_when_and_why_it_failed(sign_in, coordinator, meeting):
    deliver()
    row = Convocation.objects.get(user__name__startswith="Lectrice")
    OutgoingEmail.objects.filter(user=row.user, kind="convocation").update(
        state=OutgoingEmail.State.FAILED, sent_at=None, last_error="550 boîte inconnue"
    )
    page = text_of(sign_in(coordinator).get(address(meeting)))
    assert "1 personne n’a pas reçu le dernier message" in page
    assert "550 boîte inconnue" in page
    assert page.count("Convocation à une rencontre : envoyé le") == 2
    assert "Rappel de rencontre : prévu le" in page


def test_a_member_does_not_follow_who_comes(sign_in, meeting):
    client = sign_in(Membership.objects.first().user)
    for name in ("suivi/", "presences.pdf", "presences.xlsx"):
        assert client.get(address(meeting, name)).status_code == 403


def test_a_draft_is_followed_by_nobody(sign_in, coordinator, cycle):
    draft = f.MeetingFactory(cycle=cycle, draft=True)
    assert sign_in(coordinator).get(address(draft)).status_code == 404


def test_the_convocation_is_sent_again_to_chosen_people_only(sign_in, coordinator, meeting):
    deliver()
    chosen = Convocation.objects.get(user__name__startswith="Lectrice")
    answer = sign_in(coordinator).post(address(meeting), {"person": [chosen.pk]}, follow=True)
    assert "La convocation repart vers 1 personne." in text_of(answer).replace("\xa0", " ")
    again = OutgoingEmail.objects.filter(kind="convocation", state=OutgoingEmail.State.WAITING)
    assert [email.user for email in again] == [chosen.user]
    assert "/convocation/" in again.get().text
    assert TraceEntry.objects.filter(event="called_once_more").count() == 1
    assert deliver() == 1


def test_a_message_on_its_way_is_not_doubled(sign_in, coordinator, meeting):
    chosen = Convocation.objects.first()
    answer = sign_in(coordinator).post(address(meeting), {"person": [chosen.pk]}, follow=True)
    assert "Personne à qui renvoyer" in text_of(answer)
    assert OutgoingEmail.objects.filter(user=chosen.user, kind="convocation").count() == 1


@pytest.mark.parametrize("sent", [{}, {"person": ["", "x", "²", "9" * 30, "999999"]}])
def test_nobody_chosen_is_said_in_words(sign_in, coordinator, meeting, sent):
    deliver()
    answer = sign_in(coordinator).post(address(meeting), sent, follow=True)
    assert "Personne à qui renvoyer" in text_of(answer)


def test_who_is_chosen_on_the_page_of_another_meeting_receives_nothing(sign_in, coordinator, meeting):
    deliver()
    other = f.ConvocationFactory()
    sign_in(coordinator).post(address(meeting), {"person": [other.pk]})
    assert not OutgoingEmail.objects.filter(user=other.user).exists()


def test_the_page_asks_as_many_queries_with_more_people(
    sign_in, coordinator, meeting, django_assert_max_num_queries
):
    client = sign_in(coordinator)
    for _ in range(12):
        f.ConvocationFactory(meeting=meeting)
    with django_assert_max_num_queries(16):
        client.get(address(meeting))


def test_the_sheet_lists_everybody_on_paper_and_says_who_stands_in(coordinator, meeting):
    colleague = Convocation.objects.get(user__name__startswith="Lectrice")
    answered("Représentante de Ville", Answer.REPLACED, replaced_by=colleague)
    pages = PdfReader(io.BytesIO(attendance.pdf(meeting))).pages
    text = " ".join("".join(page.extract_text() for page in pages).split())
    assert "Lectrice de la ville (à la place de Représentante de Ville de la Baie)" in text
    assert "Collège du Nord" in text


def test_a_name_that_looks_like_a_formula_is_text_in_the_spreadsheet(coordinator, meeting):
    answered("Lectrice", Answer.YES)
    row = Convocation.objects.get(user__name__startswith="Lectrice")
    row.user.name = '=HYPERLINK("https://ailleurs.example")'
    row.user.save()
    sheet = load_workbook(io.BytesIO(attendance.xlsx(meeting))).active
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0] == ("Organisation", "Personne", "Réponse", "Présence")
    cell = next(cell for line in sheet.iter_rows() for cell in line if "HYPERLINK" in str(cell.value))
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert len(lines) == 1 + 3


def test_an_answer_that_changes_makes_another_sheet(coordinator, meeting):
    before = attendance.key(meeting)
    answered("Lectrice", Answer.NO)
    assert attendance.key(meeting) != before


def test_a_worker_makes_the_sheet_and_the_coordinator_downloads_it(sign_in, coordinator, meeting):
    assert sign_in(coordinator).get(address(meeting, "presences.xlsx")).status_code == 202


def test_a_guest_whose_name_is_corrected_is_called_by_it(meeting):
    guest = f.MeetingGuestFactory(meeting=meeting, name="Jaen")
    for name in ("Jaen", "Jean", ""):
        meeting.guests.update(name=name)
        invited_changed(meeting, by=None)
    assert meeting.convocations.get(email=guest.email).name == "Jean"


def test_nobody_comes_in_the_place_of_who_is_no_longer_called(meeting):
    asked, other = f.MeetingGuestFactory.create_batch(2, meeting=meeting)
    invited_changed(meeting, by=None)
    row = meeting.convocations.get(email=asked.email)
    answer(row, Answer.REPLACED, by=None, stand_in=StandIn(name="Autre", email=other.email))
    assert any("à la place de" in person for _, person, *_ in attendance.rows_of(meeting))
    asked.delete()
    invited_changed(meeting, by=None)
    assert not any("à la place de" in person for _, person, *_ in attendance.rows_of(meeting))


def test_who_answered_is_written_to_again_without_being_asked_again(meeting, coordinator):
    deliver()
    given, asked = meeting.convocations.order_by("pk")[:2]
    answer(given, Answer.YES, by=given.user)
    call_once_more(meeting, [given.pk, asked.pk], by=coordinator)
    texts = dict(OutgoingEmail.objects.filter(kind="convocation").waiting().values_list("to", "text"))
    assert "Votre réponse tient." in texts[given.address]
    assert "serez-vous à cette rencontre?" in texts[asked.address]
