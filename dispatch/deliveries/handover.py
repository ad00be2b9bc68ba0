"""A parcel changes hands: what comes with it, and what makes the place hard to believe."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.deliveries.models import Delivery, PartialReason
from dispatch.deliveries.service import Place
from dispatch.deliveries.step_times import TimeRules
from dispatch.geo import great_circle_m
from dispatch.ports import LivePosition
from dispatch.proofs.kinds import Relation

Point = tuple[float, float]
# A position stands for the place of a handover that was so near to it in time.
SEEN_THEN = timedelta(minutes=2)


class PlaceFlag(StrEnum):
    """What makes the place of a step implausible; kept with the step and shown to admins."""

    FAR_FROM_ADDRESS = "far_from_address"
    FAR_FROM_LAST_FIX = "far_from_last_fix"
    OUT_OF_SERVICE_AREA = "out_of_service_area"
    TOO_FAST = "too_fast"
    """Nobody drives from the pickup to here in this time; the places themselves may be right."""
    NO_PLACE = "no_place"
    """Neither was a place sent nor was the transporter seen lately."""
    OLD_FIX = "old_fix"
    """The transporter's last position was too old then to bear out any place."""


PLACE_FLAGS = frozenset(flag.value for flag in PlaceFlag)


@dataclass(frozen=True, slots=True)
class HandoverRules:
    """What is believed. ``service_area``: south, west, north, east in degrees; None is everywhere.

    ``old_fix_s``: a last position older than this bears out no place.
    """

    far_m: float = 1000.0
    old_fix_s: float = 120.0
    max_speed_mps: float = 70.0
    service_area: tuple[float, float, float, float] | None = None
    times: TimeRules = field(default_factory=TimeRules)


@dataclass(frozen=True, slots=True)
class Handover:
    """What comes with a pickup or a drop-off.

    ``seen``: where the transporter was last, if it is online; ``happened_at``: when it was, by the phone's clock.
    ``scanned``: what stands on the parcel; ``code``: what the customer said. ``quantity_accepted``: so many of the
    goods, None is all, with why not all.
    """

    place: Place | None
    notes: str = ""
    photo: bytes | None = None
    signature: bytes | None = None
    customer_rating: int | None = None
    seen: LivePosition | None = None
    happened_at: datetime | None = None
    signed_by: str = ""
    relation: Relation | None = None
    scanned: str = ""
    code: str = ""
    age_checked: bool = False
    quantity_accepted: int | None = None
    partial_reason: PartialReason | None = None

    @property
    def has_photo(self) -> bool:
        """Whether a photo came with it."""
        return self.photo is not None

    def flags(
        self,
        rules: HandoverRules,
        *,
        address: Point | None,
        at: datetime,
        before: tuple[Point | None, datetime | None] = (None, None),
    ) -> list[PlaceFlag]:
        """What is implausible. ``address``: where it should be; ``at``: when it was; ``before``: where and when the
        step before was.

        Without a place that was sent, the last position stands for it, unless it is of another time.
        """
        seen = None if self.seen is None else (self.seen.lat, self.seen.lon)
        here = self.point_at(at)
        if here is None:
            return [PlaceFlag.NO_PLACE]
        found = []
        if address is not None and great_circle_m(*here, *address) > rules.far_m:
            found.append(PlaceFlag.FAR_FROM_ADDRESS)
        if self.seen is not None and seen is not None and great_circle_m(*here, *seen) > self._reach_m(rules, at):
            found.append(PlaceFlag.FAR_FROM_LAST_FIX)
        if rules.service_area is not None and not _inside(here, rules.service_area):
            found.append(PlaceFlag.OUT_OF_SERVICE_AREA)
        age_s = self.fix_age_s(at)
        if age_s is not None and age_s > rules.old_fix_s:
            found.append(PlaceFlag.OLD_FIX)
        point, left_at = before
        if point is not None and left_at is not None:
            reach_m = rules.far_m + rules.max_speed_mps * max(0.0, (at - left_at).total_seconds())
            if great_circle_m(*here, *point) > reach_m:
                found.append(PlaceFlag.TOO_FAST)
        return found

    def point_at(self, at: datetime) -> Point | None:
        """Where it was: as was said, else where the transporter was seen, unless that is of another time."""
        if self.place is not None:
            return self.place.lat, self.place.lon
        if self.seen is None or self.seen.recorded_at - at > SEEN_THEN:
            return None
        return self.seen.lat, self.seen.lon

    def fix_age_s(self, at: datetime) -> float | None:
        """How old the last position was then; below zero where it is newer than what is told late."""
        return None if self.seen is None else round((at - self.seen.recorded_at).total_seconds(), 1)

    def _reach_m(self, rules: HandoverRules, at: datetime) -> float:
        """As far as the transporter can be from where it was seen, before or after, the fix's inaccuracy granted."""
        if self.seen is None:
            return rules.far_m
        since_s = abs((at - self.seen.recorded_at).total_seconds())
        return rules.far_m + max(0.0, self.seen.accuracy_m or 0.0) + rules.max_speed_mps * since_s


def _inside(point: Point, area: tuple[float, float, float, float]) -> bool:
    south, west, north, east = area
    return south <= point[0] <= north and west <= point[1] <= east


def pickup_point(delivery: Delivery) -> Point | None:
    """Where a parcel is picked up, where that is known."""
    return point_of(delivery.pickup_lat, delivery.pickup_lon)


def drop_off_point(delivery: Delivery) -> Point | None:
    """Where it is brought, where that is known."""
    return point_of(delivery.delivery_lat, delivery.delivery_lon)


def point_of(lat: float | None, lon: float | None) -> Point | None:
    """A point of two columns that are there together."""
    return None if lat is None or lon is None else (lat, lon)
