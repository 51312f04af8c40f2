"""A form of the admin, as a browser sends it back."""

import datetime as dt
from typing import Any

from django.forms import BoundField, ModelMultipleChoiceField
from django.test import Client


def filled_in(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the page at `address`, with `changes`."""
    context = client.get(address).context
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    forms = [context["adminform"].form]
    forms += [form for formset in formsets for form in (formset.management_form, *formset)]
    sent = {bound.html_name: as_typed(bound) for form in forms for bound in form}
    # A box that is not ticked sends nothing.
    return {name: value for name, value in (sent | changes).items() if value != [] and value is not False}


def as_typed(bound: BoundField) -> Any:
    """The value of a field, as its control holds it."""
    value = bound.value()
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, list | tuple):
        return [getattr(item, "pk", item) for item in value]
    nothing = [] if isinstance(bound.field, ModelMultipleChoiceField) else ""
    return nothing if value is None else value
