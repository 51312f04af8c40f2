"""What lists of the network can be narrowed to."""

from typing import Any
from urllib.parse import urlencode

import django_filters

from chantier.models import Invitation, Organization
from chantier.models.invitations import InvitationQuerySet


class InvitationFilter(django_filters.FilterSet):
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

    @property
    def query(self) -> str:
        """What the filter adds to the addresses of the pages of its list."""
        chosen = {name: self.data[name] for name in self.filters if self.data.get(name)}
        return urlencode(chosen) + "&" if chosen else ""
