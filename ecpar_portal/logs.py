"""Lines of the log: one JSON object each in production, plain ones in a demonstration.

A line says which row, which page, which error; never who. An address, a name, a subject, a link or a code
comes into a log by the text of an exception or the path of a page: production writes neither as it comes.
"""

import datetime as dt
import json
import logging
import os
import traceback
from logging.config import dictConfig
from typing import Any

from django.conf import settings

# What a line may carry besides its message; libraries put whatever they like on their records.
FIELDS = ("row", "attempt", "part", "user", "cause", "bytes", "counts")
LONGEST_PLAIN_PART = 20  # of a path: keys and tokens are longer


def name_of(model: Any, pk: object) -> str:
    """« mailing.OutgoingEmail 12 »: the name of a row, given its model or the row itself."""
    return f"{model._meta.label} {pk}"


def about(row: Any, **fields: object) -> dict[str, object]:
    """Return what a line says of a row of work, as its `extra`; `fields` are among FIELDS."""
    return {"row": name_of(row, row.pk), "attempt": row.attempts, **fields}


def kind_of_error(error: BaseException | None) -> str:
    """« TimeoutError », « OSError: No space left on device »: what failed, without the error's own text."""
    if error is None:
        return ""
    number = getattr(error, "errno", None)
    words = f": {os.strerror(number)}" if isinstance(number, int) and number > 0 else ""
    return f"{type(error).__name__}{words}"


def configure(**options: object) -> None:
    """Let Celery write as everything does; called in place of its own set-up of the logs."""
    dictConfig(settings.LOGGING)


class PlainFormatter(logging.Formatter):
    """« 2026-11-24 09:00:00 WARNING mailing.actions not sent, row=mailing.OutgoingEmail 12, attempt=3 »."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Add the fields to the line, the path of a page without its keys and tokens."""
        if hasattr(request := getattr(record, "request", None), "path"):
            record.message = record.message.replace(request.path, _path(request))
        told = [f"{name}={value}" for name, value in fields_of(record).items()]
        return ", ".join([super().formatMessage(record), *told])


class JsonFormatter(logging.Formatter):
    """One JSON object: `time` (UTC), `level`, `logger`, `message`, what is known of row, page and error."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the object on one line."""
        line = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **fields_of(record),
            **_error(record),
        }
        return json.dumps(line, ensure_ascii=False, default=str)


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """Return the fields of a record: those of our own calls, and those of Django's on requests."""
    found = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
    request = getattr(record, "request", None)
    if hasattr(request, "path"):
        found |= {
            "method": request.method,
            "path": _path(request),
            "status": getattr(record, "status_code", None),
        }
        # Only the person that the request has read already: a log asks nothing of a database in trouble.
        if person := getattr(getattr(request, "_cached_user", None), "pk", None):
            found["user"] = person
    return found


def _path(request: Any) -> str:
    if request.resolver_match:
        return f"/{request.resolver_match.route}"
    return "/".join(part if len(part) <= LONGEST_PLAIN_PART else "…" for part in request.path.split("/"))


def _message(record: logging.LogRecord) -> str:
    message = record.getMessage()
    request, error = getattr(record, "request", None), _exception(record)
    if hasattr(request, "path"):
        message = message.replace(request.path, _path(request))
    for text in filter(None, (repr(error), str(error)) if error else ()):
        message = message.replace(text, kind_of_error(error))
    return message


def _exception(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _error(record: logging.LogRecord) -> dict[str, object]:
    """What failed and where, from the first cause to the last."""
    error = _exception(record)
    if error is None:
        return {}
    chain = []
    while error:
        frames = traceback.extract_tb(error.__traceback__)
        chain.insert(0, [kind_of_error(error), *(f"{f.filename}:{f.lineno} {f.name}" for f in frames)])
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return {"error": chain[-1][0], "trace": chain}
