"""The coordinator prepares a meeting on one page."""

import datetime as dt

import pytest
from django.utils import timezone

from chantier.models import Organization, TraceEntry
from meetings.actions import convening, preparing
from meetings.models import Meeting, Reminding
from tests import factories as f
from tests.pages import text_of
from tests.prepare_form import added, controls, filled_in

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def in_days(days):
    return timezone.localdate() + days * DAY


@pytest.fixture
def aims(cycle):
    return f.ObjectiveFactory.create_batch(2, cycle=cycle)


@pytest.fixture
def meeting(cycle, aims):
    """A draft in a month, with two objectives, a line of agenda and a guest."""
    meeting = f.MeetingFactory(cycle=cycle, draft=True, date=in_days(30), title="Cadre de référence")
    first, _ = (f.MeetingObjectiveFactory(meeting=meeting, position=n) for n in (1, 2))
    first.objectives.add(aims[0])
    f.AgendaLineFactory(meeting=meeting, text="Accueil", minutes=15)
    f.MeetingGuestFactory(meeting=meeting, email="invitee@ailleurs.example")
    return meeting


@pytest.fixture
def desk(sign_in, coordinator):
    return sign_in(coordinator)


def address(meeting):
    return f"/rencontres/{meeting.slug}/preparer/"


def save(desk, meeting, **changes):
    """Save the page with changes; the answer."""
    return desk.post(address(meeting), filled_in(desk, address(meeting), **changes))


# A new meeting.


