"""allauth's forms of the second factor, in the portal's words; a key that makes no sense is a wrong one."""

import struct
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.validators import MaxLengthValidator

# What the libraries below raise for an answer that no browser gives; allauth expects some of them only.
NO_SENSE = (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error)
NAME_HELP = "Pour la reconnaître\u00a0: par exemple, «\u00a0ordinateur du bureau\u00a0»."


def readable(clean: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse as a wrong key what `clean` cannot read."""

    @wraps(clean)
    def careful(form: Any) -> Any:
        try:
            return clean(form)
        except NO_SENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error

    return careful


class AddKeyForm(AddWebAuthnForm):
    """A new key, which signs in by itself unless the person says otherwise."""

    clean = readable(AddWebAuthnForm.clean)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_in_words(self)
        alone = self.fields["passwordless"]
        alone.label, alone.initial = "Cette clé suffit pour me connecter", True
        alone.help_text = (
            "Elle demande alors votre visage, votre doigt ou un code. Pour une ancienne clé USB qui "
            "ne le peut pas, enlevez la coche\u00a0: elle suivra votre mot de passe."
        )


class EditKeyForm(EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_in_words(self)


class LoginKeyForm(LoginWebAuthnForm):
    """A key in place of the password."""

    clean_credential = readable(LoginWebAuthnForm.clean_credential)


class SecondKeyForm(AuthenticateWebAuthnForm):
    """A key after the password."""

    clean_credential = readable(AuthenticateWebAuthnForm.clean_credential)


class ProofKeyForm(ReauthenticateWebAuthnForm):
    """A key before something sensitive."""

    clean_credential = readable(ReauthenticateWebAuthnForm.clean_credential)


class ActivateForm(ActivateTOTPForm):
    """The first code of an application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code à six chiffres de l’application"


def _name_in_words(form: AddKeyForm | EditKeyForm) -> None:
    name = form.fields["name"]
    name.label, name.help_text = "Nom de la clé", NAME_HELP
    name.validators.append(MaxLengthValidator(60))
