"""The page on which a meeting is prepared: its forms and its rows, held together."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from chantier.models import Organization, User
from ecpar_portal import french
from ecpar_portal.uploads import ACCEPTED, KINDS, FileRefused, Upload, accept
from meetings.actions.preparing import Guest, Line, Statement, Written
from meetings.forms.hours import end_field, refuse_overtaking, set_hours, start_field
from meetings.forms.page import Page
from meetings.forms.parts import Part, words_of
from meetings.forms.rows import Quiet, RowForm, Rows, sent
from meetings.models import AgendaLine, Meeting, MeetingGuest, MeetingObjective, Reminding
from meetings.models.agenda import A_DAY
from meetings.models.convocations import validate_days
from meetings.models.meetings import is_past, one_line

State = Meeting.State
Choices = list[tuple[int, str]]
ALL, SOME = "all", "some"
# Told together on the page of comparison.
TOGETHER = ("invited", "organizations", "networks")
HOURS = ("start_time", "end_time")
PAST = "Cette date est passée. Choisissez aujourd’hui ou une date à venir."
ASKED_AGAIN = (
    "Les réponses sont redemandées pour le nouveau jour, et cette date est passée. Donnez-en une autre, ou "
    "laissez vide."
)
MOST_FILES = 10


def date_input() -> forms.DateInput:
    """A day, typed or picked."""
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class WebAddressField(forms.URLField):
    """An address that a browser opens."""

    default_validators = [
        URLValidator(["http", "https"], message="Donnez une adresse qui commence par https://.")
    ]


class PreparingForm(Quiet, forms.ModelForm):
    """When and where, and who is invited."""

    start_time, end_time = start_field(), end_field()
    video_link = WebAddressField(
        label="Lien de la visioconférence",
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={"invalid": "Donnez une adresse qui commence par https://."},
        help_text="L’adresse complète, qui commence par https://. Montrée aux personnes invitées.",
    )
    invited = forms.ChoiceField(
        label="Organisations invitées",
        choices=[
            (ALL, "Toutes celles du cycle, et celles qui s’y joindront"),
            (SOME, "Celles que je choisis"),
        ],
        widget=forms.RadioSelect,
    )
    organizations = forms.TypedMultipleChoiceField(
        label="Organisations", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    networks = forms.TypedMultipleChoiceField(
        label="Réseaux partenaires", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    use_required_attribute = False

    class Meta:
        model = Meeting
        fields = ["date", "title", "place", "video_link", "capacity", "answer_by"]
        widgets = {
            "date": date_input(),
            "answer_by": date_input(),
        }
        help_texts = {
            "title": "Vide, la rencontre porte sa date.",
            "capacity": "Vide s’il y a de la place pour tout le monde.",
        }

    def __init__(self, *args: Any, organizations: Choices, networks: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meeting = self.instance
        self.before = {name: getattr(meeting, name) for name in ("date", "answer_by")}
        self.fields["organizations"].choices = organizations
        self.fields["networks"].choices = networks
        for name, moment in (("start_time", meeting.starts_at), ("end_time", meeting.ends_at)):
            if moment:
                self.initial[name] = timezone.localtime(moment).time()
        self.initial["invited"] = ALL if meeting.invites_all else SOME
        chosen = {organization.pk for organization in meeting.organizations.all()}
        self.initial["organizations"] = [pk for pk, _ in organizations if pk in chosen]
        self.initial["networks"] = [pk for pk, _ in networks if pk in chosen]
        if meeting.state not in (State.DRAFT, State.CONVENED):
            for name in ("date", "start_time", "end_time"):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """Join day and hours; refuse a day that is past, and an answer that is due after the meeting."""
        cleaned = super().clean()
        day, answer_by = cleaned.get("date"), cleaned.get("answer_by")
        if day and day != self.before["date"] and is_past(day):
            self.add_error("date", PAST)
        moves = self.instance.state == State.CONVENED and day != self.before["date"]
        if answer_by and answer_by != self.before["answer_by"] and is_past(answer_by):
            self.add_error("answer_by", PAST)
        elif answer_by and moves and is_past(answer_by):
            self.add_error("answer_by", ASKED_AGAIN)
        elif answer_by and day and answer_by > day:
            self.add_error("answer_by", "Demandez la réponse au plus tard le jour de la rencontre.")
        chosen = cleaned.get("organizations") or cleaned.get("networks")
        if cleaned.get("invited") == SOME and not chosen and "organizations" not in self.errors:
            self.add_error("invited", "Choisissez au moins une organisation ou un réseau partenaire.")
        refuse_overtaking(self, self.instance)
        set_hours(self)
        return cleaned

    @property
    def chosen(self) -> list[int]:
        """The organisations that are invited by choice; none where all are."""
        both = [*self.cleaned_data["organizations"], *self.cleaned_data["networks"]]
        return both if self.cleaned_data["invited"] == SOME else []


class DaysField(forms.CharField):
    """Numbers of days, written « 7, 1 »."""

    def prepare_value(self, value: Any) -> Any:
        """Write the numbers in a line."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        """Read the numbers, the longest before first."""
        words = super().clean(value).replace(",", " ").replace(";", " ").split()
        days = [int(word) if word.isdecimal() and len(word) < 4 else 0 for word in words]
        validate_days(days)
        return sorted(days, reverse=True)


class RemindingForm(Quiet, forms.ModelForm):
    """How people are reminded of the meeting."""

    days = DaysField(
        label="Jours avant la rencontre",
        required=False,
        help_text="Séparés par des virgules, par exemple 7, 1. Vide : aucun rappel.",
    )

    use_required_attribute = False

    class Meta:
        model = Reminding
        fields = ["days", "hour", "audience", "subject", "opening", "after_words"]
        widgets = {
            "hour": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "opening": forms.Textarea({"rows": 3}),
            "after_words": forms.Textarea({"rows": 3}),
        }
        help_texts = {
            "hour": "Heure du Québec.",
            "subject": "Vide : « Rappel », le titre et le jour.",
            "opening": "Avant les objectifs, à la place des mots habituels.",
            "after_words": "Part le lendemain : ce qui est attendu de chaque personne. Vide, rien ne part.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["days"] = self.fields["days"].prepare_value(self.instance.days)


class ObjectiveRow(RowForm):
    """What the meeting sets out to do."""

    text = forms.CharField(
        label="Énoncé",
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "Écrivez l’énoncé, ou retirez cet objectif."},
    )
    aims = forms.TypedMultipleChoiceField(
        label="Objectifs du cycle", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, aims: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["aims"].choices = aims

    @classmethod
    def initial_of(cls, row: MeetingObjective) -> dict[str, Any]:
        """What the objective says."""
        return {"text": row.text, "aims": [aim.pk for aim in row.objectives.all()]}

    @property
    def words(self) -> str:
        """The objective, and the numbers of those of the cycle to which it is tied."""
        marks = f"Objectifs du cycle{french.NBSP}: {self.marks}" if self.marks else ""
        return "\n".join(filter(None, [words_of(self["text"]), marks]))

    @property
    def marks(self) -> str:
        """The numbers of the objectives of the cycle to which it is tied: « 1 et 3 »."""
        chosen = sent(self["aims"])
        choices = self.fields["aims"].choices
        return french.enumeration([str(n) for n, (pk, _) in enumerate(choices, 1) if str(pk) in chosen])


class AgendaRow(RowForm):
    """A line of the agenda; `starts` is when it begins, told by the page."""

    text = forms.CharField(
        label="Point",
        max_length=500,
        validators=[one_line],
        error_messages={"required": "Écrivez le point, ou retirez cette ligne."},
    )
    minutes = forms.IntegerField(
        label="Minutes",
        validators=[
            MinValueValidator(1, "Donnez une durée d’au moins une minute."),
            MaxValueValidator(A_DAY, "Donnez une durée d’une journée au plus."),
        ],
        widget=forms.NumberInput({"min": 1, "max": A_DAY, "inputmode": "numeric"}),
        error_messages={"required": "Donnez la durée de ce point."},
    )
    led_by = forms.CharField(label="Animé par", max_length=120, required=False, validators=[one_line])
    starts = ""

    @classmethod
    def initial_of(cls, row: AgendaLine) -> dict[str, Any]:
        """What the line says."""
        return {"text": row.text, "minutes": row.minutes, "led_by": row.led_by}

    @property
    def words(self) -> str:
        """« Accueil, 15 min, la coordination »."""
        text, minutes, led_by = (words_of(self[name]) for name in ("text", "minutes", "led_by"))
        return ", ".join(filter(None, [text, minutes and f"{minutes}{french.NBSP}min", led_by]))

    @property
    def typed_minutes(self) -> int:
        """The minutes as typed; none where they are no number."""
        value = str(self["minutes"].value() or "")
        return int(value) if value.isdecimal() and len(value) < 5 else 0


class GuestRow(RowForm):
    """Somebody without an account."""

    email = forms.EmailField(
        label="Courriel", error_messages={"required": "Écrivez l’adresse, ou retirez cette personne."}
    )
    name = forms.CharField(label="Nom", max_length=120, required=False, validators=[one_line])

    @classmethod
    def initial_of(cls, row: MeetingGuest) -> dict[str, Any]:
        """What the row says."""
        return {"email": row.email, "name": row.name}

    @property
    def words(self) -> str:
        """The name, and the address."""
        return ", ".join(filter(None, [words_of(self["name"]), words_of(self["email"])]))


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files that go with the meeting; each refusal names its file."""

    widget = FilesInput

    def clean(self, value: Any, initial: Any = None) -> list[Upload]:
        """Take the files that may be taken."""
        taken, refusals = [], []
        for file in value or []:
            try:
                taken.append(accept(file))
            except FileRefused as refusal:
                refusals.append(f"«{french.NBSP}{file.name}{french.NBSP}»{french.NBSP}: {refusal}")
        if len(value or []) > MOST_FILES:
            refusals.append(f"Déposez au plus {MOST_FILES} fichiers à la fois.")
        if refusals:
            raise forms.ValidationError(" ".join(refusals))
        return taken


