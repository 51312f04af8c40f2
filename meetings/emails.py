"""The messages that call people to a meeting, move it and take it back; reminders are in `reminders.py`."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from ecpar_portal import french
from mailing.actions import AGAIN, queue, withdraw
from mailing.models import OutgoingEmail
from meetings.answer_link import link_of
from meetings.calendar import Requests
from meetings.models import Convocation, Meeting
from meetings.reminders import call_of, details_of, key_of

REQUEST, CANCEL = "REQUEST", "CANCEL"
# An address that takes the place of the link, where the message is only shown.
SHOWN_LINK = "/convocation/…/"


class Messages:
    """The messages on one meeting, each to one person; what they share is made once."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self.details = details_of(meeting)
        self._calendars: dict[str, Requests] = {}

    def convocation(
        self, row: Convocation, *, asked_by: Convocation | None = None, once_more: bool = False
    ) -> None:
        """Call somebody; once for each call and day, for each person who asks them to come instead.

        `once_more` writes another message to who was called already.
        """
        key = key_of("convocation", row, self.meeting.sequence)
        key = f"{key}{AGAIN}{uuid.uuid4()}" if once_more else key
        # An answer that was given is not asked again, but of who said no and whom a colleague asks to come.
        is_given = row.answer and not (asked_by and row.answer == Convocation.Answer.NO)
        link = link_of(row)
        self._write(
            "convocation",
            row,
            key=f"{key}/{asked_by.pk}" if asked_by else key,
            subject="Convocation",
            method=REQUEST,
            **(self._keeping(link) if is_given else self._asking(link)),
            news=[f"{asked_by.who} vous demande de venir à sa place."] if asked_by else [],
        )

    def unask(self, row: Convocation, *, asked_by: Convocation) -> None:
        """Take back what asks somebody to come instead of who changed their mind, where it has not left."""
        key = f"{key_of('convocation', row, self.meeting.sequence)}/{asked_by.pk}"
        withdraw(OutgoingEmail.objects.filter(key=key))

    def moved(self, row: Convocation, *, before: dt.date, known: dt.date) -> None:
        """Say that the meeting moved, from the day that the person knew; a new day asks for a new answer.

        The key tells that day to the next move, for whom this message does not reach before it.
        """
        now = f"{french.weekday(self.meeting.date)} {french.long_date(self.meeting.date)}"
        another_day = {before, known} != {self.meeting.date}
        if not another_day:
            news = ["La rencontre est déplacée le même jour\u00a0: son heure change."]
        elif known == self.meeting.date:
            news = [f"La rencontre a été déplacée, puis remise au {now}\u00a0: voyez son heure plus bas."]
        else:
            news = [f"La rencontre du {french.long_date(known)} est déplacée au {now}."]
        if another_day and not row.answer:
            news += ["Votre réponse valait pour l’autre jour\u00a0: elle est à donner de nouveau."]
        link = link_of(row)
        asking = self._keeping(link) if row.answer else self._asking(link, again=another_day)
        key = f"{key_of('meeting_moved', row, self.meeting.sequence)}/{known}"
        self._write("meeting_moved", row, key=key, subject="Déplacée", method=REQUEST, **asking, news=news)

    def cancelled(self, row: Convocation) -> None:
        """Say that the meeting does not take place."""
        self._write(
            "meeting_cancelled",
            row,
            key=key_of("meeting_cancelled", row, self.meeting.sequence),
            subject="Annulée",
            method=CANCEL,
            until=self.meeting.over_at,
            first="Cette rencontre est annulée. Il n’y a rien à faire\u00a0: votre agenda s’ajuste.",
            without_details=True,
        )

    def uninvited(self, row: Convocation) -> None:
        """Say, once, that somebody is no longer called."""
        self._write(
            "uninvited",
            row,
            key=f"uninvited/{self.meeting.pk}/{row.pk}/{call_of(row)}",
            subject="Vous n’êtes plus convoqué",
            method=CANCEL,
            first="Vous n’êtes plus sur la liste des personnes convoquées à cette rencontre. "
            "Il n’y a rien à faire\u00a0: votre agenda s’ajuste.",
            without_details=True,
        )

    def shown(self) -> dict[str, str]:
        """A convocation as a member would receive it, its link left out: subject, text and HTML."""
        context = self.details | self._asking(settings.PORTAL_URL + SHOWN_LINK)
        context |= {"name": "", "is_member": True, "news": []}
        return {
            "subject": self._subject("Convocation"),
            "text": render_to_string("meetings/email/message.txt", context),
            "html": render_to_string("meetings/email/message.html", context),
        }

    def _asking(self, link: str, *, again: bool = False) -> dict[str, str]:
        """What is asked, and where one answers; the day is told while it is to come."""
        by = self.meeting.answer_by
        verb = "Répondez de nouveau" if again else "Répondez"
        until = f" d’ici le {french.long_date(by)}" if by and by >= timezone.localdate() else ""
        return {"first": f"{verb}{until}\u00a0: serez-vous à cette rencontre?", "link": link}

    def _keeping(self, link: str) -> dict[str, str]:
        return {"first": "Votre réponse tient. Changez-la au besoin\u00a0:", "link": link}

    def _subject(self, word: str) -> str:
        return f"{word}{french.NBSP}: {self.details['heading']}"

    def _write(
        self,
        kind: str,
        row: Convocation,
        *,
        key: str,
        subject: str,
        method: str,
        until: dt.datetime | None = None,
        **context: Any,
    ) -> None:
        context = self.details | context | {"name": row.greeting, "is_member": row.user_id is not None}
        if method not in self._calendars:
            self._calendars[method] = Requests(self.meeting, method)
        queue(
            kind,
            key=key,
            user=row.user,
            to=row.address,
            subject=self._subject(subject),
            text=render_to_string("meetings/email/message.txt", context),
            html=render_to_string("meetings/email/message.html", context),
            calendar=self._calendars[method].to(row),
            calendar_method=method,
            expires_at=until or self.meeting.begins_at,
        )
