"""The bilan of a cycle as a file."""

import datetime as dt
import io

import page
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from chantier.models import Cycle, Organization
from meetings.documents import bilan_filename, bilan_key, bilan_pdf, synthesis_pdf
from meetings.models import Commitment, SynthesisVersion
from reports import pdf
from tests import factories as f
from tests.bilan import STATEMENTS
from tests.reports.asking import done, get
from tests.services import wait_until


def pages_of(content: bytes) -> list[str]:
    """The words of each page, white space folded."""
    reader = PdfReader(io.BytesIO(content))
    return [" ".join(sheet.extract_text().replace("\xa0", " ").split()) for sheet in reader.pages]


@pytest.mark.django_db
def test_the_real_cycle_takes_two_pages_and_says_its_thirty_statements(settings):
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    pages = pages_of(bilan_pdf(Cycle.objects.get(slug="2020-2021")))
    assert len(pages) == 2
    first, second = STATEMENTS[:7], STATEMENTS[7:]
    assert [statement for statement in first if statement not in pages[0]] == []
    assert [statement for statement in second if statement not in pages[1]] == []
    order = ["Offre un espace", "Promouvoir et accompagner", "Création d’un inventaire", "L’ECPAR"]
    assert sorted(order, key=pages[0].index) == order


@pytest.mark.django_db
@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_both_documents_meet_pdf_ua_on_either_paper(settings, paper):
    settings.PAPER = paper
    pdf._engine.cache_clear()
    call_command("load_cycle", "data/2020-2021.toml", verbosity=0)
    cycle = Cycle.objects.get(slug="2020-2021")
    made = [bilan_pdf(cycle), *map(synthesis_pdf, SynthesisVersion.objects.all())]
    pdf._engine.cache_clear()
    for content in made:
        report = page.validate_pdf_bytes(content, profile=page.ValidationProfile.PDF_UA_1)
        assert [(failure.rule_id, failure.message) for failure in report.failures] == []
        sizes = {tuple(map(round, sheet.mediabox[2:])) for sheet in PdfReader(io.BytesIO(content)).pages}
        assert sizes == {(612, 792) if paper == "Letter" else (595, 842)}
    assert len(pages_of(made[0])) == 2


@pytest.mark.django_db
def test_a_long_cycle_flows_on_to_more_pages_without_a_broken_meeting():
    cycle = f.CycleFactory()
    for number in range(14):
        meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 1, 5) + dt.timedelta(days=14 * number))
        objectives = f.MeetingObjectiveFactory.create_batch(
            3, meeting=meeting, text=f"Vouloir {number} " * 12
        )
        for objective in objectives:
            point = f.SynthesisPointFactory(meeting=meeting, text=f"Obtenir {number} " * 14)
            f.PointAnswerFactory(point=point, objective=objective)
    pages = pages_of(bilan_pdf(cycle))
    assert len(pages) > 3
    for number in range(14):
        on = [sheet for sheet in pages if f"Obtenir {number} " in sheet or f"Vouloir {number} " in sheet]
        assert len(on) == 1
        assert on[0].count(f"Obtenir {number} ") == 3 * 14


@pytest.mark.django_db
def test_a_meeting_too_tall_for_a_page_goes_on_in_words():
    meeting = f.MeetingFactory()
    objective = f.MeetingObjectiveFactory(meeting=meeting)
    for number in range(40):
        point = f.SynthesisPointFactory(meeting=meeting, text=f"Point numéro {number} de la rencontre " * 4)
        f.PointAnswerFactory(point=point, objective=objective)
    text = " ".join(pages_of(bilan_pdf(meeting.cycle)))
    assert all(f"Point numéro {number} de" in text for number in range(40))


@pytest.mark.django_db
def test_a_cycle_without_anything_still_makes_a_page():
    assert len(pages_of(bilan_pdf(f.CycleFactory()))) == 1


