"""Answering a convocation on a screen: at once on home, on a page without an account by the link."""

import re

import pytest
from django.urls import reverse

from meetings.actions.calling import keep_called
from meetings.answer_link import token_of
from meetings.models import Meeting
from tests import factories as f

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.fixture
def row(visitor):
    """The convocation of a member, to a meeting ahead."""
    cycle = f.CycleFactory()
    member, meeting = f.member_of(cycle), f.MeetingFactory(cycle=cycle, upcoming=True)
    f.MembershipFactory(organization=member.organization, user__name="Collègue")
    keep_called(meeting)
    return meeting.convocations.get(user=member)


def answer_of(row):
    row.refresh_from_db()
    return row.answer


def test_one_click_on_home_answers_without_a_reload_and_keeps_the_place_of_the_keyboard(visitor, row):
    someone = visitor(row.user)
    page = someone.open("/")
    page.evaluate("window.stays = true")
    page.get_by_role("button", name="Je serai là").click()
    page.get_by_text("Vous serez là").wait_for()
    assert answer_of(row) == "yes"
    assert page.evaluate("window.stays && document.activeElement.id") == "answer-yes"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Vous ne pouvez pas venir").wait_for()
    assert answer_of(row) == "no"
    assert someone.obstacles() == []


def test_a_full_meeting_is_refused_beside_the_button(visitor, row):
    Meeting.objects.update(capacity=1)
    other = f.ConvocationFactory(meeting=row.meeting)
    type(other).objects.filter(pk=other.pk).update(answer="yes", answered_at=other.called_at)
    someone = visitor(row.user, width=360, theme="dark")
    page = someone.open(row.meeting.get_absolute_url())
    page.get_by_role("button", name="Je serai là").click()
    page.locator("#answer").get_by_text("La seule place est prise").wait_for()
    assert answer_of(row) == ""
    assert someone.obstacles() == []


@pytest.mark.parametrize("scripts", [True, False])
def test_the_link_asks_a_colleague_with_and_without_scripts(visitor, row, scripts):
    someone = visitor(scripts=scripts)
    page = someone.open(reverse("open_convocation", args=[token_of(row)]))
    assert page.url == someone.base + reverse("convocation", args=[row.pk])
    page.get_by_label("Une personne de mon organisation").select_option("Collègue")
    page.get_by_role("button", name="Lui demander de venir").click()
    page.get_by_text("C’est noté").wait_for()
    assert answer_of(row) == "replaced"
    page.get_by_role("button", name="Je ne peux pas").click()
    page.get_by_text(re.compile("Vous ne pouvez pas venir|vous ne pouvez pas venir")).first.wait_for()
    assert answer_of(row) == "no"
