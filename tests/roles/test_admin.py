"""Every page of every table of the admin, for each role."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import get_resolver, reverse

from ecpar_portal.access import walk
from tests import factories as f
from tests.roles.world import ROLES, make_world
from tests.security.addresses import filled_in

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("admin.txt")
PAGES = ("changelist", "add", "change", "delete", "history")


def rows() -> dict[str, list[str]]:
    """The table, read: for each model what its pages answer to a coordinator."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    cells = [line.split() for line in lines if line.strip() and not line.startswith(("#", "admin/"))]
    assert all(len(row) == len(PAGES) + 1 for row in cells)
    return {row[0]: row[1:] for row in cells}


def address_of(label: str, page: str) -> str:
    """The address of a page, about the row written last: a member's account, a draft of a meeting."""
    model = apps.get_model(label.replace("/", "."))
    args = [] if page in ("changelist", "add") else [model._default_manager.order_by("-pk").first().pk]
    return reverse(f"admin:{label.replace('/', '_')}_{page}", args=args)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_receives_what_the_table_says(role):
    world = make_world()
    f.OutgoingEmailFactory()
    f.InvitationFactory()
    f.IncidentFactory()
    f.AttendanceFactory()
    f.NeedFactory()
    f.CommitmentFactory()
    f.SolutionFactory()
    f.ReplyFactory()
    f.ActivityFactory()
    f.ThemeFactory()
    f.PointCommentFactory()
    f.MeetingDocumentFactory(meeting=f.MeetingFactory(draft=True))  # tried as a draft
    client = Client()
    if world.people[role]:
        client.force_login(world.people[role])
    wrong = {}
    for label, expected in rows().items():
        for page, code in zip(PAGES, expected, strict=True):
            wanted = {"coordinator": code, "anonymous": "302"}.get(role, "403")
            answer = client.get(address_of(label, page))
            if str(answer.status_code) != wanted:
                wrong[f"{label} {page}"] = answer.status_code
            if role == "anonymous":
                assert answer["Location"].startswith("/compte/login/")
    assert wrong == {}


def test_the_table_knows_every_table_of_the_admin():
    registered = {f"{m._meta.app_label}/{m._meta.model_name}" for m in admin.site._registry}
    assert set(rows()) == registered


def other_addresses() -> dict[str, str]:
    """The table's last part: every other address of the admin, and what it answers to a coordinator."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return dict(line.rsplit(maxsplit=1) for line in lines if line.startswith("admin/"))


def is_page_of_a_table(route: str) -> bool:
    """Whether the first part of the table speaks of an address."""
    registered = "|".join(sorted(rows()))
    pages = r"(add/|<path:object_id>/((delete|history|change)/)?)?"
    return re.fullmatch(rf"admin/({registered})/{pages}", route) is not None


def test_the_table_knows_every_other_address_of_the_admin():
    walked = walk(get_resolver().url_patterns)
    routes = {route for route, _, namespaces in walked if "admin" in namespaces}
    assert set(other_addresses()) == {route for route in routes if not is_page_of_a_table(route)}


@pytest.mark.parametrize("role", ROLES)
def test_every_other_address_of_the_admin_answers_what_the_table_says(role):
    world = make_world()
    wrong = {}
    for route, expected in other_addresses().items():
        client = Client()  # one of them signs out
        if world.people[role]:
            client.force_login(world.people[role])
        codes = expected.split("/")
        wanted = codes[0] if role == "coordinator" else "302" if role == "anonymous" else codes[-1]
        for ask in (client.get, client.post) if role != "coordinator" else (client.get,):
            answer = ask(filled_in(route))
            if str(answer.status_code) != wanted:
                wrong[f"{ask.__name__} {route}"] = answer.status_code
    assert wrong == {}
