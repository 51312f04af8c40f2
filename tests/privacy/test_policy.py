"""The open pages: what is kept, accessibility, and what search engines read."""

import xml.etree.ElementTree as ET

import pytest
from django.core.checks import run_checks
from django.urls import reverse

from ecpar_portal.privacy import registry
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def page_of(client, name):
    return text_of(client.get(reverse(name)))


def test_anybody_reads_what_each_table_keeps_why_how_long_and_who_sees_it(client):
    page = page_of(client, "privacy_policy")
    for table in registry.personal():
        for words in (table.what, table.holds, table.purpose, table.kept[1:], table.seen_by[1:]):
            assert words.replace("\u00a0", " ") in page


def test_the_page_follows_the_settings_of_retention(client):
    page = page_of(client, "privacy_policy")
    assert "365 jours après l’envoi" in page
    assert "90 jours après la dernière demande" in page


def test_anybody_reads_whom_to_write_to_and_their_rights(client, settings):
    settings.PRIVACY_OFFICER_NAME, settings.PRIVACY_OFFICER_EMAIL = "Ana Roy", "ana@ecpar.example"
    answer = client.get(reverse("privacy_policy"))
    assert 'href="mailto:ana@ecpar.example"' in answer.text
    for words in ("Ana Roy", "Accès", "Rectification", "Retrait du consentement", "Effacement", "Plainte"):
        assert words in text_of(answer)


def test_the_portal_leaves_no_other_cookie_than_those_that_it_tells(sign_in, person, settings):
    client = sign_in(person)
    client.post(reverse("my_data"), {"name": "Élise Roy"}, follow=True)
    assert set(client.cookies) <= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}


def test_every_page_leads_to_it(client):
    for name in ("home", "account_login", "accessibility"):
        assert f'href="{reverse("privacy_policy")}"' in client.get(reverse(name)).text


def test_a_missing_officer_is_told_by_the_checks_and_by_the_page(client, settings):
    settings.PRIVACY_OFFICER_EMAIL = ""
    assert "ecpar_portal.W001" in [found.id for found in run_checks()]
    assert "n’est pas encore nommée" in page_of(client, "privacy_policy")
    settings.PRIVACY_OFFICER_EMAIL = "ana@ecpar.example"
    assert "ecpar_portal.W001" not in [found.id for found in run_checks()]


def test_the_statement_says_what_is_aimed_at_and_where_to_report_an_obstacle(client, settings):
    settings.PRIVACY_OFFICER_EMAIL = "ana@ecpar.example"
    page = page_of(client, "accessibility")
    for words in ("(WCAG) 2.2", "SGQRI 008 3.0", "ana@ecpar.example"):
        assert words in page


def test_search_engines_read_the_open_pages_and_nothing_else(client, settings):
    rules = client.get("/robots.txt").text.splitlines()
    assert rules == [
        "User-agent: *",
        "Allow: /$",
        "Allow: /confidentialite/$",
        "Allow: /accessibilite/$",
        "Disallow: /",
        f"Sitemap: {settings.PORTAL_URL}/sitemap.xml",
    ]
    tree = ET.fromstring(client.get("/sitemap.xml").content)
    places = [
        place.text.removeprefix(settings.PORTAL_URL) for place in tree.iter() if place.tag[-3:] == "loc"
    ]
    assert places == ["/", "/confidentialite/", "/accessibilite/"]
    for place in places:
        assert client.get(place).status_code == 200
