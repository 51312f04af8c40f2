"""The digest tells what others said between meetings, and what the networks announced."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailing.news import news_for
from meetings.models import Activity, Obstacle, Question, Reply, Solution
from tests import factories as f

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = dt.timedelta(days=1)
SAID = (Obstacle, Solution, Question, Reply)


def told(user, since=NOW - DAY, until=NOW + DAY):
    """What a digest of these days tells, by heading."""
    return {label: [item.title for item in items] for label, items in news_for(user, since, until)}


@pytest.fixture
def said(cycle):
    """One of each, by an organisation of the chantier."""
    organization = f.member_of(cycle, name="Ville B").organization
    here = {"chantier": cycle.chantier, "organization": organization}
    obstacle = f.ObstacleFactory(text="Trop gros", **here)
    question = f.QuestionFactory(text="Qui l’a fait?", **here)
    f.SolutionFactory(obstacle=obstacle, text="Des lots", organization=organization)
    f.ReplyFactory(question=question, text="Nous", organization=organization)
    network = f.OrganizationFactory(kind=f.PARTNER_NETWORK, name="Réseau A")
    return f.ActivityFactory(
        chantier=cycle.chantier, organization=network, title="Salon", date=dt.date(2199, 2, 1)
    )


def test_a_member_is_told_of_each_with_who_says_it(member, said):
    assert told(member) == {
        "Activités des réseaux": ["Salon, 1er\u00a0février\u00a02199 (Réseau A)"],
        "Obstacles racontés": ["Trop gros (Ville B)"],
        "Solutions proposées": ["Des lots (Ville B)"],
        "Questions posées": ["Qui l’a fait? (Ville B)"],
        "Réponses aux questions": ["Nous (Ville B)"],
    }
    paths = [item.path for _, items in news_for(member, NOW - DAY, NOW + DAY) for item in items]
    assert said.get_absolute_url() in paths
    assert Solution.objects.get().get_absolute_url() in paths


def test_nobody_is_told_what_they_said_themselves(member, said):
    for model in (*SAID, Activity):
        model.objects.update(written_by=member)
    assert told(member) == {}


def test_what_was_taken_back_or_called_off_or_is_an_example_is_no_news(member, said):
    for model in SAID:
        model.objects.update(withdrawn_at=NOW)
    Activity.objects.update(cancelled_at=NOW)
    assert told(member) == {}
    for model in SAID:
        model.objects.update(withdrawn_at=None, is_example=model in (Obstacle, Solution))
    assert set(told(member)) == {"Questions posées", "Réponses aux questions"}


def test_another_chantier_s_people_are_told_nothing(outsider, said):
    assert told(outsider) == {}


def test_who_joined_since_is_not_told_what_came_before(cycle, said):
    new = f.member_of(cycle)
    new.memberships.update(since=timezone.localdate() + DAY)
    assert told(new) == {}


def test_each_is_told_once(member, said):
    assert told(member, since=NOW - 3 * DAY, until=NOW - DAY) == {}
    assert told(member, since=NOW + DAY, until=NOW + 3 * DAY) == {}


def test_ten_times_as_much_costs_the_same_questions(member, cycle, said):
    counts = []
    for number in (1, 10):
        for _ in range(number):
            f.SolutionFactory(obstacle__chantier=cycle.chantier, organization=f.OrganizationFactory())
            f.ReplyFactory(question__chantier=cycle.chantier, organization=f.OrganizationFactory())
            f.ActivityFactory(chantier=cycle.chantier)
        person = type(member).objects.get(pk=member.pk)
        with CaptureQueriesContext(connection) as queries:
            assert len(told(person)["Solutions proposées"]) > number
        counts.append(len(queries))
    assert counts[0] == counts[1]
