"""What is said between meetings in a chantier, and what its networks organise, for the world of the roles."""

from typing import Any

from chantier.models import Cycle, Organization, User
from tests import factories as f


def exchanges_of(cycle: Cycle, voice: User, network: Organization) -> dict[str, Any]:
    """One of each: said for an organisation, an example, an activity of a network and of a rival."""
    said = {"organization": voice.organization, "written_by": voice}
    obstacle = f.ObstacleFactory(chantier=cycle.chantier, **said)
    question = f.QuestionFactory(chantier=cycle.chantier, **said)
    rival = f.OrganizationFactory(kind=Organization.Kind.PARTNER_NETWORK)
    f.ParticipationFactory(cycle=cycle, organization=rival)
    return {
        "obstacle": obstacle,
        "solution": f.SolutionFactory(obstacle=obstacle, **said),
        "question": question,
        "reply": f.ReplyFactory(question=question, **said),
        "example": {"obstacle": f.ObstacleFactory(chantier=cycle.chantier, is_example=True)},
        "activity": f.ActivityFactory(chantier=cycle.chantier, organization=network),
        "rival": {"activity": f.ActivityFactory(chantier=cycle.chantier, organization=rival)},
    }
