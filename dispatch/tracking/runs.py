"""Fixes on their way into PostgreSQL: runs of a device, and the rows of a binary COPY made of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from struct import Struct
from typing import Protocol

DAY_MS = 86_400_000
COLUMNS = (
    "transporter_id", "device", "epoch", "received_at", "seq", "lat", "lon", "recorded_at", "accuracy_m", "speed_mps",
    "heading_deg", "battery", "flags",
)  # fmt: skip
"""In the order of the copied rows: what the fixes of a numbering share comes first."""

# Of https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": each value behind its length, a row behind
# the number of its values. The driver's own encoder looks up a codec for each value, which costs more than the copy.
COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END = b"\xff\xff"
_ABSENT = b"\xff\xff\xff\xff"
_VARCHAR_OID = 1043
_EPOCH_MS = 946_684_800_000  # PostgreSQL counts from 2000 on
_ROW = Struct(">hiq").pack
_PLACE = Struct(">iqiqididiq").pack
_NUMBER = Struct(">id").pack
_LENGTH = Struct(">i").pack
_ARRAY = Struct(">iiiii").pack
_NO_FLAGS = _LENGTH(12) + Struct(">iii").pack(0, 0, _VARCHAR_OID)


class Point(Protocol):
    """A fix as a device sent it: degrees, metres, metres a second, degrees clockwise from north, share of charge."""

    @property
    def seq(self) -> int: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def accuracy_m(self) -> float | None: ...
    @property
    def speed_mps(self) -> float | None: ...
    @property
    def heading_deg(self) -> float | None: ...
    @property
    def battery(self) -> float | None: ...


class Run(Protocol):
    """Fixes of one device that came together; ``received_ms`` since 1970, ``flags`` by seq, of those that have any."""

    @property
    def transporter_id(self) -> int: ...
    @property
    def device(self) -> str: ...
    @property
    def epoch(self) -> str: ...
    @property
    def received_ms(self) -> int: ...
    @property
    def flags(self) -> Mapping[int, Sequence[str]]: ...
    @property
    def fixes(self) -> Sequence[Point]: ...


def recorded_ms(point: Point) -> int:
    """By the device's clock, to the millisecond as the live position has it."""
    return round(point.recorded_at.timestamp() * 1000)


def row_head(transporter_id: int, device: str, epoch: str) -> bytes:
    """The values that all fixes of a numbering share. Raises struct.error where a number fits no column."""
    names = [name.encode() for name in (device, epoch)]
    return _ROW(len(COLUMNS), 8, transporter_id) + b"".join(_LENGTH(len(name)) + name for name in names)


def row(head: bytes, received_ms: int, point: Point, at_ms: int, flags: Sequence[str] | None) -> bytes:
    """A whole row. Raises struct.error where a number fits no column."""
    accuracy, speed, heading, battery = point.accuracy_m, point.speed_mps, point.heading_deg, point.battery
    received_us, at_us = (received_ms - _EPOCH_MS) * 1000, (at_ms - _EPOCH_MS) * 1000
    return b"".join(
        (
            head,
            _PLACE(8, received_us, 8, point.seq, 8, point.lat, 8, point.lon, 8, at_us),
            _ABSENT if accuracy is None else _NUMBER(8, accuracy),
            _ABSENT if speed is None else _NUMBER(8, speed),
            _ABSENT if heading is None else _NUMBER(8, heading),
            _ABSENT if battery is None else _NUMBER(8, battery),
            _flags(flags) if flags else _NO_FLAGS,
        )
    )


def _flags(flags: Sequence[str]) -> bytes:
    """An array of one dimension, whose first element is the first."""
    encoded = [flag.encode() for flag in flags]
    body = _ARRAY(1, 0, _VARCHAR_OID, len(encoded), 1) + b"".join(_LENGTH(len(flag)) + flag for flag in encoded)
    return _LENGTH(len(body)) + body
