"""Where the files of a run lie: the stores of tests write and flush all the time, and nobody reads that later."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  # pytest makes a folder of the user's own in it, as it does in /tmp
ROOM = 8 * 2**30  # of which a run takes a part; a container often gives 64 MB
VARIABLE = "PYTEST_DEBUG_TEMPROOT"


def keep_files_in_memory() -> None:
    """Have pytest's folders in the file system that lies in memory, where there is one with room for a whole run.

    A third of the time went to a disk: PostgreSQL and Redis flush each commit, as for users. What the tests kill
    are processes and not the machine, so what was flushed is there afterwards all the same. A folder that somebody
    names (``PYTEST_DEBUG_TEMPROOT``, ``--basetemp``) is taken.
    """
    if VARIABLE not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ[VARIABLE] = str(MEMORY)
