"""Several people at once: read first, then invited all together."""

import pytest

from chantier.actions import invitations as actions
from chantier.forms.pasted import MOST_LINES
from chantier.models import Invitation
from ecpar_portal.refusal import Refusal
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

LIST = "/invitations/liste/"


@pytest.fixture
def ville(db):
    return f.OrganizationFactory(name="Ville de L’Ancienne-Lorette", former_names="Ville de Lorette\nLorette")


@pytest.fixture
def desk(sign_in, coordinator):
    """The coordinator's client."""
    return sign_in(coordinator)


def preview(desk, *lines):
    return desk.post(LIST, {"pasted": "\n".join(lines)})


def confirm(desk, page, *lines):
    sent = {"pasted": "\n".join(lines), "seen": page.context["seen"], "confirm": "1"}
    return desk.post(LIST, sent)


def test_nothing_leaves_before_the_person_confirms(desk, ville):
    lines = ["a@ville.example; Anne; Ville de L’Ancienne-Lorette; représentante"]
    page = preview(desk, *lines)
    assert "Envoyer 1 invitation" in text_of(page)
    assert not Invitation.objects.exists()
    assert confirm(desk, page, *lines)["Location"] == "/invitations/"
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.name, invitation.organization, invitation.role) == (
        "a@ville.example",
        "Anne",
        ville,
        "representative",
    )
    assert OutgoingEmail.objects.get().to == "a@ville.example"


@pytest.mark.parametrize(
    "line",
    [
        "a@ville.example\tAnne\tVille de L'Ancienne-Lorette\tLecture",
        "A@Ville.example;Anne; VILLE DE L’ANCIENNE-LORETTE ;lectrice",
        "a@ville.example, Anne, Ville de L’Ancienne-Lorette, lecteur",
        'a@ville.example,Anne,"Ville de L’Ancienne-Lorette",lecture',
        "a@ville.example;Anne;lorette;lecture",
        "\n  \na@ville.example;;Lorette;lecture\n",
        "a@ville.example;Anne\u00a0Roy;\u00a0Lorette\u00a0;lecture",
        'a@ville.example,"Roy; Anne",Lorette,lecture',
        "Courriel;Nom;Organisation;Rôle\na@ville.example;Anne;Lorette;lecture",
    ],
)
def test_what_people_copy_is_understood(desk, ville, line):
    page = preview(desk, line)
    [guest] = [read.guest for read in page.context["lines"]]
    assert (guest.email, guest.organization, guest.role) == ("a@ville.example", ville, "reader")


def test_each_line_that_is_refused_says_why(desk, coordinator, ville):
    member = f.MembershipFactory(organization=ville).user
    closed = f.UserFactory(is_active=False)
    actions.invite("deja@ville.example", organization=ville, role="reader", by=coordinator)
    page = preview(
        desk,
        "a@ville.example;Anne;Lorette;lecture",
        "a@ville.example;Encore Anne;Lorette;lecture",
        "b@ville.example;Bob;Ville inconnue;lecture",
        "pas une adresse;Bob;Lorette;lecture",
        f"{member.email};Membre;Lorette;lecture",
        f"{closed.email};Fermé;Lorette;lecture",
        "deja@ville.example;Déjà;Lorette;lecture",
        "c@ville.example;Claire;Lorette;directrice",
        "d@ville.example;Lorette",
        "e@ville.example;" + "e" * 200 + ";Lorette;lecture",
        "e@ville.example;E\u202emoc;Lorette;lecture",
    )
    assert [line.reason for line in page.context["lines"]] == [
        "",
        "Cette adresse est déjà sur une autre ligne.",
        "Aucune organisation ne s’appelle «\u00a0Ville inconnue\u00a0».",
        "Ce courriel n’a pas la bonne forme.",
        "Participe déjà pour Ville de L’Ancienne-Lorette.",
        "Son compte est fermé\u00a0: rouvrez-le d’abord.",
        "A déjà une invitation\u00a0: envoyez-la de nouveau ou retirez-la.",
        "Le rôle est représentante, représentant ou lecture.",
        "Quatre colonnes sont attendues, et il y en a 2.",
        "Ce nom est trop long.",
        "Ce nom tient un signe qui ne se lit pas.",
    ]
    assert "Envoyer 1 invitation" in text_of(page)
    assert "Aucune organisation ne s’appelle" in page.text


def test_what_is_refused_stays_in_the_form_once_the_others_are_invited(desk, ville):
    lines = ["a@ville.example;Anne;Lorette;lecture", "b@ville.example;Bob;Nulle part;lecture"]
    page = confirm(desk, preview(desk, *lines), *lines)
    assert [invitation.email for invitation in Invitation.objects.all()] == ["a@ville.example"]
    assert page.context["form"]["pasted"].value() == "b@ville.example;Bob;Nulle part;lecture"
    assert "1 ligne reste ci-dessous" in text_of(page)


def test_nobody_is_invited_where_something_changed_since_the_person_read(desk, coordinator, ville):
    lines = ["a@ville.example;Anne;Lorette;lecture", "b@ville.example;Bob;Lorette;lecture"]
    page = preview(desk, *lines)
    actions.invite("b@ville.example", organization=ville, role="reader", by=coordinator)
    again = confirm(desk, page, *lines)
    assert "Quelque chose a changé depuis" in text_of(again)
    assert [invitation.email for invitation in Invitation.objects.all()] == ["b@ville.example"]
    assert again.context["form"]["pasted"].value() == "\n".join(lines)


def test_other_lines_than_those_that_were_read_invite_nobody(desk, ville):
    page = preview(desk, "a@ville.example;Anne;Lorette;lecture")
    confirm(desk, page, "z@ville.example;Zoé;Lorette;représentante")
    assert not Invitation.objects.exists()


def test_everybody_of_a_list_is_invited_or_nobody(coordinator, ville):
    guests = [actions.Guest(email, "", ville, "reader") for email in ("a@ville.example", "a@ville.example")]
    with pytest.raises(Refusal):
        actions.invite_all(guests, by=coordinator)
    assert not Invitation.objects.exists()
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("pasted", ["", "  \n ", "x\n" * (MOST_LINES + 1)])
def test_nothing_and_too_much_are_refused_and_kept(desk, pasted):
    page = desk.post(LIST, {"pasted": pasted})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert page.context["form"]["pasted"].value() == pasted


def test_a_list_is_read_in_as_many_queries_however_long(desk, ville, django_assert_max_num_queries):
    counts, shown = [], []
    for size in (2, 100):
        with django_assert_max_num_queries(14) as queries:
            page = preview(desk, *(f"p{n}@ville.example;P;Lorette;lecture" for n in range(size)))
        counts.append(len(queries))
        shown.append(len(page.context["guests"]))
    assert shown == [2, 100]
    assert counts[0] == counts[1]


def test_a_representative_does_not_paste_lists(sign_in, ville):
    desk = sign_in(f.MembershipFactory(organization=ville).user)
    assert desk.get(LIST).status_code == 403
    assert preview(desk, "a@ville.example;Anne;Lorette;lecture").status_code == 403
