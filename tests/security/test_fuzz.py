"""Bounded fuzz: whatever is sent by every form and every parameter of every list, no page fails."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetings.models import Convocation
from tests import factories as f
from tests.security.addresses import every_address, look, make_network
from tests.security.fuzz import TRIED, Page, values

pytestmark = pytest.mark.django_db

bounded = settings(max_examples=250, suppress_health_check=list(HealthCheck))
# Parameters that Django, allauth and our lists know, whether or not a page shows them today.
KNOWN = {
    "page",
    "cycle",
    "period",
    "next",
    "q",
    "o",
    "p",
    "e",
    "all",
    "_to_field",
    "_popup",
    "_changelist_filters",
    "mois",
    "obstacle",
    "organization",
}
KNOWN |= {
    "term",
    "app_label",
    "model_name",
    "field_name",
    "title",
    "id",
    "pk",
    "date",
    "email",
    "state__exact",
}
# A sign-out only ends the example early.
NOT_TRIED = {"/compte/logout/"}


@pytest.fixture
def portal(db, settings):
    """Everything that may be visited, without limits: they would answer in place of the pages."""
    settings.LIMITS = dict.fromkeys(settings.LIMITS, (1_000_000, 60))
    settings.ACCOUNT_RATE_LIMITS = False
    make_network()
    called = Convocation.objects.exclude(user=None).first().user
    return {"coordinator": f.UserFactory(coordinator=True), "anonymous": None, "called": called}


def client_of(person) -> Client:
    client = Client()
    if person:
        client.force_login(person)
    return client


def pages_of(person) -> list[Page]:
    """The pages that somebody may see."""
    client, pages = client_of(person), []
    for address in every_address().values():
        answer = look(client, address)
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            pages.append(Page(address, answer.text))
    return pages


@pytest.mark.parametrize("role", ["coordinator", "anonymous", "called"])
def test_no_form_fails_whatever_is_sent(portal, role):
    forms = {}
    for page in pages_of(portal[role]):
        for form in page.forms:
            if form.method == "post" and form.action not in NOT_TRIED:
                forms.setdefault((form.action, *sorted(form.fields)), form)
    assert len(forms) > {"coordinator": 20, "called": 8}.get(role, 1)
    assert (role == "called") == any("/repondre/" in action for action, *_ in forms)

    @bounded
    @given(st.sampled_from(sorted(forms.values(), key=repr)), st.data())
    def send(form, data):
        names = sorted(form.fields) or ["x"]
        changed = data.draw(st.dictionaries(st.sampled_from(names), values, min_size=1, max_size=6))
        answer = client_of(portal[role]).post(form.action, {**form.fields, **changed})
        TRIED["forms sent"] += 1
        assert answer.status_code < 500

    send()


@pytest.mark.parametrize("role", ["coordinator", "anonymous"])
def test_no_list_fails_whatever_is_asked(portal, role):
    pages = {page.address: page for page in pages_of(portal[role])}
    pages |= {address: Page(address, "") for address in every_address().values() if address not in pages}
    asked = sorted(
        (address, name)
        for address, page in pages.items()
        for name in KNOWN | page.parameters | {name for form in page.forms for name in form.fields}
    )
    assert len(asked) > 500

    @bounded
    @given(st.lists(st.sampled_from(asked), min_size=1, max_size=3), st.lists(values, min_size=3, max_size=3))
    def ask(several, given_values):
        address = several[0][0]
        sent = {name: value for (_, name), value in zip(several, given_values, strict=False)}
        answer = look(client_of(portal[role]), address, query_params=sent)
        TRIED["lists and pages asked"] += 1
        assert answer.status_code < 500 or address == "/sante/"

    ask()


@pytest.mark.parametrize(
    "model", ["meetings/meeting", "chantier/user", "reports/report", "mailing/outgoingemail"]
)
@pytest.mark.parametrize(
    "query", ["title=%00", "q=%00", "id=9999999999999999999999", "p=abc", "o=x.y", "_to_field=x"]
)
def test_a_list_of_the_admin_answers_to_what_no_database_takes(portal, model, query):
    answer = client_of(portal["coordinator"]).get(f"/admin/{model}/?{query}")
    assert answer.status_code in (200, 302, 400)


@pytest.mark.parametrize("key", ["abc", "", "\0", "1' OR '1'='1"])
@pytest.mark.parametrize(
    ("model", "action"), [("meetings/meeting", "confirm_reading"), ("mailing/outgoingemail", "send_again")]
)
def test_an_action_on_rows_that_no_list_offers_is_refused(portal, model, action, key):
    sent = {"action": action, "_selected_action": [key]}
    answer = client_of(portal["coordinator"]).post(f"/admin/{model}/", sent)
    assert answer.status_code == 400
    assert "n’a pas compris cette demande" in answer.text
