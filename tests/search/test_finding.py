"""What people find with the words that they type: the same on every database, and only what they may see."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chantier.models import User
from ecpar_portal import search
from meetings.actions.publishing import publish
from tests import factories as f
from tests.pages import text_of
from tests.search.world import HIDDEN, elsewhere, make_world

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("queries.txt")
SHORT = re.compile(
    r"^(?:Objectif|Point) (\w+) de la (?:rencontre|synthèse) du (.*?) 2021$|( du cycle 2020-2021)$"
)


def queries() -> list[tuple[str, list[str]]]:
    """The table, read."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    parts = [line.rpartition("=") for line in lines]
    return [
        (typed.strip(), [name for name in found.strip().split("; ") if name]) for typed, _, found in parts
    ]


def short(found: search.Found) -> str:
    """A result as the table names it."""
    title = found.document.title.replace("\xa0", " ")
    return SHORT.sub(lambda part: f"{part[1]} du {part[2]}" if part[1] else "", title)


def found_by(user, typed, **narrowed):
    return [short(one) for one in search.find(search.read(typed), user, **narrowed)]


def test_a_member_finds_what_they_expect():
    _, member = make_world()
    table = queries()
    assert len(table) >= 40
    assert [(typed, found_by(member, typed)) for typed, _ in table] == table


def test_nobody_finds_what_they_may_not_see():
    cycle, member = make_world()
    assert found_by(member, HIDDEN) == []
    partner = f.member_of(cycle, kind=f.PARTNER_NETWORK)
    assert found_by(partner, HIDDEN) == []
    assert found_by(f.UserFactory(), "achats") == []


def test_who_took_part_and_left_finds_nothing_more():
    cycle, member = make_world()
    assert found_by(member, "webinaire")
    cycle.participations.filter(organization=member.organization).update(left="2021-09-01")
    assert found_by(User.objects.get(pk=member.pk), "webinaire") == []


def test_a_coordinator_finds_drafts_too_told_as_such(coordinator):
    make_world()
    found = {
        (short(one), one.document.state) for one in search.find(search.read(f"« {HIDDEN} »"), coordinator)
    }
    assert ("1 du 9 septembre", "brouillon") in found
    assert ("A du 10 octobre", "brouillon") in found
    assert (HIDDEN, "brouillon") in found


def test_everything_of_another_chantier_is_found_by_its_own_members():
    make_world()
    cycle = f.CycleFactory()
    elsewhere(cycle, "mots d’ailleurs")
    kinds = [one.kind.name for one in search.find(search.read("mots d’ailleurs"), f.member_of(cycle))]
    assert sorted(kinds) == sorted(
        [*search.kinds(), "echanges", "echanges", "echanges"]  # an obstacle, a solution, a question, a reply
    )


def test_members_read_the_version_and_coordinators_what_changes(coordinator):
    cycle = f.CycleFactory()
    meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9))
    kept, changed = (f.SynthesisPointFactory(meeting=meeting, text=text) for text in ("Gardé", "Avant"))
    version = publish(meeting, by=None)
    changed.text = "Après"
    changed.save()
    kept.delete()
    member = f.member_of(cycle)
    found = {typed: search.find(search.read(typed), member) for typed in ("gardé", "avant", "après")}
    assert [one.document.url for one in found["gardé"]] == ["/rencontres/2021-03-09/#r2021-03-09-1"]
    assert [one.document.url for one in found["avant"]] == ["/rencontres/2021-03-09/#r2021-03-09-2"]
    assert found["après"] == []
    [draft] = search.find(search.read("après"), coordinator)
    assert (draft.document.url, draft.document.state) == (
        "/rencontres/2021-03-09/#r2021-03-09-1",
        "brouillon",
    )
    [before] = search.find(search.read("avant"), coordinator)
    assert before.document.url == f"{reverse('version', args=[meeting.slug, version.number])}#r2021-03-09-2"
    assert before.document.state == ""


def test_each_statement_stands_where_its_address_says(sign_in, coordinator):
    _, member = make_world()
    for typed in ("« EES »", "objectifs", "performance"):
        for one in search.find(search.read(typed), member):
            address, _, anchor = one.document.url.partition("#")
            page = sign_in(member).get(address)
            assert page.status_code == 200
            assert f'id="{anchor}"' in page.text, one.document.url
            assert one.document.text.split()[-1][:8] in text_of(page).replace("'", "’")


@pytest.mark.parametrize("who", ["member", "coordinator"])
def test_twice_as_much_is_found_with_as_many_queries(who, member, coordinator, cycle):
    user = {"member": member, "coordinator": coordinator}[who]
    elsewhere(cycle, "mots doublés")
    before, asked = counted(user, "mots doublés")
    elsewhere(cycle, "mots doublés")
    assert counted(user, "mots doublés") == (2 * before, asked)


def counted(user, typed):
    """How many results there are, and how many queries they took."""
    with CaptureQueriesContext(connection) as asked:
        found = search.find(search.read(typed), User.objects.get(pk=user.pk))
    return len(found), len(asked)
