"""The activities of the partner networks: announced, changed, called off, in pages and in calendars."""

import datetime as dt
import secrets

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chantier.models import Organization, TraceEntry
from ecpar_portal.refusal import Refusal
from meetings.actions import activities as actions
from meetings.models import Activity
from meetings.models.feeds import digest_of
from tests import factories as f
from tests.meetings import rfc5545
from tests.pages import text_of
from tests.security.hostile import SCRIPTS

pytestmark = pytest.mark.django_db

PAGE = "/echanges/activites/"
DAY = dt.timedelta(days=1)
TOKEN = secrets.token_urlsafe(32)
SOON = timezone.localdate() + 20 * DAY
SENT = {"title": "Salon des EES", "date": str(SOON), "place": "Québec", "link": "", "description": ""}
SENT |= {"start_time": "", "end_time": "", "last_day": ""}


@pytest.fixture
def network(cycle):
    """Somebody of a partner network that takes part."""
    return f.member_of(cycle, kind=Organization.Kind.PARTNER_NETWORK, name="Réseau A")


@pytest.fixture
def activity(cycle, network):
    return f.ActivityFactory(
        chantier=cycle.chantier, organization=network.organization, title="Salon des EES", date=SOON
    )


@pytest.fixture
def feed(member):
    """What the member's calendar program reads."""
    f.CalendarFeedFactory(user=member, token_digest=digest_of(TOKEN))
    return lambda **headers: Client().get(f"/agenda/{TOKEN}.ics", headers=headers)


# Writing ---------------------------------------------------------------------------------------------


def test_a_network_announces_its_own_and_the_chantier_reads_it(sign_in, network, member, cycle):
    hours = {"start_time": "13:30", "end_time": "16:00", "link": "https://reseau.example/"}
    page = sign_in(network).post(f"{PAGE}nouvelle/", SENT | hours, follow=True)
    kept = Activity.objects.get()
    assert page.redirect_chain == [(kept.get_absolute_url(), 302)]
    assert (kept.chantier, kept.organization, kept.written_by) == (
        cycle.chantier,
        network.organization,
        network,
    )
    assert timezone.localtime(kept.starts_at).time() == dt.time(13, 30)
    client = sign_in(member)
    words = text_of(client.get(kept.get_absolute_url()))
    for shown in ("Salon des EES", "Réseau A", "13 h 30 à 16 h", "Québec", "https://reseau.example/"):
        assert shown in words
    assert "Modifier" not in words
    assert "Salon des EES" in text_of(client.get(PAGE))
    assert TraceEntry.objects.get(event="activity_announced").by == network


def test_the_coordinator_announces_for_a_network_that_takes_part_and_for_no_other(
    sign_in, coordinator, network, member, cycle
):
    client = sign_in(coordinator)
    rival = f.OrganizationFactory(kind=Organization.Kind.PARTNER_NETWORK, name="Réseau ailleurs")
    form = {"chantier": cycle.chantier.slug}
    assert "Réseau ailleurs" not in client.get(f"{PAGE}nouvelle/").text
    for organization in (rival, member.organization):
        page = client.post(f"{PAGE}nouvelle/", SENT | form | {"organization": organization.slug})
        assert page.context["form"].errors["organization"]
    client.post(f"{PAGE}nouvelle/", SENT | form | {"organization": network.organization.slug})
    assert Activity.objects.get().organization == network.organization
    for person, organization in ((network, rival), (member, member.organization), (coordinator, rival)):
        other = f.ActivityFactory.build(chantier=cycle.chantier, organization=organization)
        with pytest.raises(Refusal):
            actions.announce(other, by=person)


