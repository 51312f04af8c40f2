"""The coordinator's desk: who takes part, and toward what."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import BaseModelFormSet, ModelForm, Textarea
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator

from chantier.actions import memberships
from chantier.actions.erasure import erase
from chantier.actions.incidents import note_incident
from chantier.actions.people import note_changes, readdress
from chantier.actions.second_factors import reset_second_factor
from chantier.forms.desk import (
    MembershipForm,
    MembershipFormSet,
    ParticipationForm,
    ParticipationFormSet,
    RankedForm,
    RankedFormSet,
)
from chantier.forms.my_data import ErasureForm
from chantier.models import (
    Achievement,
    Chantier,
    Cycle,
    Incident,
    Membership,
    Objective,
    Organization,
    Participation,
    Region,
    User,
)
from chantier.trace_admin import TraceEntryAdmin  # noqa: F401 - the admin finds what this module brings
from ecpar_portal.refusal import Refusal

# Rights are given by no page; addresses, keys and sessions belong to their owners.
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])


def save_membership(membership: Membership, changed: list[str] | None, by: User) -> None:
    """Let happen what a form says of a membership; `changed` is None for a new one."""
    if changed is None:
        memberships.begin_membership(membership, by=by)
        return
    if "since" in changed:
        memberships.correct_beginning(membership, membership.since, by=by)
    if "role" in changed:
        memberships.change_role(membership, membership.role, by=by)
    if "until" in changed:
        memberships.end_membership(membership, until=membership.until, by=by)


def save_participation(participation: Participation, changed: list[str] | None, by: User) -> None:
    """Let happen what a form says of a participation; `changed` is None for a new one."""
    if changed is None:
        memberships.begin_participation(participation, by=by)
        return
    if "joined" in changed:
        memberships.correct_arrival(participation, participation.joined, by=by)
    if "left" in changed:
        memberships.end_participation(participation, left=participation.left, by=by)


EVENTS = {Membership: save_membership, Participation: save_participation}


class ThroughActions(admin.ModelAdmin):
    """Saves memberships and participations, on their own page or in a table, as the events that they are."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool) -> None:
        """Save, or let happen what the form says."""
        if self.model in EVENTS:
            EVENTS[self.model](obj, form.changed_data if change else None, request.user)
        else:
            super().save_model(request, obj, form, change)

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool
    ) -> None:
        """Save the rows of a table, or let happen what each of them says."""
        if formset.model not in EVENTS:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        for obj, changed in [*formset.changed_objects, *((obj, None) for obj in formset.new_objects)]:
            EVENTS[formset.model](obj, changed, request.user)
        formset.save_m2m()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page again, with the reason, where an event could not happen after all."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.path)


class RankedInline(admin.TabularInline):
    """Statements in order: the number decides, and rows without a number go to the end."""

    form = RankedForm
    formset = RankedFormSet
    formfield_overrides = {models.TextField: {"widget": Textarea({"rows": 3})}}
    extra = 1


class ObjectiveInline(RankedInline):
    """The objectives of a cycle."""

    model = Objective


class AchievementInline(RankedInline):
    """The achievements of a cycle."""

    model = Achievement


