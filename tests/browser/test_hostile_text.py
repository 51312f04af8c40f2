"""What somebody types to make it run elsewhere is text, on every page and in the documents."""

import io
import re

import pytest
from pypdf import PdfReader

from chantier.models import Achievement, Chantier, Cycle, Objective, Organization, User
from meetings.actions.publishing import publish
from meetings.documents import synthesis_pdf
from meetings.models import (
    Activity,
    AgendaLine,
    Commitment,
    Convocation,
    Meeting,
    MeetingDocument,
    MeetingGuest,
    MeetingObjective,
    Obstacle,
    Question,
    Reminding,
    Reply,
    Solution,
    SynthesisPoint,
    Theme,
    Trial,
)
from reports.models import Report
from tests import factories as f
from tests.security.addresses import every_address, make_network
from tests.security.hostile import SCRIPTS

# Every text that people type and that a page shows, with the room that it has.
TYPED = {
    Chantier: {"name": 80, "presentation": 5000},
    Cycle: {"network_presentation": 5000},
    Objective: {"text": 5000},
    Achievement: {"text": 5000},
    Meeting: {"title": 160, "place": 160},
    MeetingObjective: {"text": 5000},
    AgendaLine: {"text": 5000, "led_by": 120},
    Convocation: {"name": 120},
    MeetingDocument: {"name": 120},
    MeetingGuest: {"name": 120},
    Reminding: {"subject": 160, "opening": 2000, "after_words": 4000},
    SynthesisPoint: {"text": 5000},
    Theme: {"name": 80},
    Obstacle: {"text": 4000},
    Solution: {"text": 4000},
    Trial: {"note": 4000},
    Question: {"text": 4000},
    Reply: {"text": 4000},
    Activity: {"title": 160, "place": 160, "description": 4000},
    Commitment: {"text": 1000, "reason": 1000},
    Organization: {"name": 160, "former_names": 5000},
    User: {"name": 120},
}


def poisoned() -> None:
    """Write the whole corpus wherever people type; a short field takes what it holds of it, in turn."""
    for rank, (model, fields) in enumerate(TYPED.items()):
        for place, obj in enumerate(model.objects.all()):
            for name, room in fields.items():
                short = [script for script in SCRIPTS if len(script) + 6 <= room]
                text = " ".join(SCRIPTS) if room > 1000 else short[(rank + place) % len(short)]
                setattr(obj, name, f"{text} {place}")
            obj.save()


@pytest.mark.browser
@pytest.mark.once
@pytest.mark.parametrize("role", ["anonymous", "representative", "coordinator"])
def test_no_script_that_somebody_typed_runs_on_any_page(visitor, role):
    cycle = make_network()
    poisoned()
    publish(Meeting.objects.exclude(current_version=None).get(), by=None)
    person = {
        "anonymous": lambda: None,
        "representative": lambda: f.member_of(cycle),
        "coordinator": lambda: f.UserFactory(coordinator=True),
    }[role]()
    someone, shown = visitor(person), 0
    # What is no page of ours: Chromium shows a sitemap in a viewer of its own, with styles that are refused.
    files = (".pdf", ".xml", ".xlsx", ".ics", "/evenement/publier/", "/sante/", "/jsi18n/", "/autocomplete/")
    for address in every_address().values():
        if (
            address.endswith(files)
            or address.startswith("/rencontres/documents/")
            or address == f"/rapports/{done()}/"
        ):
            continue
        page = someone.open(address)
        assert page.evaluate("window.ran") is None, address
        assert page.url.startswith(someone.base)
        shown += "<script>window.ran" in page.content() or "&lt;script&gt;window.ran" in page.content()
    assert shown >= {"anonymous": 1, "representative": 3, "coordinator": 8}[role]


def done() -> str:
    """The key of the file that is made."""
    return str(Report.objects.get(state=Report.State.DONE).pk)


@pytest.mark.once
@pytest.mark.django_db
def test_what_was_typed_is_text_in_a_document():
    make_network()
    poisoned()
    version = publish(Meeting.objects.exclude(current_version=None).get(), by=None)
    pages = PdfReader(io.BytesIO(synthesis_pdf(version))).pages
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    for script in ("<script>window.ran=1", "<svg><animateonbegin=", "<%=7*7%>", "DROPTABLE"):
        assert script in text
    links = [note.get_object()["/A"] for page in pages for note in page.get("/Annots", [])]
    assert all(link["/S"] == "/URI" and link["/URI"].startswith("http://localhost/") for link in links)