def test_what_is_sent_twice_is_announced_once(sign_in, network):
    client = sign_in(network)
    for _ in range(2):
        client.post(f"{PAGE}nouvelle/", SENT)
    assert Activity.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"title": ""}, "title", "Donnez une réponse ici"),
        ({"title": "x" * 20_000}, "title", "au plus 160 caractères"),
        ({"title": "a\u2028b"}, "title", "une seule ligne"),
        ({"place": "🌱" * 20_000}, "place", "au plus 160 caractères"),
        ({"description": "é" * 20_000}, "description", "au plus 4 000 caractères"),
        ({"link": "https://a.example/" + "x" * 20_000}, "link", "500"),
        ({"link": "javascript:alert(1)"}, "link", "https://"),
        ({"link": "ftp://a.example/"}, "link", "https://"),
        ({"date": ""}, "date", "Donnez une réponse ici"),
        ({"date": "1999-01-01"}, "date", "Cette date est passée"),
        ({"date": "2201-01-01"}, "date", "de 2007 à 2200"),
        ({"date": str(timezone.localdate() - DAY)}, "date", "Cette date est passée"),
        ({"last_day": str(SOON - DAY)}, "last_day", "vient après le premier"),
        ({"start_time": "13:00", "end_time": "12:00"}, "end_time", "vient après le début"),
        ({"end_time": "12:00"}, "start_time", "heure de début"),
        ({"date": "2027-03-14", "start_time": "02:30"}, "start_time", "n’existe pas"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(
    sign_in, network, activity, sent, field, said
):
    client = sign_in(network)
    for address in (f"{PAGE}nouvelle/", f"{activity.get_absolute_url()}modifier/"):
        page = client.post(address, SENT | {"sequence": "0"} | sent)
        assert page.status_code == 200
        errors = " ".join(page.context["form"].errors[field]).replace("\u00a0", " ")
        assert said in errors, errors
        assert f'id="id_{field}_error"' in page.text
        assert "maxlength" not in page.text
        for typed in sent.values():
            assert typed.replace("\u2028", "")[:1000] in page.text.replace("\u2028", "")
    assert Activity.objects.count() == 1


@pytest.mark.parametrize("text", ["مرحبا", "👩🏽‍🌾 🌱", *[s for s in SCRIPTS[:8] if len(s) <= 160]])
def test_any_writing_is_shown_as_text_on_pages_and_in_calendars(sign_in, network, text, feed):
    client = sign_in(network)
    page = client.post(
        f"{PAGE}nouvelle/", SENT | dict.fromkeys(("title", "place", "description"), text), follow=True
    )
    kept = Activity.objects.get()
    assert (kept.title, kept.place, kept.description) == (text, text, text)
    for shown in (page, client.get(PAGE), client.get(f"{PAGE}calendrier/?mois={SOON:%Y-%m}")):
        assert (
            text_of(shown).replace("’", "'").replace("\u00a0", " ").count(text.replace("’", "'").split()[0])
        )
        if text in SCRIPTS:
            assert text not in shown.text
    (event,) = rfc5545.events_of(feed().content)
    assert rfc5545.unescaped(event["LOCATION"].value) == text


def test_one_of_several_days_ends_on_the_last(sign_in, network, feed):
    client = sign_in(network)
    last = SOON + 2 * DAY
    client.post(f"{PAGE}nouvelle/", SENT | {"last_day": str(last)})
    client.post(
        f"{PAGE}nouvelle/",
        SENT | {"title": "Avec heures", "last_day": str(last), "start_time": "18:00", "end_time": "09:00"},
    )
    whole, timed = rfc5545.events_of(feed().content)
    assert (whole["DTSTART"].value, whole["DTEND"].value) == (f"{SOON:%Y%m%d}", f"{last + DAY:%Y%m%d}")
    assert (timed["DTSTART"].value, timed["DTEND"].value) == (
        f"{SOON:%Y%m%d}T180000",
        f"{last:%Y%m%d}T090000",
    )


# Changing --------------------------------------------------------------------------------------------


def changed(client, activity, **sent):
    page = client.get(f"{activity.get_absolute_url()}modifier/")
    seen = page.context["seen"]
    return client.post(
        f"{activity.get_absolute_url()}modifier/", SENT | {"sequence": seen} | sent, follow=True
    )


def test_a_change_raises_the_sequence_and_nothing_changed_does_not(sign_in, network, activity):
    client = sign_in(network)
    changed(client, activity, place="Lévis")
    activity.refresh_from_db()
    assert (activity.place, activity.sequence) == ("Lévis", 1)
    assert "Rien n’a changé" in text_of(changed(client, activity, place="Lévis"))
    activity.refresh_from_db()
    assert activity.sequence == 1
    assert TraceEntry.objects.get(event="activity_changed").detail == {"changed": ["place"]}


def test_two_people_who_change_it_at_once_see_both_texts_and_lose_none(
    sign_in, coordinator, network, activity
):
    colleague, address = (
        f.MembershipFactory(organization=network.organization).user,
        f"{activity.get_absolute_url()}modifier/",
    )
    seen = sign_in(network).get(address).context["seen"]
    changed(sign_in(colleague), activity, place="Gaspé", description="Ce que dit la collègue")
    client = sign_in(network)
    page = client.post(
        address, SENT | {"sequence": seen, "place": "Rimouski", "description": "Ce que je dis"}
    )
    assert page.status_code == 409
    words = text_of(page)
    for shown in ("Quelqu’un a changé cette activité", "Gaspé", "Rimouski", "Ce que dit la collègue"):
        assert shown in words
    assert 'value="Rimouski"' in page.text
    assert "Ce que je dis</textarea>" in page.text
    activity.refresh_from_db()
    assert activity.place == "Gaspé"
    again = SENT | {"sequence": page.context["seen"], "place": "Rimouski", "description": "Les deux"}
    client.post(address, again)
    activity.refresh_from_db()
    assert (activity.place, activity.description, activity.sequence) == ("Rimouski", "Les deux", 2)
    # A mistake on the way does not forget which text the person had seen.
    stale = client.post(address, again | {"sequence": "0", "title": ""})
    assert (stale.status_code, stale.context["seen"]) == (200, 0)


@pytest.mark.parametrize("sequence", ["", "abc", "-1", "99999999999999999999", "²"])
def test_a_page_that_tells_no_revision_overwrites_nothing(sign_in, network, activity, sequence):
    address = f"{activity.get_absolute_url()}modifier/"
    page = sign_in(network).post(address, SENT | {"sequence": sequence, "place": "Ailleurs"})
    assert page.status_code == 409
    activity.refresh_from_db()
    assert activity.place == ""


def test_one_that_is_called_off_stays_and_changes_no_more(sign_in, network, member, activity):
    client, address = sign_in(network), f"{activity.get_absolute_url()}annuler/"
    assert "Salon des EES" in text_of(client.get(address))
    assert not Activity.objects.get().is_cancelled
    client.post(address)
    activity.refresh_from_db()
    assert (activity.is_cancelled, activity.sequence) == (True, 1)
    assert "déjà annulée" in text_of(client.post(address, follow=True)) or "est annulée" in text_of(
        client.post(address, follow=True)
    )
    page = client.post(f"{activity.get_absolute_url()}modifier/", SENT | {"sequence": "1"}, follow=True)
    assert "ne change plus" in text_of(page)
    with pytest.raises(Refusal):
        actions.change(activity, seen=1, by=network)
    activity.refresh_from_db()
    assert activity.sequence == 1
    for shown in (PAGE, activity.get_absolute_url(), f"{PAGE}calendrier/?mois={SOON:%Y-%m}"):
        assert "nnulée" in text_of(sign_in(member).get(shown))


def test_another_network_changes_nothing_of_it(sign_in, cycle, activity):
    rival = f.member_of(cycle, kind=Organization.Kind.PARTNER_NETWORK)
    for verb in ("modifier", "annuler"):
        assert sign_in(rival).post(f"{activity.get_absolute_url()}{verb}/", SENT).status_code == 403
    with pytest.raises(Refusal):
        actions.call_off(activity, by=rival)
    with pytest.raises(Refusal):
        actions.change(activity, seen=0, by=rival)


# Reading ---------------------------------------------------------------------------------------------


def test_those_to_come_are_read_first_and_the_past_ones_when_asked(sign_in, member, cycle, network):
    today = timezone.localdate()
    for title, day, last in (
        ("Plus tard", today + 9 * DAY, None),
        ("Bientôt", today + DAY, None),
        ("En cours", today - 2 * DAY, today),
        ("Passée", today - 9 * DAY, None),
    ):
        f.ActivityFactory(
            chantier=cycle.chantier, organization=network.organization, title=title, date=day, last_day=last
        )
    client = sign_in(member)
    titles = lambda query: [row.title for row in client.get(PAGE + query).context["page"]]  # noqa: E731
    assert titles("") == ["En cours", "Bientôt", "Plus tard"]
    assert titles("?period=past") == ["Passée"]
    assert titles("?q=BIENTOT") == ["Bientôt"]
    assert titles(f"?network={network.organization.slug}&q=tard") == ["Plus tard"]
    assert titles("?period=rien") == ["En cours", "Bientôt", "Plus tard"]


def test_a_month_shows_each_day_of_an_activity(sign_in, member, cycle, network):
    f.ActivityFactory(
        chantier=cycle.chantier,
        organization=network.organization,
        title="Semaine",
        date=dt.date(2027, 1, 30),
        last_day=dt.date(2027, 2, 2),
    )
    client = sign_in(member)
    page = client.get(f"{PAGE}calendrier/?mois=2027-02")
    month = page.context["month"]
    assert [day.date for day in month.busy] == [dt.date(2027, 2, 1), dt.date(2027, 2, 2)]
    assert all(len(week) == 7 and week[0].date.weekday() == 0 for week in month.weeks)
    assert "Février 2027" in text_of(page)
    for other in ("2027-01", "2027-03"):
        assert f"?mois={other}" in page.text
    assert "Aucune activité annoncée" in text_of(client.get(f"{PAGE}calendrier/?mois=2027-03"))


@pytest.mark.parametrize("month", ["", "abc", "2027-13", "0000-01", "2006-12", "2201-01", "%00", "٢٠٢٧-٠١"])
def test_a_month_that_is_none_is_this_one(sign_in, member, month):
    page = sign_in(member).get(f"{PAGE}calendrier/?mois={month}")
    assert page.context["month"].first == timezone.localdate().replace(day=1)


@pytest.mark.parametrize(("month", "links"), [("2007-01", ["2007-02"]), ("2200-12", ["2200-11"])])
def test_the_calendar_stops_where_the_network_s_time_does(sign_in, member, month, links):
    page = sign_in(member).get(f"{PAGE}calendrier/?mois={month}")
    assert [
        link for link in ("2006-12", "2007-02", "2200-11", "2201-01") if f"?mois={link}" in page.text
    ] == links


def test_another_chantier_s_activity_is_nobody_s(sign_in, outsider, activity):
    client = sign_in(outsider)
    assert client.get(activity.get_absolute_url()).status_code == 404
    assert client.get(f"{activity.get_absolute_url()}activite.ics").status_code == 404
    assert "Salon" not in text_of(client.get(PAGE)) + text_of(
        client.get(f"{PAGE}calendrier/?mois={SOON:%Y-%m}")
    )


def test_where_demo_is_off_a_demonstration_network_has_announced_nothing(
    sign_in, member, activity, feed, settings
):
    Organization.objects.filter(pk=activity.organization_id).update(is_demonstration=True)
    settings.DEMO = False
    client = sign_in(member)
    assert "Salon" not in text_of(client.get(PAGE))
    assert client.get(activity.get_absolute_url()).status_code == 404
    assert rfc5545.events_of(feed().content) == []


@pytest.mark.parametrize("page", ["", "?q=activite", f"calendrier/?mois={SOON:%Y-%m}", "feed"])
def test_ten_times_as_many_cost_the_same_questions(sign_in, member, cycle, feed, page):
    client, counts, sizes = sign_in(member), [], []
    for number in (2, 20):
        for _ in range(number):
            network = f.OrganizationFactory(kind=Organization.Kind.PARTNER_NETWORK)
            f.ActivityFactory(chantier=cycle.chantier, organization=network, date=SOON)
        with CaptureQueriesContext(connection) as queries:
            answer = feed() if page == "feed" else client.get(PAGE + page)
        counts.append(len(queries))
        sizes.append(answer.text.count("Activité "))
    assert counts[0] == counts[1] <= (6 if page == "feed" else 12)
    assert sizes[1] >= sizes[0] * 5


# Calendars -------------------------------------------------------------------------------------------


def test_the_personal_calendar_tells_it_and_keeps_its_name_when_it_moves_and_is_called_off(
    network, activity, feed
):
    (first,) = rfc5545.events_of(feed().content)
    activity.date += DAY
    actions.change(activity, seen=0, by=network)
    (second,) = rfc5545.events_of(feed().content)
    actions.call_off(activity, by=network)
    (third,) = rfc5545.events_of(feed().content)
    events = (first, second, third)
    assert {event["UID"].value for event in events} == {f"activite-{activity.uid}@localhost"}
    assert [event["SEQUENCE"].value for event in events] == ["0", "1", "2"]
    assert [event["STATUS"].value for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert rfc5545.unescaped(first["SUMMARY"].value) == "Réseau A\u00a0: Salon des EES"
    assert first["URL"].value == f"http://localhost{activity.get_absolute_url()}"


def test_the_mark_of_the_feed_changes_with_an_activity(network, activity, feed):
    etag = feed()["ETag"]
    assert feed(if_none_match=etag).status_code == 304
    activity.place = "Lévis"
    actions.change(activity, seen=0, by=network)
    assert feed(if_none_match=etag).status_code == 200


def test_one_is_saved_as_a_calendar(sign_in, member, activity):
    client, address = sign_in(member), f"{activity.get_absolute_url()}activite.ics"
    assert f'href="{address}"' in client.get(activity.get_absolute_url()).text
    answer = client.get(address)
    (event,) = rfc5545.events_of(answer.content)
    assert event["DTSTART"].value == f"{SOON:%Y%m%d}"
    assert "attachment" in answer["Content-Disposition"]
