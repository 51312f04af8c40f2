"""The files that this app can produce: the synthesis of a meeting, the bilan of a cycle."""

import hashlib
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string

from chantier import trace
from chantier.models import Cycle
from ecpar_portal import french
from ecpar_portal.prepared import Prepared
from meetings import paper, path, thread
from meetings.models import Meeting, MeetingQuerySet, SynthesisDraft, SynthesisVersion
from reports.pdf import html_to_pdf, renderer_key

SYNTHESIS = "meetings/synthesis_pdf.html"
BILAN = "meetings/bilan_pdf.html"
DRAWING = "meetings/_drawing_pdf.html"
ONE = "meetings/_synthesis_pdf.html"

# The synthesis of a meeting ---------------------------------------------------------------------------


def synthesis_title(version: SynthesisVersion) -> str:
    """« Synthèse de la rencontre du 9 mars 2021 », then « …, version 2 »."""
    suffix = "" if version.number == 1 else f", version {version.number}"
    return f"Synthèse de la rencontre du {french.long_date(version.meeting.date)}{suffix}"


def synthesis_filename(version: SynthesisVersion) -> str:
    """« synthese-2021-03-09.pdf », then « synthese-2021-03-09-v2.pdf »."""
    suffix = "" if version.number == 1 else f"-v{version.number}"
    return f"synthese-{version.meeting.slug}{suffix}.pdf"


def synthesis_html(version: SynthesisVersion) -> str:
    """The document of a version, ready to print, with its mentions of the other published meetings."""
    return _synthesis_html(version.meeting, version.content, synthesis_title(version), version=version)


def _synthesis_html(meeting: Meeting, content: path.Content, title: str, **more: Any) -> str:
    meetings = (published(meeting.cycle_id) | Meeting.objects.filter(pk=meeting.pk)).with_thread()
    built = path.build(meeting.cycle, meetings, shown={meeting.pk: content})
    context = {
        "meeting": meeting,
        "title": title,
        "drawing": paper.of_one_meeting(built.step_of(meeting)),
        "portal_url": settings.PORTAL_URL,
        **more,
    }
    return render_to_string(SYNTHESIS, context)


def synthesis_key(version: SynthesisVersion) -> str:
    """Change with whatever the document shows or how it is drawn; one query, since each download asks it."""
    meeting = version.meeting
    facts = [version.number, version.digest, str(meeting.cycle.chantier), meeting.cycle.name]
    around = [
        (other.slug, other.date, other.title, other.current_version_id)
        for other in _published_in(cycle_id=meeting.cycle_id)
    ]
    return _key(repr([settings.PORTAL_URL, sources(SYNTHESIS), paper.ONE_MEETING, facts, around]))


def synthesis_pdf(version: SynthesisVersion) -> bytes:
    """The synthesis as PDF/UA-1; in a worker only."""
    return html_to_pdf(synthesis_html(version))


def synthesis_asked(version: SynthesisVersion, by: Any) -> None:
    """Note on its meeting that a person asked for a synthesis."""
    trace.record("file_asked", by=by, on=version.meeting, file="synthèse", version=version.number)


# The draft of a synthesis ------------------------------------------------------------------------------


def draft_title(draft: SynthesisDraft) -> str:
    """« Brouillon de la synthèse de la rencontre du 9 mars 2021 »."""
    return f"Brouillon de la synthèse de la rencontre du {french.long_date(draft.meeting.date)}"


def draft_filename(draft: SynthesisDraft) -> str:
    """« brouillon-2021-03-09-4.pdf »."""
    return f"brouillon-{draft.meeting.slug}-{draft.revision}.pdf"


def draft_html(draft: SynthesisDraft) -> str:
    """The document that publishing this draft would make, marked as a draft."""
    return _synthesis_html(draft.meeting, draft.content, draft_title(draft), draft=draft)


def draft_key(draft: SynthesisDraft) -> str:
    """Change with whatever the document shows or how it is drawn."""
    return _key(draft_html(draft))


def draft_pdf(draft: SynthesisDraft) -> bytes:
    """The draft as PDF/UA-1; in a worker only."""
    return html_to_pdf(draft_html(draft))


def draft_asked(draft: SynthesisDraft, by: Any) -> None:
    """Note on its meeting that a person asked for a draft."""
    trace.record("file_asked", by=by, on=draft.meeting, file="brouillon de synthèse")


# The bilan of a cycle ---------------------------------------------------------------------------------


def bilan_title(cycle: Cycle) -> str:
    """« Bilan 2020-2021 du chantier Économie sociale »."""
    return f"Bilan {cycle.name} du chantier {cycle.chantier}"


def bilan_filename(cycle: Cycle) -> str:
    """« bilan-2020-2021.pdf »."""
    return f"bilan-{cycle.slug}.pdf"


def bilan_html(cycle: Cycle) -> str:
    """The document of a cycle, in the order of the bilan of 2020-2021."""
    built = path.build(cycle, read_by_members(cycle))
    context = {
        "cycle": cycle,
        "objectives": thread.with_origins(built),
        "commitments": thread.commitments_by_state(built),
        "title": bilan_title(cycle),
        "path": built,
        "drawings": [paper.of_one_of_many(step) for step in built.steps],
        "portal_url": settings.PORTAL_URL,
    }
    return render_to_string(BILAN, context)


def bilan_key(cycle: Cycle) -> str:
    """Change with whatever the document shows or how it is drawn."""
    return _key(bilan_html(cycle))


def bilan_pdf(cycle: Cycle) -> bytes:
    """The bilan as PDF/UA-1; in a worker only."""
    return html_to_pdf(bilan_html(cycle))


def bilan_asked(cycle: Cycle, by: Any) -> None:
    """Note on its cycle that a person asked for a bilan."""
    trace.record("file_asked", by=by, on=cycle, file="bilan")


def published(cycle_id: int) -> MeetingQuerySet:
    """The meetings of a cycle whose synthesis is published: what they say is frozen."""
    return Meeting.objects.filter(cycle=cycle_id, state=Meeting.State.PUBLISHED)


_published_in = Prepared(
    lambda cycle_id: published(cycle_id).only("slug", "date", "title", "current_version"), cycle_id=int
)


@cache
def sources(name: str) -> str:
    """Change with the text of a template and of what it holds: a synthesis, the drawing."""
    texts = [get_template(template).template.source for template in (name, ONE, DRAWING)]
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def read_by_members(cycle: Cycle) -> list[Meeting]:
    """The meetings of a cycle, as its members read them."""
    return list(cycle.meetings.exclude(state=Meeting.State.DRAFT).with_thread())


def _key(content: str) -> str:
    return hashlib.sha256(f"{renderer_key()}\n{content}".encode()).hexdigest()
