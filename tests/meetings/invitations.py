"""What people find in the letters that call them to a meeting."""

import re
from email.message import EmailMessage
from typing import NamedTuple

import icalendar
from django.conf import settings

from mailing.actions import deliver
from tests.mailing.post_office import PostOffice

LINK = re.compile(r"https?://\S+?(/convocation/\S+/)")


class Letter(NamedTuple):
    """A letter, by what it does: to whom, what its subject begins with, and what it asks of a calendar."""

    to: str
    word: str
    method: str = ""
    sequence: int = 0


class Mailbox:
    """What people received since one last looked, after all that waits has left: by address, and in order."""

    def __init__(self, office: PostOffice) -> None:
        self.office, self.seen = office, 0

    def __call__(self) -> tuple[dict[str, EmailMessage], list[Letter]]:
        deliver()
        messages = self.office.letters()[self.seen :]
        self.seen += len(messages)
        return {str(message["To"]): message for message in messages}, sorted(map(letter_of, messages))


def letter_of(message: EmailMessage) -> Letter:
    """Read a letter that a mail server accepted."""
    word = str(message["Subject"]).strip().replace("\u00a0", " ").partition(" :")[0]
    part = calendar_part(message)
    if part is None:
        return Letter(str(message["To"]), word)
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == calendar["METHOD"]
    return Letter(str(message["To"]), word, str(calendar["METHOD"]), calendar.walk("VEVENT")[0]["SEQUENCE"])


def calendar_part(message: EmailMessage) -> EmailMessage | None:
    """The part that calendars read."""
    return next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)


def event_of(message: EmailMessage) -> icalendar.Event:
    """The event of a letter."""
    return icalendar.Calendar.from_ical(calendar_part(message).get_payload(decode=True)).walk("VEVENT")[0]


def text_of_letter(message: EmailMessage) -> str:
    """Its plain text."""
    plain = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    return plain.get_payload(decode=True).decode()


def link_in(message: EmailMessage) -> str:
    """The path of the link by which one answers; the same in its text and in its HTML."""
    (path,) = set(LINK.findall(text_of_letter(message)))
    rich = next(part for part in message.walk() if part.get_content_type() == "text/html")
    assert f'href="{settings.PORTAL_URL}{path}"' in rich.get_payload(decode=True).decode()
    return path
