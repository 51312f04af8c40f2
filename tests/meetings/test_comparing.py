"""Two people prepare one meeting at once: nobody's words are lost."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.models import Meeting
from tests import factories as f
from tests.admin_form import filled_in as admin_filled_in
from tests.pages import text_of
from tests.prepare_form import added, controls, filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cycle):
    day = timezone.localdate() + dt.timedelta(days=30)
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date=day, title="Au début", place="Salle A")
    for position, text in enumerate(("Premier", "Deuxième"), start=1):
        f.MeetingObjectiveFactory(meeting=meeting, text=text, position=position)
    return meeting


@pytest.fixture
def address(meeting):
    return f"/rencontres/{meeting.slug}/preparer/"


def coordinator(name):
    client = Client()
    client.force_login(f.UserFactory(coordinator=True, name=name))
    return client


@pytest.fixture
def anne():
    return coordinator("Anne")


@pytest.fixture
def luc():
    return coordinator("Luc")


def both_write(anne, luc, address, hers, his):
    """Both open the page; she saves first; what he is answered."""
    her_page, his_page = filled_in(anne, address), filled_in(luc, address)
    assert anne.post(address, her_page | hers).status_code == 302
    return luc.post(address, his_page | his)


def chosen(answer, **choices):
    """What the page of comparison would send, with choices."""
    return controls(answer, "compare") | {f"choice-{key}": value for key, value in choices.items()}


def test_both_texts_are_readable_with_who_wrote_the_first(anne, luc, address, meeting):
    answer = both_write(anne, luc, address, {"title": "Selon Anne"}, {"title": "Selon Luc"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Selon Anne" in page
    assert "Selon Luc" in page
    assert "Ce qui est enregistré, par Anne, le" in page
    meeting.refresh_from_db()
    assert (meeting.title, meeting.revision) == ("Selon Anne", 1)


@pytest.mark.parametrize(("choice", "title"), [("now", "Selon Anne"), ("mine", "Selon Luc")])
def test_the_choice_is_saved_and_what_only_one_changed_needs_none(anne, luc, address, meeting, choice, title):
    answer = both_write(
        anne,
        luc,
        address,
        {"title": "Selon Anne", "place": "Salle B"},
        {"title": "Selon Luc", "capacity": "12"},
    )
    saved = luc.post(address, chosen(answer, title=choice) | {"merge": "save"})
    assert saved.status_code == 302, text_of(saved)
    meeting.refresh_from_db()
    assert (meeting.title, meeting.place, meeting.capacity, meeting.revision) == (title, "Salle B", 12, 2)


def test_nothing_is_chosen_for_who_did_not_choose(anne, luc, address, meeting):
    answer = both_write(anne, luc, address, {"title": "Selon Anne"}, {"title": "Selon Luc"})
    again = luc.post(address, chosen(answer) | {"merge": "save"})
    assert "Choisissez ce que vous gardez." in text_of(again)
    assert "Selon Luc" in text_of(again)
    meeting.refresh_from_db()
    assert meeting.title == "Selon Anne"


def test_rows_are_compared_one_by_one(anne, luc, address, meeting):
    first, second = meeting.objectives.all()
    his = added(filled_in(luc, address), "objectives", text="De Luc")
    his |= {f"objectives-{first.pk}-text": "Premier selon Luc"}
    hers = added(filled_in(anne, address), "objectives", text="D’Anne")
    hers |= {f"objectives-{first.pk}-text": "Premier selon Anne"}
    anne.post(address, hers)
    answer = luc.post(address, his)
    page = text_of(answer)
    for words in ("D’Anne", "De Luc", "Premier selon Anne", "Premier selon Luc"):
        assert words in page
    assert "Deuxième" not in page
    choices = {f"objectives-{first.pk}": "mine"}
    assert luc.post(address, chosen(answer, **choices) | {"merge": "save"}).status_code == 302
    assert {item.text for item in meeting.objectives.all()} == {
        "Premier selon Luc",
        "Deuxième",
        "De Luc",
        "D’Anne",
    }
    assert meeting.objectives.get(text="Deuxième").pk == second.pk


def test_a_row_that_somebody_took_away_may_be_put_back(anne, luc, address, meeting):
    first, second = meeting.objectives.all()
    hers = {"objectives-row": [str(second.pk)]}
    answer = both_write(anne, luc, address, hers, {f"objectives-{first.pk}-text": "J’y tiens"})
    assert "N’y est pas" in text_of(answer)
    choices = {f"objectives-{first.pk}": "mine"}
    luc.post(address, chosen(answer, **choices) | {"merge": "save"})
    assert {item.text for item in meeting.objectives.all()} == {"J’y tiens", "Deuxième"}


def test_a_draft_whose_address_changed_meanwhile_is_found_again(anne, luc, address, meeting):
    other = meeting.date + dt.timedelta(days=1)
    answer = both_write(anne, luc, address, {"date": str(other)}, {"title": "Selon Luc"})
    # Somebody may even have begun another meeting at the address of before.
    assert answer.status_code == 409
    f.MeetingFactory(cycle=meeting.cycle, draft=True, date=meeting.date, title="Une autre")
    sent = chosen(answer) | {"merge": "save"}
    assert luc.post(address, sent)["Location"] == f"/rencontres/{other}/preparer/"
    meeting.refresh_from_db()
    assert (meeting.title, meeting.date) == ("Selon Luc", other)
    assert Meeting.objects.get(date=other - dt.timedelta(days=1)).title == "Une autre"


def test_two_orders_are_compared(anne, luc, address, meeting):
    first, second = map(str, meeting.objectives.values_list("pk", flat=True))
    answer = both_write(anne, luc, address, {"objectives-row": [second, first]}, {"title": "De Luc"})
    assert "Ordre : objectif" in text_of(answer)
    sent = chosen(answer, **{"objectives-order": "now"}) | {"merge": "save"}
    assert luc.post(address, sent).status_code == 302
    assert [str(item.pk) for item in meeting.objectives.all()] == [second, first]


def test_a_third_save_meanwhile_is_compared_again(anne, luc, address, meeting):
    answer = both_write(anne, luc, address, {"title": "Selon Anne"}, {"title": "Selon Luc"})
    anne.post(address, filled_in(anne, address, title="Anne encore"))
    again = luc.post(address, chosen(answer, title="mine") | {"merge": "save"})
    assert again.status_code == 409
    assert "Anne encore" in text_of(again)
    assert "Selon Luc" in text_of(again)
    assert luc.post(address, chosen(again, title="mine") | {"merge": "save"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.title == "Selon Luc"


def test_the_choices_may_be_written_anew_by_hand_on_the_page(anne, luc, address, meeting):
    answer = both_write(anne, luc, address, {"title": "Selon Anne"}, {"title": "Selon Luc"})
    page = luc.post(address, chosen(answer, title="mine") | {"merge": "edit"})
    sent = controls(page)
    assert sent["title"] == ["Selon Luc"]
    assert luc.post(address, sent | {"title": "Selon les deux"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.title == "Selon les deux"


def test_a_meeting_convened_meanwhile_is_compared_before_it_moves(anne, luc, address, meeting):
    his = filled_in(luc, address, date=str(meeting.date + dt.timedelta(days=7)))
    anne.post(reverse("meeting_event", args=[meeting.slug, "convoquer"]))
    answer = luc.post(address, his)
    assert answer.status_code == 409
    assert "elle est maintenant « convoquée »" in text_of(answer)
    before = meeting.date
    meeting.refresh_from_db()
    assert (meeting.date, meeting.sequence) == (before, 0)


def test_what_was_saved_in_the_admin_is_compared_too(anne, luc, address, meeting):
    his = filled_in(luc, address, title="Selon Luc")
    form = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    assert anne.post(form, admin_filled_in(anne, form, place="Salle C")).status_code == 302
    answer = luc.post(address, his)
    assert answer.status_code == 409
    assert luc.post(address, controls(answer, "compare") | {"merge": "save"}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.title, meeting.place) == ("Selon Luc", "Salle C")


def test_the_admin_refuses_a_page_older_than_what_was_prepared(anne, luc, address, meeting):
    form = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    hers = admin_filled_in(anne, form, place="Salle C")
    luc.post(address, filled_in(luc, address, capacity="9"))
    assert "Quelqu’un a changé cette rencontre" in text_of(anne.post(form, hers))
    meeting.refresh_from_db()
    assert (meeting.place, meeting.capacity) == ("Salle A", 9)


@pytest.mark.parametrize("base", ["", "{", "[]", '{"title": 3}'])
def test_marks_that_cannot_be_read_only_tick_nothing(anne, luc, address, base):
    answer = both_write(anne, luc, address, {"title": "Selon Anne"}, {"title": "Selon Luc", "base": base})
    assert answer.status_code == 409
    assert "choice-title" not in controls(answer, "compare")


@pytest.mark.parametrize("revision", ["", "abc", "-1", "99999999999999999999", "²"])
def test_a_page_without_its_revision_is_compared(luc, address, meeting, revision):
    answer = luc.post(address, filled_in(luc, address, title="Selon Luc", revision=revision))
    assert answer.status_code == 409
    assert Meeting.objects.get().title == "Au début"


def test_the_same_words_twice_need_no_choice(anne, luc, address):
    answer = both_write(anne, luc, address, {"title": "Pareil"}, {"title": "Pareil"})
    assert answer.status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_is_kept_and_the_other_compared(meeting, address):
    clients = [coordinator("Anne"), coordinator("Luc")]
    pages = [filled_in(client, address, title=f"Titre {rank}") for rank, client in enumerate(clients)]
    answers, together = {}, threading.Barrier(2)

    def press(rank):
        together.wait()
        try:
            answers[rank] = clients[rank].post(address, pages[rank]).status_code
        finally:
            connection.close()

    people = [threading.Thread(target=press, args=[rank]) for rank in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(answers.values()) == [302, 409]
    kept = next(rank for rank, status in answers.items() if status == 302)
    meeting.refresh_from_db()
    assert (meeting.title, meeting.revision) == (f"Titre {kept}", 1)
