"""Whether this worker was asked to stop, for work that takes one row after the other.

The signal of a deploy reaches the worker's main process; the one that works is a child of it, told by a byte
that both share.
"""

import mmap
from typing import Any

_asked = mmap.mmap(-1, 1)  # the children are forked later and keep it


def ask(**kwargs: Any) -> None:
    """Note that the worker goes once the row in hand is done."""
    _asked[0] = 1


def is_asked() -> bool:
    """Whether to leave the rest to the next worker."""
    return _asked[0] == 1
