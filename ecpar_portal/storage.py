"""Private files on a disk: whole or absent."""

import os
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    """Writes beside the final name, then renames: a worker that dies half-way leaves no partial file.

    What such a worker leaves beside is removed by the next one that writes the same name.
    """

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._remove_stale_parts(path)
        handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        return name

    def _remove_stale_parts(self, path: Path) -> None:
        for part in path.parent.glob(f".{path.name}.*.part"):
            if part.stat().st_mtime < time.time() - settings.WORK_LEASE_SECONDS:
                part.unlink(missing_ok=True)
