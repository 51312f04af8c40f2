"""What organisations said they would do: written, changed, done, dropped and taken up again, on pages."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chantier.models import TraceEntry
from ecpar_portal.refusal import Refusal
from meetings.actions import committing
from meetings.actions.publishing import publish
from meetings.models import Commitment, Meeting
from tests import factories as f
from tests.pages import text_of
from tests.security.hostile import SCRIPTS

pytestmark = pytest.mark.django_db

LIST = "/engagements/"
SOON = dt.timedelta(days=40)


@pytest.fixture
def meeting(cycle):
    """A meeting that took place, its synthesis published with one point."""
    meeting = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD, date=dt.date(2021, 3, 9))
    f.SynthesisPointFactory(meeting=meeting, text="Des clauses sont à écrire")
    publish(meeting, by=None, tell=False)
    return meeting


@pytest.fixture
def commitment(meeting, member):
    """What the member's organisation said it would do."""
    return f.CommitmentFactory(meeting=meeting, organization=member.organization, text="Écrire une clause")


def writing(meeting):
    return reverse("new_commitment", args=[meeting.slug])


def test_a_member_writes_for_their_own_organisation_from_the_page_of_the_meeting(sign_in, member, meeting):
    client, day = sign_in(member), timezone.localdate() + SOON
    assert writing(meeting) in client.get(meeting.get_absolute_url()).text
    other = f.ParticipationFactory(cycle=meeting.cycle).organization
    sent = {"text": "Nommer quelqu’un", "term": day, "point": meeting.points.get().pk}
    response = client.post(writing(meeting), sent | {"organization": other.slug}, follow=True)
    made = Commitment.objects.get()
    assert (made.organization, made.term, made.point) == (member.organization, day, meeting.points.get())
    assert response.redirect_chain[-1][0] == made.get_absolute_url()
    assert "Nommer quelqu’un" in text_of(client.get(meeting.get_absolute_url()))


def test_the_coordinator_writes_for_any_organisation_that_takes_part(sign_in, coordinator, member, meeting):
    client, outside = sign_in(coordinator), f.OrganizationFactory()
    address = writing(meeting)
    page = client.post(address, {"text": "Nommer quelqu’un", "organization": outside.slug})
    assert page.status_code == 200
    assert not Commitment.objects.exists()
    client.post(address, {"text": "Nommer quelqu’un", "organization": member.organization.slug})
    assert Commitment.objects.get().organization == member.organization


def test_a_member_whose_organisation_took_no_part_in_the_cycle_does_not_commit_there(
    sign_in, member, meeting
):
    before = f.CycleFactory(chantier=meeting.cycle.chantier, starting_year=2019)
    earlier = f.MeetingFactory(cycle=before)
    assert sign_in(member).get(writing(earlier)).status_code == 403


@pytest.mark.parametrize("state", Meeting.State)
def test_one_commits_once_a_meeting_is_convened_and_not_when_it_is_cancelled(
    sign_in, coordinator, member, cycle, state
):
    meeting = f.MeetingFactory(cycle=cycle, state=state)
    sent = {"text": "Agir", "organization": member.organization.slug}
    sign_in(coordinator).post(writing(meeting), sent)
    assert Commitment.objects.exists() == (state in ("convened", "held", "published"))


def test_what_is_sent_twice_is_written_once(sign_in, member, meeting):
    client = sign_in(member)
    for _ in range(2):
        client.post(writing(meeting), {"text": "Agir"})
    assert Commitment.objects.count() == 1
    assert TraceEntry.objects.filter(event="committed").count() == 1


def test_a_term_that_is_over_or_out_of_time_is_refused_and_nothing_typed_is_lost(sign_in, member, meeting):
    client = sign_in(member)
    for term in (timezone.localdate() - dt.timedelta(days=1), dt.date(2999, 1, 1), "demain"):
        page = client.post(writing(meeting), {"text": "Agir sans tarder", "term": term})
        assert "Agir sans tarder" in page.text
    page = client.post(writing(meeting), {"text": ""})
    assert "Écrivez ce qui sera fait." in text_of(page)
    assert not Commitment.objects.exists()


def test_a_text_of_a_thousand_characters_is_written_and_one_more_is_refused(sign_in, member, meeting):
    client = sign_in(member)
    page = client.post(writing(meeting), {"text": "é" * 1001})
    assert "Écrivez au plus 1 000 caractères." in text_of(page).replace("\u202f", " ")
    client.post(writing(meeting), {"text": "ligne\r\n" * 160 + "é" * 40})
    assert len(Commitment.objects.get().text) == 1000


