"""The trace as the coordinator reads it: what each entry is about, by its name of today."""

from collections import defaultdict
from collections.abc import Iterable

from django.apps import apps
from django.contrib import admin
from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse

from chantier.models import Invitation, TraceEntry

# What things are called of which the admin has no list.
UNLISTED = {Invitation: ("email", "name", "organization__name")}


def with_objects(entries: Iterable[TraceEntry]) -> list[TraceEntry]:
    """Give each entry its `thing`, None where it no longer exists; one query for each kind of object."""
    entries = list(entries)
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        wanted[entry.object_type].add(entry.object_id)
    found = {kind: _found(kind, keys) for kind, keys in wanted.items()}
    for entry in entries:
        entry.thing = found[entry.object_type].get(entry.object_id)
    return entries


def _found(kind: str, keys: set[str]) -> dict[str, Model]:
    model = model_of(kind)
    if model is None:
        return {}
    # What an object is called by often stands in the objects that it points to.
    return {str(obj.pk): obj for obj in model._base_manager.select_related().filter(pk__in=keys)}


def model_of(kind: str) -> type[Model] | None:
    """The model of an entry's object, or None where there is none, or where no app has it any more."""
    try:
        return apps.get_model(kind) if kind else None
    except LookupError:
        return None


def name_of(entry: TraceEntry) -> str:
    """« personne Anne Tremblay », or « rencontre 12, n’existe plus »; nothing where there is no object."""
    model = model_of(entry.object_type)
    kind = str(model._meta.verbose_name) if model else entry.object_type
    if entry.thing is None:
        return f"{kind} {entry.object_id}, n’existe plus" if kind else ""
    return f"{kind} «\u00a0{entry.thing}\u00a0»"


def address_of(entry: TraceEntry) -> str:
    """The admin's page of the object; nothing where it has none."""
    if entry.thing is None or not admin.site.is_registered(type(entry.thing)):
        return ""
    meta = entry.thing._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[entry.thing.pk])


def about(request: HttpRequest, words: str) -> Q:
    """The entries on what the lists of the admin, and `UNLISTED`, find under these words, by today's name."""
    found = Q(pk=None)
    for model, of_model in admin.site._registry.items():
        if model is TraceEntry or not of_model.get_search_fields(request):
            continue
        objects, _ = of_model.get_search_results(request, _searchable(model), words)
        found |= Q(object_type=model._meta.label_lower, object_id__in=objects.values("as_text"))
    for model, columns in UNLISTED.items():
        objects = _searchable(model).filter(*(_in_one_of(columns, word) for word in words.split()))
        found |= Q(object_type=model._meta.label_lower, object_id__in=objects.values("as_text"))
    return found


def _in_one_of(columns: tuple[str, ...], word: str) -> Q:
    return Q(*((f"{column}__icontains", word) for column in columns), _connector=Q.OR)


def _searchable(model: type[Model]) -> QuerySet:
    return model._base_manager.order_by().annotate(as_text=Cast("pk", CharField()))
