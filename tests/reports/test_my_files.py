"""« Mes fichiers », and what is thrown away."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from meetings.actions.publishing import publish
from reports import actions
from reports.models import Report, private_storage
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

State = Report.State


@pytest.fixture
def version(cycle):
    """A published synthesis."""
    point = f.SynthesisPointFactory(meeting__cycle=cycle, meeting__date=dt.date(2021, 3, 9))
    return publish(point.meeting, by=None)


def asked(user, version, **fields):
    """A report that somebody asked for."""
    report = actions.ask("synthesis", version, by=user)
    Report.objects.filter(pk=report.pk).update(**fields)
    return report


def page_of(client):
    return text_of(client.get(reverse("report_list")))


@pytest.mark.parametrize(
    ("state", "words"), [("waiting", "En attente"), ("done", "Prêt"), ("failed", "Échoué Réessayer")]
)
def test_a_person_sees_their_files_with_their_state_and_how_long_they_are_kept(
    sign_in, member, version, state, words
):
    name = private_storage().save("reports/aa/essai", ContentFile(b"%PDF"))
    asked(member, version, state=state, size=20_480, file=name)
    page = page_of(sign_in(member))
    assert "Synthèse de la rencontre du 9 mars 2021" in page
    assert words in page
    until = timezone.localdate() + dt.timedelta(days=90)
    assert str(until.year) in page


def test_a_file_that_is_lost_is_said_to_be_so(sign_in, member, version):
    asked(member, version, state="done", size=20_480, file="reports/aa/perdu")
    page = page_of(sign_in(member))
    assert "Perdu, à refaire" in page
    assert "Prêt" not in page


def test_what_is_no_longer_kept_is_not_in_the_list(sign_in, member, version):
    old(asked(member, version), days=89)
    client = sign_in(member)
    assert "Synthèse de la rencontre" in page_of(client)
    old(Report.objects.get(), days=91)
    assert "Aucun fichier pour l’instant" in page_of(client)


def test_a_second_version_says_so_in_its_title(sign_in, member, version):
    version.meeting.points.update(text="Tout autre chose")
    asked(member, publish(version.meeting, by=None))
    assert "Synthèse de la rencontre du 9 mars 2021, version 2" in page_of(sign_in(member))


def test_nobody_sees_what_others_asked_for_nor_what_is_closed_to_them(
    sign_in, member, coordinator, cycle, version
):
    asked(coordinator, version)
    assert "Aucun fichier pour l’instant" in page_of(sign_in(member))
    asked(member, version)
    cycle.participations.update(left=dt.date(2021, 4, 1))
    assert "Aucun fichier pour l’instant" in page_of(sign_in(member))


def test_the_list_asks_no_more_for_twice_as_many_files(
    sign_in, member, cycle, version, django_assert_max_num_queries
):
    client, counts = sign_in(member), []
    for _ in range(2):
        for _ in range(3):
            point = f.SynthesisPointFactory(meeting=f.MeetingFactory(cycle=cycle))
            asked(member, publish(point.meeting, by=None))
        with django_assert_max_num_queries(12) as queries:
            page_of(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.fixture
def purge(django_capture_on_commit_callbacks):
    """The purge, and the files that go once it is sure."""

    def run():
        with django_capture_on_commit_callbacks(execute=True):
            return actions.purge()

    return run


def old(report, days=91):
    before = timezone.now() - dt.timedelta(days=days)
    Report.objects.filter(pk=report.pk).update(created_at=before)
    report.requests.update(asked_at=before)


def test_a_file_that_nobody_asked_for_lately_is_thrown_away(member, version, purge):
    name = private_storage().save("reports/aa/essai", ContentFile(b"%PDF"))
    report = asked(member, version, state=State.DONE, file=name)
    old(report, days=89)
    assert purge() == 0
    old(report)
    assert purge() == 1
    assert not private_storage().exists(name)


def test_a_file_stays_while_another_report_shows_it_or_somebody_asked_again(
    member, coordinator, version, purge
):
    name = private_storage().save("reports/aa/essai", ContentFile(b"%PDF"))
    report = asked(member, version, state=State.DONE, file=name)
    old(report)
    other = f.ReportFactory(state=State.DONE, file=name)
    assert purge() == 1
    assert private_storage().exists(name)
    old(other)
    purge()
    assert not private_storage().exists(name)

    again = asked(member, version, state=State.DONE)
    old(again)
    asked(coordinator, version)
    assert purge() == 0


def test_work_in_hand_is_never_thrown_away(member, version, purge):
    report = asked(member, version)
    old(report)
    assert purge() == 0


def test_a_file_asked_for_while_old_ones_are_thrown_away_stays(member, version, purge, monkeypatch):
    report = asked(member, version, state=State.DONE)
    old(report)
    forget = actions._forget

    def asked_meanwhile(*report):
        actions.ask("synthesis", version, by=member)
        return forget(*report)

    monkeypatch.setattr(actions, "_forget", asked_meanwhile)
    assert purge() == 0
    assert Report.objects.filter(pk=report.pk).exists()
