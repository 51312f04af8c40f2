"""The file of a cycle: loaded without doubling or undoing, refused with its place, written back the same."""

import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from chantier.models import Achievement, Chantier, Cycle, Objective
from meetings.models import Meeting, MeetingObjective, PointAnswer, Reading, SynthesisPoint
from tests import factories as f

pytestmark = pytest.mark.django_db

REAL = Path("data/2020-2021.toml")
SMALL = """
[chantier]
slug = "petit"
name = "Petit chantier"
presentation = "Offre un espace."

[cycle]
slug = "petit-2021-2022"
starting_year = 2021

[[objective]]
text = "Un objectif"

[[meeting]]
date = 2021-10-05
state = "published"

[[meeting.objective]]
text = "Voulu"
objectives = [1]

[[meeting.point]]
text = "Obtenu"
answers = ["A"]

[[meeting]]
date = 2021-11-09
start = 13:30:00
end = 16:00:00
title = "Suite"
state = "convened"

[[meeting.objective]]
text = "Repris"
comes_from = "2021-10-05/1"
"""


@pytest.fixture
def load(tmp_path):
    """Load a text as the file of a cycle; return what the command says."""

    def loaded(text, name="cycle.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return call(path)

    return loaded


def call(path):
    told = StringIO()
    call_command("load_cycle", str(path), stdout=told)
    return told.getvalue().replace("\u00a0", " ")


def dump(slug):
    told = StringIO()
    call_command("dump_cycle", slug, stdout=told)
    return told.getvalue()


def everything():
    """All that a load could touch."""
    models = (Chantier, Cycle, Objective, Achievement, Meeting, MeetingObjective, SynthesisPoint, PointAnswer)
    links = MeetingObjective.objectives.through.objects.order_by("pk").values_list()
    return [list(model.objects.order_by("pk").values()) for model in models] + [list(links)]


def test_the_real_cycle_is_loaded_whole():
    assert "35 énoncés créés" in call(REAL)
    cycle = Cycle.objects.get(slug="2020-2021")
    assert (cycle.objectives.count(), cycle.achievements.count(), cycle.meetings.count()) == (2, 3, 5)
    assert (MeetingObjective.objects.count(), SynthesisPoint.objects.count()) == (11, 12)
    assert not cycle.participations.exists()
    assert set(PointAnswer.objects.values_list("reading", flat=True)) == {Reading.PROPOSED}


def test_what_is_dumped_equals_what_was_loaded(tmp_path):
    call(REAL)
    assert dump("2020-2021") == REAL.read_text()
    output = tmp_path / "out.toml"
    call_command("dump_cycle", "2020-2021", output=output)
    assert output.read_text() == REAL.read_text()


def test_a_small_file_comes_back_word_for_word(load):
    load(SMALL)
    before = everything()
    text = dump("petit-2021-2022")
    assert text.split("\n\n", 1)[1].strip() == SMALL.strip()
    assert load(text) == "rien à changer.\n"
    assert everything() == before


@pytest.mark.parametrize(
    "text",
    [
        'Des « guillemets », un "droit", une \\\\barre',
        "Deux\\nlignes et une\\ttabulation",
        "Émoji 🌱 et caractère \\u007F",
        " des espaces autour ",
    ],
)
def test_odd_texts_come_back_as_they_were(load, text):
    quoted = text.replace('"droit"', '\\"droit\\"')
    load(SMALL.replace('"Un objectif"', f'"{quoted}"'))
    kept = Objective.objects.get().text
    dumped = tomllib.loads(dump("petit-2021-2022"))
    assert dumped["objective"][0]["text"] == kept == tomllib.loads(f'text = "{quoted}"')["text"]


def test_a_second_load_doubles_nothing(load):
    load(SMALL)
    before = everything()
    assert load(SMALL) == "rien à changer.\n"
    assert everything() == before


def test_what_people_changed_stays_and_the_command_says_so(load):
    load(SMALL)
    SynthesisPoint.objects.update(text="Précisé par la coordination")
    told = load(SMALL.replace("Obtenu", "Obtenu, corrigé"))
    assert SynthesisPoint.objects.get().text == "Précisé par la coordination"
    assert "laissé tel quel : meeting/2021-10-05/point/1" in told


def test_a_confirmed_link_stays_confirmed(load):
    load(SMALL)
    PointAnswer.objects.update(reading=Reading.CONFIRMED)
    load(SMALL)
    assert PointAnswer.objects.get().reading == Reading.CONFIRMED


def test_what_people_deleted_does_not_come_back(load):
    load(SMALL)
    SynthesisPoint.objects.all().delete()
    Meeting.objects.get(slug="2021-11-09").delete()
    load(SMALL)
    assert not SynthesisPoint.objects.exists()
    assert Meeting.objects.count() == 1


def test_what_people_added_stays(load):
    load(SMALL)
    added = f.SynthesisPointFactory(meeting=Meeting.objects.first(), position=9)
    load(SMALL)
    assert SynthesisPoint.objects.filter(pk=added.pk).exists()


def test_a_corrected_file_corrects_what_nobody_touched(load):
    load(SMALL)
    pk = SynthesisPoint.objects.get().pk
    assert "1 mis à jour" in load(SMALL.replace("Obtenu", "Obtenu, corrigé"))
    assert SynthesisPoint.objects.get(pk=pk).text == "Obtenu, corrigé"


def test_a_statement_added_to_the_file_is_added_once(load):
    load(SMALL)
    longer = SMALL + '\n[[meeting.point]]\ntext = "Un de plus"\nanswers = ["A"]\n'
    load(longer)
    load(longer)
    assert SynthesisPoint.objects.filter(text="Un de plus").count() == 1


BAD = {
    "syntax": (
        SMALL.replace('"Petit chantier"', '"Petit chantier'),
        "ligne 4",
        "l’écriture TOML est fautive",
    ),
    "duplicated slug": (
        SMALL.replace("date = 2021-11-09", "date = 2021-10-05"),
        "rencontre 2021-10-05",
        "donnée 2 fois",
    ),
    "date that does not exist": (
        SMALL.replace("2021-11-09", "2021-02-30"),
        "ligne 27",
        "cette date n’existe pas",
    ),
    "date in quotes": (
        SMALL.replace("date = 2021-11-09", 'date = "9 novembre"'),
        "rencontre nº 2, champ « date »",
        "une date sans guillemets est attendue",
    ),
    "missing field": (
        SMALL.replace('name = "Petit chantier"\n', ""),
        "chantier, champ « name »",
        "il manque",
    ),
    "missing text": (
        SMALL.replace('text = "Repris"\n', ""),
        "rencontre du 2021-11-09, objectif A",
        "il manque",
    ),
    "empty text": (
        SMALL.replace('"Obtenu"', '"  "'),
        "rencontre du 2021-10-05, point 1",
        "le texte est vide",
    ),
    "unknown field": (
        SMALL.replace("answers =", "answer ="),
        "point 1, champ « answer »",
        "peut-être « answers »",
    ),
    "unknown table": (SMALL + "\n[[reunion]]\ndate = 2021-12-01\n", "table « reunion »", "inconnue"),
    "missing table": (SMALL.replace("[chantier]", "[[chantier]]"), "table « chantier »", "elle manque"),
    "no such objective": (SMALL.replace('["A"]', '["B"]'), "point 1, champ « answers »", "pas d’objectif B"),
    "no such aim": (SMALL.replace("[1]", "[2]"), "objectif A, champ « objectives »", "pas d’objectif 2"),
    "later point": (
        SMALL.replace("2021-10-05/1", "2021-11-09/1"),
        "champ « comes_from »",
        "n’est pas un point",
    ),
    "unknown state": (
        SMALL.replace('"convened"', '"faite"'),
        "champ « state »",
        "un de ces mots est attendu",
    ),
    "hours backwards": (
        SMALL.replace("end = 16", "end = 12"),
        "champ « end »",
        "la fin vient après le début",
    ),
    "hour that does not exist": (
        SMALL.replace("2021-11-09\nstart = 13:30:00\nend = 16:00:00", "2022-03-13\nstart = 02:30:00"),
        "champ « start »",
        "cette heure n’existe pas ce jour-là",
    ),
    "year": (
        SMALL.replace("= 2021\n", "= 1066\n"),
        "cycle, champ « starting_year »",
        "une année de 2007 à 2200",
    ),
    "slug with accents": (SMALL.replace('"petit"', '"été"'), "chantier, champ « slug »", "sans accent"),
    "Windows-1252": (SMALL.replace("Voulu", "Étape").encode("cp1252"), "ligne 19", "Windows-1252"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_with_its_place_and_nothing_is_written(load, what):
    text, place, reason = BAD[what]
    before = everything()
    with pytest.raises(CommandError) as refusal:
        load(text)
    told = str(refusal.value).replace("\u00a0", " ")
    assert "cycle.toml, " in told
    assert place in told
    assert reason in told
    assert everything() == before


def test_every_problem_of_a_file_is_told_at_once(load):
    text = SMALL.replace('"Obtenu"', '""').replace('"convened"', '"faite"').replace("[1]", '["un"]')
    with pytest.raises(CommandError) as refusal:
        load(text)
    assert str(refusal.value).count("cycle.toml, ") == 3


@pytest.mark.parametrize(("name", "words"), [("absent.toml", "n’existe pas"), (".", "c’est un dossier")])
def test_a_path_that_is_no_file_is_refused(tmp_path, name, words):
    with pytest.raises(CommandError, match=words):
        call(tmp_path / name)


def test_a_meeting_of_another_cycle_is_not_taken_over(load):
    theirs = f.MeetingFactory(slug="2021-10-05")
    before = everything()
    with pytest.raises(CommandError, match="a déjà cette adresse"):
        load(SMALL)
    assert everything() == before
    assert Meeting.objects.get() == theirs


def test_a_cycle_of_another_chantier_is_not_taken_over(load):
    f.CycleFactory(slug="petit-2021-2022", chantier__name="Un autre")
    with pytest.raises(CommandError, match="est déjà l’adresse d’un cycle du chantier Un autre"):
        load(SMALL)


def test_an_accident_in_mid_load_leaves_the_database_as_it_was(load, monkeypatch):
    before = everything()
    monkeypatch.setattr("meetings.cycle_file.applying.PointAnswer", None)
    with pytest.raises(AttributeError):
        load(SMALL)
    assert everything() == before


def test_a_dump_of_an_unknown_cycle_names_those_that_exist(cycle):
    with pytest.raises(CommandError, match=cycle.slug):
        dump("2031-2032")
