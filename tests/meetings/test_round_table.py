"""The tour de table: an organisation writes its needs, takes them back, supports those of others."""

import uuid

import pytest
from django.urls import reverse

from chantier.models import Membership, Organization, TraceEntry
from meetings.models import Meeting, Need, NeedSupport
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

State = Meeting.State
ASKED = {"HX-Request": "true"}


@pytest.fixture
def meeting(cycle):
    """A meeting that is convened."""
    return f.MeetingFactory(cycle=cycle, upcoming=True)


@pytest.fixture
def need(meeting):
    """What another organisation wrote."""
    other = f.member_of(meeting.cycle, name="Collège du Nord")
    return f.NeedFactory(meeting=meeting, organization=other.organization, text="Des exemples de clauses")


def address(meeting, name="round_table", *arguments):
    return reverse(name, args=[meeting.slug, *arguments])


def test_a_member_writes_a_need_that_the_chantier_reads_under_their_organisation(
    sign_in, member, meeting, cycle
):
    answer = sign_in(member).post(address(meeting), {"text": "Une liste d’EES"}, follow=True)
    assert "Votre besoin est inscrit." in text_of(answer)
    need = Need.objects.get()
    assert (need.meeting, need.organization, need.written_by) == (meeting, member.organization, member)
    page = text_of(sign_in(f.member_of(cycle)).get(address(meeting)))
    assert "Une liste d’EES" in page
    assert str(member.organization) in page
    assert member.name not in page
    assert TraceEntry.objects.filter(event="need_written", by_id=member.pk).count() == 1


def test_a_reader_of_an_organisation_writes_too(sign_in, member, meeting):
    reader = f.MembershipFactory(organization=member.organization, role=Membership.Role.READER).user
    sign_in(reader).post(address(meeting), {"text": "Un modèle de grille"})
    assert Need.objects.get().organization == member.organization


@pytest.mark.parametrize("kind", [Organization.Kind.PARTNER_NETWORK, Organization.Kind.ENTERPRISE])
def test_who_counts_in_nothing_reads_and_does_not_write(sign_in, meeting, cycle, need, kind):
    client = sign_in(f.member_of(cycle, kind=kind))
    page = client.get(address(meeting))
    assert "Des exemples de clauses" in page.text
    assert "Écrire un besoin" not in page.text
    assert "Nous aussi" not in page.text
    assert client.post(address(meeting), {"text": "x"}).status_code == 403
    assert client.post(address(meeting, "support_need", need.pk), {"on": "1"}).status_code == 403
    assert (Need.objects.count(), NeedSupport.objects.count()) == (1, 0)


def test_somebody_of_another_chantier_reaches_nothing(sign_in, outsider, meeting, need):
    client = sign_in(outsider)
    assert client.get(address(meeting)).status_code == 404
    assert client.post(address(meeting), {"text": "x"}).status_code == 404
    for name in ("support_need", "take_back_need"):
        assert client.post(address(meeting, name, need.pk), {"on": "1"}).status_code == 404
    assert Need.objects.standing().count() == 1


def test_a_need_is_not_found_at_another_meeting(sign_in, member, meeting, need):
    other = f.MeetingFactory(cycle=meeting.cycle, upcoming=True)
    answer = sign_in(member).post(address(other, "support_need", need.pk), {"on": "1"})
    assert answer.status_code == 404


@pytest.mark.parametrize("who", ["member", "coordinator"])
def test_a_draft_has_no_tour_de_table(sign_in, request, cycle, who):
    draft = f.MeetingFactory(cycle=cycle, draft=True)
    assert sign_in(request.getfixturevalue(who)).get(address(draft)).status_code == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.PUBLISHED, "La synthèse est publiée"), (State.CANCELLED, "La rencontre est annulée")],
)
def test_once_it_is_over_everything_is_read_and_nothing_changes(sign_in, member, meeting, need, state, words):
    own = f.NeedFactory(meeting=meeting, organization=member.organization)
    Meeting.objects.update(state=state)
    client = sign_in(member)
    page = client.get(address(meeting))
    assert "Des exemples de clauses" in page.text
    assert words in page.text
    assert "Nous aussi" not in page.text
    refused = client.post(address(meeting), {"text": "Trop tard"})
    assert words in text_of(refused)
    assert client.post(address(meeting), {"text": "Trop tard"}, headers=ASKED).status_code == 410
    client.post(address(meeting, "support_need", need.pk), {"on": "1"})
    client.post(address(meeting, "take_back_need", own.pk))
    assert (Need.objects.standing().count(), NeedSupport.objects.count()) == (2, 0)


