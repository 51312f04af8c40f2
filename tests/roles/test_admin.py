"""Every page of every table of the admin, for each role."""

from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests import factories as f
from tests.roles.world import ROLES, make_world

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("admin.txt")
PAGES = ("changelist", "add", "change", "delete", "history")


def rows() -> dict[str, list[str]]:
    """The table, read: for each model what its pages answer to a coordinator."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    cells = [line.split() for line in lines if line.strip() and not line.startswith("#")]
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
