"""What people may write about their own account, and to have it erased."""

from typing import Any

from django import forms

from chantier.models import User


class NameForm(forms.ModelForm):
    """A person corrects their name."""

    class Meta:
        model = User
        fields = ["name"]
        help_texts = {"name": "Prénom et nom, comme vous voulez qu’on les lise."}
        widgets = {"name": forms.TextInput({"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class ErasureForm(forms.Form):
    """Somebody types the address of the account to erase, so that it is not erased by a slip of the hand."""

    email = forms.CharField(label="Le courriel du compte", widget=forms.EmailInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["email"].help_text = f"Pour confirmer, écrivez {user.email}."

    def clean_email(self) -> str:
        """Refuse another address."""
        email = self.cleaned_data["email"]
        if email.strip().lower() != self.user.email.lower():
            raise forms.ValidationError("Ce n’est pas le courriel de ce compte.")
        return email
