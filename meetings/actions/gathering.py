"""The coordinator gathers needs into an objective of the cycle, or lets one out; `by=` whoever did it."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from chantier import trace
from chantier.models import Objective
from ecpar_portal.refusal import Refusal
from meetings.models import Meeting, Need


@transaction.atomic
def gather(
    meeting: Meeting, chosen: Collection[int], *, objective: Objective | None = None, text: str = "", by: Any
) -> Objective:
    """Gather chosen needs of a meeting into an objective of its cycle, or into a new one that says `text`.

    A need of another objective goes to this one. Raises Refusal where one of them was taken back meanwhile.
    """
    if not chosen:
        raise Refusal("Choisissez au moins un besoin.")
    needs = meeting.needs.standing().select_for_update().filter(pk__in=chosen).order_by("pk")
    found = list(needs.values_list("pk", flat=True))
    if len(found) < len(set(chosen)):
        raise Refusal(
            "Un des besoins choisis vient d’être retiré. Relisez la liste, puis choisissez de nouveau."
        )
    if objective is None:
        last = meeting.cycle.objectives.aggregate(last=Max("position"))["last"] or 0
        objective = meeting.cycle.objectives.create(text=text, position=min(last + 1, 9999))
    elif objective.cycle_id != meeting.cycle_id:
        raise Refusal("Cet objectif est celui d’un autre cycle.")
    Need.objects.filter(pk__in=found).update(objective=objective, changed_at=timezone.now())
    trace.record("needs_gathered", by=by, on=meeting, needs=found, objective=objective.pk)
    return objective


@transaction.atomic
def let_out(need: Need, *, by: Any) -> Need:
    """Take a need out of its objective, which stays."""
    need = Need.objects.select_for_update(of=["self"]).select_related("meeting").get(pk=need.pk)
    if need.objective_id:
        before, need.objective = need.objective_id, None
        need.save(update_fields=["objective", "changed_at"])
        trace.record("need_let_out", by=by, on=need.meeting, need=need.pk, objective=before)
    return need
