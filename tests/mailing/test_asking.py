"""Just before messages leave, their kind is asked if they are useful; one that fails holds its own only."""

import datetime as dt

import pytest
from django.core import mail
from django.db import OperationalError
from django.utils import timezone

from mailing import registry
from mailing.actions import ASKED_AGAIN, UNKNOWN, NotSentAgain, deliver, send_again
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.mailing.writing import it_is_time, state_of, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def fragile():
    """A kind that cannot tell of some messages; what it was asked of, each time."""
    asked = []

    def still(emails):
        asked.append([email.text for email in emails])
        if "illisible" in asked[-1]:
            raise ValueError("une clé d’une autre époque")
        return [email for email in emails if email.text != "inutile"]

    registry.register(registry.Kind("fragile", "Fragile", still=still))
    return asked


def test_a_kind_that_fails_holds_what_it_cannot_tell_of_and_nothing_else(fragile, caplog):
    lost, good, pointless = (write(kind="fragile", text=text) for text in ("illisible", "bon", "inutile"))
    other = write()
    assert deliver() == 2
    assert [sent.to for sent in mail.outbox] == [[good.to], [other.to]]
    assert [state_of(email) for email in (lost, good, pointless)] == ["waiting", "done", "withdrawn"]
    assert lost.last_error == UNKNOWN
    assert lost.due_at > timezone.now() + ASKED_AGAIN / 2
    assert "une clé d’une autre époque" in caplog.text


def test_it_is_asked_again_later_and_not_before(fragile):
    lost = write(kind="fragile", text="illisible")
    deliver()
    times = len(fragile)
    assert deliver() == deliver(str(lost.pk)) == 0
    assert fragile[times:] == [["illisible"]] * 2  # the bell of the row itself, which asks but takes nothing
    OutgoingEmail.objects.update(text="bon")
    it_is_time()
    assert deliver() == 1
    assert (state_of(lost), lost.attempts) == ("done", 1)


def test_what_a_worker_abandoned_stays_interrupted(fragile):
    lost = write(kind="fragile", text="illisible")
    past = timezone.now() - dt.timedelta(minutes=1)
    OutgoingEmail.objects.update(state="running", lease_until=past, attempts=1)
    assert deliver() == 0
    assert (state_of(lost), lost.lease_until > timezone.now()) == ("running", True)
    OutgoingEmail.objects.update(lease_until=past, text="bon")
    assert deliver() == 1
    lost.refresh_from_db()
    assert lost.may_have_arrived_twice


def test_what_is_to_leave_another_day_keeps_its_day(fragile):
    day = timezone.now() + dt.timedelta(days=3)
    later = write(kind="fragile", text="illisible", due_at=day)
    deliver(str(later.pk))
    assert (state_of(later), later.due_at) == ("waiting", day)


def test_it_is_not_sent_again_by_hand_and_the_coordinator_reads_why(fragile):
    sent = f.OutgoingEmailFactory(kind="fragile", text="illisible", state="done")
    with pytest.raises(NotSentAgain, match="Impossible de savoir"):
        send_again(sent, by=f.UserFactory())


def test_a_database_that_is_away_is_nobody_s_fault():
    def still(emails):
        raise OperationalError("arrêtée")

    registry.register(registry.Kind("fragile", "Fragile", still=still))
    waiting = write(kind="fragile")
    with pytest.raises(OperationalError):
        deliver()
    assert (state_of(waiting), waiting.last_error) == ("waiting", "")
