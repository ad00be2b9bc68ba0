"""An append-only file of JSON lines: each line is a payment as it became, the last one wins."""

import logging
import os
from pathlib import Path

import msgspec

from api.process.private_files import private_folder
from api.simulation.sandbox.payments import Payment

try:
    import fcntl
except ImportError:  # not POSIX: nobody checks for a second gateway on the same file there
    fcntl = None  # type: ignore[assignment]

_LOG = logging.getLogger("sandbox_gateway")


class JournalError(Exception):
    """The journal cannot be opened, is in use by another gateway, or is damaged before its last line."""


class Journal:
    """Keeps payments over a restart, also after kill -9: a change is written before it is answered.

    A line reaches the kernel before ``append`` returns, which is what surviving a killed process needs;
    it is not synced to the disk, so a power cut may lose the last changes of this test gateway.
    """

    def __init__(self, path: Path | None) -> None:
        """Open or create ``path``; None keeps nothing. Raises JournalError."""
        self._path = path
        self._file: int | None = None
        if path is None:
            return
        try:
            private_folder(path.parent)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            if fcntl is not None:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise JournalError(f"another gateway is using the state file {path}") from None
        except OSError as error:
            self.close()
            raise JournalError(f"cannot open the state file {path}: {error.strerror}") from None

    def load(self) -> dict[str, Payment]:
        """Every payment as it last was, by pidx. Raises JournalError on a damaged line."""
        if self._file is None or self._path is None:
            return {}
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            # A kill in the middle of a write: that change was never answered, so nobody relies on it.
            _LOG.warning("dropped an unfinished last line of the state file")
            os.ftruncate(self._file, whole)
        payments: dict[str, Payment] = {}
        for number, line in enumerate(content[:whole].splitlines(), start=1):
            try:
                payment = msgspec.json.decode(line, type=Payment)
            except msgspec.DecodeError:
                raise JournalError(f"line {number} of the state file {self._path} is damaged") from None
            payments[payment.pidx] = payment
        return payments

    def append(self, payment: Payment) -> None:
        """Write the payment as it is now. Raises OSError when the disk refuses; then nothing changed."""
        if self._file is None:
            return
        line = msgspec.json.encode(payment) + b"\n"
        start = os.fstat(self._file).st_size
        if os.write(self._file, line) != len(line):
            # Half a line would swallow the next one.
            os.ftruncate(self._file, start)
            raise OSError("the state file took only a part of the line")

    def close(self) -> None:
        """Close the file; safe to call again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