@pytest.mark.django_db
def test_the_bilan_says_what_members_read_and_nothing_of_a_draft():
    meeting = f.MeetingFactory(state="held")
    f.SynthesisPointFactory(meeting=meeting, text="Pas encore dit")
    f.MeetingFactory(cycle=meeting.cycle, draft=True, title="En préparation")
    text = " ".join(pages_of(bilan_pdf(meeting.cycle)))
    assert "Pas encore dit" not in text
    assert "En préparation" not in text


@pytest.fixture
def committed(cycle):
    """A cycle with an objective that came from three needs, and a commitment in each state."""
    meeting = f.MeetingFactory(cycle=cycle, date=dt.date(2021, 1, 28))
    aim = f.ObjectiveFactory(cycle=cycle, text="Trouver des clauses")
    for name in ("Ville-aux-Pins", "Société des eaux", "Ville-aux-Pins"):
        organization = Organization.objects.filter(name=name).first() or f.OrganizationFactory(name=name)
        f.NeedFactory(meeting=meeting, organization=organization, objective=aim)
    f.NeedFactory(meeting=meeting, objective=aim, withdrawn_at=timezone.now(), organization__name="Partie")
    now = {"closed_at": timezone.now()}
    f.CommitmentFactory(meeting=meeting, text="Compiler dix clauses", term=dt.date(2021, 5, 3))
    f.CommitmentFactory(meeting=meeting, text="Nommer quelqu’un", state="done", **now)
    f.CommitmentFactory(meeting=meeting, text="Ouvrir un lot", state="dropped", reason="Sans budget", **now)
    return cycle


@pytest.mark.django_db
def test_the_bilan_says_which_needs_an_objective_came_from_and_what_became_of_commitments(committed):
    text = " ".join(pages_of(bilan_pdf(committed)))
    assert "Vient de 3 besoins du tour de table : Société des eaux et Ville-aux-Pins" in text
    order = ["Faites (1)", "Nommer quelqu’un", "À faire (1)", "Compiler dix clauses", "échéance : 3 mai 2021"]
    order += ["Abandonnées (1)", "Ouvrir un lot", "Raison : Sans budget"]
    assert [words for words in order if words not in text] == []
    assert sorted(order, key=text.index) == order


@pytest.mark.django_db
def test_the_bilan_prints_no_commitment_of_a_draft(committed):
    draft = f.MeetingFactory(cycle=committed, draft=True)
    f.CommitmentFactory(meeting=draft, text="Pas encore dit")
    assert "Pas encore dit" not in " ".join(pages_of(bilan_pdf(committed)))


@pytest.mark.django_db
def test_a_bilan_is_made_anew_once_a_commitment_changes(committed):
    before = bilan_key(committed)
    assert bilan_key(committed) == before
    Commitment.objects.filter(state="open").update(state="done", closed_at=timezone.now())
    assert bilan_key(committed) != before


@pytest.mark.django_db
def test_a_bilan_with_two_hundred_commitments_prints_each_and_meets_pdf_ua(committed):
    meeting = committed.meetings.get()
    texts = ["<script>1</script>", "mot" * 300, "Écrire " * 140]
    for number in range(200):
        f.CommitmentFactory(meeting=meeting, text=f"{texts[number % 3]} n{number}."[-1000:])
    content = bilan_pdf(committed)
    report = page.validate_pdf_bytes(content, profile=page.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    text = " ".join(pages_of(content))
    assert [n for n in range(200) if f"n{n}." not in text.replace(" ", "")] == []


@pytest.mark.django_db
def test_the_bilan_is_for_members_of_the_chantier(sign_in, outsider, cycle):
    assert sign_in(outsider).get(reverse("bilan_pdf", args=[cycle.slug])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_member_downloads_the_bilan_that_a_worker_made(reader, meeting, worker):
    address = reverse("bilan_pdf", args=[meeting.cycle.slug])
    assert get(reader, address).status_code == 202
    wait_until(lambda: get(reader, address).status_code == 200)
    answer = get(reader, address)
    assert answer["Content-Disposition"] == f'attachment; filename="{bilan_filename(meeting.cycle)}"'
    assert done()
