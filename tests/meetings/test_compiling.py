"""Several syntheses in one file: chosen by whoever reads them, one row for one choice, access asked anew."""

import datetime as dt
import io
import re

import pytest
from django.urls import reverse
from pypdf import PdfReader

from ecpar_portal.refusal import Refusal
from meetings import compilation
from meetings.access import may_download_compilation
from meetings.actions.compiling import MOST, compile_syntheses
from meetings.actions.publishing import publish
from meetings.models import Compilation, Meeting
from reports import actions as reports
from reports import pdf
from reports.models import Report
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PAGE = "/syntheses/compilation/"


def published(cycle, day, texts=("Un point",), **fields):
    """A meeting whose synthesis is published."""
    meeting = f.MeetingFactory(cycle=cycle, date=day, **fields)
    objective = f.MeetingObjectiveFactory(meeting=meeting)
    for text in texts:
        f.PointAnswerFactory(point=f.SynthesisPointFactory(meeting=meeting, text=text), objective=objective)
    publish(meeting, by=None)
    return meeting


@pytest.fixture
def meetings(cycle):
    """Two published meetings; the later was published first."""
    later = published(cycle, dt.date(2021, 4, 20), ["Des clauses sont à travailler"])
    return [published(cycle, dt.date(2021, 1, 28), ["Promouvoir l’offre"], title="Première rencontre"), later]


@pytest.fixture
def choose(sign_in, member):
    """A member who chooses meetings."""
    client = sign_in(member)
    return lambda *meetings: client.post(PAGE, {"meetings": [meeting.slug for meeting in meetings]})


def made(meetings):
    return compile_syntheses([meeting.current_version for meeting in meetings])


def printed(one):
    return PdfReader(io.BytesIO(compilation.pdf(one)))


def words(page):
    return " ".join(page.extract_text().split())


def test_a_choice_leads_to_its_file(choose, meetings):
    answer = choose(*meetings)
    one = Compilation.objects.get()
    assert answer["Location"] == f"{PAGE}{one.pk}/syntheses.pdf"
    assert [version.meeting for version in compilation.versions_of(one)] == meetings


def test_the_same_choice_is_one_row_in_any_order_and_by_anybody(choose, meetings, cycle, client):
    first = choose(*meetings)["Location"]
    client.force_login(f.member_of(cycle))
    again = client.post(PAGE, {"meetings": [meeting.slug for meeting in reversed(meetings)]})
    assert again["Location"] == first
    assert choose(meetings[0])["Location"] != first
    assert Compilation.objects.count() == 2


def test_looking_makes_no_row(sign_in, member, meetings):
    page = sign_in(member).get(PAGE)
    assert "28 janvier 2021, Première rencontre" in text_of(page)
    assert sign_in(member).get(f"{PAGE}1/syntheses.pdf").status_code == 404
    assert not Compilation.objects.exists()


def test_a_link_ticks_the_boxes_of_one_cycle(sign_in, member, meetings, cycle):
    other = f.CycleFactory(chantier=cycle.chantier, starting_year=2021)
    published(other, dt.date(2022, 1, 28))
    page = sign_in(member).get(f"{PAGE}?cycle={cycle.slug}")
    boxes = re.findall(r'value="([\d-]+)"( checked)?>', page.text)
    assert sorted(boxes) == [("2021-01-28", " checked"), ("2021-04-20", " checked"), ("2022-01-28", "")]


def test_nothing_chosen_is_refused_with_words(choose, meetings):
    assert "Choisissez au moins une synthèse." in text_of(choose())
    with pytest.raises(Refusal):
        compile_syntheses([])


@pytest.mark.parametrize("state", [state for state in Meeting.State if state != Meeting.State.PUBLISHED])
def test_what_is_not_published_cannot_be_chosen(choose, meetings, state):
    Meeting.objects.filter(pk=meetings[0].pk).update(state=state)
    assert "n’est plus offerte" in text_of(choose(*meetings))
    assert not Compilation.objects.exists()


def test_what_one_does_not_see_cannot_be_chosen(choose, meetings):
    hidden = published(f.CycleFactory(), dt.date(2021, 2, 2))
    assert "n’est plus offerte" in text_of(choose(*meetings, hidden))
    assert not Compilation.objects.exists()


def test_sixty_are_enough(choose, cycle):
    first = dt.date(2021, 1, 1)
    many = [published(cycle, first + dt.timedelta(days=n)) for n in range(MOST + 1)]
    assert f"au plus {MOST} synthèses" in text_of(choose(*many))
    assert choose(*many[1:]).status_code == 302
    with pytest.raises(Refusal):
        made(many)


def test_who_no_longer_sees_one_of_them_has_no_file(sign_in, member, coordinator, meetings, cycle):
    other = f.CycleFactory()
    f.ParticipationFactory(cycle=other, organization=member.organization)
    one = made([*meetings, published(other, dt.date(2021, 2, 2))])
    address = reverse("compilation_pdf", args=[one.pk])
    assert sign_in(member).get(address).status_code == 202
    report = Report.objects.get(kind="compilation")
    assert sign_in(f.member_of(cycle)).get(address).status_code == 404
    assert sign_in(f.member_of(cycle)).get(report.get_absolute_url()).status_code == 404
    other.participations.update(left=dt.date(2021, 5, 1))
    assert sign_in(member).get(address).status_code == 404
    assert sign_in(member).get(report.get_absolute_url()).status_code == 404
    assert sign_in(coordinator).get(address).status_code == 202


