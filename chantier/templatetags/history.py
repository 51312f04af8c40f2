"""What happened to an object, on its « historique » in the admin."""

from typing import Any

from django import template
from django.core.paginator import Page, Paginator
from django.db.models import Model
from django.template.context import Context

from chantier import trace
from chantier.models import TraceEntry

register = template.Library()

ENTRIES_PER_PAGE = 50


@register.simple_tag(takes_context=True)
def trace_of(context: Context, obj: Model) -> Page:
    """A page of the entries of an object, the last first; its number comes with the address as `trace`."""
    entries = Paginator(TraceEntry.objects.on(obj).with_people(), ENTRIES_PER_PAGE)
    return entries.get_page(context["request"].GET.get("trace"))


@register.filter
def event_label(entry: TraceEntry) -> str:
    """The event, in French."""
    return trace.label_of(entry.event)


@register.filter
def facts(entry: TraceEntry) -> list[tuple[str, Any]]:
    """The facts of the event, each with its name."""
    return trace.facts_of(entry.detail)
