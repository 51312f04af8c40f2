"""The attendance sheet of a meeting, on paper and for a spreadsheet."""

import hashlib
import io
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string

from chantier import trace
from ecpar_portal import french
from meetings.models import Attendance, Convocation, Meeting
from reports.pdf import html_to_pdf, renderer_key

TEMPLATE = "meetings/attendance_pdf.html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (("Organisation", 44), ("Personne", 32), ("Réponse", 20), ("Présence", 12))


def rows_of(meeting: Meeting) -> list[tuple[str, str, str, str]]:
    """Organisation, person and answer of everybody who is called; who stands in says for whom.

    The last column is for initials until somebody is noted as there; then it says who was, and those who
    came in without being called stand at the end.
    """
    found = (
        meeting.convocations.standing()
        .select_related("user", "organization")
        .prefetch_related("stands_in_for__user")
    )
    ordered = list(found.order_by("organization__name", "user__name", "email", "pk"))
    noted = list(meeting.attendances.select_related("user", "organization", "convocation__user"))
    there = {row.user_id or f"guest {row.convocation_id}" for row in noted}
    lines = []
    for row in ordered:
        present = ("oui" if _key(row) in there else "non") if noted else ""
        answer = row.get_answer_display() or "sans réponse"
        lines.append((str(row.organization or ""), _person(row), answer, present))
    called = {_key(row) for row in ordered}
    others = [row for row in noted if (row.user_id or f"guest {row.convocation_id}") not in called]
    return [*lines, *((str(row.organization or ""), _named(row), "", "oui") for row in others)]


def _key(row: Convocation) -> int | str:
    return row.user_id or f"guest {row.pk}"


def _named(row: Attendance) -> str:
    return "sans nommer personne" if row.names_nobody else row.who


def _person(row: Convocation) -> str:
    asked = [
        other.who
        for other in row.stands_in_for.all()
        if other.withdrawn_at is None and other.answer == Convocation.Answer.REPLACED
    ]
    return f"{row.who} (à la place de {', '.join(asked)})" if asked else row.who


def title(meeting: Meeting) -> str:
    """« Feuille de présence, 9 mars 2021 »."""
    return f"Feuille de présence, {french.long_date(meeting.date)}"


def filename(meeting: Meeting, extension: str) -> str:
    """« presences-2021-03-09.pdf »."""
    return f"presences-{meeting.slug}.{extension}"


def key(meeting: Meeting) -> str:
    """Change with whatever the sheet shows or how it is drawn."""
    drawn = [renderer_key(), get_template(TEMPLATE).template.source, COLUMNS]
    facts = [
        str(meeting),
        meeting.date,
        meeting.starts_at,
        meeting.ends_at,
        meeting.place,
        str(meeting.cycle),
    ]
    return hashlib.sha256(repr([drawn, facts, rows_of(meeting)]).encode()).hexdigest()


def pdf(meeting: Meeting) -> bytes:
    """The sheet as PDF/UA-1; in a worker only."""
    context = {"meeting": meeting, "title": title(meeting), "rows": rows_of(meeting)}
    return html_to_pdf(render_to_string(TEMPLATE, context | {"portal_url": settings.PORTAL_URL}))


def xlsx(meeting: Meeting) -> bytes:
    """The sheet as a workbook, each cell a text whatever it begins with; in a worker only."""
    # The web server never loads openpyxl.
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    book.properties.creator, book.properties.title = "ECPAR", title(meeting)
    sheet = book.active
    sheet.title = "Présences"
    lines = [[name for name, _ in COLUMNS], *rows_of(meeting)]
    for rank, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            cell = sheet.cell(rank, column)
            cell.value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub("", text), "s"
            cell.quotePrefix = rank > 1
            cell.font = Font(bold=rank == 1)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, (_, width) in zip("ABCD", COLUMNS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref = "A2", "1:1", sheet.dimensions
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def asked(meeting: Meeting, by: Any) -> None:
    """Note on a meeting that a person asked for its attendance sheet."""
    trace.record("file_asked", by=by, on=meeting, file="feuille de présence")
