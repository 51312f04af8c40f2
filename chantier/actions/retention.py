"""What is no longer kept is thrown away."""

import logging

from chantier.trace import record
from ecpar_portal import privacy

logger = logging.getLogger(__name__)


def apply_retention() -> dict[str, int]:
    """Throw away what is no longer kept, rule by rule, and write down how much; return it by rule."""
    counts = {rule.name: rule.discard() for rule in privacy.registry.rules()}
    record("retention_applied", by=None, **counts)
    logger.info("no longer kept", extra={"counts": counts})
    return counts
