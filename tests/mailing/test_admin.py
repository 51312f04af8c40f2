"""What a coordinator sees of the messages, and what they may do."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from mailing.actions import deliver, hold_unsent
from mailing.models import OutgoingEmail
from tests.mailing.writing import write
from tests.pages import text_of

pytestmark = pytest.mark.django_db
LIST = reverse("admin:mailing_outgoingemail_changelist")


@pytest.fixture
def desk(sign_in, coordinator):
    """A coordinator's browser."""
    return sign_in(coordinator)


def page_of(message):
    return reverse("admin:mailing_outgoingemail_change", args=[message.pk])


def send_again(client, *messages):
    sent = {"action": "send_again", "_selected_action": [message.pk for message in messages]}
    return client.post(LIST, sent, follow=True)


def test_a_coordinator_reads_what_was_told_to_whom(desk):
    message = write(1, text="Venez <nombreux>.")
    deliver()
    shown = text_of(desk.get(LIST, {"q": "ville.example"}))
    assert "personne1@ville.example" in shown
    assert "Avis" in shown
    page = text_of(desk.get(page_of(message)))
    assert "Venez <nombreux>." in page
    assert message.message_id in page
    assert "deux fois" not in shown + page


def test_a_message_that_may_have_arrived_twice_says_so(desk):
    message = write()
    OutgoingEmail.objects.update(interrupted=True)
    deliver()
    assert "peut-être reçu deux fois" in text_of(desk.get(LIST))
    assert "peut-être reçu deux fois" in text_of(desk.get(page_of(message)))


def test_a_secret_is_shown_to_nobody_before_nor_after(desk):
    message = write(kind="code", text="4321", html="4321", calendar="4321")
    for _ in range(2):
        page = desk.get(page_of(message))
        assert "contenu non conservé" in text_of(page)
        assert "4321" not in page.text
        assert "4321" not in desk.get(LIST).text
        deliver()


def test_messages_are_listed_by_kind_and_by_state(desk):
    write(1)
    deliver()
    write(2, kind="code")
    assert "personne2@" not in text_of(desk.get(LIST, {"kind": "notice"}))
    assert "personne1@" not in text_of(desk.get(LIST, {"kind": "code"}))
    assert "personne2@" not in text_of(desk.get(LIST, {"state__exact": "done"}))


def test_a_kind_that_no_app_registers_any_more_does_not_break_the_page(desk):
    message = write()
    OutgoingEmail.objects.update(kind="ancien")
    assert "ancien" in text_of(desk.get(LIST))
    assert desk.get(page_of(message)).status_code == 200


def test_a_coordinator_sends_again_what_is_kept(desk):
    plain, secret = write(1), write(2, kind="code")
    deliver()
    page = text_of(send_again(desk, plain, secret))
    assert "1 courriel part de nouveau." in page
    assert "Son contenu n’est pas conservé." in page
    deliver()
    assert [message.to[0] for message in mail.outbox].count("personne1@ville.example") == 2
    assert len(mail.outbox) == 3


def release(client, *messages):
    sent = {"action": "release", "_selected_action": [message.pk for message in messages]}
    return client.post(LIST, sent, follow=True)


def test_a_coordinator_releases_what_a_restore_held_but_not_what_is_of_no_use_any_more(desk):
    first, second, late, other = write(1), write(2), write(3), write(4)
    assert hold_unsent() == 4
    assert deliver() == 0
    OutgoingEmail.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    page = text_of(release(desk, first, second, late))
    assert "2 courriels partent." in page
    assert "1 courriel n’est plus utile et est retiré." in page
    late.refresh_from_db()
    assert (late.state, late.last_error) == ("withdrawn", "Trop tard pour être utile.")
    assert deliver() == 2
    assert {message.to[0] for message in mail.outbox} == {first.to, second.to}
    assert "Aucun des courriels choisis n’est retenu." in text_of(release(desk, first, late))
    other.refresh_from_db()
    assert other.state == "held"


def test_a_member_releases_nothing(sign_in, member):
    message = write()
    hold_unsent()
    assert release(sign_in(member), message).status_code == 403
    assert deliver() == 0


def test_nobody_writes_changes_or_deletes_a_message_by_hand(desk):
    message = write()
    assert desk.get(reverse("admin:mailing_outgoingemail_add")).status_code == 403
    assert desk.post(page_of(message), {"to": "autre@ville.example"}).status_code == 403
    assert desk.post(reverse("admin:mailing_outgoingemail_delete", args=[message.pk])).status_code == 403


def test_a_member_sends_nothing_again(sign_in, member):
    message = write()
    deliver()
    assert send_again(sign_in(member), message).status_code == 403
    assert OutgoingEmail.objects.count() == 1
