"""Is the data folder ours alone, and can it be written? For ``dispatch doctor``."""

import shutil
from pathlib import Path

from api.cli.findings import Finding
from api.process.private_files import open_to_others
from api.process.write_checks import write_to

CHECK = "data folder"
LITTLE_BYTES = 500 * 2**20


def folder_finding(folder: Path) -> Finding:
    """The first thing that is wrong with it."""
    if not folder.is_dir():
        return Finding(CHECK, "ok", f"{folder} is not made yet", "the first start makes it")
    try:
        readable = next(open_to_others(folder), None)
        write_to(folder)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(CHECK, "bad", f"{folder}: {error.strerror}", "is the disk full, and is the folder ours?")
    if readable is not None:
        path, mode = readable
        advice = f"other users of this machine may use it: chmod -R go= {folder}, which the next start does too"
        return Finding(CHECK, "bad", f"{path} has mode {mode:o}", advice)
    if free < LITTLE_BYTES:
        return Finding(CHECK, "warning", f"{free // 2**20} MB free at {folder}", "free space: a full disk stops all")
    return Finding(CHECK, "ok", f"{folder}, ours alone")
