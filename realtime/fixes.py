"""How fixes travel from the ingest through Redis to PostgreSQL and to the watchers.

To PostgreSQL in runs: a head with what all fixes of a device share, and the fixes as the device sent them. To the
watchers, who need the newest alone, as one JSON array.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from dispatch.ports import LivePosition, Presence
from realtime.protocol import Fix, utc_from_ms


class Flag(StrEnum):
    """Why a stored fix is doubtful."""

    CLOCK_SKEW = "clock_skew"
    """The device's clock is ahead of ours."""
    POOR_ACCURACY = "poor_accuracy"
    """The device says so itself."""
    OUT_OF_ORDER = "out_of_order"
    """Recorded before a fix of this device that came earlier."""
    DUPLICATE = "duplicate"
    """The same place and time as the fix before, under another seq."""
    IMPOSSIBLE_SPEED = "impossible_speed"
    """Farther from the fix before than anything drives."""
    UNCONFIRMED = "unconfirmed"
    """Such a jump away from an established track: kept from the live position."""
    ODD_SPEED = "odd_speed"
    """The device's speed was below 0 or beyond anything: left out."""
    ODD_HEADING = "odd_heading"
    """The device's heading was not within 0 to 360 degrees: brought there, or left out."""
    ODD_BATTERY = "odd_battery"
    """The device's battery was not within 0 to 1: taken as percent, or left out."""


class LoggedRun(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Accepted fixes of one device that were handed in together; ``received_ms`` since 1970, UTC."""

    transporter_id: int
    device: str
    epoch: str
    received_ms: int
    flags: dict[int, list[str]]
    """By seq, of those that have any."""
    fixes: list[Fix]


class LoggedFix(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The newest fix of a transporter with everything that is known about it; times in ms since 1970, UTC."""

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

    def position(self, presence: Presence = Presence.ONLINE) -> LivePosition:
        """The same as the business reads it."""
        fix = self.fix
        return LivePosition(
            transporter_id=fix.transporter_id,
            lat=fix.lat,
            lon=fix.lon,
            recorded_at=utc_from_ms(fix.recorded_ms),
            received_at=utc_from_ms(fix.received_ms),
            accuracy_m=fix.accuracy_m,
            speed_mps=fix.speed_mps,
            heading_deg=fix.heading_deg,
            presence=presence,
            recent_mps=fix.recent_mps,
            device=fix.device,
        )


encode_fix = msgspec.json.Encoder().encode
encode_run = msgspec.json.Encoder().encode
decode_runs = msgspec.json.Decoder(list[LoggedRun]).decode
decode_update = msgspec.json.Decoder(LiveUpdate).decode


def run_head(owner: bytes, received_ms: int, flags: Mapping[int, Sequence[Flag]]) -> bytes:
    """A run up to its fixes, which follow with commas between them, and then ``RUN_END``.

    ``owner``: transporter, device and epoch as a JSON array.
    """
    return b"%b,%d,%b,[" % (owner[:-1], received_ms, encode_run(flags) if flags else b"{}")


RUN_END = b"]]"
