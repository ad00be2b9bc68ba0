"""Reading a file of traces: a CSV or a GPX, plain or gzipped, from a file or a pipe."""

import csv
import gzip
import hashlib
import io
import sys
import zlib
from pathlib import Path
from typing import Protocol

from api.simulation.replay.csv_files import read_csv
from api.simulation.replay.errors import UnusableFile
from api.simulation.replay.gpx import read_gpx
from api.simulation.replay.traces import Collected, Reading, Traces

# Part of every epoch: raise it when rows would be numbered otherwise than before.
NUMBERING = 2
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
_HEADER_BYTES = 64 * 1024
# Other files of positions, to be told from a CSV without the right columns.
_OTHERS = {b"{": "JSON", b"[": "JSON", b"$": "sentences of NMEA 0183", b"PK": "a ZIP archive"}


def read_traces(name: str, said: Reading | None = None) -> Traces:
    """Read the file, or standard input for ``-``. Raises UnusableFile."""
    said = said or Reading()
    try:
        if name == "-":
            return _read(io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False)), said)
        with Path(name).open("rb") as file:
            return _read(file, said)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UnusableFile(f"the gzip data is damaged or cut off ({error})") from None
    except csv.Error as error:
        raise UnusableFile(f"it is not CSV: {error}") from None
    except OSError as error:
        raise UnusableFile(f"it cannot be read: {error.strerror or error}") from None


class _Source(Protocol):
    """Bytes to read."""

    def read(self, size: int, /) -> bytes: ...


class _Hashing(io.RawIOBase):
    """Hashes what is read through it, after what the user said about it."""

    def __init__(self, source: _Source, said: Reading) -> None:
        self._source = source
        self.digest = hashlib.blake2s(b"replay numbering %d" % NUMBERING, digest_size=12)
        if said != Reading():
            self.digest.update(f"\0{said.vehicle}\0{said.time}\0".encode(errors="backslashreplace"))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._source.read(len(buffer))
        self.digest.update(data)
        buffer[: len(data)] = data
        return len(data)


def _read(source: io.BufferedReader, said: Reading) -> Traces:
    packed = source.peek(2)[:2] == _GZIP
    hashing = _Hashing(gzip.GzipFile(fileobj=source) if packed else source, said)
    content = io.BufferedReader(hashing, _HEADER_BYTES)
    start = content.peek(_HEADER_BYTES)
    if not start:
        raise UnusableFile("it is empty")
    into = Collected()
    encoding = "utf-16" if start[:2] in _UTF16 else "utf-8-sig"
    text_start = start.decode(encoding, errors="backslashreplace").lstrip()
    if text_start.startswith("<"):
        read_gpx(content, said, into)
    else:
        _refuse_others(start, encoding)
        # A stray byte in a column that nobody reads is no reason to refuse; two vehicles must stay two all the same.
        read_csv(io.TextIOWrapper(content, encoding=encoding, errors="backslashreplace", newline=""), said, into)
    return into.traces(f"replay-{hashing.digest.hexdigest()}")


def _refuse_others(start: bytes, encoding: str) -> None:
    bare = start.removeprefix(_UTF8_MARK).lstrip()
    for sign, kind in _OTHERS.items():
        if bare.startswith(sign):
            raise UnusableFile(f"it is {kind}, not CSV or GPX")
    if encoding == "utf-8-sig" and b"\0" in start:
        raise UnusableFile("it is not CSV: there are zero bytes in it")
