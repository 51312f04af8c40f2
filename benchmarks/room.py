"""`make bench-room`: forty people write needs at once, the screen of the room asks for what is new.

One text in five is sent again, as after an answer that was lost, and one in ten twice at the same time. At
the end every need that was answered stands in the database once, under the organisation of who wrote it.
"""

import contextlib
import datetime as dt
import http.client
import json
import os
import platform
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.__main__ import portal_environment
from benchmarks.servers import database, serving, told

PEOPLE, SECONDS = 40, 60
PAUSE = 1.0  # between two needs of one person; nobody types so fast
POLL = 2.0  # as templates/meetings/_screen.html
QUIET_POLLS = 5
RESULTS = Path(__file__).parent / "room.md"
HEAD = [
    "| base | besoins | envois | perdus | doublés | réponse, médiane (ms) | 95 % (ms) "
    "| écran, requêtes | écran, octets sans rien de neuf | secondes jusqu’à l’écran |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
]
TABLE = "/rencontres/2026-05-12/tour-de-table/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ASKED_BY = re.compile(r'hx-get="([^"]+)"')


@dataclass
class Poll:
    """One time that the screen asked: what it cost."""

    status: int
    size: int
    queries: int
    seconds: float


@dataclass
class Outcome:
    """What came of it."""

    accepted: dict[str, float] = field(default_factory=dict)  # when each need was answered
    seen: dict[str, float] = field(default_factory=dict)  # when the screen showed it
    times: list[float] = field(default_factory=list)
    sent: int = 0
    refused: list[int] = field(default_factory=list)
    polls: list[Poll] = field(default_factory=list)
    written: list[list] = field(default_factory=list)

    @property
    def lost(self) -> set[str]:
        """What was answered and is not there."""
        return self.accepted.keys() - {text for text, _, _ in self.written}

    @property
    def doubled(self) -> list[str]:
        """What is there more than once, or without having been answered."""
        counts = Counter(text for text, _, _ in self.written)
        return [text for text, count in counts.items() if count > 1 or text not in self.accepted]

    @property
    def misplaced(self) -> list[str]:
        """What stands under another person or organisation than who wrote it."""
        return [text for text, *whose in self.written if {text.split()[1]} != set(whose)]

    @property
    def unseen(self) -> set[str]:
        """What the screen never showed."""
        return self.accepted.keys() - self.seen.keys()

    @property
    def longest_unseen(self) -> float:
        """Seconds from the answer to the screen, at most."""
        return max(self.seen[text] - when for text, when in self.accepted.items() if text in self.seen)

    @property
    def quiet(self) -> list[Poll]:
        """The polls that found nothing new."""
        return [poll for poll in self.polls if poll.status == 204]


def prepare() -> str:
    """Make a meeting, forty organisations with one person each, and the coordinator; return their cookies."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecpar_portal.settings")
    django.setup()
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.contrib.auth.models import Group
    from django.core.management import call_command

    from chantier.models import Chantier, Cycle, Membership, Organization, Participation, User
    from ecpar_portal.permissions import COORDINATION
    from meetings.models import Meeting

    for command in (["migrate", "--no-input"], ["createcachetable"], ["collectstatic", "--no-input"]):
        call_command(*command, verbosity=0)
    day = dt.date(2026, 5, 12)
    chantier = Chantier.objects.create(name="Mesure", slug="mesure", presentation="Quarante personnes.")
    cycle = Cycle.objects.create(chantier=chantier, slug="mesure", starting_year=2025)
    Meeting.objects.create(cycle=cycle, date=day, slug=str(day), state=Meeting.State.CONVENED)
    people = []
    for number in range(PEOPLE):
        organization = Organization.objects.create(
            name=str(number), slug=f"organisation-{number}", kind=Organization.Kind.MUNICIPALITY
        )
        Participation.objects.create(cycle=cycle, organization=organization, joined=day)
        person = User.objects.create_user(f"{number}@ville.example", name=str(number))
        role = Membership.Role.REPRESENTATIVE
        Membership.objects.create(user=person, organization=organization, role=role, since=day)
        people.append(person)
    coordinator = User.objects.create_user("coordination@ville.example", is_staff=True)
    coordinator.groups.add(Group.objects.get_or_create(name=COORDINATION)[0])
    TOTP.activate(coordinator, generate_totp_secret())
    return json.dumps([_cookie(person) for person in [*people, coordinator]])


def _cookie(person: object) -> str:
    from django.test import Client

    client = Client()
    client.force_login(person)
    return f"session={client.cookies['session'].value}"


def written() -> str:
    """Every need that stands: its text, who wrote it, for which organisation."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecpar_portal.settings")
    django.setup()
    from meetings.models import Need

    return json.dumps(
        [list(row) for row in Need.objects.values_list("text", "written_by__name", "organization__name")]
    )


class Person:
    """Somebody who writes on one connection, which they lose at times."""

    def __init__(self, number: int, port: int, cookie: str, outcome: Outcome) -> None:
        self.number, self.port, self.cookie, self.outcome = number, port, cookie, outcome
        self.chance = random.Random(number)
        self.connection = connected(port)

    def open(self) -> None:
        """Open the page, which holds the token of its form."""
        answer, body = self._ask(self.connection, "GET")
        self.token = TOKEN.search(body.decode())[1]
        self.cookie += "; " + answer.getheader("Set-Cookie").partition(";")[0]

    def leave(self) -> None:
        """Close the connection."""
        self.connection.close()

    def write(self, rank: int) -> None:
        """Write one need, however often it takes."""
        text = f"Besoin {self.number} {rank}"
        form = {"csrfmiddlewaretoken": self.token, "sent_as": str(uuid.uuid4()), "text": text}
        luck = self.chance.random()
        if luck < 0.1:
            twin = threading.Thread(target=self._send_apart, args=[form, text])
            twin.start()
            self._send(form, text, self.connection)
            twin.join()
            return
        self._send(form, text, self.connection)
        if luck < 0.3:
            self.connection.close()
            self.connection = connected(self.port)
            self._send(form, text, self.connection)

    def _send_apart(self, form: dict[str, str], text: str) -> None:
        with contextlib.closing(connected(self.port)) as connection:
            self._send(form, text, connection)

    def _send(self, form: dict[str, str], text: str, connection: http.client.HTTPConnection) -> None:
        began = time.perf_counter()
        answer, _ = self._ask(connection, "POST", urlencode(form))
        now = time.perf_counter()
        self.outcome.sent += 1
        self.outcome.times.append(now - began)
        if answer.status == 204:
            self.outcome.accepted.setdefault(text, now)
        else:
            self.outcome.refused.append(answer.status)

    def _ask(
        self, connection: http.client.HTTPConnection, verb: str, body: str | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        headers = {"Cookie": self.cookie}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
        connection.request(verb, TABLE, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()


def connected(port: int) -> http.client.HTTPConnection:
    """A connection of one's own."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


class Screen:
    """What hangs on the wall: it asks by itself, as htmx does."""

    def __init__(self, port: int, cookie: str, outcome: Outcome) -> None:
        self.port, self.cookie, self.outcome = port, cookie, outcome
        self.next = self._page(f"{TABLE}ecran/", {})[1]

    def poll(self) -> None:
        """Ask once for what is new."""
        began = time.perf_counter()
        answer, address, body = self._page(self.next, {"HX-Request": "true"})
        now = time.perf_counter()
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders() if name != "X-Queries")
        size = len(f"HTTP/1.1 {answer.status} {answer.reason}\r\n\r\n") + head + len(body)
        queries = int(answer.getheader("X-Queries"))
        self.outcome.polls.append(Poll(answer.status, size, queries, now - began))
        if answer.status == 200:
            self.next = address
            for text in re.findall(r"Besoin \d+ \d+", body.decode()):
                self.outcome.seen.setdefault(text, now)

    def _page(self, path: str, more: dict[str, str]) -> tuple[http.client.HTTPResponse, str, bytes]:
        with contextlib.closing(connected(self.port)) as connection:
            connection.request("GET", path, headers={"Cookie": self.cookie, **more})
            answer = connection.getresponse()
            body = answer.read()
        found = ASKED_BY.search(body.decode())
        return answer, found[1] if found else "", body


def run(database_url: str, *, seconds: float = SECONDS) -> Outcome:
    """Let them write for so long, on two web processes with a database of their own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = portal_environment(folder, stack.enter_context(database(database_url, folder, "room")))
        *cookies, coordinator = json.loads(told("benchmarks.room", "prepare", environment))
        port = stack.enter_context(serving("benchmarks.counted:application", environment))
        outcome = Outcome()
        people = [Person(number, port, cookie, outcome) for number, cookie in enumerate(cookies)]
        for person in people:
            stack.callback(person.leave)
            person.open()
        _meet(people, Screen(port, coordinator, outcome), seconds)
        outcome.written = json.loads(told("benchmarks.room", "written", environment))
    return outcome


def _meet(people: list[Person], screen: Screen, seconds: float) -> None:
    end, errors = time.perf_counter() + seconds, []

    def write(person: Person) -> None:
        rank = 0
        try:
            while time.perf_counter() < end:
                person.write(rank)
                rank += 1
                time.sleep(person.chance.uniform(0.5, 1.5) * PAUSE)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=[each], name=f"person {each.number}") for each in people]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        began = time.perf_counter()
        screen.poll()
        time.sleep(max(0, POLL - (time.perf_counter() - began)))
    for _ in range(QUIET_POLLS + 1):
        screen.poll()
    if errors:
        raise errors[0]


def line(kind: str, outcome: Outcome) -> str:
    """The figures of one database, as a line of a table."""
    times = sorted(outcome.times)
    most = max(poll.queries for poll in outcome.polls)
    figures = [
        str(len(outcome.accepted)),
        str(outcome.sent),
        str(len(outcome.lost)),
        str(len(outcome.doubled)),
        f"{1000 * statistics.median(times):.0f}",
        f"{1000 * times[int(len(times) * 0.95)]:.0f}",
        str(most),
        str(max(poll.size for poll in outcome.quiet)),
        f"{outcome.longest_unseen:.1f}",
    ]
    return f"| {kind} | {' | '.join(figures)} |".replace(".", ",")


def main() -> None:
    """Measure on SQLite, and on PostgreSQL too where `DATABASE_URL` names one."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    kinds = {"SQLite": ""}
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        kinds["PostgreSQL"] = os.environ["DATABASE_URL"]
    conditions = (
        f"Mesuré le {dt.date.today()}, Python {platform.python_version()}, {os.cpu_count()} cœurs "
        f"({platform.machine()}) que se partagent gunicorn (2 processus, 4 fils) et {PEOPLE} personnes. "
        f"Elles écrivent pendant {seconds:g} s, un besoin par seconde chacune. Un envoi sur cinq est répété, "
        f"un sur dix part deux fois à la fois. L’écran demande toutes les {POLL:g} s ce qui est neuf."
    )
    lines = [line(kind, run(url, seconds=seconds)) for kind, url in kinds.items()]
    text = "\n".join(["# Quarante personnes au tour de table", "", conditions, "", *HEAD, *lines, ""])
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
