"""The examples that the portal comes with: loaded once, then left as people made them."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from chantier.models import TraceEntry
from meetings.actions import exchanging
from meetings.models import Obstacle, Solution, Theme
from tests import factories as f

pytestmark = pytest.mark.django_db

FILE = "data/echanges/economie-sociale.toml"


@pytest.fixture
def social():
    return f.ChantierFactory(slug="economie-sociale")


def load(path=FILE):
    call_command("load_exchange", str(path), verbosity=0)


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Theme, Obstacle, Solution, TraceEntry)]


def test_seven_obstacles_with_their_solutions_come_as_examples_of_the_portal(social):
    load()
    assert (Obstacle.objects.count(), Theme.objects.count()) == (7, 7)
    assert not Obstacle.objects.filter(is_example=False).exists()
    assert not Solution.objects.filter(is_example=False).exists()
    assert not Obstacle.objects.exclude(organization=None, written_by=None, meeting=None).exists()
    for obstacle in Obstacle.objects.with_counts():
        assert obstacle.solution_count >= 1
        assert obstacle.stage in range(1, 6)
    assert set(Obstacle.objects.values_list("chantier", flat=True)) == {social.pk}
    words = " ".join(Solution.objects.values_list("text", flat=True))
    for heard in (
        "répertoire",
        "Sonder",
        "pôle",
        "lots",
        "sous-traitance",
        "Proportionner",
        "Payer plus vite",
    ):
        assert heard in words
    for heard in ("références", "pilote", "requérantes", "carte d’achat", "ententes-cadres", "qualité"):
        assert heard in words
    for heard in ("coût complet", "dossier de qualification"):
        assert heard in words


def test_loading_again_changes_nothing(social):
    load()
    before = rows()
    load()
    assert rows() == before


def test_what_people_adopted_took_back_or_renamed_stays_so(social, coordinator):
    load()
    adopted, taken_back = Obstacle.objects.order_by("pk")[:2]
    exchanging.adopt(adopted, by=coordinator)
    exchanging.take_back(taken_back, by=coordinator)
    exchanging.take_back(Solution.objects.order_by("pk").last(), by=coordinator)
    Theme.objects.filter(slug="reperage").update(name="Trouver", position=9)
    Theme.objects.filter(slug="capacite").update(slug="autre-adresse")
    before = rows()
    load()
    assert rows() == before


def test_an_example_that_the_file_gains_later_comes_alone(social, tmp_path):
    load()
    before = Solution.objects.count()
    with open(FILE, encoding="utf-8") as file:
        text = file.read().replace("solutions = [", 'solutions = [\n    "Une idée de plus.",', 1)
    (tmp_path / "plus.toml").write_text(text, encoding="utf-8")
    load(tmp_path / "plus.toml")
    assert (Solution.objects.count(), Obstacle.objects.count()) == (before + 1, 7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('chantier = "nulle-part"\nobstacle = []', "aucun chantier"),
        ("chantier = ", "ne se lit pas"),
        ('chantier = "economie-sociale"', "obstacle"),
        ('chantier = "economie-sociale"\n[[obstacle]]\ntext = "x"\ntheme = "y"\nsolutions = []', "« y »"),
        (
            'chantier = "economie-sociale"\n[[theme]]\nslug = "y"\nname = "Y"\n[[obstacle]]\ntext = "x"\n'
            'theme = "y"\nstage = 7\nsolutions = []',
            "5",
        ),
    ],
)
def test_a_file_that_is_wrong_writes_nothing_and_says_why(social, tmp_path, text, said):
    (tmp_path / "faux.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as error:
        load(tmp_path / "faux.toml")
    assert said in str(error.value).replace("\u00a0", " ")
    assert (Obstacle.objects.count(), Theme.objects.count()) == (0, 0)