def test_a_synthesis_that_is_taken_back_closes_the_file(sign_in, member, meetings):
    address = reverse("compilation_pdf", args=[made(meetings).pk])
    Meeting.objects.filter(pk=meetings[0].pk).update(state=Meeting.State.HELD)
    assert sign_in(member).get(address).status_code == 404


def test_a_new_version_makes_another_compilation_and_leaves_the_first(choose, meetings):
    first = choose(*meetings)["Location"]
    f.SynthesisPointFactory(meeting=meetings[0], text="Un point de plus")
    publish(meetings[0], by=None)
    assert choose(*meetings)["Location"] != first
    old, new = Compilation.objects.order_by("pk")
    assert "Un point de plus" not in compilation.html(old)
    assert "Un point de plus" in compilation.html(new)


def test_the_page_of_contents_tells_each_synthesis_and_its_page(meetings):
    pages = printed(made(meetings)).pages
    assert len(pages) == 3
    contents = words(pages[0])
    assert "Compilation de 2 synthèses, du 28 janvier au 20 avril 2021" in contents
    assert re.search(r"28 janvier 2021, Première rencontre[ .]+2 ", contents)
    assert re.search(r"20 avril 2021[ .]+3 ", contents)
    assert "Promouvoir l’offre" in words(pages[1])
    assert "Des clauses sont à travailler" in words(pages[2])


def test_each_line_of_the_contents_leads_to_its_synthesis(meetings):
    document = printed(made(meetings))
    links = [link.get_object() for link in document.pages[0]["/Annots"]]
    named = document.named_destinations
    led = [named[link["/A"]["/D"] if "/A" in link else link["/Dest"]] for link in links]
    assert [document.get_destination_page_number(one) for one in led] == [1, 2]


def test_the_file_is_made_for_screen_readers(meetings):
    document = printed(made(meetings))
    root = document.trailer["/Root"]
    assert root["/Lang"] == "fr-CA"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata.title.replace("\xa0", " ").startswith("Compilation de 2 synthèses")
    assert b"pdfuaid" in root["/Metadata"].get_data()
    tags = tags_of(root["/StructTreeRoot"])
    headings = [tag for tag in tags if re.fullmatch(r"/H\d", tag)]
    assert headings == ["/H1", "/H2", "/H2", "/H3", "/H3", "/H2", "/H3", "/H3"]
    assert tags.count("/Link") == 2 + 2  # the contents, and the page of each meeting


def tags_of(node):
    """The names of the structure, in reading order."""
    children = node.get("/K", [])
    children = children if isinstance(children, list) else [children]
    inner = [tag for one in children if hasattr(one.get_object(), "get") for tag in tags_of(one.get_object())]
    return [str(node.get("/S")), *inner]


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_a_part_is_laid_out_as_the_synthesis_alone(meetings, settings, paper):
    settings.PAPER = paper
    pdf._engine.cache_clear()
    height = printed(made(meetings)).pages[1].mediabox.height
    pdf._engine.cache_clear()
    assert round(height) == {"Letter": 792, "A4": 842}[paper]


def test_scripts_and_every_script_are_text(cycle):
    texts = ["<script>alert(1)</script>", "مشتريات مسؤولة", "</section><h1>faux</h1>"]
    one = made([published(cycle, dt.date(2021, 1, 28), texts, title="<b>Titre</b>")])
    html = compilation.html(one)
    assert "<script>" not in html
    assert html.count("<h1>") == 1
    assert "<b>" not in html
    assert len(printed(one).pages) == 2


def test_one_synthesis_is_a_compilation_too(meetings):
    assert compilation.title(made(meetings[:1])) == "Compilation d’une synthèse, du 28\xa0janvier\xa02021"
    assert compilation.filename(made(meetings[:1])) == "syntheses-2021-01-28-2021-01-28.pdf"


def test_the_key_follows_what_the_file_shows(meetings):
    one = made(meetings)
    before = compilation.key(one)
    assert compilation.key(Compilation.objects.get()) == before
    Meeting.objects.filter(pk=meetings[0].pk).update(title="Autre titre")
    assert compilation.key(Compilation.objects.get()) != before


def test_twice_as_many_syntheses_ask_as_many_queries(cycle, member, django_assert_num_queries):
    first = dt.date(2021, 1, 1)
    many = [published(cycle, first + dt.timedelta(days=n)) for n in range(8)]
    for chosen in (many[:4], many):
        pk = made(chosen).pk
        with django_assert_num_queries(6):
            compilation.key(may_download_compilation(member).get(pk=pk))


def test_a_worker_makes_it_and_my_files_name_it(sign_in, member, meetings):
    one = made(meetings)
    report = reports.ask("compilation", one, by=member)
    reports.produce(report.pk)
    answer = sign_in(member).get(reverse("compilation_pdf", args=[one.pk]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert 'filename="syntheses-2021-01-28-2021-04-20.pdf"' in answer["Content-Disposition"]
    assert "Compilation de 2 synthèses" in text_of(sign_in(member).get("/rapports/"))
