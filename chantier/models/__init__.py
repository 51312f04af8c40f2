"""Who takes part, and toward what."""

from chantier.models.cycles import Achievement, Chantier, Cycle, Objective, Participation
from chantier.models.organizations import Membership, Organization, Region
from chantier.models.people import User

__all__ = [
    "Achievement",
    "Chantier",
    "Cycle",
    "Membership",
    "Objective",
    "Organization",
    "Participation",
    "Region",
    "User",
]
