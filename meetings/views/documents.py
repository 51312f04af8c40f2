"""The documents of a meeting, given back to whoever sees it."""

import logging
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit
from ecpar_portal.uploads import give_back
from meetings.access import may_download_document
from reports.models import private_storage

logger = logging.getLogger(__name__)


@require_safe
@require(signed_in)
@limit("files")
def meeting_document(request: HttpRequest, pk: UUID) -> FileResponse:
    """A document of a meeting; whether the person sees the meeting is asked at each download."""
    document = get_object_or_404(may_download_document(request.user), pk=pk)
    try:
        content = private_storage().open(document.stored_as)
    except FileNotFoundError as error:
        logger.exception("document without its file", extra={"row": f"meetings.MeetingDocument {pk}"})
        raise Http404 from error
    return give_back(content, document.name)
