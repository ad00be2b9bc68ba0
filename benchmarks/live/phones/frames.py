"""What a phone sends: frames of pings with random masks, made before the clock starts."""

import math
import os
import struct
from datetime import UTC, datetime

SHORT, LONG = 126, 127
TEXT = 0x81
MASKED = 0x80
SPEED_MPS = 6.1
METRES_A_DEGREE = 111_320.0
SOUTH, WEST = 27.60, 85.20
"""Where the first phone starts; the others stand in rows north and east of it."""
A_ROW = 50
STEP_DEG = 0.004
_LON_STEP_A_SECOND = SPEED_MPS / METRES_A_DEGREE / math.cos(math.radians(SOUTH))


def masked_frame(payload: bytes, kind: int = TEXT) -> bytes:
    """A frame as RFC 6455 asks for it of clients: its mask is fresh and random."""
    size, mask = len(payload), os.urandom(4)
    stretched = int.from_bytes((mask * (size // 4 + 1))[:size], "little")
    body = (int.from_bytes(payload, "little") ^ stretched).to_bytes(size, "little")
    if size < SHORT:
        return bytes((kind, MASKED | size)) + mask + body
    if size < 1 << 16:
        return struct.pack("!BBH", kind, MASKED | SHORT, size) + mask + body
    return struct.pack("!BBQ", kind, MASKED | LONG, size) + mask + body


def fix(seq: int, phone: int, elapsed_s: float, recorded: float) -> str:
    """The fields of a ping of a phone that drives east; ``recorded``: seconds since 1970."""
    when = datetime.fromtimestamp(recorded, UTC).isoformat(timespec="milliseconds")[:-6]
    lat = SOUTH + phone // A_ROW * STEP_DEG
    lon = WEST + phone % A_ROW * STEP_DEG + elapsed_s * _LON_STEP_A_SECOND
    return (
        f'"seq":{seq},"lat":{lat:.6f},"lon":{lon:.6f},"recorded_at":"{when}Z",'
        '"accuracy_m":8.0,"speed_mps":6.1,"heading_deg":90.0'
    )


def ping_frame(fixes: list[str]) -> bytes:
    """One ping where there is one, else several in a frame of the type ``pings``."""
    if len(fixes) == 1:
        return masked_frame(f'{{"type":"ping",{fixes[0]}}}'.encode())
    listed = ",".join(f"{{{one}}}" for one in fixes)
    return masked_frame(f'{{"type":"pings","pings":[{listed}]}}'.encode())
