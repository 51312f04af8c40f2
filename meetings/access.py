"""Who may do what with meetings."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from chantier.access import is_coordinator, may_sign_in, takes_part
from chantier.models import Chantier, Cycle
from ecpar_portal.prepared import Prepared
from meetings.models import (
    Attendance,
    Compilation,
    Convocation,
    Meeting,
    MeetingDocument,
    Review,
    SynthesisDraft,
    SynthesisVersion,
)


def may_download_synthesis(user: Any) -> QuerySet:
    """The versions of syntheses that a person may have: those of the published meetings that they see."""
    return _syntheses_in(Chantier.objects.visible_to(user))


def may_download_bilan(user: Any) -> QuerySet:
    """The cycles whose bilan a person may have: those that they see."""
    return Cycle.objects.visible_to(user).select_related("chantier")


def may_follow(user: Any) -> QuerySet:
    """The meetings whose answers a person reads: a coordinator, once they were convened."""
    if not is_coordinator(user):
        return Meeting.objects.none()
    announced = Meeting.objects.visible_to(user).exclude(state=Meeting.State.DRAFT)
    return announced.select_related("cycle__chantier")


def convocations_shown_to(user: Any) -> QuerySet:
    """A person's own convocations, of meetings that they see, to read and answer in the portal."""
    related = ("meeting__cycle__chantier", "user", "organization", "replaced_by__user")
    seen = Meeting.objects.visible_to(user)
    return Convocation.objects.of(user).filter(meeting__in=seen).select_related(*related)


def may_have_feed(user: Any) -> bool:
    """Whoever takes part today or runs the chantiers, with an account that opens them."""
    if not may_sign_in(user) or user.lacks_second_factor:
        return False
    return user.membership is not None or user.is_coordinator


def may_download_document(user: Any) -> QuerySet:
    """The documents of the meetings that a person sees; those of drafts, for coordinators."""
    return MeetingDocument.objects.filter(meeting__in=Meeting.objects.visible_to(user))


def synthesis_to_download(user: Any, slug: str) -> SynthesisVersion | None:
    """The synthesis of a meeting, where a person may have it; asked anew at each download."""
    if user.is_coordinator:
        return _latest_of(may_download_synthesis(user), slug).first()
    return _latest_for_member.first(user_id=user.pk, slug=slug)


def _syntheses_in(chantiers: QuerySet) -> QuerySet:
    cycles = Cycle.objects.existing().filter(chantier__in=chantiers)
    meetings = Meeting.objects.filter(cycle__in=cycles, state=Meeting.State.PUBLISHED)
    return SynthesisVersion.objects.filter(meeting__in=meetings).select_related("meeting__cycle__chantier")


def _latest_of(versions: QuerySet, slug: str) -> QuerySet:
    return versions.filter(meeting__slug=slug, pk=F("meeting__current_version"))


# What the key and the name of its file are made of, and no more.
_latest_for_member = Prepared(
    lambda user_id, slug: _latest_of(_syntheses_in(Chantier.objects.of_member(user_id)), slug).only(
        "number",
        "digest",
        "meeting__slug",
        "meeting__date",
        "meeting__cycle__starting_year",
        "meeting__cycle__chantier__name",
    ),
    user_id=int,
    slug=str,
)


def meetings_read_again_by(user: Any) -> QuerySet:
    """The meetings whose synthesis a person reads again: a coordinator, any; who was there, once asked."""
    seen = Meeting.objects.visible_to(user).select_related("cycle__chantier")
    if is_coordinator(user):
        return seen.exclude(state__in=[Meeting.State.DRAFT, Meeting.State.CANCELLED])
    there = Attendance.objects.of(user).values("meeting")
    return seen.filter(pk__in=there, reviews__isnull=False).distinct()


def may_comment(user: Any, review: Review | None) -> bool:
    """Who was there, while the review is open; the coordinator answers and amends instead."""
    return review is not None and review.is_open and takes_part(user)


def may_download_draft(user: Any) -> QuerySet:
    """The drafts of syntheses that a person may have as a file: a coordinator."""
    if not is_coordinator(user):
        return SynthesisDraft.objects.none()
    seen = Meeting.objects.visible_to(user)
    return SynthesisDraft.objects.filter(meeting__in=seen).select_related("meeting__cycle__chantier")


def is_read_again(user: Any, meeting: Meeting) -> bool:
    """Whether a person is asked to read a synthesis again today."""
    if meeting.state not in (Meeting.State.CONVENED, Meeting.State.HELD, Meeting.State.PUBLISHED):
        return False
    there = Attendance.objects.of(user).filter(meeting=meeting)
    return Review.objects.open().filter(meeting=meeting).filter(Exists(there)).exists()


def may_download_compilation(user: Any) -> QuerySet:
    """The compilations that a person may have: those of which they see every synthesis, as of today."""
    chosen = Compilation.versions.through.objects.filter(compilation=OuterRef("pk"))
    hidden = chosen.exclude(synthesisversion__in=may_download_synthesis(user).values("pk"))
    seen = Compilation.objects.filter(Exists(chosen), ~Exists(hidden))
    return seen.prefetch_related("versions__meeting__cycle__chantier")
