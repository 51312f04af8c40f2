"""Closed by default."""

import pytest
from django.urls import get_resolver, path, reverse

from ecpar_portal import access
from ecpar_portal.access import public, require, signed_in, views_without_rule, walk
from tests import factories as f

PUBLIC = {
    **dict.fromkeys(["", "sante/", "confidentialite/", "accessibilite/", "robots.txt", "sitemap.xml"], 200),
    "invitation/": 410,
}


def test_every_address_carries_a_rule():
    assert views_without_rule(get_resolver().url_patterns) == []


def test_the_walk_names_an_address_without_a_rule():
    def bare(request):
        """A view whose author forgot who may open it."""

    patterns = [
        path("ouverte/", public(lambda request: None)),
        path("gardee/", require(signed_in)(lambda request: None)),
        path("oubliee/", bare),
    ]
    assert views_without_rule(patterns) == ["oubliee/"]


def own_addresses():
    """Every address of the portal's own that needs no argument."""
    return [
        route
        for route, view, namespaces in walk(get_resolver().url_patterns)
        if hasattr(view, "rule") and "<" not in route
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("route", own_addresses())
def test_an_anonymous_person_goes_to_the_login_page(client, route):
    response = client.get("/" + route)
    if route in PUBLIC:
        assert response.status_code in (PUBLIC[route], 503)
    else:
        assert response.status_code == 302
        assert response["Location"] == f"{reverse('account_login')}?next=/{route}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("cycle", ["cycle-x"]),
        ("meeting", ["2021-03-09"]),
        ("synthesis_pdf", ["2021-03-09"]),
        ("report", ["6a3b1f7e-2f0b-4c55-9a52-0d3c9a9d7c11"]),
    ],
)
def test_an_anonymous_person_learns_nothing_about_what_exists(client, name, args):
    f.MeetingFactory(date="2021-03-09", cycle__slug="cycle-x")
    there = client.get(reverse(name, args=args))
    assert there.status_code == 302
    assert there["Location"].startswith(reverse("account_login"))


@pytest.mark.django_db
def test_a_member_receives_403_on_the_coordinator_s_page(sign_in, member):
    assert sign_in(member).get(reverse("components")).status_code == 403


@pytest.mark.django_db
def test_the_coordinator_sees_every_component(sign_in, coordinator):
    assert sign_in(coordinator).get(reverse("components")).status_code == 200


def test_everyone_is_really_everyone():
    assert access.everyone(None)


@pytest.mark.django_db
def test_pages_of_members_are_never_kept_by_a_shared_cache(sign_in, member):
    for name in ("home", "meeting_list"):
        assert "no-store" in sign_in(member).get(reverse(name))["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/compte/login/", "/nulle-part/", "/admin/"])
def test_every_answer_carries_the_policies(client, address):
    response = client.get(address)
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]


@pytest.mark.django_db
def test_a_request_for_another_host_receives_a_page_in_french(client):
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "n’a pas compris cette demande" in answer.text
