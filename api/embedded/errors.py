"""What can go wrong with the embedded services, said so that a person can act on it."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dispatch.errors import OperatorError


class EmbeddedError(OperatorError):
    """The embedded services cannot start or run; the message says what is wrong and what to do."""


class DataFolderInUseError(EmbeddedError):
    """Another process runs the services of this data folder.

    Attributes:
        data_dir: the folder.
        pid: the process that runs them; None where its lock file does not say.
    """

    def __init__(self, data_dir: Path, pid: int | None) -> None:
        self.data_dir = data_dir
        self.pid = pid
        owner = f"process {pid}" if pid else "another process"
        super().__init__(
            f"The data folder {data_dir} is in use by {owner}: its embedded services run already. "
            "Stop that server first, or give this one a folder of its own with DISPATCH_DATA_DIR."
        )


_ADVICE = {
    errno.ENOSPC: "The disk is full: free some space, or",
    errno.EDQUOT: "The disk quota is used up: free some space, or",
    errno.EROFS: "It lies on a read-only file system:",
    errno.EEXIST: "There is a file where a folder should be: move it away, or",
    errno.ENOTDIR: "There is a file where a folder should be: move it away, or",
    errno.ENOLCK: "Its file system cannot lock files:",
    errno.ENOTSUP: "Its file system cannot do what is needed:",
}


@contextmanager
def explained(data_dir: Path) -> Iterator[None]:
    """Turn what the system says about files into an EmbeddedError with advice."""
    try:
        yield
    except OSError as error:
        user = f"user id {os.geteuid()}"
        advice = _ADVICE.get(error.errno or 0, f"Make it writable for {user}, or")
        place = f" ({error.filename})" if error.filename else ""
        raise EmbeddedError(
            f"The data folder {data_dir} cannot be used: {error.strerror or error}{place}. "
            f"{advice} choose another folder with DISPATCH_DATA_DIR."
        ) from error
