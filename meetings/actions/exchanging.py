"""What people tell each other between meetings; `by=` whoever does it.

A text that the same person sends twice is kept once. What is taken back stays, and is not shown.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from chantier import trace
from chantier.models import Chantier, Organization
from ecpar_portal.refusal import Refusal
from meetings.access import may_speak_for, may_take_back
from meetings.actions.preparing import Outdated
from meetings.models import Obstacle, Question, Reply, Solution, Theme, Trial
from meetings.models.exchange import Said

GONE = "Ce texte a été retiré entre-temps."
NOT_THEIRS = "Cette organisation ne participe pas au chantier."


@transaction.atomic
def tell_obstacle(
    chantier: Chantier,
    text: str,
    *,
    by: Any,
    organization: Organization | None,
    theme: Theme | None = None,
    stage: int | None = None,
) -> Obstacle:
    """Write an obstacle that somebody met. Raises Refusal for an organisation that is not theirs."""
    _refuse_strangers(by, organization, chantier)
    place = {"chantier": chantier, "theme": theme, "stage": stage}
    return _say(Obstacle(text=text, organization=organization, **place), "obstacle_told", by)


@transaction.atomic
def propose_solution(
    obstacle: Obstacle, text: str, *, by: Any, organization: Organization | None
) -> Solution:
    """Write what may help against an obstacle."""
    _refuse_strangers(by, organization, obstacle.chantier)
    _refuse_gone(obstacle)
    return _say(Solution(obstacle=obstacle, text=text, organization=organization), "solution_proposed", by)


@transaction.atomic
def ask(
    chantier: Chantier,
    text: str,
    *,
    by: Any,
    organization: Organization | None,
    theme: Theme | None = None,
    stage: int | None = None,
    obstacle: Obstacle | None = None,
) -> Question:
    """Ask the others something; one about an obstacle stands under its theme and its stage."""
    _refuse_strangers(by, organization, chantier)
    if obstacle is not None:
        _refuse_gone(obstacle)
        chantier, theme, stage = obstacle.chantier, obstacle.theme, obstacle.stage
    place = {"chantier": chantier, "theme": theme, "stage": stage, "obstacle": obstacle}
    return _say(Question(text=text, organization=organization, **place), "question_asked", by)


@transaction.atomic
def reply(question: Question, text: str, *, by: Any, organization: Organization | None) -> Reply:
    """Answer a question."""
    _refuse_strangers(by, organization, question.chantier)
    _refuse_gone(question)
    return _say(Reply(question=question, text=text, organization=organization), "question_replied", by)


@transaction.atomic
def note_trial(
    solution: Solution, note: str, *, by: Any, organization: Organization, seen: str = ""
) -> Trial:
    """Note that an organisation tried a solution, or what came of it since; once for each organisation.

    `seen` is the mark of the note that the person had before their eyes, empty where there was none. Raises
    Outdated where somebody wrote another one meanwhile.
    """
    _refuse_strangers(by, organization, solution.obstacle.chantier)
    _refuse_gone(solution)
    trial = Trial.objects.filter(solution=solution, organization=organization).first()
    if trial and trial.note == note:
        return trial
    if trial and trial.mark != seen:
        raise Outdated
    trial = trial or Trial(solution=solution, organization=organization)
    trial.note, trial.by = note, by
    trial.save()
    trace.record("trial_noted", by=by, on=solution)
    return trial


@transaction.atomic
def remove_trial(trial: Trial, *, by: Any) -> None:
    """Say no more that an organisation tried a solution."""
    _refuse_strangers(by, trial.organization, trial.solution.obstacle.chantier)
    if Trial.objects.filter(pk=trial.pk).delete()[0]:
        trace.record("trial_removed", by=by, on=trial.solution)


@transaction.atomic
def take_back(said: Said, *, by: Any) -> None:
    """Take a text back: it is kept and shown to nobody. Raises Refusal for somebody else's."""
    if not may_take_back(by, said):
        raise Refusal("Ce texte est celui d’une autre organisation.")
    standing = type(said).objects.standing().filter(pk=said.pk)
    if not standing.update(withdrawn_at=timezone.now()):
        raise Refusal(GONE)
    trace.record("said_taken_back", by=by, on=said)


@transaction.atomic
def adopt(said: Said, *, by: Any) -> None:
    """Make an example of the portal one of the network's own. Raises Refusal where it is none."""
    examples = type(said).objects.standing().filter(pk=said.pk, is_example=True)
    if not examples.update(is_example=False):
        raise Refusal("Cet exemple est déjà adopté, ou retiré.")
    trace.record("example_adopted", by=by, on=said)


def _say(said: Said, event: str, by: Any) -> Said:
    """Keep a text; the one that stands already where the same person sends it again."""
    said.written_by = by
    links = {f.attname: getattr(said, f.attname) for f in said._meta.concrete_fields if f.is_relation}
    if twin := type(said).objects.standing().filter(**links, text=said.text).first():
        return twin
    said.save()
    trace.record(event, by=by, on=said)
    return said


def _refuse_strangers(by: Any, organization: Organization | None, chantier: Chantier) -> None:
    if not may_speak_for(by, organization, chantier):
        raise Refusal(NOT_THEIRS)


def _refuse_gone(said: Said) -> None:
    """Refuse what answers a text that was taken back; held, so that it stays until the answer is written."""
    if not type(said).objects.select_for_update().standing().filter(pk=said.pk).exists():
        raise Refusal(GONE)
