"""What a worker costs: documents and e-mail, each beside a floor by hand."""

import contextlib
import json
import resource
import smtplib
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import portal
from benchmarks.servers import free_port

TAKE = """UPDATE mailing_outgoingemail
    SET state = 'running', lease_until = %s, attempts = 1, claims = claims + 1, interrupted = false
    WHERE id = %s AND state = 'waiting' AND attempts = 0"""
FINISH = """UPDATE mailing_outgoingemail
    SET state = 'done', last_error = '', sent_at = %s, lease_until = NULL
    WHERE id = %s AND state = 'running' AND attempts = 1"""
ROUNDS, RENDERS, MESSAGES = 3, 15, 500


def run() -> str:
    """Prepare the portal's data and measure; return the lines of the results as JSON."""
    portal.prepare()
    return json.dumps([*documents(), *messages()])


def compared(ours: Callable[[], Any], floor: Callable[[], Any], times: int) -> tuple[float, float]:
    """Return our median in milliseconds and how many times the floor it is: the median of three rounds."""
    rounds = []
    for _ in range(ROUNDS):
        spent: dict[Callable, list[float]] = {ours: [], floor: []}
        for _ in range(times):
            for action in (floor, ours):
                started = time.perf_counter()
                action()
                spent[action].append((time.perf_counter() - started) * 1000)
        own, ground = (statistics.median(spent[action]) for action in (ours, floor))
        rounds.append((own / ground, own))
    ratio, own = sorted(rounds)[ROUNDS // 2]
    return own, ratio


def documents() -> Iterator[list]:
    """The rendering of a synthesis, the whole job, and what 500 renderings leave in memory."""
    from django.utils import timezone

    from meetings.documents import synthesis_html
    from meetings.models import SynthesisVersion
    from reports import actions, pdf
    from reports.models import Report

    version = SynthesisVersion.objects.select_related("meeting__cycle__chantier").first()
    html = synthesis_html(version)
    report = actions.ask("synthesis", version, by=None)

    def bare() -> None:
        from weasyprint import HTML

        engine = pdf._engine()
        HTML(string=html, base_url="portal:/", url_fetcher=engine["fetcher"]).write_pdf(
            stylesheets=[engine["style"]], font_config=engine["fonts"], pdf_variant="pdf/ua-1"
        )

    def job() -> None:
        Report.objects.filter(pk=report.pk).update(
            state=Report.State.WAITING, attempts=0, due_at=timezone.now()
        )
        actions.produce(report.pk)

    bare()
    yield ["Synthèse, du HTML aux octets (ms)", *compared(lambda: pdf.html_to_pdf(html), bare, RENDERS), 1.1]
    yield ["Synthèse, toute la tâche (ms)", *compared(job, bare, RENDERS), 1.5]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(500):
        pdf.html_to_pdf(html)
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    yield ["Mémoire gagnée en 500 rendus (Mio)", growth, growth / 64, 1]


def messages() -> Iterator[list]:
    """500 reminders due at once, over one connection."""
    from django.conf import settings
    from django.test import override_settings
    from django.utils import timezone

    from mailing.actions import deliver
    from mailing.emails import message_of
    from mailing.models import OutgoingEmail
    from meetings import reminders

    with post_office() as port:
        mail = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}
        with override_settings(**mail, EMAIL_PORT=port, EMAIL_HOST_USER="", EMAIL_HOST_PASSWORD=""):
            meeting = crowded_meeting()

            def fill() -> None:
                OutgoingEmail.objects.all().delete()
                reminders.plan(meeting)
                of_mine = {"key__endswith": f"/1/{meeting.date}", "user__email__startswith": "rappel"}
                last = OutgoingEmail.objects.filter(**of_mine)
                OutgoingEmail.objects.exclude(pk__in=last.values("pk")).delete()
                assert last.update(due_at=timezone.now()) == MESSAGES

            def by_hand() -> None:
                with smtplib.SMTP("127.0.0.1", port, timeout=settings.EMAIL_TIMEOUT) as server:
                    for email in OutgoingEmail.objects.all():
                        execute(TAKE, [timezone.now(), email.pk])
                        content = message_of(email).message().as_bytes(linesep="\r\n")
                        server.sendmail("portail@portail.example", [email.to], content)
                        execute(FINISH, [timezone.now(), email.pk])

            speeds = []
            for _ in range(ROUNDS):
                taken = []
                for send in (by_hand, deliver):
                    fill()
                    started = time.perf_counter()
                    send()
                    taken.append(time.perf_counter() - started)
                speeds.append((taken[0] / taken[1], MESSAGES / taken[1]))
            ratio, speed = sorted(speeds)[ROUNDS // 2]
            yield ["Rappels par seconde (au moins 0,7 fois)", speed, ratio, 0.7]


def crowded_meeting() -> Any:
    """The demonstration's meeting ahead, to which 500 more people are called."""
    from django.utils import timezone

    from chantier.models import Membership, User
    from meetings.actions.calling import keep_called
    from meetings.models import Meeting

    meeting = Meeting.objects.upcoming().first()
    people = User.objects.bulk_create(User(email=f"rappel{n}@ville.example") for n in range(MESSAGES))
    here = {"organization": meeting.cycle.organizations.first(), "since": timezone.localdate()}
    Membership.objects.bulk_create(Membership(user=person, role="reader", **here) for person in people)
    Meeting.objects.filter(pk=meeting.pk).update(convened_at=None)  # notes who is called, writes to nobody
    keep_called(meeting)
    return meeting


def execute(query: str, values: list) -> None:
    """Run one statement, committed by itself."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, values)


@contextlib.contextmanager
def post_office() -> Iterator[int]:
    """A mail server that takes everything and keeps nothing, in a process of its own."""
    import subprocess
    import sys

    code = (
        "import asyncio; from aiosmtpd.controller import Controller\n"
        "class Sink:\n    async def handle_DATA(self, server, session, envelope): return '250 OK'\n"
        "import time; c = Controller(Sink(), hostname='127.0.0.1', port={port}); c.start()\n"
        "print('ready', flush=True); time.sleep(3600)"
    )
    port = free_port()
    code = code.replace("{port}", str(port))
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        server.stdout.readline()
        yield port
    finally:
        server.kill()
        server.wait()
