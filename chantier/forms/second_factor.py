"""allauth's forms of the second factor, in the portal's words."""

from typing import Any

from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm

NAME_HELP = "Pour la reconnaître\u00a0: par exemple, « ordinateur du bureau »."


class AddKeyForm(AddWebAuthnForm):
    """A new key, which signs in by itself unless the person says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label, self.fields["name"].help_text = "Nom de la clé", NAME_HELP
        alone = self.fields["passwordless"]
        alone.label, alone.initial = "Cette clé suffit pour me connecter", True
        alone.help_text = (
            "Elle demande alors votre visage, votre doigt ou un code. Pour une ancienne clé USB qui ne "
        )
        alone.help_text += "le peut pas, enlevez la coche\u00a0: elle suivra votre mot de passe."


class EditKeyForm(EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label, self.fields["name"].help_text = "Nom de la clé", NAME_HELP


class ActivateForm(ActivateTOTPForm):
    """The first code of an application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code à six chiffres de l’application"