@pytest.mark.parametrize("text", [*SCRIPTS, "👩🏽‍🌾 acheter local 🧺", "شراء من الاقتصاد الاجتماعي", "קנייה"])
def test_whatever_is_typed_is_shown_as_text_on_every_page(sign_in, member, meeting, text):
    client = sign_in(member)
    client.post(writing(meeting), {"text": text})
    made = Commitment.objects.get()
    assert made.text == text.strip()
    client.post(made.get_absolute_url(), {"do": "drop", "reason": text})
    for address in (made.get_absolute_url(), LIST, meeting.get_absolute_url(), "/"):
        page = client.get(address)
        assert page.status_code == 200
        assert text not in page.text or "<" not in text


def test_it_is_done_and_no_longer_open(sign_in, member, commitment):
    client = sign_in(member)
    assert "À faire" in text_of(client.get(commitment.get_absolute_url()))
    page = client.post(commitment.get_absolute_url(), {"do": "done"}, follow=True)
    assert "C’est noté : l’action est faite." in text_of(page)
    commitment.refresh_from_db()
    assert (commitment.state, commitment.closed_at is None) == ("done", False)
    assert 'class="status ok"' in page.text


def test_it_is_dropped_with_a_reason_only_and_taken_up_again(sign_in, member, commitment):
    client, address = sign_in(member), commitment.get_absolute_url()
    for reason in ("", "   "):
        page = client.post(address, {"do": "drop", "reason": reason})
        assert "Dites pourquoi cette action est abandonnée." in text_of(page)
    client.post(address, {"do": "drop", "reason": "Le marché n’existe plus."})
    assert "Le marché n’existe plus." in text_of(client.get(address))
    client.post(address, {"do": "reopen"})
    commitment.refresh_from_db()
    assert (commitment.state, commitment.reason, commitment.closed_at) == ("open", "", None)
    events = ["commitment_reopened", "commitment_dropped"]
    assert [entry.event for entry in TraceEntry.objects.on(commitment)] == events


def test_a_closed_one_is_not_changed_before_it_is_taken_up_again(sign_in, member, commitment):
    committing.finish(commitment, by=member)
    client = sign_in(member)
    response = client.get(reverse("edit_commitment", args=[commitment.pk]), follow=True)
    assert "reprenez-la" in text_of(response)
    with pytest.raises(Refusal):
        committing.drop(commitment, "Trop tard", by=member)


def edited(client, commitment, **changed):
    """Send the form of a commitment as it was read, with some changes."""
    address = reverse("edit_commitment", args=[commitment.pk])
    initial = client.get(address).context["form"].initial
    sent = {name: value for name, value in initial.items() if value is not None} | changed
    return lambda: client.post(address, sent, follow=True)


def test_an_open_one_is_changed_and_keeps_a_term_that_is_over(sign_in, member, commitment):
    Commitment.objects.update(term=dt.date(2021, 5, 3))
    edited(sign_in(member), commitment, text="Écrire deux clauses")()
    commitment.refresh_from_db()
    assert (commitment.text, commitment.term) == ("Écrire deux clauses", dt.date(2021, 5, 3))


def test_two_who_write_at_once_are_told_and_lose_nothing(sign_in, member, commitment):
    client = sign_in(member)
    mine = edited(client, commitment, text="Ma version")
    edited(client, commitment, text="La version d’une collègue")()
    page = mine()
    assert "Quelqu’un a changé cette action pendant que vous écriviez." in text_of(page)
    assert "Ma version" in page.text
    assert "La version d’une collègue" in page.text
    commitment.refresh_from_db()
    assert commitment.text == "La version d’une collègue"
    form = page.context["form"]
    address = reverse("edit_commitment", args=[commitment.pk])
    client.post(address, {"text": "Ma version", "seen": form["seen"].value()})
    commitment.refresh_from_db()
    assert commitment.text == "Ma version"


def test_another_organisation_reads_it_and_changes_nothing(sign_in, commitment, cycle, meeting):
    client = sign_in(f.member_of(cycle))
    page = client.get(commitment.get_absolute_url())
    assert "Écrire une clause" in text_of(page)
    assert "C’est fait" not in text_of(page)
    assert client.post(commitment.get_absolute_url(), {"do": "done"}).status_code == 403
    assert client.get(reverse("edit_commitment", args=[commitment.pk])).status_code == 403


