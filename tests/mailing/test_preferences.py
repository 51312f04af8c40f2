"""What a person chooses to receive, and what leaves then."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecpar_portal import privacy
from mailing import registry
from mailing.actions import REFUSED, NotSentAgain, deliver, send_again
from mailing.models import MailPreferences, OutgoingEmail
from tests import factories as f
from tests.mailing.writing import state_of, write
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PAGE = "/compte/courriels/"


@pytest.fixture(autouse=True)
def optional_kinds(kinds):
    """One kind about meetings to which one is invited, and one about anything."""
    for name in [kind.name for kind in registry.optional_kinds()]:
        if name != registry.DIGEST:
            registry._kinds.pop(name)
    registry.register(registry.Kind("call", "Rappel", optional=True, invited=True, description="Avant elle."))
    registry.register(registry.Kind("gossip", "Nouvelle", optional=True))


def choose(client, *, digest="monthly", **boxes):
    return client.post(PAGE, {"digest": digest, **dict.fromkeys(boxes, "on")})


def test_a_person_who_never_chose_receives_every_kind_and_looking_keeps_nothing(sign_in, member):
    page = sign_in(member).get(PAGE)
    form = page.context["form"]
    assert [(box.name, box.value()) for box in form.boxes] == [("gossip", True), ("call", True)]
    assert form["digest"].value() == "monthly"
    assert not MailPreferences.objects.exists()
    for words in (member.email, "Avant elle.", "Ce qui vient toujours", "convocations", "protègent votre"):
        assert words in text_of(page)


def test_the_account_leads_to_the_page(sign_in, member):
    assert f'href="{reverse("mail_preferences")}"' in sign_in(member).get("/compte/").text


def test_what_a_person_chose_is_what_they_see_again(sign_in, member):
    client = sign_in(member)
    answer = choose(client, digest="weekly", call=True)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    form = client.get(PAGE).context["form"]
    assert [(box.name, box.value()) for box in form.boxes] == [("gossip", False), ("call", True)]
    assert form["digest"].value() == "weekly"
    choose(client, digest="never", call=True, gossip=True)
    chosen = MailPreferences.objects.get()
    assert (chosen.user, chosen.refused, chosen.digest) == (member, [], "never")


@pytest.mark.parametrize("digest", ["", "daily"])
def test_a_rhythm_that_does_not_exist_is_refused_beside_the_field(sign_in, member, digest):
    page = choose(sign_in(member), digest=digest)
    assert page.status_code == 200
    assert "à corriger" in text_of(page)
    assert not MailPreferences.objects.exists()


def test_a_refused_message_does_not_leave_and_its_row_says_why(member):
    f.MailPreferencesFactory(user=member, refused=["call"])
    refused = write(kind="call", user=member)
    others = [write(kind="call"), write(kind="gossip", user=member), write(kind="notice", user=member)]
    others.append(write(kind="call", user=f.UserFactory()))
    assert deliver() == 4
    assert sorted(message.to for message in mail.outbox) == sorted([[row.to] for row in others])
    assert (state_of(refused), refused.last_error) == ("withdrawn", "La personne n’en veut plus.")


def test_never_leaves_account_security_and_the_meetings_one_is_invited_to(member):
    f.MailPreferencesFactory(user=member, digest="never")
    written = {kind: write(kind=kind, user=member) for kind in ("account", "notice", "call", "gossip")}
    deliver()
    states = {kind: state_of(message) for kind, message in written.items()}
    assert states == {"account": "done", "notice": "done", "call": "done", "gossip": "withdrawn"}


def test_what_always_comes_is_refused_by_nobody(member):
    f.MailPreferencesFactory(user=member, digest="never", refused=["account", "notice", "code"])
    for kind in ("account", "notice", "code"):
        write(kind=kind, user=member)
    assert deliver() == 3


def test_a_choice_made_at_the_last_moment_counts(sign_in, member):
    message = write(kind="call", user=member)
    choose(sign_in(member))
    assert deliver() == 0
    assert state_of(message) == "withdrawn"


def test_what_a_person_refuses_is_not_sent_again(member, coordinator):
    message = write(kind="call", user=member)
    deliver()
    f.MailPreferencesFactory(user=member, refused=["call"])
    with pytest.raises(NotSentAgain, match=REFUSED):
        send_again(message, by=coordinator)


def test_fifty_messages_cost_one_question_more_than_none():
    def questions():
        with CaptureQueriesContext(connection) as queries:
            deliver()
        return sum("mailing_mailpreferences" in query["sql"] for query in queries)

    write(kind="account")
    assert questions() == 0
    for _ in range(30):
        write(kind="call", user=f.MailPreferencesFactory(refused=["call"]).user)
    assert questions() == 1
    assert OutgoingEmail.objects.filter(state="withdrawn").count() == 30


def test_a_person_takes_their_choice_away_in_the_words_of_the_page(member):
    f.MailPreferencesFactory(user=member, refused=["call"], digest="weekly")
    (table,) = [
        table for table in privacy.export(member.identity) if table["what"] == "Ce que vous voulez recevoir"
    ]
    assert table["rows"] == [
        {"Genres refusés": "Rappel", "Infolettre": "chaque semaine", "Infolettre jusqu’au": None}
    ]
