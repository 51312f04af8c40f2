"""What is no longer kept: said first, thrown away at night, and written down."""

import datetime as dt
import re
from dataclasses import replace
from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from chantier.models import Incident, Invitation, TraceEntry, User
from chantier.tasks import retain
from ecpar_portal.privacy import registry
from mailing.models import OutgoingEmail
from reports.models import Report
from tests import factories as f

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
# Written out: what is kept how many days.
KEPT = {
    "trace": 730,
    "admin_log": 730,
    "sessions": 0,
    "devices": 0,
    "invitations": 90,
    "incidents": 5 * 366,
    "emails": 365,
    "reports": 90,
    "unused_accounts": 365,
    "gone_people": 730,
}


def make(rule, days):
    """Something that ended so many days ago, as that rule looks at it."""
    now = timezone.now()
    then, number = now - days * DAY, days
    if rule == "trace":
        TraceEntry.objects.create(event="exported", at=then)
    elif rule == "admin_log":
        entry = LogEntry.objects.create(
            user=f.UserFactory(last_login=now), action_flag=CHANGE, object_repr="x"
        )
        LogEntry.objects.filter(pk=entry.pk).update(action_time=then)
    elif rule == "sessions":
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=then)
    elif rule == "devices":
        key = f"d{number}"
        session = {"session_key": key, "session_data": "", "expire_date": then}
        if then > now:
            Session.objects.create(**session)
        UserSession.objects.create(user=f.UserFactory(last_login=now), session_key=key, ip="192.0.2.9")
    elif rule == "invitations":
        sent = {"sent_at": then - 14 * DAY, "expires_at": now + DAY}
        f.InvitationFactory(sent_at=then - 14 * DAY, expires_at=then)
        f.InvitationFactory(**sent, accepted_at=then)
        f.InvitationFactory(**sent, withdrawn_at=then)
    elif rule == "incidents":
        f.IncidentFactory(happened_from=then.date(), known_on=then.date())
    elif rule == "emails":
        f.OutgoingEmailFactory(state="done", due_at=then, sent_at=then)
    elif rule == "reports":
        report = f.ReportFactory(state="done", object_id=1)
        Report.objects.filter(pk=report.pk).update(created_at=then)
    elif rule == "unused_accounts":
        f.UserFactory(date_joined=then)
        f.UserFactory(date_joined=then, coordinator=True)
        f.UserFactory(date_joined=then, is_demonstration=True)
        f.UserFactory(date_joined=then, last_login=then)
        f.MembershipFactory(user__date_joined=then)
    elif rule == "gone_people":
        gone = f.MembershipFactory(user__date_joined=then, user__last_login=then, until=then.date()).user
        back = f.MembershipFactory(user__date_joined=then, user__last_login=then, until=then.date()).user
        f.MembershipFactory(user=back)
        f.MembershipFactory(user__date_joined=then, user__last_login=now, until=then.date())
        f.MembershipFactory(user__date_joined=then, user__last_login=then, until=now.date())
        f.OutgoingEmailFactory(user=gone, due_at=now - 400 * DAY)


def run(*options):
    """The command: its text, and the number that it gives to each rule."""
    out = StringIO()
    call_command("retention", *options, stdout=out)
    lines = re.findall(r"^ +(\d+)  (.+)$", out.getvalue(), re.MULTILINE)
    by_words = {words: int(count) for count, words in lines}
    return out.getvalue(), {rule.name: by_words[rule.rule] for rule in registry.rules()}


def rows():
    models = [TraceEntry, LogEntry, Session, UserSession, Invitation, Incident, OutgoingEmail, Report]
    return [sorted(model.objects.values_list("pk", flat=True).iterator(), key=str) for model in models], list(
        User.objects.order_by("pk").values_list("email", "erased_at")
    )


def test_every_rule_is_tried_here():
    assert {rule.name for rule in registry.rules()} == set(KEPT)


@pytest.mark.parametrize("rule", KEPT)
def test_each_rule_keeps_what_is_recent_and_throws_away_what_is_old(rule):
    make(rule, KEPT[rule] - 2)
    assert run()[1][rule] == 0
    make(rule, KEPT[rule] + 2)
    expected = 3 if rule == "invitations" else 1
    assert run()[1][rule] == run("--apply")[1][rule] == expected
    assert run()[1][rule] == 0


def test_without_apply_it_says_what_would_go_and_touches_nothing():
    for rule, days in KEPT.items():
        make(rule, days + 2)
    before = rows()
    text, counts = run()
    assert "Serait effacé (essai, rien n’est touché)" in text
    assert all(counts.values())
    assert rows() == before


def test_the_trial_says_exactly_what_applying_does():
    for rule, days in KEPT.items():
        make(rule, days + 2)
        make(rule, days + 30)
        make(rule, days - 2)
    said = run()[1]
    text, done = run("--apply")
    assert done == said
    assert text.startswith("Effacé")
    assert f"En tout\u00a0: {sum(said.values())}\u00a0lignes." in text
    # What waited for somebody who was erased this night is withdrawn, and goes the night after.
    assert {rule for rule, count in run()[1].items() if count} == {"emails"}


def test_every_night_it_is_done_and_written_down(caplog):
    make("invitations", 100)
    with caplog.at_level("INFO", "chantier.actions"):
        retain()
    assert not Invitation.objects.exists()
    entry = TraceEntry.objects.get()
    assert (entry.event, entry.by) == ("retention_applied", None)
    assert entry.detail == {**dict.fromkeys(KEPT, 0), "invitations": 3}
    (line,) = [line for line in caplog.records if line.name == "chantier.actions.retention"]
    assert line.counts == entry.detail


def test_a_rule_that_fails_stops_no_other_and_is_written_down(monkeypatch, caplog):
    def fail():
        raise RuntimeError

    first, *_ = registry.rules()
    monkeypatch.setitem(registry.retentions, first.name, replace(first, discard=fail))
    make("invitations", 100)
    out = StringIO()
    call_command("retention", "--apply", stdout=out)
    assert not Invitation.objects.exists()
    assert re.search(rf"échec +{first.rule}", out.getvalue())
    assert TraceEntry.objects.get().detail["failed"] == [first.name]
    assert "not applied" in caplog.messages


def test_the_night_is_planned(settings):
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "chantier.tasks.retain" in planned


def test_somebody_gone_for_two_years_is_erased_and_their_organisation_stays():
    make("gone_people", 800)
    gone = User.objects.gone().get()
    run("--apply")
    gone.refresh_from_db()
    assert gone.erased_at
    assert gone.memberships.get().organization.name.startswith("Organisation")
