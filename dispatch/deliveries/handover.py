"""A parcel changes hands: what comes with it, and what makes the place hard to believe."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.deliveries.service import Place
from dispatch.geo import great_circle_m
from dispatch.ports import LivePosition

Point = tuple[float, float]


class PlaceFlag(StrEnum):
    """What makes the place of a step implausible; kept with the step and shown to admins."""

    FAR_FROM_ADDRESS = "far_from_address"
    FAR_FROM_LAST_FIX = "far_from_last_fix"
    OUT_OF_SERVICE_AREA = "out_of_service_area"
    TOO_FAST = "too_fast"
    """Nobody drives from the pickup to here in this time; the places themselves may be right."""
    NO_PLACE = "no_place"
    """Neither was a place sent nor was the transporter seen lately."""


@dataclass(frozen=True, slots=True)
class HandoverRules:
    """What is believed. ``service_area``: south, west, north, east in degrees; None is everywhere."""

    far_m: float = 1000.0
    max_speed_mps: float = 70.0
    service_area: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """What comes with a pickup or a drop-off. ``seen``: where the transporter was last, if it is online."""

    place: Place | None
    notes: str = ""
    photo: bytes | None = None
    signature: bytes | None = None
    customer_rating: int | None = None
    seen: LivePosition | None = None

    def flags(
        self,
        rules: HandoverRules,
        *,
        address: Point | None,
        now: datetime,
        before: tuple[Point | None, datetime | None] = (None, None),
    ) -> list[PlaceFlag]:
        """What is implausible. ``address``: where it should be; ``before``: where and when the step before was.

        Without a place that was sent, the last position stands for it.
        """
        seen = None if self.seen is None else (self.seen.lat, self.seen.lon)
        here = seen if self.place is None else (self.place.lat, self.place.lon)
        if here is None:
            return [PlaceFlag.NO_PLACE]
        found = []
        if address is not None and great_circle_m(*here, *address) > rules.far_m:
            found.append(PlaceFlag.FAR_FROM_ADDRESS)
        if self.seen is not None and seen is not None and great_circle_m(*here, *seen) > self._reach_m(rules, now):
            found.append(PlaceFlag.FAR_FROM_LAST_FIX)
        if rules.service_area is not None and not _inside(here, rules.service_area):
            found.append(PlaceFlag.OUT_OF_SERVICE_AREA)
        point, at = before
        if point is not None and at is not None:
            reach_m = rules.far_m + rules.max_speed_mps * max(0.0, (now - at).total_seconds())
            if great_circle_m(*here, *point) > reach_m:
                found.append(PlaceFlag.TOO_FAST)
        return found

    def _reach_m(self, rules: HandoverRules, now: datetime) -> float:
        """As far as the transporter can have come since it was seen, the fix's inaccuracy granted."""
        if self.seen is None:
            return rules.far_m
        since_s = max(0.0, (now - self.seen.recorded_at).total_seconds())
        return rules.far_m + max(0.0, self.seen.accuracy_m or 0.0) + rules.max_speed_mps * since_s


def _inside(point: Point, area: tuple[float, float, float, float]) -> bool:
    south, west, north, east = area
    return south <= point[0] <= north and west <= point[1] <= east