def test_somebody_of_another_chantier_sees_nothing_of_it(sign_in, outsider, commitment):
    client = sign_in(outsider)
    assert client.get(commitment.get_absolute_url()).status_code == 404
    assert "Écrire une clause" not in text_of(client.get(LIST))


def test_what_was_said_at_a_draft_is_for_coordinators(sign_in, member, coordinator, cycle):
    draft = f.CommitmentFactory(meeting=f.MeetingFactory(cycle=cycle, draft=True))
    assert sign_in(member).get(draft.get_absolute_url()).status_code == 404
    assert sign_in(coordinator).get(draft.get_absolute_url()).status_code == 200


# The list ---------------------------------------------------------------------------------------------


def test_the_list_shows_each_state_in_words_and_is_narrowed(sign_in, member, meeting, commitment):
    now = timezone.now()
    f.CommitmentFactory(meeting=meeting, text="En retard", term=dt.date(2021, 5, 3))
    f.CommitmentFactory(meeting=meeting, text="Finie", state="done", closed_at=now)
    f.CommitmentFactory(meeting=meeting, text="Laissée", state="dropped", reason="Non", closed_at=now)
    other = f.MeetingFactory(cycle=f.CycleFactory(chantier=meeting.cycle.chantier))
    f.CommitmentFactory(meeting=other, text="D’un autre cycle")
    client = sign_in(member)
    page = text_of(client.get(LIST))
    for words in ("Échéance passée", "Fait", "Abandonné", "À faire"):
        assert words in page
    own = member.organization.slug
    expected = {
        "?state=done": {"Finie"},
        "?state=dropped": {"Laissée"},
        "?term=past": {"En retard"},
        f"?organization={own}": {"Écrire une clause"},
        f"?cycle={other.cycle.slug}": {"D’un autre cycle"},
        "?state=open&term=past": {"En retard"},
    }
    for query, texts in expected.items():
        rows = client.get(LIST + query).context["page"]
        assert {row.text for row in rows} == texts, query


def test_late_ones_come_first_and_closed_ones_last(sign_in, member, meeting):
    terms = {"Un jour": None, "Bientôt": timezone.localdate() + SOON, "Hier": dt.date(2021, 5, 3)}
    f.CommitmentFactory(meeting=meeting, text="Finie", state="done", closed_at=timezone.now())
    for text, term in terms.items():
        f.CommitmentFactory(meeting=meeting, text=text, term=term)
    rows = sign_in(member).get(LIST).context["page"]
    assert [row.text for row in rows] == ["Hier", "Bientôt", "Un jour", "Finie"]


def test_the_list_is_in_pages(sign_in, member, meeting):
    f.CommitmentFactory.create_batch(31, meeting=meeting)
    client = sign_in(member)
    assert len(client.get(LIST).context["page"]) == 30
    assert len(client.get(LIST + "?page=2").context["page"]) == 1


@pytest.mark.parametrize("address", [LIST, "/", "the meeting", "the next meeting"])
def test_pages_ask_as_many_queries_when_commitments_double(sign_in, member, meeting, address):
    ahead = f.MeetingFactory(cycle=meeting.cycle, upcoming=True)
    of = {"the meeting": meeting.get_absolute_url(), "the next meeting": ahead.get_absolute_url()}
    client, counts, shown = sign_in(member), [], []
    for _ in range(2):
        for _ in range(2):
            point = f.SynthesisPointFactory(meeting=meeting)
            mine = {"meeting": meeting, "organization": member.organization, "point": point}
            f.CommitmentFactory(**mine, text="À compter")
            f.CommitmentFactory(meeting=f.MeetingFactory(cycle=meeting.cycle), text="Ailleurs")
        publish(meeting, by=None, tell=False)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(of.get(address, address))
        counts.append(len(queries))
        shown.append(page.text.count('<p class="words" dir="auto">'))
    assert counts[0] == counts[1]
    assert shown[1] == 2 * shown[0] > 0


# The next meetings ------------------------------------------------------------------------------------


@pytest.fixture
def ahead(cycle):
    """A meeting to come."""
    return f.MeetingFactory(cycle=cycle, upcoming=True)


