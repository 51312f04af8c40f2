"""Inviting one person, and accepting."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from chantier.actions.invitations import Guest
from chantier.models import Invitation, Membership, Organization, User
from chantier.models.people import readable_address


class InviteForm(forms.Form):
    """Whom to invite; who speaks for an organisation invites its readers only, and is not asked the rest."""

    email = forms.EmailField(
        label="Courriel",
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off"}),
        validators=[readable_address],
    )
    name = forms.CharField(label="Nom", max_length=120, required=False)
    organization = forms.ModelChoiceField(
        label="Organisation", queryset=Organization.objects.none(), empty_label="Choisir"
    )
    role = forms.ChoiceField(label="Rôle", choices=Membership.Role, initial=Membership.Role.REPRESENTATIVE)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if by.is_coordinator:
            self.fields["organization"].queryset = Organization.objects.existing()
        else:
            del self.fields["organization"], self.fields["role"]

    def guest(self) -> Guest:
        """Return whom a valid form invites."""
        values = {"organization": self.by.organization, "role": Membership.Role.READER, **self.cleaned_data}
        return Guest(**values)


class AcceptForm(forms.Form):
    """The name and the password of somebody who comes in."""

    name = forms.CharField(
        label="Votre nom", max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    password = forms.CharField(
        label="Mot de passe",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="12 caractères ou plus. Une courte phrase se retient mieux qu’un mot compliqué.",
    )
    again = forms.CharField(
        label="Mot de passe, une seconde fois",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, initial={"name": invitation.name}, **kwargs)
        self.invitation = invitation

    def clean(self) -> None:
        """Refuse two passwords that differ, and one that is weak for this person."""
        super().clean()
        password, again = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if not password or not again:
            return
        if password != again:
            self.add_error("again", "Ce n’est pas le même mot de passe que plus haut.")
            return
        owner = User(email=self.invitation.email, name=self.cleaned_data.get("name", ""))
        try:
            validate_password(password, owner)
        except ValidationError as error:
            self.add_error("password", error)
