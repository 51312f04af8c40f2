"""A file loaded again once people have moved, deleted or added statements."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from chantier.models import Objective
from mailing.models import OutgoingEmail
from meetings.actions import calling
from meetings.models import Meeting, MeetingObjective, SynthesisPoint
from tests import factories as f
from tests.meetings.test_cycle_file import SMALL, load  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db

THREE = SMALL.replace(
    '[[objective]]\ntext = "Un objectif"\n',
    "".join(f'[[objective]]\ntext = "{text}"\n\n' for text in ("Un", "Deux", "Trois")),
).replace(
    '[[meeting.objective]]\ntext = "Voulu"\nobjectives = [1]\n',
    "".join(f'[[meeting.objective]]\ntext = "{text}"\n\n' for text in ("A voulu", "B voulu", "C voulu")),
)
MORE = THREE.replace(
    "[[meeting.point]]",
    '[[meeting.objective]]\ntext = "D voulu"\nobjectives = [2]\n\n[[meeting.point]]',
)


def objectives():
    return Meeting.objects.get(slug="2021-10-05").objectives.all()


def test_a_new_statement_goes_to_the_end_and_takes_nobody_s_links(load):  # noqa: F811
    load(THREE)
    for row, position in zip(objectives(), (10, 20, 30), strict=True):
        row.position = position
        row.save()
    load(MORE)
    assert [row.text for row in objectives()] == ["A voulu", "B voulu", "C voulu", "D voulu"]
    assert [[aim.text for aim in row.objectives.all()] for row in objectives()] == [[], [], [], ["Deux"]]


def test_links_find_their_statement_after_others_were_deleted(load):  # noqa: F811
    load(THREE)
    Objective.objects.get(text="Un").delete()
    MeetingObjective.objects.get(text="B voulu").delete()
    load(MORE)
    assert [row.text for row in objectives()] == ["A voulu", "C voulu", "D voulu"]
    assert objectives().last().objectives.get().text == "Deux"


def test_a_link_to_what_was_deleted_is_left_out(load):  # noqa: F811
    load(THREE)
    Objective.objects.get(text="Deux").delete()
    load(MORE)
    assert not objectives().get(text="D voulu").objectives.exists()


def test_a_link_to_another_cycle_survives_a_correction(load):  # noqa: F811
    load(SMALL)
    cycle = f.CycleFactory(chantier=Meeting.objects.first().cycle.chantier)
    elsewhere = f.SynthesisPointFactory(meeting__cycle=cycle)
    MeetingObjective.objects.filter(text="Voulu").update(comes_from=elsewhere)
    load(SMALL.replace("Voulu", "Voulu, corrigé"))
    assert MeetingObjective.objects.get(text="Voulu, corrigé").comes_from == elsewhere


def test_a_draft_keeps_the_address_that_the_file_gives_it(load):  # noqa: F811
    text = SMALL.replace("date = 2021-11-09", 'date = 2021-11-09\nslug = "atelier"').replace(
        "convened", "draft"
    )
    load(text)
    assert Meeting.objects.get(slug="atelier").objectives.get().comes_from == SynthesisPoint.objects.get()
    assert load(text) == "rien à changer.\n"


def test_what_the_admin_makes_can_be_dumped_and_loaded(sign_in, coordinator, load):  # noqa: F811
    chantier = f.ChantierFactory()
    sent = {
        "chantier": chantier.pk,
        "slug": "Mal_ecrit",
        "starting_year": 2020,
        **{f"{name}-INITIAL_FORMS": 0 for name in ("objectives", "achievements", "participations")},
        **{f"{name}-TOTAL_FORMS": 0 for name in ("objectives", "achievements", "participations")},
    }
    answer = sign_in(coordinator).post(reverse("admin:chantier_cycle_add"), sent)
    assert "minuscules sans accent" in answer.text


def test_a_file_that_cancels_or_moves_a_convened_meeting_takes_its_reminders_with_it(load):  # noqa: F811
    ahead = timezone.localdate() + dt.timedelta(days=30)
    text = SMALL.replace("2021-11-09", str(ahead))
    load(text)
    meeting = Meeting.objects.get(state="convened")
    f.ParticipationFactory(cycle=meeting.cycle, organization=f.MembershipFactory().organization)
    calling.keep_called(meeting)
    day = lambda: {str(email.key)[-10:] for email in OutgoingEmail.objects.waiting().filter(kind="reminder")}  # noqa: E731
    assert day() == {str(ahead)}
    later = ahead + dt.timedelta(days=7)
    load(text.replace(f"date = {ahead}", f'date = {later}\nslug = "{meeting.slug}"'))
    assert day() == {str(later)}
    meeting.refresh_from_db()
    assert meeting.sequence == 1
    load(
        text.replace(f"date = {ahead}", f'date = {later}\nslug = "{meeting.slug}"').replace(
            "convened", "cancelled"
        )
    )
    assert day() == set()
