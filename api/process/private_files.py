"""Files that only we may read: mails, photos, keys, logs and sockets name people and open doors.

The modes are ours whatever the umask of whoever starts us, and a folder that was made with wider ones is tightened.
"""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

FOLDER_MODE = 0o700
FILE_MODE = 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO
# PostgreSQL sets and checks the modes of its own cluster, which may belong to another user of ours.
NOT_OURS = frozenset({"postgres", "postgres.new"})


def keep_new_files_private() -> None:
    """Whatever this process and its children make from here on, no other user may read it."""
    os.umask(OTHERS)


def private_folder(folder: Path) -> Path:
    """Make the folder, and what is missing above it, for its owner alone. Raises OSError."""
    if not folder.is_dir():
        if folder.parent != folder:
            private_folder(folder.parent)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return folder


def private_opener(path: str, flags: int) -> int:
    """For ``open(…, opener=private_opener)``: a file that is made is its owner's alone."""
    return os.open(path, flags, FILE_MODE)


def write_privately(path: Path, content: bytes, *, durably: bool = False) -> None:
    """Write a file that only its owner may read, whole or not at all. Raises OSError.

    ``durably``: on the disk before this returns.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if durably:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def tighten(folder: Path) -> int:
    """Take from others what they may do in our folder and below it; how many modes were changed.

    Never follows links. What belongs to somebody else stays as it is and is named in the log. Raises OSError.
    """
    changed = 0
    for path, mode in open_to_others(folder):
        try:
            path.chmod(mode & ~OTHERS)
        except PermissionError:
            log.warning("other users may read this file, and it is not ours to change", path=str(path))
        except FileNotFoundError:
            pass
        else:
            changed += 1
    if changed:
        log.warning("the data folder was open to other users of this machine, and is not any more", changed=changed)
    return changed


def open_to_others(folder: Path) -> Iterator[tuple[Path, int]]:
    """What other users could do something with, and its mode; the folder itself comes first."""
    mode = folder.stat().st_mode
    if mode & OTHERS:
        yield folder, stat.S_IMODE(mode)
    for parent, folders, files in os.walk(folder):
        if Path(parent) == folder:
            folders[:] = [name for name in folders if name not in NOT_OURS]
        for name in (*folders, *files):
            path = Path(parent) / name
            try:
                mode = path.lstat().st_mode
            except FileNotFoundError:
                continue
            if mode & OTHERS and not stat.S_ISLNK(mode):
                yield path, stat.S_IMODE(mode)
