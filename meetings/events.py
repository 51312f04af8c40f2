"""The events that a coordinator may start on a meeting, offered by its page and by the admin alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ecpar_portal.refusal import Refusal
from meetings.actions import convening, publishing
from meetings.models import Meeting

State = Meeting.State


@dataclass(frozen=True)
class Event:
    """What may happen: the word of its address, of its button, and of what is said once it has.

    `page` names the address where it is looked at first; the meeting's page leads there.
    """

    name: str
    button: str
    done: str
    run: Callable[..., Any]
    before: tuple[str, ...]
    after_its_day: bool = False
    page: str = ""


EVENTS = [
    Event(
        "convoquer",
        "Convoquer",
        "La rencontre est convoquée.",
        convening.convene,
        (State.DRAFT,),
        page="convene",
    ),
    Event(
        "publier",
        "Publier la synthèse",
        "La synthèse est publiée; son fichier se prépare.",
        publishing.publish,
        Meeting.ANNOUNCED,
        after_its_day=True,
        page="publish_synthesis",
    ),
    Event(
        "tenir",
        "Noter qu’elle a eu lieu",
        "C’est noté : la rencontre a eu lieu.",
        convening.hold,
        (State.CONVENED,),
        after_its_day=True,
    ),
    Event(
        "annuler",
        "Annuler la rencontre",
        "La rencontre est annulée.",
        convening.cancel,
        (State.CONVENED,),
        page="cancel_meeting",
    ),
]


def offered(meeting: Meeting, has_draft: bool) -> list[Event]:
    """The events that make sense now; a synthesis is published again when it has a draft."""
    came = meeting.date <= timezone.localdate()
    return [
        event
        for event in EVENTS
        if meeting.state in event.before
        and (came or not event.after_its_day)
        and (meeting.state != State.PUBLISHED or has_draft)
    ]


def run(name: str, meeting: Meeting, *, by: Any) -> str:
    """Start an event by its name; return what to say. Raises Refusal, for an unknown name too."""
    event = next((event for event in EVENTS if event.name == name), None)
    if event is None:
        raise Refusal("Cette action n’existe pas.")
    event.run(meeting, by=by)
    return event.done
