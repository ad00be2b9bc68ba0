"""What rolling dispatch goes by, from the settings."""

from dataclasses import dataclass
from datetime import timedelta

from dispatch.zones.kept import KnownZone
from dispatch.zones.models import ZoneMode

TRAVEL_UNKNOWN = timedelta(minutes=30)
"""To a pickup without a place."""


@dataclass(frozen=True, slots=True)
class RollingRules:
    """``outside``: whether what lies in no zone is dispatched by itself too; ``mode`` and ``tick_s``: where a zone does
    not say. ``gain_s``: for less an accepted delivery stays with whom it is; ``stay_points``: for so few more one that
    was not accepted does. ``road_factor``: road over great circle.
    """

    outside: bool
    mode: ZoneMode
    tick_s: int
    gain_s: float
    stay_points: float
    road_factor: float

    def tick_of(self, zone: KnownZone | None) -> int:
        """Seconds between two ticks."""
        return self.tick_s if zone is None or zone.tick_s is None else zone.tick_s

    def mode_of(self, zone: KnownZone | None) -> ZoneMode:
        """How deliveries come to transporters there."""
        return self.mode if zone is None or zone.mode is None else zone.mode

    def spare_of(self, zone: KnownZone | None) -> timedelta:
        """So much sooner than it must be a held delivery is given: two ticks, a minute at least."""
        return timedelta(seconds=max(60, 2 * self.tick_of(zone)))
