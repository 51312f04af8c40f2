"""Who may do what with meetings."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from chantier.access import is_coordinator, may_sign_in, takes_part
from chantier.models import Chantier, Cycle, Organization
from ecpar_portal.prepared import Prepared
from meetings.models import (
    Activity,
    Attendance,
    Commitment,
    Compilation,
    Convocation,
    Meeting,
    MeetingDocument,
    Review,
    SynthesisDraft,
    SynthesisVersion,
)
from meetings.models.exchange import Said


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


def may_read_needs(user: Any) -> QuerySet:
    """The meetings whose tour de table a person reads: those that they see, once convened."""
    announced = Meeting.objects.visible_to(user).exclude(state=Meeting.State.DRAFT)
    return announced.select_related("cycle__chantier")


def organizations_writing(user: Any, meeting: Meeting) -> QuerySet:
    """The organisations for which a person writes needs: their own, or any for a coordinator.

    Those that take part in the cycle and count; the people of the others read and do not write.
    """
    here = Organization.objects.existing().buyers().taking_part_in(meeting.cycle_id)
    if is_coordinator(user):
        return here
    return here.filter(pk=user.organization.pk) if user.organization else here.none()


def may_show_needs(user: Any) -> QuerySet:
    """The meetings whose tour de table a coordinator shows in the room, in a query that asks nothing else."""
    cycles = Cycle.objects.existing().filter(chantier__in=Chantier.objects.visible_to(user))
    announced = Meeting.objects.exclude(state=Meeting.State.DRAFT).filter(cycle__in=cycles)
    return announced if is_coordinator(user) else announced.none()


def may_note_attendance(user: Any) -> QuerySet:
    """The meetings at which a coordinator notes who is there: those that are convened, or took place."""
    return may_follow(user).exclude(state=Meeting.State.CANCELLED)


def may_download_document(user: Any) -> QuerySet:
    """The documents of the meetings that a person sees; those of drafts, for coordinators."""
    return MeetingDocument.objects.filter(meeting__in=Meeting.objects.visible_to(user))


# Between meetings ------------------------------------------------------------------------------------


def may_exchange(user: Any) -> bool:
    """Whoever takes part for an organisation, to speak or to read, and the coordinator."""
    return is_coordinator(user) or takes_part(user)


def may_speak_for(user: Any, organization: Organization | None, chantier: Chantier) -> bool:
    """A member, for their own organisation; the coordinator for nobody, or for one that takes part."""
    if organization is None or not is_coordinator(user):
        return user.organization == organization
    return voices_in(chantier).filter(pk=organization.pk).exists()


def voices_in(chantier: Chantier) -> QuerySet:
    """The organisations that take part in a chantier today."""
    taking_part = {"participations__cycle__chantier": chantier, "participations__left": None}
    theirs = Organization.objects.filter(**taking_part)
    return Organization.objects.existing().filter(pk__in=theirs.values("pk")).order_by("name")


def may_take_back(user: Any, said: Said) -> bool:
    """Who wrote it, who speaks for the same organisation today, and the coordinator."""
    if is_coordinator(user):
        return True
    if user.organization is None or said.organization_id != user.organization.pk:
        return False
    return said.written_by_id == user.pk or user.is_representative


def may_announce(user: Any) -> bool:
    """The people of a partner network, and the coordinator."""
    if is_coordinator(user):
        return True
    return takes_part(user) and user.organization.kind == Organization.Kind.PARTNER_NETWORK


def may_announce_for(user: Any, organization: Organization, chantier: Chantier) -> bool:
    """A network's people, for it; the coordinator, for the networks that take part in the chantier."""
    if not is_coordinator(user):
        return may_announce(user) and organization == user.organization
    return networks_in(chantier).filter(pk=organization.pk).exists()


def networks_in(chantier: Chantier) -> QuerySet:
    """The partner networks that take part in a chantier today."""
    return voices_in(chantier).filter(kind=Organization.Kind.PARTNER_NETWORK)


def may_change(user: Any, activity: Activity) -> bool:
    """Whoever may announce for its network."""
    return is_coordinator(user) or (may_announce(user) and activity.organization == user.organization)


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
    if not meeting.is_announced:
        return False
    there = Attendance.objects.of(user).filter(meeting=meeting)
    return Review.objects.open().filter(meeting=meeting).filter(Exists(there)).exists()


def commitments_read_by(user: Any) -> QuerySet:
    """What organisations said they would do, as a person reads it: in the meetings that they see."""
    return Commitment.objects.visible_to(user).told()


def meetings_committed_at(user: Any) -> QuerySet:
    """The meetings that a person sees and at which somebody may commit, or is told why not."""
    return Meeting.objects.visible_to(user).select_related("cycle__chantier", "current_version")


def organizations_committed_by(user: Any, meeting: Meeting) -> QuerySet:
    """The organisations that a person may commit at a meeting: their own, or any for a coordinator.

    Those that take part in its cycle today or, once its year is past, that took part.
    """
    here = (
        meeting.cycle.participations.all()
        if meeting.cycle.is_over
        else meeting.cycle.participations.current()
    )
    found = Organization.objects.existing().filter(pk__in=here.order_by().values("organization"))
    if is_coordinator(user):
        return found
    return found.filter(pk=user.organization.pk) if user.organization else found.none()


def may_commit_at(user: Any, meeting: Meeting) -> bool:
    """Whether a person is offered to commit at a meeting: once it is convened, whoever may for somebody.

    Of members it asks nothing more than what their page knows; the page of writing asks who takes part.
    """
    return meeting.is_announced and (is_coordinator(user) or takes_part(user))


def may_follow_up(user: Any, commitment: Commitment) -> bool:
    """The people of the organisation that committed itself, and the coordinator."""
    return is_coordinator(user) or (takes_part(user) and user.organization.pk == commitment.organization_id)


def may_download_compilation(user: Any) -> QuerySet:
    """The compilations that a person may have: those of which they see every synthesis, as of today."""
    chosen = Compilation.versions.through.objects.filter(compilation=OuterRef("pk"))
    hidden = chosen.exclude(synthesisversion__in=may_download_synthesis(user).values("pk"))
    seen = Compilation.objects.filter(Exists(chosen), ~Exists(hidden))
    return seen.prefetch_related("versions__meeting__cycle__chantier")
