"""The messages that call people to a meeting, move it and take it back; reminders are in `reminders.py`."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from ecpar_portal import french
from mailing.actions import AGAIN, withdraw
from mailing.models import OutgoingEmail
from mailing.queueing import Message
from meetings import changes
from meetings.answer_link import link_of
from meetings.calendar import Requests
from meetings.models import Convocation, Meeting
from meetings.reminders import call_of, details_of, key_of

REQUEST, CANCEL = "REQUEST", "CANCEL"
# An address that takes the place of the link, where the message is only shown.
SHOWN_LINK = "/convocation/…/"


def declined_key(row: Convocation, meeting: Meeting) -> str:
    """How the keys begin of what tells somebody that who was to come instead cannot."""
    return f"{key_of('convocation', row, meeting.sequence)}/non/"


class Messages:
    """The messages on one meeting, each to one person and yet to be queued; what they share is made once."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self.details = details_of(meeting)
        self._calendars: dict[str, Requests] = {}

    def convocation(
        self, row: Convocation, *, asked_by: Convocation | None = None, once_more: bool = False
    ) -> Message:
        """Call somebody; once for each call and day, for each person who asks them to come instead.

        `once_more` writes another message to who was called already.
        """
        key = key_of("convocation", row, self.meeting.sequence)
        key = f"{key}{AGAIN}{uuid.uuid4()}" if once_more else key
        # An answer that was given is not asked again, but of who said no and whom a colleague asks to come.
        is_given = row.answer and not (asked_by and row.answer == Convocation.Answer.NO)
        return self._message(
            "convocation",
            row,
            key=f"{key}/{asked_by.pk}" if asked_by else key,
            subject="Convocation",
            method=REQUEST,
            **(self._asking_or_keeping(row) if is_given else self._asking(link_of(row))),
            news=[f"{asked_by.who} vous demande de venir à sa place."] if asked_by else [],
        )

    def unask(self, row: Convocation, *, asked_by: Convocation) -> None:
        """Take back what asks somebody to come instead of who changed their mind, where it has not left."""
        key = f"{key_of('convocation', row, self.meeting.sequence)}/{asked_by.pk}"
        withdraw(OutgoingEmail.objects.filter(key=key))

    def moved(self, row: Convocation, *, before: dt.date, known: changes.Known) -> Message:
        """Say that the meeting moved, from the day that the person knew, and what else changed.

        A new day asks for a new answer. The key tells what they knew to the next change, for whom this
        message does not reach before it.
        """
        now = f"{french.weekday(self.meeting.date)} {french.long_date(self.meeting.date)}"
        another_day = {before, known.day} != {self.meeting.date}
        if not another_day:
            news = ["La rencontre est déplacée le même jour\u00a0: son heure change."]
        elif known.day == self.meeting.date:
            news = [f"La rencontre a été déplacée, puis remise au {now}\u00a0: voyez son heure plus bas."]
        else:
            news = [f"La rencontre du {french.long_date(known.day)} est déplacée au {now}."]
        if another_day and not row.answer:
            news += ["Votre réponse valait pour l’autre jour\u00a0: elle est à donner de nouveau."]
        news += changes.sentences_on(self.meeting, known.marks)
        key = f"{key_of(changes.MOVED, row, self.meeting.sequence)}/{known.in_key}"
        asking = self._asking_or_keeping(row, again=another_day)
        asking |= {"subject": "Déplacée", "news": news}
        return self._message(changes.MOVED, row, key=key, method=REQUEST, **asking)

    def updated(self, row: Convocation, marks: dict[str, str]) -> Message:
        """Say what changed of a meeting that stays on its day; the answer stays."""
        known = changes.Known(marks=marks)
        return self._message(
            changes.UPDATED,
            row,
            key=f"{key_of(changes.UPDATED, row, self.meeting.sequence)}/{known.in_key}",
            subject=changes.subject_of(self.meeting, marks),
            method=REQUEST,
            due_at=changes.leaves_at(self.meeting),
            **self._asking_or_keeping(row),
            news=list(changes.sentences_on(self.meeting, marks)),
        )

    def declined(self, row: Convocation, *, by: Convocation) -> Message:
        """Say, once, that who was to come instead cannot; the person is asked again."""
        return self._message(
            "convocation",
            row,
            key=f"{declined_key(row, self.meeting)}{by.pk}/{by.answered_at.timestamp():.6f}",
            subject="Réponse attendue",
            method=REQUEST,
            **self._asking(link_of(row), again=True),
            news=[f"{by.who} ne peut pas venir à votre place."],
        )

    def cancelled(self, row: Convocation) -> Message:
        """Say that the meeting does not take place."""
        return self._message(
            "meeting_cancelled",
            row,
            key=key_of("meeting_cancelled", row, self.meeting.sequence),
            subject="Annulée",
            method=CANCEL,
            until=self.meeting.over_at,
            first="Cette rencontre est annulée. Il n’y a rien à faire\u00a0: votre agenda s’ajuste.",
            without_details=True,
        )

    def uninvited(self, row: Convocation) -> Message:
        """Say, once, that somebody is no longer called."""
        return self._message(
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

    def _asking_or_keeping(self, row: Convocation, *, again: bool = False) -> dict[str, str]:
        """What is asked of somebody whose answer stays, where they gave one."""
        if not row.answer:
            return self._asking(link_of(row), again=again)
        return {"first": "Votre réponse tient. Changez-la au besoin\u00a0:", "link": link_of(row)}

    def _subject(self, word: str) -> str:
        return f"{word}{french.NBSP}: {self.details['heading']}"

    def _message(
        self,
        kind: str,
        row: Convocation,
        *,
        key: str,
        subject: str,
        method: str,
        due_at: dt.datetime | None = None,
        until: dt.datetime | None = None,
        **context: Any,
    ) -> Message:
        context = self.details | context | {"name": row.greeting, "is_member": row.user_id is not None}
        if method not in self._calendars:
            self._calendars[method] = Requests(self.meeting, method)
        return Message(
            kind=kind,
            key=key,
            user=row.user,
            to=row.address,
            subject=self._subject(subject),
            text=render_to_string("meetings/email/message.txt", context),
            html=render_to_string("meetings/email/message.html", context),
            calendar=self._calendars[method].to(row),
            calendar_method=method,
            due_at=due_at,
            expires_at=until or self.meeting.begins_at,
        )