class DocumentsForm(Quiet, forms.Form):
    """The documents to add."""

    files = FilesField(
        label="Ajouter des documents",
        required=False,
        help_text=f"{ACCEPTED}; 25{french.NBSP}Mo au plus chacun. Déposés à l’enregistrement.",
        widget=FilesInput({"accept": ",".join(f".{extension}" for extension in KINDS)}),
    )


class Preparation(Page):
    """The whole page: what it shows of a meeting, or what somebody sent."""

    def __init__(
        self, meeting: Meeting, data: QueryDict | None = None, files: MultiValueDict | None = None
    ) -> None:
        self.meeting, self.data = meeting, data
        # The forms write on what they are given: the meeting that the page speaks of stays as it is.
        copy = Meeting.objects.prefetch_related("organizations").get(pk=meeting.pk)
        reminding = Reminding.objects.filter(meeting=meeting).first() or Reminding(meeting=meeting)
        invitable = self._invitable()
        self.form = PreparingForm(data, instance=copy, **invitable)
        self.reminding = RemindingForm(data, instance=reminding, prefix="reminding")
        self.documents = DocumentsForm(data, files)
        objectives = meeting.objectives.prefetch_related("objectives")
        self.aims = list(enumerate(meeting.cycle.objectives.all(), start=1))
        aims = [(aim.pk, f"{number} · {aim.text}") for number, aim in self.aims]
        self.objectives = Rows(ObjectiveRow, "objectives", objectives, data, what="Objectif", aims=aims)
        agenda = meeting.agenda.all()
        self.agenda = Rows(AgendaRow, "agenda", agenda, data, what="Point à l’ordre du jour")
        self.guests = Rows(GuestRow, "guests", meeting.guests.all(), data, what="Personne invitée")
        self.lists = (self.objectives, self.agenda, self.guests)

    def _invitable(self) -> dict[str, Choices]:
        """The organisations of the cycle, the partner networks apart."""
        found = Organization.objects.existing().taking_part_in(self.meeting.cycle_id)
        partner = Organization.Kind.PARTNER_NETWORK
        rows = list(found.values_list("pk", "name", "kind").order_by("name"))
        return {
            "organizations": [(pk, name) for pk, name, kind in rows if kind != partner],
            "networks": [(pk, name) for pk, name, kind in rows if kind == partner],
        }

    @property
    def all_forms(self) -> list[forms.BaseForm]:
        """Every form of the page, in the order in which it shows them."""
        return [*super().all_forms, self.documents, self.reminding]

    def parts(self) -> Iterator[Part]:
        """What it says, part by part, in the order in which it shows them."""
        for bound in self.form:
            if bound.name not in TOGETHER and not bound.field.disabled:
                group = "hours" if bound.name in HOURS else bound.name
                yield Part.of(bound.html_name, group, str(bound.label), [bound])
        yield from self.row_parts()
        # Who is chosen counts only where not all are invited.
        invited, *chosen = (self.form[name] for name in TOGETHER)
        fields = [invited] if ALL in sent(invited) else [invited, *chosen]
        yield Part.of("invited", "invited", str(invited.label), fields)
        for bound in self.reminding:
            label = f"Rappels{french.NBSP}: {str(bound.label).lower()}"
            yield Part.of(bound.html_name, "reminding", label, [bound])

    def refuse(self) -> None:
        """Refuse an address that is there twice, or that is a member's."""
        rows = [row for row in self.guests.written if row.cleaned_data.get("email")]
        addresses = [row.cleaned_data["email"].casefold() for row in rows]
        members = accounts_at(addresses)
        seen = set()
        for row, address in zip(rows, addresses, strict=True):
            if address in seen:
                row.add_error("email", "Cette adresse est déjà dans la liste. Retirez l’une des deux.")
            elif address in members:
                row.add_error("email", members[address])
            seen.add(address)

    # The agenda against the clock.

    @cached_property
    def minutes(self) -> int:
        """How long the agenda takes."""
        return sum(row.typed_minutes for row in self.agenda)

    @cached_property
    def room(self) -> int | None:
        """The minutes between the hours of the meeting, as typed; None where they are not known."""
        start, end = (_time(self.form[name]) for name in ("start_time", "end_time"))
        if start is None or end is None:
            return None
        return _minutes(end) - _minutes(start)

    @property
    def clock(self) -> str:
        """The agenda against the hours of the meeting, in words."""
        total = f"Total{french.NBSP}: {french.duration(self.minutes)}"
        if self.room is None or self.room <= 0:
            return f"{total}."
        against = f"{total} sur {french.duration(self.room)}"
        left = self.room - self.minutes
        if left == 0:
            return f"{against}, tout juste."
        over = "il reste" if left > 0 else "la rencontre déborde de"
        return f"{against}; {over} {french.duration(abs(left))}."

    @property
    def overruns(self) -> bool:
        """Whether the agenda takes longer than the meeting."""
        return bool(self.room and 0 < self.room < self.minutes)

    def time_agenda(self) -> None:
        """Tell each line when it begins, where the meeting has an hour."""
        start = _time(self.form["start_time"])
        if start is None:
            return
        at = _minutes(start)
        for row in self.agenda:
            row.starts = french.hour(dt.time(at // 60 % 24, at % 60))
            at += row.typed_minutes

    # What was written.

    def written(self) -> Written:
        """What is to be saved of a valid page."""
        meeting, data = self.form.instance, self.form.cleaned_data
        plain = {name: data[name] for name in ("title", "place", "video_link", "capacity", "answer_by")}
        objectives = [(row.pk, row.cleaned_data) for row in self.objectives.written]
        agenda = [(row.pk, row.cleaned_data) for row in self.agenda.written]
        return Written(
            date=meeting.date,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            plain={**plain, "invites_all": data["invited"] == ALL},
            organizations=self.form.chosen,
            objectives=[Statement(pk, row["text"], tuple(row["aims"])) for pk, row in objectives],
            agenda=[Line(pk, row["text"], row["minutes"], row["led_by"]) for pk, row in agenda],
            guests=[Guest(**row.cleaned_data) for row in self.guests.written],
            reminding={name: self.reminding.cleaned_data[name] for name in RemindingForm.Meta.fields},
            uploads=self.documents.cleaned_data["files"],
        )


def accounts_at(addresses: list[str]) -> dict[str, str]:
    """What to say of the addresses of people who have an account today, whatever their case."""
    if not addresses:
        return {}
    lower = Lower("email")
    known = EmailAddress.objects.alias(lower=lower).filter(lower__in=addresses).values_list("email", "user")
    theirs = Q(lower__in=addresses) | Q(pk__in=[pk for _, pk in known])
    people = User.objects.filter(is_active=True, erased_at=None).alias(lower=lower).filter(theirs)
    by_pk = {person.pk: person for person in people.prefetch_related("memberships__organization")}
    found = {person.email.casefold(): person for person in by_pk.values()}
    found |= {email.casefold(): by_pk[pk] for email, pk in known if pk in by_pk}
    said = {address: _member(person) for address, person in found.items() if address in addresses}
    return {address: words for address, words in said.items() if words}


def _member(person: User) -> str:
    of = [row.organization for row in person.memberships.all() if row.until is None]
    if of:
        name = f"«{french.NBSP}{of[0]}{french.NBSP}»"
        return f"Cette personne est membre du portail : invitez son organisation, {name}."
    return "Cette personne coordonne le chantier : elle n’a pas à être invitée." if person.is_staff else ""


def _time(bound: forms.BoundField) -> dt.time | None:
    value = bound.value()
    if isinstance(value, dt.time):
        return value
    try:
        return bound.field.to_python(value)
    except forms.ValidationError:
        return None


def _minutes(hour: dt.time) -> int:
    return hour.hour * 60 + hour.minute