def test_a_new_meeting_begins_with_a_cycle_and_a_day_and_leads_to_its_page(desk, cycle):
    sent = {"cycle": cycle.slug, "date": str(in_days(20)), "start_time": "13:30", "end_time": "16:00"}
    answer = desk.post("/rencontres/nouvelle/", sent)
    meeting = Meeting.objects.get()
    assert answer["Location"] == address(meeting)
    assert (meeting.state, meeting.cycle, meeting.date) == ("draft", cycle, in_days(20))
    assert [timezone.localtime(at).hour for at in (meeting.starts_at, meeting.ends_at)] == [13, 16]
    assert "Préparer la rencontre" in text_of(desk.get(answer["Location"]))
    assert TraceEntry.objects.filter(event="meeting_begun", object_id=str(meeting.pk)).exists()


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        ({"date": str(in_days(-1))}, "Cette date est passée."),
        ({"date": "2027-03-14", "start_time": "02:30"}, "Cette heure n’existe pas ce jour-là"),
        ({"date": "2027-03-15", "start_time": "16:00", "end_time": "13:00"}, "La fin vient après le début."),
        ({"date": "2027-03-15", "end_time": "13:00"}, "Donnez aussi l’heure de début."),
        ({"date": ""}, "obligatoire"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_what_was_typed_stays(desk, cycle, sent, refusal):
    answer = desk.post("/rencontres/nouvelle/", {"cycle": cycle.slug, "title": "Mon titre", **sent})
    assert refusal in text_of(answer)
    assert 'value="Mon titre"' in answer.text
    assert not Meeting.objects.exists()


def test_a_meeting_from_an_earlier_one_takes_what_is_prepared_and_nothing_of_what_happened(
    desk, cycle, meeting
):
    town = f.ParticipationFactory(cycle=cycle).organization
    meeting.place, meeting.video_link, meeting.invites_all = "Salle A", "https://visio.example/a", False
    meeting.state, meeting.answer_by = Meeting.State.PUBLISHED, meeting.date
    meeting.save()
    meeting.organizations.add(town)
    f.SynthesisPointFactory(meeting=meeting)
    f.ConvocationFactory(meeting=meeting)
    f.RemindingFactory(meeting=meeting, days=[3], subject="Bientôt")
    sent = {"cycle": cycle.slug, "source": meeting.slug, "date": str(in_days(60))}
    desk.post("/rencontres/nouvelle/", sent)
    copy = Meeting.objects.get(date=in_days(60))
    assert (copy.title, copy.place, copy.video_link) == (
        "Cadre de référence",
        "Salle A",
        "https://visio.example/a",
    )
    assert (copy.state, copy.answer_by, copy.starts_at) == ("draft", None, None)
    assert [[aim.pk for aim in item.objectives.all()] for item in copy.objectives.all()] == [
        [cycle.objectives.first().pk],
        [],
    ]
    assert [item.text for item in copy.objectives.all()] == [item.text for item in meeting.objectives.all()]
    assert [(row.text, row.minutes) for row in copy.agenda.all()] == [("Accueil", 15)]
    assert [row.email for row in copy.guests.all()] == ["invitee@ailleurs.example"]
    assert list(copy.organizations.all()) == [town]
    assert (copy.reminding.days, copy.reminding.subject) == ([3], "Bientôt")
    assert not copy.points.exists()
    assert not copy.convocations.exists()


def test_objectives_follow_into_the_next_cycle_by_their_words(desk, cycle, meeting, aims):
    following = f.CycleFactory(chantier=cycle.chantier, starting_year=2021)
    same = f.ObjectiveFactory(cycle=following, text=aims[0].text)
    desk.post(
        "/rencontres/nouvelle/",
        {"cycle": following.slug, "source": meeting.slug, "date": str(in_days(60))},
    )
    copy = following.meetings.get()
    assert [aim for item in copy.objectives.all() for aim in item.objectives.all()] == [same]


# The page.


def test_what_is_not_touched_stays_as_it_was(desk, meeting):
    before = {
        name: list(getattr(meeting, name).order_by("pk").values())
        for name in ("objectives", "agenda", "guests")
    }
    answer = save(desk, meeting)
    assert answer.status_code == 302
    assert "Rien n’a changé." in text_of(desk.get(address(meeting)))
    for name, rows in before.items():
        assert list(getattr(meeting, name).order_by("pk").values()) == rows
    meeting.refresh_from_db()
    assert meeting.revision == 0


def test_everything_is_saved_at_once_and_traced(desk, meeting, aims, cycle):
    town = f.ParticipationFactory(cycle=cycle).organization
    network = f.OrganizationFactory(kind=Organization.Kind.PARTNER_NETWORK)
    f.ParticipationFactory(cycle=cycle, organization=network)
    other = f.ParticipationFactory(cycle=cycle).organization
    sent = filled_in(
        desk,
        address(meeting),
        date=str(in_days(31)),
        start_time="13:30",
        end_time="16:00",
        title="Nouveau titre",
        place="Salle B",
        video_link="https://visio.example/b",
        capacity="20",
        answer_by=str(in_days(25)),
        invited="some",
        organizations=[town.pk],
        networks=[network.pk],
    )
    sent |= {"reminding-days": "1 14", "reminding-hour": "08:00", "reminding-subject": "À bientôt"}
    sent = added(sent, "objectives", text="Un troisième", aims=[aims[0].pk, aims[1].pk])
    sent = added(sent, "agenda", text="Échange", minutes="90", led_by="La coordination")
    sent = added(sent, "guests", email="Autre@Ailleurs.example", name="Autre")
    answer = desk.post(address(meeting), sent)
    meeting.refresh_from_db()
    assert answer["Location"] == address(meeting)
    assert (meeting.title, meeting.place, meeting.capacity) == ("Nouveau titre", "Salle B", 20)
    assert (meeting.date, meeting.answer_by, meeting.slug) == (in_days(31), in_days(25), str(in_days(31)))
    assert timezone.localtime(meeting.starts_at).hour == 13
    assert set(meeting.organizations.all()) == {town, network}
    assert other not in meeting.organizations.all()
    assert [item.text for item in meeting.objectives.all()][2] == "Un troisième"
    assert set(meeting.objectives.all()[2].objectives.all()) == set(aims)
    assert [(row.text, row.minutes, row.led_by) for row in meeting.agenda.all()] == [
        ("Accueil", 15, ""),
        ("Échange", 90, "La coordination"),
    ]
    assert meeting.guests.count() == 2
    assert (meeting.reminding.days, meeting.reminding.hour) == ([14, 1], dt.time(8))
    entry = TraceEntry.objects.get(event="prepared")
    assert entry.detail["revision"] == meeting.revision == 1
    assert {"date", "hours", "objectives", "agenda", "guests", "reminding"} <= set(entry.detail["changed"])


def test_the_usual_reminders_need_no_row(desk, meeting):
    save(desk, meeting, **{"reminding-days": "7, 1", "title": "Autre"})
    assert not Reminding.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "refusal"),
    [
        ({"date": str(in_days(-1))}, "date", "Cette date est passée."),
        ({"date": "2027-03-14", "start_time": "02:30"}, "start_time", "Cette heure n’existe pas"),
        ({"start_time": "16:00", "end_time": "13:00"}, "end_time", "La fin vient après le début."),
        ({"answer_by": str(in_days(31))}, "answer_by", "au plus tard le jour de la rencontre"),
        ({"answer_by": str(in_days(-1))}, "answer_by", "Cette date est passée."),
        (
            {"video_link": "javascript:alert(1)"},
            "video_link",
            "Donnez une adresse qui commence par https://.",
        ),
        (
            {"video_link": "ftp://visio.example/"},
            "video_link",
            "Donnez une adresse qui commence par https://.",
        ),
        ({"capacity": "0"}, "capacity", "Donnez au moins une place."),
        ({"invited": "some"}, "invited", "Choisissez au moins une organisation"),
        ({"reminding-days": "7, 200"}, "reminding-days", "Donnez au plus 5 nombres de jours"),
        ({"title": "deux\x85lignes"}, "title", "Écrivez sur une seule ligne."),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_everything_typed_stays(
    desk, meeting, cycle, changes, field, refusal
):
    f.ParticipationFactory(cycle=cycle)
    sent = filled_in(desk, address(meeting), place="Une salle", **changes)
    sent = added(sent, "objectives", text="Pas encore écrit")
    sent = added(sent, "agenda", text="Un point", minutes="20")
    sent = added(sent, "guests", email="elle@ailleurs.example")
    answer = desk.post(address(meeting), sent)
    assert answer.status_code == 200
    page = answer.context["page"]
    bound = next(bound for bound in page if bound.html_name == field)
    assert any(refusal in error for error in bound.errors), page.errors
    assert text_of(answer).count(refusal) >= 2  # beside the field, and summed up at the top
    kept = controls(answer)
    assert {name: values for name, values in kept.items() if name in sent and values != sent[name]} == {
        name: [value] if isinstance(value, str) else value
        for name, value in sent.items()
        if isinstance(value, str)
    }
    meeting.refresh_from_db()
    assert (meeting.place, meeting.revision, meeting.objectives.count()) == ("", 0, 2)


@pytest.mark.parametrize(
    ("name", "values", "refusal"),
    [
        ("agenda", {"text": "Sans durée"}, "Donnez la durée de ce point."),
        ("agenda", {"text": "", "minutes": "10"}, "Écrivez le point, ou retirez cette ligne."),
        ("agenda", {"text": "Long", "minutes": "2000"}, "une journée au plus"),
        ("objectives", {"text": " ", "aims": ["999999"]}, "Écrivez l’énoncé, ou retirez cet objectif."),
        ("guests", {"email": "pas une adresse"}, "adresse"),
        ("guests", {"email": "INVITEE@ailleurs.example"}, "Cette adresse est déjà dans la liste."),
    ],
)
def test_a_mistake_in_a_row_is_said_beside_it(desk, meeting, name, values, refusal):
    answer = desk.post(address(meeting), added(filled_in(desk, address(meeting)), name, **values))
    assert answer.status_code == 200
    assert refusal in text_of(answer)
    meeting.refresh_from_db()
    assert meeting.revision == 0


def test_a_member_is_not_invited_as_a_guest(desk, meeting):
    person = f.MembershipFactory(user__email="elle@ville.example").user
    sent = added(filled_in(desk, address(meeting)), "guests", email="Elle@Ville.example")
    answer = desk.post(address(meeting), sent)
    assert "Cette personne est membre du portail : invitez son organisation" in text_of(answer)
    assert str(person.organization) in text_of(answer)
    assert meeting.guests.count() == 1


def test_somebody_who_left_may_be_invited_as_a_guest(desk, meeting):
    f.MembershipFactory(user__email="elle@ville.example", until=timezone.localdate())
    sent = added(filled_in(desk, address(meeting)), "guests", email="elle@ville.example")
    assert desk.post(address(meeting), sent).status_code == 302
    assert meeting.guests.count() == 2


def test_a_row_that_is_left_blank_is_no_row(desk, meeting):
    sent = added(added(filled_in(desk, address(meeting)), "agenda"), "guests")
    assert desk.post(address(meeting), sent).status_code == 302
    assert (meeting.agenda.count(), meeting.guests.count()) == (1, 1)


def test_more_rows_than_a_page_takes_are_refused_and_all_kept(desk, meeting):
    sent = filled_in(desk, address(meeting))
    for n in range(1, 62):
        sent = added(sent, "agenda", f"n{n}", text=f"Point {n}", minutes="5")
    answer = desk.post(address(meeting), sent)
    assert "Gardez au plus 60 lignes" in text_of(answer)
    assert controls(answer)["agenda-row"] == sent["agenda-row"]
    assert meeting.agenda.count() == 1


# Where it is offered.


def test_the_page_is_offered_to_the_coordinator_only(desk, sign_in, member, meeting):
    Meeting.objects.update(state="convened")
    new = 'href="/rencontres/nouvelle/'
    prepare = f'href="{address(meeting)}"'
    for client, offered in ((desk, True), (None, False)):
        client = client or sign_in(member)
        assert (new in client.get("/rencontres/").text) is offered
        assert (prepare in client.get(meeting.get_absolute_url()).text) is offered


def test_a_meeting_is_taken_up_from_its_own_page(desk, meeting):
    link = f"/rencontres/nouvelle/?source={meeting.slug}&cycle={meeting.cycle.slug}"
    assert link.replace("&", "&amp;") in desk.get(meeting.get_absolute_url()).text
    form = desk.get(link).context["form"]
    assert (form["source"].value(), form["cycle"].value()) == (meeting.slug, meeting.cycle.slug)


# Rows, without a script.


def do(desk, meeting, gesture, **changes):
    sent = filled_in(desk, address(meeting), **changes)
    return desk.post(address(meeting), sent | {"do": gesture})


@pytest.mark.parametrize("name", ["objectives", "agenda", "guests"])
def test_a_row_is_added_with_everything_typed_kept_and_nothing_saved(desk, meeting, name):
    answer = do(desk, meeting, f"{name}-add", title="Titre en cours", date="")
    kept = controls(answer)
    assert kept[f"{name}-row"][-1] == "n1"
    assert kept["title"] == ["Titre en cours"]
    assert "à corriger" not in text_of(answer)
    assert "Ajouté en position" in text_of(answer)
    meeting.refresh_from_db()
    assert meeting.title == "Cadre de référence"


def test_objectives_are_moved_by_buttons_and_saved_in_that_order(desk, meeting):
    first, second = meeting.objectives.all()
    answer = do(desk, meeting, f"objectives-up-{second.pk}")
    assert controls(answer)["objectives-row"] == [str(second.pk), str(first.pk)]
    assert "Maintenant en position 1 sur 2." in text_of(answer)
    assert desk.post(address(meeting), controls(answer)).status_code == 302
    assert list(meeting.objectives.all()) == [second, first]


@pytest.mark.parametrize(
    ("verb", "which", "order"), [("up", 0, [0, 1]), ("down", 1, [0, 1]), ("down", 0, [1, 0])]
)
def test_a_row_at_the_end_stays_there(desk, meeting, verb, which, order):
    keys = [str(item.pk) for item in meeting.objectives.all()]
    kept = controls(do(desk, meeting, f"objectives-{verb}-{keys[which]}"))
    assert kept["objectives-row"] == [keys[n] for n in order]


def test_a_row_is_taken_away_once_saved(desk, meeting):
    first, second = meeting.objectives.all()
    answer = do(desk, meeting, f"objectives-remove-{first.pk}")
    assert meeting.objectives.count() == 2
    assert desk.post(address(meeting), controls(answer)).status_code == 302
    assert list(meeting.objectives.all()) == [second]


def test_an_objective_that_a_point_answers_stays(desk, meeting):
    first, _ = meeting.objectives.all()
    f.PointAnswerFactory(objective=first, point=f.SynthesisPointFactory(meeting=meeting))
    answer = desk.post(address(meeting), controls(do(desk, meeting, f"objectives-remove-{first.pk}")))
    assert "Un point de synthèse répond à un objectif que vous retirez" in text_of(answer)
    assert meeting.objectives.count() == 2


def test_a_row_of_another_meeting_is_never_touched(desk, meeting):
    stranger = f.MeetingObjectiveFactory(text="Ailleurs")
    sent = added(filled_in(desk, address(meeting)), "objectives", str(stranger.pk), text="Ici")
    assert desk.post(address(meeting), sent).status_code == 302
    stranger.refresh_from_db()
    assert stranger.text == "Ailleurs"
    assert [item.text for item in meeting.objectives.all()][-1] == "Ici"


# The agenda against the clock.


def test_the_agenda_adds_up_and_each_line_says_when_it_begins(desk, meeting):
    f.AgendaLineFactory(meeting=meeting, text="Échange", minutes=75, position=2)
    answer = do(desk, meeting, "agenda-count", start_time="13:30", end_time="16:00")
    page = text_of(answer)
    assert "Total : 1 h 30 sur 2 h 30; il reste 1 h." in page
    assert "13 h 30" in page
    assert "13 h 45" in page
    answer = do(desk, meeting, "agenda-count", start_time="13:30", end_time="14:30")
    assert "la rencontre déborde de 30 min." in text_of(answer)


def test_members_read_the_agenda_with_its_hours(desk, sign_in, meeting, member):
    save(desk, meeting, start_time="13:30", end_time="16:00", video_link="https://visio.example/b")
    Meeting.objects.update(state="convened")
    page = sign_in(member).get(meeting.get_absolute_url())
    assert "13 h 30 Accueil" in text_of(page)
    assert 'href="https://visio.example/b"' in page.text


# Two people at the same moment.


@pytest.mark.parametrize("what", ["begun", "moved"])
def test_two_drafts_of_one_day_at_the_same_moment_have_each_their_address(
    desk, cycle, meeting, monkeypatch, what
):
    f.MeetingFactory(cycle=cycle, draft=True, date=in_days(40))
    free, seen = Meeting._free_slug, []

    def late(self):
        """The address that was free a moment ago."""
        seen.append(self)
        return str(self.date) if len(seen) == 1 else free(self)

    monkeypatch.setattr(Meeting, "_free_slug", late)
    if what == "begun":
        answer = desk.post("/rencontres/nouvelle/", {"cycle": cycle.slug, "date": str(in_days(40))})
    else:
        answer = save(desk, meeting, date=str(in_days(40)))
    assert answer["Location"] == f"/rencontres/{in_days(40)}-2/preparer/"


# What happened already.


def test_a_convened_meeting_moves_once_all_is_written(desk, meeting, monkeypatch):
    Meeting.objects.update(state="convened")
    told = []
    for name in ("move", "invited_changed"):
        run = getattr(preparing.convening, name)

        def watched(meeting, *, name=name, run=run, **more):
            told.append((name, Meeting.objects.get(pk=meeting.pk).title))
            return run(meeting, **more)

        monkeypatch.setattr(preparing.convening, name, watched)
    save(desk, meeting, date=str(in_days(40)), title="Reportée")
    moved = Meeting.objects.get(pk=meeting.pk)
    assert (moved.date, moved.sequence, moved.slug) == (in_days(40), 1, meeting.slug)
    assert told == [("move", "Reportée"), ("invited_changed", "Reportée")]
    told.clear()
    save(desk, meeting, title="Même jour")
    assert told == [("invited_changed", "Même jour")]


def test_the_day_of_a_meeting_that_took_place_does_not_change(desk, cycle):
    meeting = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD, date=in_days(-10))
    assert save(desk, meeting, date=str(in_days(3)), title="Corrigé").status_code == 302
    meeting.refresh_from_db()
    assert (meeting.date, meeting.title) == (in_days(-10), "Corrigé")


