"""Stand-in until the real views land."""

from django.http import HttpResponse


def serve(request, kind, obj) -> HttpResponse:
    return HttpResponse(status=202)
