"""What is no longer kept is thrown away."""

import logging

from chantier.trace import record
from ecpar_portal import privacy

logger = logging.getLogger(__name__)


def apply_retention() -> dict[str, int]:
    """Throw away what is no longer kept, rule by rule, and write down how much; return it by rule.

    A rule that fails stops none of the others, is left out and is written down as failed.
    """
    counts: dict[str, int] = {}
    failed = []
    for rule in privacy.registry.rules():
        try:
            counts[rule.name] = rule.discard()
        except Exception:  # whatever is wrong with one rule, the others are applied
            logger.exception("not applied", extra={"row": rule.name})
            failed.append(rule.name)
    record("retention_applied", by=None, **counts, **({"failed": failed} if failed else {}))
    logger.info("no longer kept", extra={"counts": counts})
    return counts