def test_a_cancelled_meeting_is_not_prepared(desk, cycle):
    meeting = f.MeetingFactory(cycle=cycle, state=Meeting.State.CANCELLED)
    assert desk.get(address(meeting))["Location"] == meeting.get_absolute_url()


@pytest.mark.parametrize("button", [{}, {"do": "agenda-add"}, {"merge": "save"}])
def test_what_was_typed_of_a_meeting_cancelled_meanwhile_is_shown_and_not_saved(desk, meeting, button):
    Meeting.objects.update(state="convened")
    typed = filled_in(desk, address(meeting), title="Mots précieux")
    typed = added(typed, "agenda", text="Bilan", minutes="5")
    convening.cancel(meeting, by=None)
    page = desk.post(address(meeting), typed | button)
    assert page.status_code == 409
    assert "annulée pendant que vous écriviez" in text_of(page)
    assert 'value="Mots précieux"' in page.text
    assert 'value="Bilan"' in page.text
    assert Meeting.objects.get().title == "Cadre de référence"


def test_a_state_that_is_none_is_compared(desk, meeting):
    assert save(desk, meeting, title="Autre", state="\x00").status_code == 409


def test_a_meeting_stays_after_the_one_whose_points_it_takes_up(desk, cycle, meeting):
    before = f.MeetingFactory(cycle=cycle, state=Meeting.State.HELD, date=in_days(10))
    first = meeting.objectives.first()
    first.comes_from = f.SynthesisPointFactory(meeting=before)
    first.save()
    answer = save(desk, meeting, date=str(in_days(5)))
    assert "l’ordre des deux ne peut pas changer" in text_of(answer)


