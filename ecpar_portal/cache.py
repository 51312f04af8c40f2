"""A Redis that goes away takes nothing down, and opens nothing."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_TRIES = 5


class SteadyRedisCache(RedisCache):
    """Redis; while it does not answer, the memory of this process.

    What is cached are counts (limits of sign-in and of pages) and marks, which may be lost. Each process then
    counts for itself: limits are as many times wider as there are processes, and still there.
    """

    # Shared by the threads of a process, each of which has an instance of its own.
    away_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        prefix = params.get("KEY_PREFIX", "")
        self.memory = LocMemCache("steady", {"KEY_PREFIX": prefix, "OPTIONS": {"MAX_ENTRIES": 10_000}})


def _steady(name: str) -> Callable[..., Any]:
    def method(self: SteadyRedisCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= SteadyRedisCache.away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except RedisError as error:
                SteadyRedisCache.away_until = time.monotonic() + SECONDS_BETWEEN_TRIES
                logger.warning("cache away, counting in memory: %s", type(error).__name__)
        return getattr(self.memory, name)(*args, **kwargs)

    return method


for _name in (
    *("add", "get", "set", "touch", "delete", "has_key", "incr"),
    *("get_many", "set_many", "delete_many", "clear"),
):
    setattr(SteadyRedisCache, _name, _steady(_name))
