"""The settings of a worker whose private files meet a limit of the system half-way.

The kernel refuses the write (EFBIG), after some bytes, as it does on a full disk (ENOSPC). The limit stands
while the file is written and no longer: for the whole process, it would stop the SQLite database and the log
as well. A tmpfs of a few kB in a mount namespace would be a full disk indeed, but most containers refuse
`unshare`, and recent systems do to who is not root: the test would fail there for want of a right.
"""

import resource

from django.core.files import File

from ecpar_portal.settings import *  # noqa: F403 - the settings of every worker, but for the storage
from ecpar_portal.settings import STORAGES as USUAL
from ecpar_portal.storage import WholeFileStorage

BYTES = 8192
STORAGES = {**USUAL, "private": {**USUAL["private"], "BACKEND": "tests.reports.small_disk.SmallDisk"}}


class SmallDisk(WholeFileStorage):
    """Takes the beginning of a file, not its end."""

    def _save(self, name: str, content: File) -> str:
        usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES, usual[1]))
        try:
            return super()._save(name, content)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