def test_nothing_is_saved_when_the_last_step_fails(desk, meeting, monkeypatch):
    def fail(*args, **more):
        raise RuntimeError("panne")

    monkeypatch.setattr(preparing.trace, "record", fail)
    sent = added(filled_in(desk, address(meeting), title="Perdu"), "agenda", text="x", minutes="5")
    with pytest.raises(RuntimeError):
        desk.post(address(meeting), sent)
    meeting.refresh_from_db()
    assert (meeting.title, meeting.revision, meeting.agenda.count()) == ("Cadre de référence", 0, 1)


def test_the_page_asks_the_same_number_of_queries_when_everything_doubles(
    desk, meeting, cycle, django_assert_max_num_queries
):
    def grow():
        f.ObjectiveFactory(cycle=cycle)
        f.MeetingObjectiveFactory(meeting=meeting).objectives.add(*cycle.objectives.all())
        f.AgendaLineFactory(meeting=meeting)
        f.MeetingGuestFactory(meeting=meeting)
        f.MeetingDocumentFactory(meeting=meeting)
        meeting.organizations.add(f.ParticipationFactory(cycle=cycle).organization)

    grow()
    with django_assert_max_num_queries(25) as few:
        desk.get(address(meeting))
    for _ in range(10):
        grow()
    with django_assert_max_num_queries(len(few)):
        page = desk.get(address(meeting))
    assert len(controls(page)["objectives-row"]) == 13


def test_saving_asks_the_same_number_of_queries_when_the_lists_double(
    desk, meeting, django_assert_max_num_queries
):
    def sent(rows, first):
        data = filled_in(desk, address(meeting))
        for n in range(first, first + rows):
            data = added(data, "objectives", f"n{n}", text=f"Objectif {n}")
            data = added(data, "agenda", f"n{n}", text=f"Point {n}", minutes="5")
            data = added(data, "guests", f"n{n}", email=f"invitee{n}@ailleurs.example")
        return data

    data = sent(2, 1)
    with django_assert_max_num_queries(70) as few:
        desk.post(address(meeting), data)
    most = len(few)
    data = sent(20, 3)
    with django_assert_max_num_queries(most):
        desk.post(address(meeting), data)
    assert meeting.guests.count() == 23