def test_needs_are_written_during_the_meeting_and_until_its_synthesis(sign_in, member, meeting):
    Meeting.objects.update(state=State.HELD)
    sign_in(member).post(address(meeting), {"text": "Pendant la rencontre"})
    assert Need.objects.get().text == "Pendant la rencontre"


def test_the_coordinator_writes_for_an_organisation_of_the_cycle_and_for_no_other(
    sign_in, coordinator, member, outsider, meeting
):
    client = sign_in(coordinator)
    client.post(address(meeting), {"text": "Dit à voix haute", "organization": member.organization.pk})
    need = Need.objects.get()
    assert (need.organization, need.written_by) == (member.organization, coordinator)
    answer = client.post(address(meeting), {"text": "Ailleurs", "organization": outsider.organization.pk})
    assert answer.status_code == 200
    assert "Ailleurs" in answer.text
    assert Need.objects.count() == 1


def test_a_member_writes_for_nobody_else(sign_in, member, meeting, need):
    sign_in(member).post(address(meeting), {"text": "x", "organization": need.organization.pk})
    assert Need.objects.latest("pk").organization == member.organization


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
def test_what_is_empty_or_too_long_is_refused_with_what_was_typed(sign_in, member, meeting, text):
    client = sign_in(member)
    answer = client.post(address(meeting), {"text": text})
    assert answer.status_code == 200
    assert 'class="error-summary"' in answer.text
    assert text.strip() in answer.text
    asked = client.post(address(meeting), {"text": text}, headers=ASKED)
    assert (asked.status_code, asked["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert not Need.objects.exists()


def test_what_is_sent_again_is_written_once_and_answered_alike_even_after_the_end(sign_in, member, meeting):
    client = sign_in(member)
    sent = {"text": "Un répertoire", "sent_as": str(uuid.uuid4()), "writer": member.pk}
    assert [client.post(address(meeting), sent, headers=ASKED).status_code for _ in range(3)] == [204] * 3
    assert client.post(address(meeting), sent).status_code == 302
    Meeting.objects.update(state=State.PUBLISHED)
    assert client.post(address(meeting), sent, headers=ASKED).status_code == 204
    assert Need.objects.count() == TraceEntry.objects.filter(event="need_written").count() == 1


def test_a_text_kept_by_a_shared_device_is_never_written_as_somebody_else_s(sign_in, member, meeting):
    kept = {"text": "Le mien", "sent_as": str(uuid.uuid4()), "writer": member.pk}
    colleague = f.MembershipFactory(organization=member.organization).user
    assert sign_in(colleague).post(address(meeting), kept, headers=ASKED).status_code == 403
    assert not Need.objects.exists()
    assert sign_in(member).post(address(meeting), kept, headers=ASKED).status_code == 204
    taken = {**kept, "writer": colleague.pk}
    assert sign_in(colleague).post(address(meeting), taken, headers=ASKED).status_code == 410
    assert Need.objects.get().written_by == member


def test_an_organisation_supports_a_need_once_and_takes_it_back(sign_in, member, meeting, need):
    client = sign_in(member)
    for _ in range(2):
        client.post(address(meeting, "support_need", need.pk), {"on": "1"})
    page = text_of(client.get(address(meeting)))
    assert f"Collège du Nord, avec l’appui de {member.organization}" in page
    assert NeedSupport.objects.count() == TraceEntry.objects.filter(event="need_supported").count() == 1
    colleague = f.MembershipFactory(organization=member.organization).user
    sign_in(colleague).post(address(meeting, "support_need", need.pk), {"on": "1"})
    assert NeedSupport.objects.count() == 1
    client.post(address(meeting, "support_need", need.pk), {"on": "0"})
    assert not NeedSupport.objects.exists()


def test_one_tap_answers_with_the_need_alone(sign_in, member, meeting, need):
    answer = sign_in(member).post(address(meeting, "support_need", need.pk), {"on": "1"}, headers=ASKED)
    assert answer.text.strip().startswith(f'<li id="besoin-{need.pk}">')
    assert 'aria-pressed="true"' in answer.text


def test_one_s_own_need_is_not_supported(sign_in, member, meeting):
    own = f.NeedFactory(meeting=meeting, organization=member.organization)
    client = sign_in(member)
    assert "Nous aussi" not in client.get(address(meeting)).text
    answer = client.post(address(meeting, "support_need", own.pk), {"on": "1"}, follow=True)
    assert "C’est le besoin de votre organisation" in text_of(answer)
    assert not NeedSupport.objects.exists()


def test_an_organisation_takes_its_need_back_and_puts_it_back(sign_in, member, meeting, cycle):
    own = f.NeedFactory(meeting=meeting, organization=member.organization, text="Écrit trop vite")
    other = sign_in(f.member_of(cycle))
    assert other.post(address(meeting, "take_back_need", own.pk)).status_code == 403
    assert "Écrit trop vite" in other.get(address(meeting)).text
    client = sign_in(member)
    client.post(address(meeting, "take_back_need", own.pk))
    assert "1 besoin retiré" in text_of(client.get(address(meeting)))
    assert "Écrit trop vite" not in sign_in(f.member_of(cycle)).get(address(meeting)).text
    sign_in(member).post(address(meeting, "take_back_need", own.pk), {"back": "1"})
    assert "Écrit trop vite" in sign_in(f.member_of(cycle)).get(address(meeting)).text
    assert Need.objects.count() == 1


def test_a_need_that_was_gathered_is_not_taken_back(sign_in, member, meeting):
    objective = f.ObjectiveFactory(cycle=meeting.cycle)
    own = f.NeedFactory(meeting=meeting, organization=member.organization, objective=objective)
    client = sign_in(member)
    assert "Retirer" not in client.get(address(meeting)).text
    answer = client.post(address(meeting, "take_back_need", own.pk), follow=True)
    assert "Ce besoin est regroupé" in text_of(answer)
    assert Need.objects.standing().count() == 1


def test_a_need_that_was_taken_back_is_supported_by_nobody(sign_in, member, meeting, need):
    Need.objects.update(withdrawn_at=need.written_at)
    answer = sign_in(member).post(address(meeting, "support_need", need.pk), {"on": "1"}, follow=True)
    assert "Ce besoin vient d’être retiré." in text_of(answer)


def test_a_look_at_what_takes_a_post_changes_nothing(sign_in, member, meeting, need):
    client = sign_in(member)
    for name in ("support_need", "take_back_need"):
        answer = client.get(address(meeting, name, need.pk))
        assert answer["Location"].endswith(f"/tour-de-table/#besoin-{need.pk}")
    assert Need.objects.standing().count() == 1


def test_the_page_asks_for_what_is_new_and_nothing_new_is_no_content(sign_in, member, meeting, need):
    client = sign_in(member)
    first = client.get(address(meeting), headers=ASKED)
    asked = first.text.partition('hx-get="')[2].partition('"')[0]
    assert client.get(asked, headers=ASKED).status_code == 204
    f.NeedSupportFactory(need=need)
    again = client.get(asked, headers=ASKED)
    assert again.status_code == 200
    assert "avec l’appui de" in again.text
    asked = again.text.partition('hx-get="')[2].partition('"')[0]
    Need.objects.update(withdrawn_at=need.written_at)
    assert client.get(asked, headers=ASKED).status_code == 200


def test_one_s_own_need_taken_back_elsewhere_is_new(sign_in, member, meeting):
    own = f.NeedFactory(meeting=meeting, organization=member.organization)
    client = sign_in(member)
    asked = client.get(address(meeting)).text.partition('hx-get="')[2].partition('"')[0]
    Need.objects.update(withdrawn_at=own.written_at)
    assert client.get(asked, headers=ASKED).status_code == 200


def test_what_people_type_is_shown_as_text_never_as_markup(sign_in, member, meeting):
    f.NeedFactory(meeting=meeting, text="<script>alert(1)</script>")
    page = sign_in(member).get(address(meeting)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("who", ["member", "coordinator"])
def test_the_list_asks_as_many_queries_when_it_doubles(
    sign_in, request, meeting, django_assert_max_num_queries, who
):
    client, counts = sign_in(request.getfixturevalue(who)), []
    for times in (1, 2):
        for _ in range(4):
            f.NeedSupportFactory.create_batch(2, need=f.NeedFactory(meeting=meeting))
        with django_assert_max_num_queries(16) as queries:
            page = client.get(address(meeting)).text
        counts.append(len(queries))
        assert page.count('<li id="besoin-') == 4 * times
    assert counts[0] == counts[1]


def test_without_the_script_another_text_from_the_same_page_is_another_need(sign_in, member, meeting):
    client, sent_as = sign_in(member), str(uuid.uuid4())
    for text in ("Le premier", "Le second", "Le premier"):
        client.post(address(meeting), {"text": text, "sent_as": sent_as})
    assert sorted(Need.objects.values_list("text", flat=True)) == ["Le premier", "Le second"]
