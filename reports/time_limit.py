"""A limit to how long something may take in the process that does it."""

import contextlib
import signal
from collections.abc import Iterator


class TooLong(Exception):
    """It was not done in its time."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooLong in what is done here after so many seconds; in the main thread of a process only.

    Celery's own limits say nothing over a broker that is a file. The alarm rings again each second: a library
    may swallow an exception that comes while it calls back.
    """

    def ring(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