class ParticipationInline(admin.TabularInline):
    """The organisations of a cycle."""

    model = Participation
    form = ParticipationForm
    formset = ParticipationFormSet
    autocomplete_fields = ["organization"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """Fetch what each row is called by."""
        return super().get_queryset(request).select_related("organization", "cycle__chantier")


class MembershipInline(admin.TabularInline):
    """The people of an organisation, past ones included."""

    model = Membership
    form = MembershipForm
    formset = MembershipFormSet
    autocomplete_fields = ["user"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """Fetch what each row is called by."""
        return super().get_queryset(request).select_related("user", "organization")


def settled_slug(self: admin.ModelAdmin, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
    """Keep the address of what exists: people have it in their messages, and the file of a cycle names it."""
    return [*self.readonly_fields, "slug"] if obj else [*self.readonly_fields]


@admin.register(Chantier)
class ChantierAdmin(admin.ModelAdmin):
    """The working groups of the network."""

    list_display = ["name", "slug", "is_demonstration"]
    search_fields = ["name"]
    readonly_fields = ["is_demonstration"]

    get_readonly_fields = settled_slug

    def get_prepopulated_fields(self, request: HttpRequest, obj: Chantier | None = None) -> dict:
        """Propose the address of a new chantier."""
        return {} if obj else {"slug": ["name"]}


@admin.register(Cycle)
class CycleAdmin(ThroughActions):
    """A year of a chantier, with its objectives, achievements and organisations on one page."""

    list_display = ["__str__", "chantier", "starting_year", "is_demonstration"]
    list_filter = ["chantier", "is_demonstration"]
    list_select_related = ["chantier"]
    search_fields = ["slug", "chantier__name"]
    autocomplete_fields = ["chantier"]
    readonly_fields = ["is_demonstration"]
    get_readonly_fields = settled_slug
    inlines = [ObjectiveInline, AchievementInline, ParticipationInline]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """Fetch the chantier with each cycle, for its name."""
        return super().get_queryset(request).select_related("chantier")


@admin.register(Organization)
class OrganizationAdmin(ThroughActions):
    """The organisations, with their people."""

    list_display = ["name", "kind", "region", "standing", "since"]
    list_filter = ["kind", "standing", "region", "is_demonstration"]
    list_select_related = ["region"]
    search_fields = ["name", "former_names", "neq"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["is_demonstration"]
    inlines = [MembershipInline]


@admin.register(Membership)
class MembershipAdmin(ThroughActions):
    """Who speaks for which organisation, and who reads for it."""

    form = MembershipForm

    list_display = ["user", "organization", "role", "since", "until"]
    list_filter = ["role", ("until", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "organization"]
    search_fields = ["user__email", "user__name", "organization__name"]
    autocomplete_fields = ["user", "organization"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        """Keep who represents whom: one ends and another begins."""
        return ["user", "organization"] if obj else []


@admin.register(Participation)
class ParticipationAdmin(ThroughActions):
    """Which organisation takes part in which cycle."""

    form = ParticipationForm

    list_display = ["organization", "cycle", "joined", "left"]
    list_filter = ["cycle__chantier", ("left", admin.EmptyFieldListFilter)]
    list_select_related = ["organization", "cycle__chantier"]
    search_fields = ["organization__name"]
    autocomplete_fields = ["organization", "cycle"]

    def get_readonly_fields(self, request: HttpRequest, obj: Participation | None = None) -> list[str]:
        """Keep who takes part in what: one ends and another begins."""
        return ["organization", "cycle"] if obj else []


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    """The regions of Québec: an official list, read here and found by the other pages."""

    list_display = ["code", "name"]
    search_fields = ["name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """People: an address, a name, an open or closed account. No right and no password is given here."""

    fields = ["email", "name", "is_active", "is_staff", "is_demonstration", "date_joined", "last_login"]
    readonly_fields = ["is_staff", "is_demonstration", "date_joined", "last_login"]
    list_display = ["email", "name", "current_organization", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "memberships__role"]
    search_fields = ["email", "name"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Refuse to search by password: its hash would come out letter by letter."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """Fetch the active membership with each person."""
        active = Membership.objects.active().select_related("organization")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(models.Prefetch("memberships", active, to_attr="active"))
        )

    @admin.display(description="organisation")
    def current_organization(self, user: User) -> str:
        """The organisation of today."""
        return ", ".join(str(membership.organization) for membership in user.active)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A coordinator changes the accounts of members, never another coordinator's nor their own."""
        return super().has_change_permission(request, obj) and not (
            obj is not None and (obj.is_staff or obj.erased_at)
        )

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that erase a person, and that take a lost second factor away."""
        erase, lost = map(self.admin_site.admin_view, (self.erase, self.second_factor))
        return [
            path("<int:pk>/effacer/", erase, name="chantier_user_erase"),
            path("<int:pk>/second-facteur/", lost, name="chantier_user_second_factor"),
            *super().get_urls(),
        ]

    @method_decorator(reauthentication_required)
    def second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the second factor of a member away, who lost it."""
        person = self._member(request, pk)
        if request.method == "POST":
            try:
                reset_second_factor(person, by=request.user)
            except Refusal as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.message_user(request, "La double authentification est retirée.", messages.SUCCESS)
            return redirect("admin:chantier_user_change", person.pk)
        title = f"Retirer la double authentification de {person}"
        return self._page(request, "second_factor", person=person, title=title)

    @method_decorator(reauthentication_required)
    def erase(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Erase a member, once the coordinator has typed their address."""
        person = self._member(request, pk)
        form = ErasureForm(request.POST or None, user=person)
        if form.is_valid():
            try:
                erase(person, by=request.user)
            except Refusal as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.message_user(request, "La personne est effacée.", messages.SUCCESS)
            return redirect("admin:chantier_user_changelist")
        return self._page(request, "erase", person=person, form=form, title=f"Effacer {person}")

    def _member(self, request: HttpRequest, pk: int) -> User:
        """The person of one of our pages, whom the coordinator may change; 404 or 403 otherwise."""
        person = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        return person

    def _page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        """A page of ours about a person, in the frame of the admin."""
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return render(request, f"admin/chantier/user/{name}.html", context)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """Give a new account no usable password: its owner chooses one."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        note_changes(obj, form.changed_data if change else ["is_active"], by=request.user)
        if "email" in form.changed_data:
            readdress(obj, obj.email, by=request.user)


@admin.register(Incident)
class IncidentAdmin(admin.ModelAdmin):
    """The register of confidentiality incidents; kept five years, whatever happens."""

    list_display = ["known_on", "kind", "people", "is_serious", "commission_told_on", "people_told_from"]
    list_filter = ["kind", "is_serious"]
    search_fields = ["circumstances", "information", "measures"]
    date_hierarchy = "known_on"
    fieldsets = [
        (None, {"fields": ["kind", "circumstances", "information"]}),
        ("Quand", {"fields": [("happened_from", "happened_until"), "happened_about", "known_on"]}),
        ("Qui", {"fields": [("people", "people_are_estimated")]}),
        ("Risque", {"fields": ["risk_elements", "is_serious"]}),
        (
            "Avis",
            {"fields": ["commission_told_on", ("people_told_from", "people_told_until"), "other_notices"]},
        ),
        ("Suites", {"fields": ["measures"]}),
    ]
    formfield_overrides = {models.TextField: {"widget": Textarea({"rows": 4})}}

    def has_delete_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        """Never: the law asks that it be kept, and its retention removes what is older."""
        return False

    def save_model(self, request: HttpRequest, obj: Incident, form: ModelForm, change: bool) -> None:
        """Save as an event of the network."""
        note_incident(obj, by=request.user)
