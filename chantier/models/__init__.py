"""Who takes part, and toward what."""

from chantier.models.consents import Consent
from chantier.models.cycles import Achievement, Chantier, Cycle, Objective, Participation
from chantier.models.incidents import Incident
from chantier.models.invitations import Invitation
from chantier.models.organizations import Membership, Organization, Region
from chantier.models.people import User
from chantier.models.trace import TraceEntry

__all__ = [
    "Achievement",
    "Chantier",
    "Consent",
    "Cycle",
    "Incident",
    "Invitation",
    "Membership",
    "Objective",
    "Organization",
    "Participation",
    "Region",
    "TraceEntry",
    "User",
]
