"""Every address, walked: forged requests refused, safe ones that change nothing, headers on every answer."""

import pytest
from django.urls import get_resolver, path

from ecpar_portal.access import public, walk
from tests.security import addresses as examples
from tests.security.addresses import look
from tests.security.rows import rows

pytestmark = pytest.mark.django_db

ROLES = ["anonymous", "reader", "representative", "coordinator"]
UNSAFE = ["post", "put", "patch", "delete"]
# A mail program has neither cookie nor token (RFC 8058): the signed address is the proof.
WITHOUT_TOKEN = {"courriels/desabonner/<str:token>/"}
NOBODY_S = ["/static/portal.css", "/nulle-part/", "/rencontres/nulle-part/"]


def test_a_new_route_without_an_example_is_named(network):
    (route, _, _), *_ = walk([path("nouvelle/<int:pk>/", public(lambda request, pk: None))])
    with pytest.raises(LookupError, match="nouvelle/<int:pk>/"):
        examples.filled_in(route)


def test_the_examples_lead_to_their_routes_and_to_something_that_exists(addresses, someone):
    client = someone("coordinator")
    # The coordinator speaks for no organisation, so that no reader is theirs to end.
    missing = {"admin/(?P<url>.*)$", "admin/r/<path:content_type_id>/<path:object_id>/"}
    missing |= {"invitations/personnes/<int:pk>/terminer/"}
    missing |= {"rencontres/<slug:slug>/repondre/"}  # nobody calls them to a meeting either
    # Nobody has codes before a second factor.
    missing |= {f"compte/2fa/recovery-codes/{name}" for name in ("", "download/")}
    for route, address in addresses.items():
        status = look(client, address).status_code
        assert (status == 404) == (route in missing) or "autocomplete" in route, f"{address}: {status}"


@pytest.mark.parametrize("role", ["anonymous", "coordinator"])
@pytest.mark.parametrize("method", UNSAFE)
def test_nothing_is_changed_from_another_site(addresses, someone, role, method):
    client = someone(role, enforce_csrf_checks=True)
    before = rows()
    guarded = [address for route, address in addresses.items() if route not in WITHOUT_TOKEN]
    answers = {address: getattr(client, method)(address) for address in guarded}
    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert all("Formulaire expiré" in answer.text for answer in answers.values())
    assert rows() == before


def test_one_address_only_takes_a_post_without_a_token_and_it_needs_a_signature_and_the_words(
    addresses, someone
):
    walked = walk(get_resolver().url_patterns)
    assert {route for route, view, _ in walked if getattr(view, "csrf_exempt", False)} == WITHOUT_TOKEN
    client, before = someone("anonymous", enforce_csrf_checks=True), rows()
    (address,) = (addresses[route] for route in WITHOUT_TOKEN)
    one_click = {"List-Unsubscribe": "One-Click"}
    for method in UNSAFE:
        assert getattr(client, method)(address).status_code == (200 if method == "post" else 405)
    assert client.post(address[:-2] + "/", one_click).status_code == 404
    assert rows() == before
    assert client.post(address, one_click).status_code == 200
    assert rows() != before


def test_a_form_of_the_portal_with_its_token_is_taken(someone):
    client = someone("anonymous", enforce_csrf_checks=True)
    token = client.get("/compte/login/").context["csrf_token"]
    sent = {"login": "inconnue@ville.example", "password": "x", "csrfmiddlewaretoken": str(token)}
    assert client.post("/compte/login/", sent).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_looking_changes_nothing(addresses, someone, role):
    client, changed = someone(role), {}
    before = rows()
    for address in addresses.values():
        look(client, address)
        after = rows()
        tables = {table for table in after if after[table] != before[table]}
        if address.endswith((".pdf", ".xlsx")):
            tables -= {"chantier_traceentry"}  # who asks for a document is in the trace
        if tables:
            changed[address] = tables
        before = after
    assert changed == {}


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_carries_the_policies(addresses, someone, role):
    client, wrong = someone(role), {}
    for address in [*addresses.values(), *NOBODY_S]:
        answer = look(client, address)
        policy = dict(
            part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";")
        )
        # What people brought is never shown in a page: its policy lets nothing run at all.
        kept = policy["default-src"] == "'none'" and "sandbox" in policy
        ours = policy["default-src"] == "'self'" and policy["object-src"] == policy["base-uri"] == "'none'"
        right = (
            (kept or ours)
            and policy["frame-ancestors"] == "'none'"
            and "unsafe" not in answer["Content-Security-Policy"]
            and answer["X-Content-Type-Options"] == "nosniff"
            and answer["X-Frame-Options"] == "DENY"
            and answer["Referrer-Policy"] in ("same-origin", "no-referrer")
            and "geolocation=()" in answer["Permissions-Policy"]
            and answer["Cross-Origin-Opener-Policy"] == "same-origin"
            and "Access-Control-Allow-Origin" not in answer
        )
        if not right:
            wrong[address] = dict(answer.headers)
    assert wrong == {}


@pytest.mark.parametrize("role", ["reader", "representative", "coordinator"])
def test_what_a_signed_in_person_reads_stays_in_no_cache(addresses, someone, role):
    client, kept = someone(role), {}
    for address in [*addresses.values(), "/nulle-part/"]:
        answer = look(client, address)
        control = answer.headers.get("Cache-Control", "")
        checked_again = "no-cache" in control and "ETag" in answer
        if "private" not in control or not ("no-store" in control or checked_again):
            kept[address] = control
    assert kept == {}
