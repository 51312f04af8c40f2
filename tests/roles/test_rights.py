"""Every address of the portal, for each role, on what is theirs and on what is not."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.test import Client
from django.urls import get_resolver

from ecpar_portal.access import walk
from tests.roles.world import ARGUMENTS, ROLES, World, make_world

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("rights.txt")
NAMES = {"uidb36": "uid"}
NOTHING_THERE = ("1", "abc")  # what the links and the keys of nobody hold
REFUSED = {"403", "404", "410", "in"}


class Right(NamedTuple):
    """What a verb on an address gives each role."""

    verb: str
    route: str
    on: str
    answers: dict[str, str]


def rights() -> list[Right]:
    """The table, read."""
    found = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        verb, route, on = line[:5].strip(), line[5:54].strip(), " ".join(line[54:].split()[: -len(ROLES)])
        answers = line.split()[-len(ROLES) :]
        found.append(Right(verb, route, on, dict(zip(ROLES, answers, strict=True))))
    return found


def plain(route: str) -> str:
    """A route as the table writes it: an expression of allauth's, with the names of its parts."""
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda part: f"<{NAMES.get(part[1], part[1])}>", route)
    return named.strip("^$").replace("/^", "/")


def address_of(right: Right, world: World) -> str:
    """The address of a route, filled in with a thing of the right side."""
    side, _, variant = right.on.partition(" ")
    its = dict(world.things.get(side, {}))
    its |= its.get(variant, {})
    values = iter(ARGUMENTS[right.route](its) if right.route in ARGUMENTS else NOTHING_THERE)
    return "/" + re.sub(r"<[^>]+>", lambda _: str(next(values)), right.route)


def answer_to(client: Client, right: Right, address: str) -> str:
    """What the portal answers, as the table writes it."""
    response = client.get(address) if right.verb == "GET" else client.post(address)
    if response.streaming:
        response.getvalue()
    led_to = response.get("Location", "")
    return "in" if led_to.startswith("/compte/login/") else str(response.status_code)


def contents() -> dict[str, list[dict]]:
    """Every row of the portal's own tables."""
    ours = {"chantier", "meetings", "mailing", "reports"}
    tables = [model for model in apps.get_models() if model._meta.app_label in ours]
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in tables}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "right", rights(), ids=lambda right: f"{right.verb} {right.route} {right.on}".strip()
)
def test_each_role_receives_what_the_table_says(right, role):
    world = make_world()
    client = Client()
    if world.people[role]:
        client.force_login(world.people[role])
    before = contents()
    answer = answer_to(client, right, address_of(right, world))
    assert answer == right.answers[role]
    if answer in REFUSED:
        assert contents() == before


def test_the_table_knows_every_address():
    walked = walk(get_resolver().url_patterns)
    routes = {plain(route) for route, _, namespaces in walked if "admin" not in namespaces}
    assert {right.route for right in rights()} == routes


def test_what_has_an_owner_is_tried_on_what_is_another_s():
    for route in ARGUMENTS:
        sides = {right.on.partition(" ")[0] for right in rights() if right.route == route}
        assert "other" in sides, route
