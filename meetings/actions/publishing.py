"""What comes of a synthesis: its reading confirmed, its versions published; `by=` whoever did it."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from chantier import trace
from chantier.models import Cycle
from ecpar_portal.refusal import Refusal
from meetings import notices, reminders
from meetings.actions.convening import refuse_before_its_day
from meetings.models import Meeting, PointAnswer, Reading, SynthesisVersion
from meetings.models.versions import digest_of
from reports import actions as reports

State = Meeting.State


@transaction.atomic
def confirm_reading(meeting: Meeting, *, by: Any) -> None:
    """Confirm every link of a meeting that is still a proposed reading of its synthesis."""
    answers, confirmed = PointAnswer.objects.filter(point__meeting=meeting), 0
    for links in (meeting.objectives.all(), meeting.points.all(), answers):
        confirmed += links.filter(reading=Reading.PROPOSED).update(reading=Reading.CONFIRMED)
    if confirmed:
        trace.record("reading_confirmed", by=by, on=meeting)


@transaction.atomic
def publish(meeting: Meeting, *, by: Any, tell: bool = True) -> SynthesisVersion:
    """Freeze the synthesis as the version that members read, and have its file made; return the version.

    The people of the chantier are told of it once, unless `tell` says not to. Publishing again what has not
    changed changes nothing. Raises Refusal where there is nothing to publish, and while it is read again.
    """
    refuse_before_its_day(meeting)
    current = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if not current.is_announced:
        raise Refusal("Convoquez d’abord cette rencontre.")
    content = draft_of(current)
    if not content["points"]:
        raise Refusal("Écrivez au moins un point de synthèse avant de publier.")
    if current.reviews.open().exists():
        raise Refusal("La synthèse est en relecture : fermez la relecture avant de publier.")
    before, version = current.current_version_id, _freeze(current, content, by)
    if tell and version.pk != before:
        notices.tell_published(version)
    meeting.state, meeting.current_version = current.state, version
    return version


def draft_of(meeting: Meeting) -> dict[str, Any]:
    """What the next version of a meeting's synthesis would say."""
    return Meeting.objects.with_thread(unpublished=True).get(pk=meeting.pk).content()


def has_draft(meeting: Meeting) -> bool:
    """Whether a published meeting, asked `with_thread(unpublished=True)`, says more than its members read."""
    version = meeting.current_version
    return version is not None and version.digest != digest_of(meeting.content())


def drafts_of(cycle: Cycle) -> set[int]:
    """The published meetings of a cycle that have a draft."""
    meetings = cycle.meetings.filter(state=State.PUBLISHED).with_thread(unpublished=True)
    return {meeting.pk for meeting in meetings if has_draft(meeting)}


@transaction.atomic
def publish_loaded(cycle: Cycle, drafts: set[int]) -> None:
    """Publish, without a word to anybody, what a file says is published; not what people have as `drafts`."""
    meetings = cycle.meetings.filter(state=State.PUBLISHED).exclude(pk__in=drafts)
    for meeting in meetings.with_thread(unpublished=True):
        if meeting.current_version is None or has_draft(meeting):
            _freeze(meeting, meeting.content(), None)


def _freeze(meeting: Meeting, content: dict[str, Any], by: Any) -> SynthesisVersion:
    digest, version = digest_of(content), meeting.current_version
    if version is None or version.digest != digest:
        last = meeting.versions.aggregate(last=Max("number"))["last"] or 0
        version = meeting.versions.create(number=last + 1, content=content, digest=digest, published_by=by)
        trace.record("synthesis_published", by=by, on=meeting, version=version.number)
    meeting.state, meeting.current_version = State.PUBLISHED, version
    meeting.save(update_fields=["state", "current_version"])
    reminders.withdraw(meeting)
    reports.ask("synthesis", version, by=by)
    return version
