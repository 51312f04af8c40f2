"""A synthesis is published version after version: each stays, tells people once, and says what changed."""

import pytest
from django.utils import timezone

from mailing.actions import deliver
from mailing.models import OutgoingEmail
from meetings import news, version_changes
from meetings.actions import writing
from meetings.actions.publishing import publish
from meetings.models import Meeting, SynthesisDraft
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cycle):
    meeting = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD)
    objective = f.MeetingObjectiveFactory(meeting=meeting)
    for position, text in enumerate(["Le cadre est vaste.", "Des solutions sont proposées."], 1):
        point = f.SynthesisPointFactory(meeting=meeting, position=position, text=text)
        f.PointAnswerFactory(point=point, objective=objective)
    return meeting


def told(kind="synthesis_published"):
    return sorted(OutgoingEmail.objects.filter(kind=kind).values_list("to", "subject"))


def at(meeting, rest=""):
    return f"/rencontres/{meeting.slug}/{rest}"


def test_the_people_of_the_chantier_are_told_once_of_each_version(client, cycle, meeting, coordinator):
    members = sorted(f.member_of(cycle).email for _ in range(2))
    client.force_login(coordinator)
    page = client.get(at(meeting, "publier/")).text
    assert "2\u00a0personnes prennent part au cycle" in page
    client.post(at(meeting, "publier/"), {"tell": "on"})
    client.post(at(meeting, "publier/"), {"tell": "on"})  # nothing has changed: nothing is told
    assert [to for to, _ in told()] == members
    deliver()
    meeting.points.filter(position=1).update(text="Le cadre de référence est vaste.")
    client.post(at(meeting, "publier/"), {"tell": "on"})
    subjects = [subject.partition("\u00a0")[0] for _, subject in told()]
    assert sorted(subjects) == ["Synthèse publiée"] * 2 + ["Synthèse, version 2"] * 2


def test_what_no_longer_holds_does_not_leave(cycle, meeting, coordinator):
    f.member_of(cycle)
    publish(meeting, by=coordinator)
    meeting.points.filter(position=1).delete()
    publish(meeting, by=coordinator)
    deliver()
    states = sorted(OutgoingEmail.objects.values_list("key", "state"))
    assert [state for _, state in states] == ["withdrawn", "done"]


def test_a_coordinator_may_publish_without_a_word(client, cycle, meeting, coordinator):
    f.member_of(cycle)
    client.force_login(coordinator)
    client.post(at(meeting, "publier/"), {})
    assert Meeting.objects.get(pk=meeting.pk).state == Meeting.State.PUBLISHED
    assert told() == []


def test_the_page_before_publishing_says_what_is_left_open(client, meeting, coordinator):
    f.MeetingObjectiveFactory(meeting=meeting, position=9)
    f.SynthesisPointFactory(meeting=meeting, position=9)
    client.force_login(coordinator)
    page = " ".join(client.get(at(meeting, "publier/")).text.split())
    assert "Aucun point ne répond à l’objectif B." in page
    assert "Le point 3 ne répond à aucun objectif." in page


def test_every_version_stays_to_be_read_and_downloaded(client, cycle, meeting, coordinator):
    publish(meeting, by=coordinator)
    meeting.points.filter(position=1).update(text="Le cadre de référence est vaste.")
    publish(meeting, by=coordinator)
    client.force_login(f.member_of(cycle))
    assert at(meeting, "versions/2/") in client.get(at(meeting)).text
    page = client.get(at(meeting, "versions/")).text
    assert at(meeting, "versions/1/") in page
    assert at(meeting, "versions/2/") in page
    first = client.get(at(meeting, "versions/1/")).text
    assert "Le cadre est vaste." in first
    assert "Une version plus récente la remplace" in first
    for number in (1, 2):
        assert client.get(at(meeting, f"versions/{number}.pdf")).status_code == 202
    assert client.get(at(meeting, "versions/3/")).status_code == 404


def test_a_version_says_point_by_point_what_it_changed(client, cycle, meeting, coordinator):
    publish(meeting, by=coordinator)
    _, two = meeting.points.all()
    points = [writing.Point(two.pk, two.text), writing.Point(None, "Un point de plus.")]
    writing.save(meeting, points, [], revision=0, by=coordinator)
    publish(meeting, by=coordinator)
    client.force_login(f.member_of(cycle))
    page = " ".join(client.get(at(meeting, "versions/2/")).text.split())
    assert "Auparavant le point 1 · <strong>Retiré</strong>" in page
    assert "<del>Le cadre est vaste.</del>" in page
    assert "Point 1, auparavant 2 · <strong>Changé</strong>" in page
    assert "Répondait à\u00a0: A; répond à\u00a0: aucun objectif" in page.replace(" : ", "\u00a0: ")
    assert "<ins>Un point de plus.</ins>" in page


def test_words_that_stay_are_told_once():
    told = list(version_changes.pieces("Le cadre est vaste.", "Le cadre de référence est très vaste."))
    assert "".join(p.text for p in told if p.kind != "added") == "Le cadre est vaste."
    assert "".join(p.text for p in told if p.kind != "removed") == "Le cadre de référence est très vaste."
    assert [p.text for p in told if p.kind == "added"] == ["de référence ", " très"]


def test_a_point_that_only_moved_is_said_to_have_moved():
    def content(*ids):
        points = [{"id": n, "text": f"Point {n}", "answers": []} for n in ids]
        return {"objectives": [], "points": points}

    found = version_changes.between(content(1, 2), content(2, 1))
    assert [(c.label, c.before, c.after) for c in found] == [("Déplacé", "2", "1"), ("Déplacé", "1", "2")]


def test_members_never_read_versions_of_what_is_not_published(client, cycle, meeting):
    client.force_login(f.member_of(cycle))
    assert client.get(at(meeting, "versions/")).status_code == 404
    assert client.get(at(meeting, "publier/")).status_code == 403
    assert client.get(at(meeting, "synthese/apercu.pdf")).status_code == 403


def test_the_draft_is_seen_as_a_file_and_no_member_has_it(client, cycle, meeting, coordinator):
    client.force_login(coordinator)
    assert client.get(at(meeting, "synthese/apercu.pdf")).status_code == 302  # nothing saved yet
    one = meeting.points.first()
    writing.save(meeting, [writing.Point(one.pk, "Un brouillon")], [], revision=0, by=coordinator)
    assert SynthesisDraft.objects.count() == 1
    assert client.get(at(meeting, "synthese/apercu.pdf")).status_code == 202


@pytest.mark.parametrize("refuses", [False, True])
def test_the_digest_tells_a_synthesis_to_those_alone_whom_no_message_told(
    cycle, meeting, coordinator, refuses
):
    person = f.member_of(cycle)
    f.MailPreferencesFactory(user=person, refused=["synthesis_published"] if refuses else [])
    before = timezone.now()
    publish(meeting, by=coordinator)
    deliver()
    told = news.syntheses(person, before, timezone.now())
    assert len(told) == (1 if refuses else 0)
