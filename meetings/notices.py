"""The messages on what comes of a meeting: its review, its publication. Each to one person, once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from chantier.models import User
from ecpar_portal import french
from mailing import actions as mailing
from mailing.models import OutgoingEmail
from mailing.queueing import Message, queue_many
from meetings.models import Meeting, Review, SynthesisVersion
from meetings.reminders import heading_of

OPENED, CLOSED, PUBLISHED = "review_opened", "review_closed", "synthesis_published"
USEFUL = dt.timedelta(days=14)


def attendants_of(meeting: Meeting) -> list[User]:
    """The people with an account who were at a meeting, by themselves or as an organisation's."""
    rows = list(meeting.attendances.all())
    there = [row.user_id for row in rows if row.user_id]
    unnamed = [row.organization_id for row in rows if not (row.user_id or row.convocation_id or row.name)]
    people = User.objects.taking_part_in(meeting.cycle)
    named = people.filter(pk__in=there)
    spoken_for = people.filter(memberships__until=None, memberships__organization__in=unnamed)
    return list((named | spoken_for).distinct().order_by("pk"))


def tell_review_opened(review: Review) -> None:
    """Ask those who were there to read a synthesis again."""
    until = french.long_date(review.last_day)
    _tell(
        OPENED,
        review.meeting,
        attendants_of(review.meeting),
        cause=str(review.pk),
        subject="À relire",
        first=f"Relisez la synthèse de la rencontre où vous étiez, et dites d’ici le {until} ce qui manque.",
        address=reverse("review", args=[review.meeting.slug]),
        button="Relire la synthèse",
        expires_at=end_of(review.last_day),
    )


def tell_review_closed(review: Review) -> None:
    """Say to the same people that the review is over."""
    count = review.comments.count()
    said = f"{french.counted(count, 'commentaire')} {french.plural(count, 'a été reçu', 'ont été reçus')}"
    _tell(
        CLOSED,
        review.meeting,
        attendants_of(review.meeting),
        cause=str(review.pk),
        subject="Relecture terminée",
        first=f"La relecture de la synthèse est terminée\u00a0: {said}. La coordination y répond ici\u00a0:",
        address=reverse("review", args=[review.meeting.slug]),
        button="Voir les commentaires et les réponses",
        expires_at=review.closed_at + USEFUL,
    )


def tell_published(version: SynthesisVersion) -> None:
    """Say to the people of the chantier that a synthesis may be read; of a later version, that it changed."""
    meeting = version.meeting
    mailing.withdraw(f"{PUBLISHED}/{meeting.pk}/")  # of an earlier version that nobody has read yet
    first = "La synthèse de cette rencontre est publiée. Lisez-la, ou téléchargez-la en PDF\u00a0:"
    if version.number > 1:
        first = f"La synthèse de cette rencontre a changé. Voici la version {version.number}."
    _tell(
        PUBLISHED,
        meeting,
        readers_of(meeting),
        cause=str(version.number),
        subject="Synthèse publiée" if version.number == 1 else f"Synthèse, version {version.number}",
        first=first,
        address=_address_of(version),
        button="Lire la synthèse",
        expires_at=version.published_at + USEFUL,
    )


def published_told_to(user: Any, versions: Iterable[SynthesisVersion]) -> set[int]:
    """The versions of which a person was told by a message of its own, or is about to be."""
    keys = {_key(PUBLISHED, row.meeting, str(row.number), user): row.pk for row in versions}
    kept = OutgoingEmail.objects.filter(key__in=keys).exclude(state=OutgoingEmail.State.WITHDRAWN)
    return {keys[key] for key in kept.values_list("key", flat=True)}


def readers_of(meeting: Meeting) -> list[User]:
    """The people whom a publication tells: those who take part in the cycle today."""
    return list(User.objects.taking_part_in(meeting.cycle).order_by("pk"))


def _address_of(version: SynthesisVersion) -> str:
    slug = version.meeting.slug
    return (
        reverse("meeting", args=[slug])
        if version.number == 1
        else reverse("version", args=[slug, version.number])
    )


def _tell(
    kind: str,
    meeting: Meeting,
    people: Iterable[User],
    *,
    cause: str,
    subject: str,
    expires_at: dt.datetime,
    **words: Any,
) -> None:
    heading = heading_of(meeting)
    context = {"meeting": meeting, "heading": heading, "portal_url": settings.PORTAL_URL, **words}
    queue_many(
        Message(
            kind=kind,
            key=_key(kind, meeting, cause, person),
            user=person,
            to=person.email,
            subject=f"{subject}{french.NBSP}: {heading}",
            text=render_to_string("meetings/email/notice.txt", context | {"name": person.name}),
            html=render_to_string("meetings/email/notice.html", context | {"name": person.name}),
            expires_at=expires_at,
        )
        for person in people
    )


def _key(kind: str, meeting: Meeting, cause: str, person: Any) -> str:
    return f"{kind}/{meeting.pk}/{cause}/{person.pk}"


def end_of(day: dt.date) -> dt.datetime:
    """The last instant of a local day."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(settings.TIME_ZONE))


# What still makes sense when it leaves -----------------------------------------------------------------


def still_to_read_again(emails: Sequence[OutgoingEmail]) -> list[OutgoingEmail]:
    """What asks people to read again, while they may: in an open review of a meeting where they were."""
    reviews = Review.objects.open().select_related("meeting__cycle").in_bulk(_causes(emails))
    there = {pk: {person.pk for person in attendants_of(review.meeting)} for pk, review in reviews.items()}
    return [email for email in emails if email.user_id in there.get(_cause(email), ())]


def still_published(emails: Sequence[OutgoingEmail]) -> list[OutgoingEmail]:
    """What tells a version, while it is the one that people read, to who takes part today."""
    meetings = Meeting.objects.filter(
        pk__in={_meeting(email) for email in emails}, state=Meeting.State.PUBLISHED
    )
    standing = {}
    for meeting in meetings.select_related("cycle", "current_version"):
        people = User.objects.taking_part_in(meeting.cycle).values_list("pk", flat=True)
        standing[meeting.pk] = (meeting.current_version and meeting.current_version.number, set(people))
    useful = []
    for email in emails:
        number, people = standing.get(_meeting(email), (None, ()))
        if number == _cause(email) and email.user_id in people:
            useful.append(email)
    return useful


def _meeting(email: OutgoingEmail) -> int:
    return int(email.key.split("/")[1])


def _cause(email: OutgoingEmail) -> int:
    return int(email.key.split("/")[2])


def _causes(emails: Sequence[OutgoingEmail]) -> set[int]:
    return {_cause(email) for email in emails}
