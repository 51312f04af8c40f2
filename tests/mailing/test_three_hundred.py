"""Everything at once, on the three hundred reminders of one meeting."""

import datetime as dt
import signal
from collections import Counter

import pytest
from django.utils import timezone

from chantier.models import Membership, User
from mailing import tasks
from mailing.models import OutgoingEmail
from meetings.actions.calling import keep_called
from tests import factories as f
from tests.mailing.post_office import PostOffice
from tests.mailing.writing import it_is_time
from tests.services import Worker, empty_broker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, REFUSALS, KILLS, BETWEEN_KILLS = 300, 100, 4, 25


@pytest.fixture
def offices(post_office):
    """Two doors of a mail server that takes its time: one for each worker, to know whose letter it holds."""
    second = PostOffice()
    post_office.pace = second.pace = 0.2
    yield [post_office, second]
    second.trouble = lambda moment, address: ""
    second.stop()


@pytest.fixture
def reminders(cycle):
    """A meeting in three days has one reminder left for each of its people."""
    organization = f.ParticipationFactory(cycle=cycle).organization
    people = User.objects.bulk_create(f.UserFactory.build_batch(PEOPLE))
    memberships = [f.MembershipFactory.build(user=user, organization=organization) for user in people]
    Membership.objects.bulk_create(memberships)
    day = timezone.localdate() + dt.timedelta(days=3)
    keep_called(f.MeetingFactory(cycle=cycle, upcoming=True, date=day))  # convened elsewhere: no convocation
    assert OutgoingEmail.objects.filter(kind="reminder", state="waiting").count() == PEOPLE
    return OutgoingEmail.objects.all()


def all_done() -> bool:
    return not OutgoingEmail.objects.exclude(state="done").exists()


def refuse_for_a_while(offices: list[PostOffice]) -> list[str]:
    refused = []

    def answer(address: str) -> str:
        if len(refused) == REFUSALS:
            return "250 OK"
        refused.append(address)
        return "451 revenez plus tard"

    for office in offices:
        office.answer = answer
    return refused


def kill_with_a_letter_in_hand(worker: Worker, office: PostOffice, spared: list[str]) -> str:
    """Kill a worker whose letter was kept but not acknowledged; return to whom, somebody not `spared`."""
    hold = lambda moment, address: "hang" if moment == "receipt" and address not in spared else ""  # noqa: E731
    office.trouble = hold
    wait_until(lambda: office.hanging or it_is_time())
    [held] = office.hanging
    assert worker.kill() == -signal.SIGKILL
    office.trouble = lambda moment, address: ""
    return held


def test_three_hundred_reminders_arrive_through_kills_refusals_two_beats_and_an_emptied_broker(
    offices, start, reminders
):
    start_one = lambda office: start(office, WORK_LEASE_SECONDS="6")  # noqa: E731
    workers, pids, held = [start_one(office) for office in offices], set(), []
    wait_until(lambda: all(worker.says("Sending due task sweep") for worker in workers))
    accepted = lambda: sum(len(office.raw) for office in offices)  # noqa: E731
    it_is_time()
    for turn in range(KILLS):
        wait_until(lambda turn=turn: accepted() >= turn * BETWEEN_KILLS or it_is_time())
        office, worker = offices[turn % 2], workers[turn % 2]
        pids.add(worker.process.pid)
        held.append(kill_with_a_letter_in_hand(worker, office, spared=held))
        workers[turn % 2] = start_one(office)
        if turn == 0:
            refused = refuse_for_a_while(offices)
        if turn == 1:
            for pk in reminders.values_list("pk", flat=True)[:20]:
                tasks.deliver.delay(str(pk))
            assert empty_broker() > 0
    for office in offices:
        office.pace = 0
    wait_until(lambda: all_done() or it_is_time())

    assert len(pids | {worker.process.pid for worker in workers}) == KILLS + 2
    assert len(refused) == REFUSALS
    arrived = Counter(letter["Message-ID"] for office in offices for letter in office.letters())
    assert arrived.keys() == set(reminders.values_list("message_id", flat=True))
    assert arrived.total() == PEOPLE + KILLS
    doubled = {reminder.to for reminder in reminders if arrived[reminder.message_id] == 2}
    assert doubled == set(held)
    assert doubled == {reminder.to for reminder in reminders if reminder.may_have_arrived_twice}
    assert doubled == set(reminders.filter(interrupted=True).values_list("to", flat=True))
