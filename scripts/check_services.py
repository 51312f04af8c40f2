"""Stops `make test-services` with one line where PostgreSQL or Redis does not answer: no test is skipped."""

import os
import sys

import psycopg
import redis

SECONDS = 5


def trouble_with(url: str) -> str:
    """Return why the service at `url` does not answer, or an empty string."""
    try:
        if url.startswith(("postgres:", "postgresql:", "pgsql:", "psql:")):
            psycopg.connect("postgresql:" + url.partition(":")[2], connect_timeout=SECONDS).close()
        elif url.startswith(("redis:", "rediss:", "unix:")):
            redis.Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS).ping()
        else:
            return "ce n’est ni PostgreSQL ni Redis"
    except (psycopg.Error, redis.RedisError, ValueError) as error:
        return " ".join(str(error).split())
    return ""


def main() -> int:
    """Ask each service of the environment."""
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"):
        url = os.environ.get(name, "")
        if trouble := trouble_with(url):
            # The part before the @ may hold a password.
            shown = url.rpartition("@")[2] or "(vide)"
            print(
                f"Les tests sur services s’arrêtent\u00a0: {name} ({shown}) ne répond pas\u00a0: {trouble}",
                file=sys.stderr,
            )
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
