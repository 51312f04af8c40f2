"""The demonstration people and organisations, all plainly labelled; none of them is real."""

import datetime as dt
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from chantier.models import Membership, Organization, Region, User
from ecpar_portal.permissions import COORDINATION

PASSWORD = "chantier-2021"  # noqa: S105  printed by `make run`, and refused where DEMO is off
LABEL = "(démonstration)"


class Person(NamedTuple):
    """A demonstration account: who it is, in words, and for which organisation it speaks."""

    email: str
    label: str
    name: str
    organization: str = ""
    role: str = Membership.Role.REPRESENTATIVE


PEOPLE = [
    Person("coordination@portail.example", "la coordination", "Coordination"),
    Person("representante@ville.example", "représentante d’une municipalité", "Représentante", "ville"),
    Person("representant@universite.example", "représentant d’une université", "Représentant", "universite"),
    Person(
        "lecture@ville.example",
        "en lecture dans la même municipalité",
        "Lecture",
        "ville",
        Membership.Role.READER,
    ),
    Person("reseau@partenaire.example", "un réseau partenaire", "Réseau", "reseau"),
    Person("contact@entreprise.example", "une entreprise d’économie sociale (EES)", "Contact", "entreprise"),
]

ACCOUNTS = [(person.email, person.label) for person in PEOPLE]

Kind, Size = Organization.Kind, Organization.Size

# Twelve buyers, six of each of two kinds, so that aggregates may show; then the network and the enterprise.
ORGANIZATIONS = [
    ("ville", "Ville", Kind.MUNICIPALITY, Size.LARGE, "03"),
    ("ville-b", "Ville B", Kind.MUNICIPALITY, Size.MEDIUM, "05"),
    ("ville-c", "Ville C", Kind.MUNICIPALITY, Size.VERY_LARGE, "06"),
    ("ville-d", "Ville D", Kind.MUNICIPALITY, Size.SMALL, "01"),
    ("ville-e", "Ville E", Kind.MUNICIPALITY, Size.MEDIUM, "16"),
    ("ville-f", "Ville F", Kind.MUNICIPALITY, Size.SMALL, "11"),
    ("universite", "Université", Kind.EDUCATION, Size.VERY_LARGE, "06"),
    ("universite-b", "Université B", Kind.EDUCATION, Size.LARGE, "03"),
    ("universite-c", "Université C", Kind.EDUCATION, Size.LARGE, "05"),
    ("college-a", "Collège A", Kind.EDUCATION, Size.MEDIUM, "04"),
    ("college-b", "Collège B", Kind.EDUCATION, Size.MEDIUM, "07"),
    ("college-c", "Collège C", Kind.EDUCATION, Size.SMALL, "15"),
    ("reseau", "Réseau partenaire", Kind.PARTNER_NETWORK, Size.SMALL, "06"),
    ("entreprise", "Entreprise d’économie sociale", Kind.ENTERPRISE, Size.SMALL, "03"),
]


def make_organizations() -> dict[str, Organization]:
    """Make the organisations; return them by their short name."""
    regions = {region.code: region for region in Region.objects.all()}
    return {
        short: Organization.objects.create(
            name=f"{name} {LABEL}",
            slug=f"{short}-demonstration",
            kind=kind,
            size=size,
            region=regions.get(code),
            since=timezone.localdate(),
            is_demonstration=True,
        )
        for short, name, kind, size, code in ORGANIZATIONS
    }


def make_people(organizations: dict[str, Organization]) -> None:
    """Make the six accounts, with one password and verified addresses."""
    password, today = make_password(PASSWORD), timezone.localdate()
    for person in PEOPLE:
        user = User.objects.create(
            email=person.email, name=person.name, password=password, is_demonstration=True
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if person.organization:
            _join(user, organizations[person.organization], person.role, today)
        else:
            _coordinate(user)


def _join(user: User, organization: Organization, role: str, day: dt.date) -> None:
    Membership.objects.create(user=user, organization=organization, role=role, since=day)


def _coordinate(user: User) -> None:
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(Group.objects.get_or_create(name=COORDINATION)[0])
