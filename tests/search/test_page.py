"""The search page, as people use it."""

import datetime as dt
from urllib.parse import quote

import pytest
from django.urls import reverse

from tests import factories as f
from tests.pages import text_of
from tests.search.world import elsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cycle):
    return f.MeetingFactory(cycle=cycle, date=dt.date(2021, 3, 9))


@pytest.fixture
def look(sign_in, member):
    """The search page of a member, asked these things."""
    client = sign_in(member)

    def ask(typed, more=""):
        return client.get(f"/recherche/?q={quote(typed)}{more}")

    return ask


def test_the_words_found_are_shown_where_they_stand(look, meeting):
    f.MeetingObjectiveFactory(meeting=meeting, text="Présenter la mise en œuvre de l’achat responsable")
    page = look("oeuvre achats")
    assert "1 résultat" in text_of(page)
    assert "la mise en <mark>œuvre</mark> de l’<mark>achat</mark> responsable" in page.text
    assert 'href="/rencontres/2021-03-09/#r2021-03-09-A"' in page.text
    assert 'value="oeuvre achats"' in page.text


def test_a_title_is_marked_too(look, cycle):
    f.MeetingFactory(cycle=cycle, title="Cadre de référence")
    assert "<mark>Cadre</mark> de référence</a>" in look("cadre").text


def test_a_long_text_is_cut_round_what_was_found(look, meeting):
    words = "mot " * 300
    f.NeedFactory(meeting=meeting, text=f"{words[:900]}le repérage {words[:90]}")
    page = look("reperage")
    assert "… mot" in page.text
    assert "le <mark>repérage</mark> mot" in page.text
    assert page.text.count("mot") < 100


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</mark><script>", "{{ 7|add:7 }}"],
)
def test_a_script_is_shown_as_text_in_the_query_and_in_what_is_found(look, meeting, hostile):
    f.NeedFactory(meeting=meeting, text=f"Un {hostile} besoin {hostile} entier")
    for typed in (hostile, "besoin"):
        page = look(typed)
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert "<img" not in page.text
    assert "<mark>besoin</mark>" in page.text


@pytest.mark.parametrize("typed", ["مشتريات", "😀", "👩\u200d🌾", "e\u0301cole", "한국어", "क्षेत्र"])
def test_every_script_is_found(look, meeting, typed):
    f.NeedFactory(meeting=meeting, text=f"Avant {typed} après")
    assert "<mark>" in look(typed).text


@pytest.mark.parametrize("typed", ["\u202e", "'", "« »", "%_\\", "\x00"])
def test_what_holds_no_word_finds_nothing_and_breaks_nothing(look, meeting, typed):
    f.NeedFactory(meeting=meeting)
    page = look(typed)
    assert page.status_code == 200
    assert "<mark>" not in page.text


def test_two_thousand_letters_are_refused_with_words(look, meeting):
    f.NeedFactory(meeting=meeting, text="a" * 900)
    page = look("a" * 2000)
    assert page.status_code == 200
    assert "au plus 200 caractères" in text_of(page)
    assert "<mark>" not in page.text
    assert "<mark>" not in look("a" * 200).text or "résultat" in text_of(look("a" * 200))


def test_nothing_found_says_what_to_try_and_offers_to_widen(look, cycle):
    page = look("introuvable", f"&cycle={cycle.slug}")
    assert "Rien ne correspond" in text_of(page)
    assert 'href="?q=introuvable"' in page.text
    assert "Chercher partout" not in look("introuvable").text


def test_the_page_begins_with_what_can_be_searched(sign_in, member):
    page = sign_in(member).get("/recherche/")
    assert "Ce que l’on peut chercher" in text_of(page)
    assert 'class="wrong"' not in page.text


def test_an_empty_query_says_what_to_write(look):
    assert "Écrivez un mot ou plus." in text_of(look(""))


def test_results_are_narrowed_to_a_kind_and_to_a_cycle(look, cycle):
    later = f.CycleFactory(chantier=cycle.chantier, starting_year=2021)
    elsewhere(cycle, "mots")
    elsewhere(later, "mots")
    assert "26 résultats" in text_of(look("mots"))
    assert "2 résultats" in text_of(look("mots", "&genre=besoins"))
    assert "1 résultat" in text_of(look("mots", f"&genre=besoins&cycle={later.slug}"))
    assert "1 résultat" in text_of(look("mots", f"&genre=besoins&cycle={cycle.slug}"))
    assert "Rien ne correspond" not in text_of(look("mots", "&genre=rien"))


def test_what_belongs_to_a_chantier_is_found_in_the_cycle_of_its_day(look, cycle):
    f.ActivityFactory(chantier=cycle.chantier, title="Foire", date=dt.date(2021, 5, 6))
    later = f.CycleFactory(chantier=cycle.chantier, starting_year=2021)
    assert "1 résultat" in text_of(look("foire", f"&cycle={cycle.slug}"))
    assert "Rien ne correspond" in text_of(look("foire", f"&cycle={later.slug}"))


def test_results_come_in_pages_that_keep_what_was_asked(look, meeting):
    f.NeedFactory.create_batch(45, meeting=meeting, text="mêmes mots")
    page = look("memes mots", "&genre=besoins")
    assert "45 résultats, page 1 sur 3" in text_of(page)
    assert page.text.count("<mark>mêmes</mark>") == 20
    assert 'href="?q=memes+mots&amp;genre=besoins&amp;page=2"' in page.text
    assert look("memes mots", "&genre=besoins&page=3").text.count("<mark>mêmes</mark>") == 5


def test_a_cycle_of_another_chantier_is_not_offered(look):
    other = f.CycleFactory()
    page = look("mots", f"&cycle={other.slug}")
    assert str(other) not in text_of(page)
    assert "résultat" not in text_of(page)


def test_who_searches_without_end_is_told_to_wait(look, settings):
    settings.LIMITS = settings.LIMITS | {"search": (2, 60)}
    assert [look("mots").status_code for _ in range(3)] == [200, 200, 429]


def test_the_page_is_not_kept_by_anybody(look):
    assert "no-store" in look("mots")["Cache-Control"] or "private" in look("mots")["Cache-Control"]


def test_every_page_leads_to_the_search(sign_in, member):
    assert f'href="{reverse("search")}"' in sign_in(member).get("/").text
