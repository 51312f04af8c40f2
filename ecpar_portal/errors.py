"""What a person sees when the portal fails: a reference to give, and nothing of what failed."""

import logging
import secrets
import sys

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template import loader

logger = logging.getLogger(__name__)

# Read aloud on the telephone: no letter or digit that looks like another.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of an error of ours; its reference is in the log, beside what happened."""
    reference = "".join(secrets.choice(LETTERS) for _ in range(8))
    error = sys.exc_info()[0]
    told = {"request": request, "status_code": 500}
    logger.error("%s: %s", reference, error and error.__name__, extra=told)
    # Without a context processor: what failed may be what they ask.
    return HttpResponseServerError(loader.get_template("500.html").render({"reference": reference}))
