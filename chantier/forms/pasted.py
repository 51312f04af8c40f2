"""A list of people to invite, pasted from a spreadsheet or a message."""

import csv
import hashlib
import unicodedata
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from chantier.actions.invitations import Guest, reasons_against
from chantier.models import Invitation, Membership, Organization
from chantier.models.people import readable_address

MOST_LINES = 200
SEPARATORS = "\t;,"
COLUMNS = 4
ROLES = {
    "représentante": Membership.Role.REPRESENTATIVE,
    "représentant": Membership.Role.REPRESENTATIVE,
    "représentation": Membership.Role.REPRESENTATIVE,
    "personne représentante": Membership.Role.REPRESENTATIVE,
    "lecture": Membership.Role.READER,
    "lectrice": Membership.Role.READER,
    "lecteur": Membership.Role.READER,
}


class Line(NamedTuple):
    """A line that somebody pasted: whom it invites, or why it is refused."""

    number: int
    text: str
    guest: Guest | None = None
    reason: str = ""


class Wrong(Exception):
    """A line that cannot be read; says why in French."""


class PastedForm(forms.Form):
    """The lines; `lines()` reads them against what is true now."""

    pasted = forms.CharField(
        label="Personnes à inviter",
        max_length=100_000,
        widget=forms.Textarea({"rows": 10, "spellcheck": "false"}),
        help_text="Une personne par ligne\u00a0: courriel, nom, organisation, rôle (représentante, "
        "représentant ou lecture), séparés par une tabulation, un point-virgule ou une virgule. "
        "Copiées d’un tableur, les colonnes conviennent telles quelles.",
    )

    def clean_pasted(self) -> str:
        """Refuse more lines than are invited at once, and nothing but blanks."""
        pasted = self.cleaned_data["pasted"]
        count = len(written(pasted))
        if not count:
            raise ValidationError("Collez au moins une ligne.")
        if count > MOST_LINES:
            raise ValidationError(f"Au plus {MOST_LINES} lignes à la fois, et il y en a {count}.")
        return pasted

    def lines(self, *, by: Any) -> list[Line]:
        """Read the lines of a valid form: whom each one invites, or why it is refused."""
        return read(self.cleaned_data["pasted"], by=by)


def written(pasted: str) -> list[tuple[int, str]]:
    """The lines that say something, with their numbers; the head of a table says nothing."""
    lines = [(number, text) for number, text in enumerate(pasted.splitlines(), 1) if text.strip()]
    return lines[1:] if lines and plain(cells(lines[0][1])[0]) in ("courriel", "email") else lines


def read(pasted: str, *, by: Any) -> list[Line]:
    """Read every line, in four queries however many there are."""
    organizations = organizations_by_name()
    lines = [_read_line(number, text, organizations) for number, text in written(pasted)]
    reasons = reasons_against([line.guest.email for line in lines if line.guest], by=by)
    seen, result = set(), []
    for line in lines:
        email = line.guest.email if line.guest else ""
        reason = "Cette adresse est déjà sur une autre ligne." if email in seen else reasons.get(email, "")
        result.append(line._replace(guest=None, reason=reason) if email and reason else line)
        seen.add(email)
    return result


def fingerprint(lines: list[Line]) -> str:
    """What the person confirms: changes when one more or one less would be invited, or otherwise."""
    told = [f"{g.email}\t{g.name}\t{g.organization.pk}\t{g.role}" for _, _, g, _ in lines if g]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def organizations_by_name() -> dict[str, Organization]:
    """The organisations, by each name that people may write; a present name goes before a former one."""
    organizations = list(Organization.objects.existing())
    former = {
        plain(name): organization
        for organization in organizations
        for name in organization.former_names.splitlines()
    }
    return former | {plain(organization.name): organization for organization in organizations}


def cells(text: str) -> list[str]:
    """The cells of a line, by the first of three separators that gives as many as are expected.

    Where none does, by the first that the line holds. Spaces become plain ones: spreadsheets write others.
    """
    held = [sign for sign in SEPARATORS if sign in text] or [","]
    found = [_cut(text, sign) for sign in held]
    return next((row for row in found if len(row) == COLUMNS), found[0])


def _cut(text: str, separator: str) -> list[str]:
    try:
        row = next(csv.reader([text], delimiter=separator, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return [""]
    return [" ".join(cell.split()) for cell in row]


def plain(text: str) -> str:
    """A name as it is compared: whatever its case, its apostrophe and its spaces."""
    return " ".join(unicodedata.normalize("NFC", text).replace("’", "'").casefold().split())


def _read_line(number: int, text: str, organizations: dict[str, Organization]) -> Line:
    try:
        return Line(number, text, guest=_guest(cells(text), organizations))
    except Wrong as wrong:
        return Line(number, text, reason=str(wrong))


def _guest(found: list[str], organizations: dict[str, Organization]) -> Guest:
    if len(found) != COLUMNS:
        raise Wrong(f"Quatre colonnes sont attendues, et il y en a {len(found)}.")
    email, name, organization, role = found
    try:
        validate_email(email)
        readable_address(email)
        Invitation._meta.get_field("email").run_validators(email)
    except ValidationError as error:
        raise Wrong("Ce courriel n’a pas la bonne forme.") from error
    if len(name) > Invitation._meta.get_field("name").max_length:
        raise Wrong("Ce nom est trop long.")
    if not name.isprintable():
        raise Wrong("Ce nom tient un signe qui ne se lit pas.")
    if plain(organization) not in organizations:
        raise Wrong(f"Aucune organisation ne s’appelle «\u00a0{organization}\u00a0».")
    if plain(role) not in ROLES:
        raise Wrong("Le rôle est représentante, représentant ou lecture.")
    return Guest(email.lower(), name, organizations[plain(organization)], ROLES[plain(role)])
