"""Chosen syntheses become one file; who asks for it is noted with the file."""

import hashlib
import json
from collections.abc import Iterable

from django.db import transaction

from ecpar_portal.refusal import Refusal
from meetings.models import Compilation, SynthesisVersion

MOST = 60
TOO_MANY = f"Choisissez au plus {MOST} synthèses."


@transaction.atomic
def compile_syntheses(versions: Iterable[SynthesisVersion]) -> Compilation:
    """Return the compilation of these versions, the same row for the same choice.

    Raises Refusal for none, and for more than a document holds.
    """
    keys = sorted({version.pk for version in versions})
    if not keys:
        raise Refusal("Choisissez au moins une synthèse.")
    if len(keys) > MOST:
        raise Refusal(TOO_MANY)
    digest = hashlib.sha256(json.dumps(keys).encode()).hexdigest()
    compilation, created = Compilation.objects.get_or_create(digest=digest)
    if created:
        compilation.versions.set(keys)
    return compilation
