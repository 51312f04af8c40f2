"""What lists can be narrowed to."""

from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from chantier.models import Chantier, Cycle, Invitation, Organization, Participation, Region
from chantier.models.invitations import InvitationQuerySet
from chantier.models.organizations import OrganizationQuerySet


class ListFilter(django_filters.FilterSet):
    """A filter of a list in pages."""

    @property
    def query(self) -> str:
        """What the filter adds to the addresses of the pages of its list."""
        chosen = {name: self.data[name] for name in self.filters if self.data.get(name)}
        return urlencode(chosen) + "&" if chosen else ""


def chantiers_seen(request: HttpRequest) -> QuerySet:
    """The chantiers that the person may choose from."""
    return Chantier.objects.visible_to(request.user)


def cycles_seen(request: HttpRequest) -> QuerySet:
    """The cycles that the person may choose from."""
    return Cycle.objects.visible_to(request.user).select_related("chantier").latest_first()


class OrganizationFilter(ListFilter):
    """Narrows a list of organisations: where they take part, what they are, where they are, their name."""

    q = django_filters.CharFilter(label="Nom", method="named")
    chantier = django_filters.ModelChoiceFilter(
        label="Chantier",
        queryset=chantiers_seen,
        to_field_name="slug",
        empty_label="Tous les chantiers",
        method="in_chantier",
    )
    cycle = django_filters.ModelChoiceFilter(
        label="Cycle",
        queryset=cycles_seen,
        to_field_name="slug",
        empty_label="Tous les cycles",
        method="in_cycle",
    )
    kind = django_filters.ChoiceFilter(
        label="Genre", choices=Organization.Kind, empty_label="Tous les genres"
    )
    region = django_filters.ModelChoiceFilter(
        label="Région", queryset=Region.objects.all(), to_field_name="code", empty_label="Toutes les régions"
    )
    standing = django_filters.ChoiceFilter(
        label="Lien au réseau", choices=Organization.Standing, empty_label="Membres et invitées"
    )

    class Meta:
        model = Organization
        fields = ["q", "chantier", "cycle", "kind", "region", "standing"]

    def named(self, organizations: OrganizationQuerySet, name: str, value: str) -> OrganizationQuerySet:
        """Keep those that are, or were, called so."""
        return organizations.filter(Q(name__icontains=value) | Q(former_names__icontains=value))

    def in_chantier(
        self, organizations: OrganizationQuerySet, name: str, value: Chantier
    ) -> OrganizationQuerySet:
        """Keep those that take or took part in a chantier."""
        return self._taking_part(organizations, cycle__chantier=value)

    def in_cycle(self, organizations: OrganizationQuerySet, name: str, value: Cycle) -> OrganizationQuerySet:
        """Keep those that take or took part in a cycle."""
        return self._taking_part(organizations, cycle=value)

    def _taking_part(self, organizations: OrganizationQuerySet, **where: Any) -> OrganizationQuerySet:
        seen = Participation.objects.visible_to(self.request.user).filter(**where)
        return organizations.filter(pk__in=seen.values("organization"))

    @property
    def is_narrowed(self) -> bool:
        """Whether something else than a name is asked for."""
        return any(self.data.get(name) for name in self.filters if name != "q")

    @property
    def chosen_cycle(self) -> Cycle | None:
        """The cycle to which the list is narrowed."""
        return self.form.cleaned_data.get("cycle") if self.form.is_valid() else None


class InvitationFilter(ListFilter):
    """Narrows a list of invitations by state and, for a coordinator, by organisation."""

    state = django_filters.ChoiceFilter(
        label="État", choices=Invitation.STATES, method="in_state", empty_label="Tous les états"
    )
    organization = django_filters.ModelChoiceFilter(
        label="Organisation",
        queryset=lambda request: Organization.objects.existing(),
        to_field_name="slug",
        empty_label="Toutes les organisations",
    )

    class Meta:
        model = Invitation
        fields = ["state", "organization"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.request.user.is_coordinator:
            del self.filters["organization"]

    def in_state(self, invitations: InvitationQuerySet, name: str, value: str) -> InvitationQuerySet:
        """Keep those of a state."""
        return invitations.in_state(value)
