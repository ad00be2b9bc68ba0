"""How a fix travels from the ingest through Redis to PostgreSQL and to the watchers: one JSON array."""

import msgspec

from realtime.doubts import Judged
from realtime.protocol import Fix


class LoggedFix(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An accepted fix with everything that is known about it; times in ms since 1970, UTC."""

    transporter_id: int
    device: str
    epoch: str
    seq: int
    lat: float
    lon: float
    recorded_ms: int
    received_ms: int
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    battery: float | None = None
    flags: tuple[str, ...] = ()
    pace_mps: float | None = None

    @property
    def recent_mps(self) -> float | None:
        """How fast it goes: the mean over the last minutes where there is one, else what the device says."""
        return self.speed_mps if self.pace_mps is None else self.pace_mps


class LiveUpdate(msgspec.Struct, frozen=True, array_like=True):
    """The newest fix of a transporter under its offset."""

    offset: int
    fix: LoggedFix


encode_fix = msgspec.json.Encoder().encode
decode_fixes = msgspec.json.Decoder(list[LoggedFix]).decode
decode_update = msgspec.json.Decoder(LiveUpdate).decode


def logged_fix(
    transporter_id: int, device: str, epoch: str, fix: Fix, recorded_ms: int, received_ms: int, judged: Judged
) -> LoggedFix:
    """A fix as it is logged."""
    return LoggedFix(
        transporter_id,
        device,
        epoch,
        fix.seq,
        fix.lat,
        fix.lon,
        recorded_ms,
        received_ms,
        fix.accuracy_m,
        fix.speed_mps,
        fix.heading_deg,
        fix.battery,
        judged.flags,
        judged.trail.pace_mps,
    )