def followed_up(page):
    return text_of(page).partition("Suites à donner")[2]


def test_open_ones_stand_on_the_next_meeting_s_agenda_with_where_they_come_from(
    sign_in, member, meeting, commitment, ahead
):
    Commitment.objects.update(point=meeting.points.get())
    page = sign_in(member).get(ahead.get_absolute_url())
    said = followed_up(page)
    assert "Écrire une clause" in said
    assert f"{member.organization} · rencontre du 9 mars 2021 · point 1" in said
    assert f"/rencontres/{meeting.slug}/#r{meeting.slug}-1" in page.text


@pytest.mark.parametrize("way", ["done", "dropped"])
def test_what_is_done_or_dropped_leaves_the_agenda(sign_in, member, commitment, ahead, way):
    if way == "done":
        committing.finish(commitment, by=member)
    else:
        committing.drop(commitment, "Autre priorité", by=member)
    assert followed_up(sign_in(member).get(ahead.get_absolute_url())) == ""


def test_an_agenda_holds_what_earlier_meetings_of_its_chantier_left_and_nothing_else(
    sign_in, member, ahead, cycle
):
    last_year = f.CycleFactory(chantier=cycle.chantier, starting_year=2019)
    shown_as_demonstration = f.CycleFactory(chantier=cycle.chantier, is_demonstration=True)
    later = f.MeetingFactory(cycle=cycle, upcoming=True, date=ahead.date + dt.timedelta(days=9))
    for text, where in {
        "De l’an dernier": f.MeetingFactory(cycle=last_year),
        "D’essai": f.MeetingFactory(cycle=shown_as_demonstration),
        "D’un brouillon": f.MeetingFactory(cycle=cycle, draft=True),
        "D’après": later,
        "D’ailleurs": f.MeetingFactory(),
        "De ce jour": ahead,
    }.items():
        f.CommitmentFactory(meeting=where, text=text)
    rows = sign_in(member).get(ahead.get_absolute_url()).context["follow_ups"]
    assert [row.text for row in rows] == ["De l’an dernier"]


def test_a_meeting_that_took_place_has_nothing_to_follow_up(sign_in, member, commitment, cycle):
    later = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 4, 20))
    assert followed_up(sign_in(member).get(later.get_absolute_url())) == ""


@pytest.mark.parametrize(("role", "shown"), [("membre", True), ("reseau", True), ("invite", False)])
def test_the_preview_of_a_meeting_shows_it_to_members_and_not_to_guests(
    sign_in, coordinator, commitment, ahead, role, shown
):
    address = reverse("preview_meeting", args=[ahead.slug]) + f"?role={role}"
    assert ("Écrire une clause" in text_of(sign_in(coordinator).get(address))) == shown


def test_a_convocation_tells_members_how_many_remain_and_guests_nothing(member, commitment, cycle):
    from mailing.models import OutgoingEmail
    from meetings.actions import convening

    ahead = f.MeetingFactory(cycle=cycle, draft=True, date=timezone.localdate() + SOON)
    f.MeetingGuestFactory(meeting=ahead, email="ailleurs@invite.example")
    convening.convene(ahead, by=None)
    for email in OutgoingEmail.objects.filter(kind__in=["convocation", "reminder"]):
        tells = "1 action reste à faire" in email.text.replace("\u00a0", " ")
        assert tells == (email.user == member), email.kind
        assert ("#suites" in email.html) == tells


# Home -------------------------------------------------------------------------------------------------


def test_home_lists_what_is_expected_of_my_organisation_what_is_late_first(
    sign_in, member, meeting, commitment
):
    f.CommitmentFactory(
        meeting=meeting, organization=member.organization, text="En retard", term=dt.date(2021, 5, 3)
    )
    f.CommitmentFactory(meeting=meeting, text="D’une autre organisation")
    done = {"state": "done", "closed_at": timezone.now()}
    f.CommitmentFactory(meeting=meeting, organization=member.organization, text="Finie", **done)
    page = text_of(sign_in(member).get("/"))
    said = page.partition("Ce qui est attendu de moi")[2]
    assert said.index("En retard") < said.index("Écrire une clause")
    assert "D’une autre organisation" not in page
    assert "Finie" not in page


def test_home_says_nothing_where_nothing_is_expected(sign_in, member, meeting):
    assert "Ce qui est attendu de moi" not in text_of(sign_in(member).get("/"))
