"""The kinds of messages that the portal sends; each app registers its own in `AppConfig.ready`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WayOut:
    """How somebody without an account declines some messages: an app that writes to such people has its own.

    `number` returns that of the row of theirs that a message speaks of, None for one to an account; `label`
    says what would not be received any more, nothing once the row is of no use; `stop` and `resume` do it.
    """

    number: Callable[[Any], int | None]
    label: Callable[[int], str]
    stop: Callable[[int], None]
    resume: Callable[[int], None]


@dataclass(frozen=True)
class Kind:
    """A kind of message.

    `label` is what people read; one may decline an `optional` kind; the content of a `secret` one is shown to
    nobody and thrown away once it has left, since it holds a link or a code that opens an account.

    `still` is asked just before messages leave, some at once: it returns those that still make sense, and may
    bring their words up to date.

    `description` is a sentence for who chooses among the optional ones; `invited` tells that it is about a
    meeting to which the person is invited, which « jamais » does not stop. `way_out` is for who has no
    account.
    """

    name: str
    label: str
    optional: bool = False
    secret: bool = False
    still: Callable[[Sequence[Any]], Sequence[Any]] | None = None
    description: str = ""
    invited: bool = False
    way_out: WayOut | None = None


DIGEST = "digest"

_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    """Return a kind by its name; raises KeyError for one that no app registers any more."""
    return _kinds[name]


def still_of(name: str) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """What tells which messages of a kind still make sense; all of them where nothing does."""
    kind = _kinds.get(name)
    return kind.still if kind and kind.still else lambda emails: emails


def kinds() -> list[Kind]:
    """Return every kind, by label."""
    return sorted(_kinds.values(), key=lambda kind: kind.label)


def optional_kinds() -> list[Kind]:
    """Return the kinds that one may decline, by label."""
    return [kind for kind in kinds() if kind.optional]


def is_optional(name: str) -> bool:
    """Whether one may decline a kind; not one that no app registers any more."""
    return name in _kinds and _kinds[name].optional
