"""The lines of gunicorn itself, which logs before Django is there."""

from gunicorn.config import Config
from gunicorn.glogging import Logger

from ecpar_portal.logs import JsonFormatter


class JsonLogger(Logger):
    """Writes as the portal does in production; chosen by `--logger-class`."""

    def setup(self, cfg: Config) -> None:
        """Set gunicorn's own handlers up, each with our formatter."""
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(JsonFormatter())
