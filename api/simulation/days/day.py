"""A day as its files tell it: orders, couriers, restaurants. Minutes from the day's begin, metres on a plane."""

import math
from dataclasses import dataclass

from api.simulation.days.errors import UnusableDay
from dispatch.geo import EARTH_RADIUS_M

METRES_A_DEGREE = math.radians(1) * EARTH_RADIUS_M
ORIGIN = (27.60, 85.20)
"""Where the plane's corner lies, degrees: the files have metres only, and a server has places on the earth."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the plane; metres east and north of its corner."""

    x: float
    y: float

    def distance_m(self, other: "Spot") -> float:
        """As the crow flies, which is how the days' couriers ride."""
        return math.hypot(self.x - other.x, self.y - other.y)

    def towards(self, other: "Spot", share: float) -> "Spot":
        """The point after a share of the way."""
        return Spot(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)

    @property
    def lat(self) -> float:
        """Degrees."""
        return ORIGIN[0] + self.y / METRES_A_DEGREE

    @property
    def lon(self) -> float:
        """Degrees."""
        return ORIGIN[1] + self.x / (METRES_A_DEGREE * math.cos(math.radians(ORIGIN[0])))


@dataclass(frozen=True, slots=True)
class Order:
    """A meal: asked for at ``placed_min``, ready at the restaurant at ``ready_min``."""

    name: str
    pickup: Spot
    dropoff: Spot
    placed_min: float
    ready_min: float


@dataclass(frozen=True, slots=True)
class Courier:
    """Somebody who works from ``on_min`` to ``off_min`` and begins at ``start``."""

    name: str
    start: Spot
    on_min: float
    off_min: float


@dataclass(frozen=True, slots=True)
class Day:
    """One instance with one schedule. Orders stand in the order of their placement.

    ``pickup_min`` and ``dropoff_min``: time that a courier spends at each end. An order is late where it is at the
    door more than ``target_min`` after it was placed.
    """

    instance: str
    schedule: str
    orders: tuple[Order, ...]
    couriers: tuple[Courier, ...]
    metres_a_minute: float
    pickup_min: float
    dropoff_min: float
    target_min: float

    @property
    def title(self) -> str:
        """Which day it is, and how large."""
        return f"Day {self.instance}/{self.schedule}: {len(self.orders):,} orders, {len(self.couriers):,} couriers"

    def cut(
        self, *, begin: float = 0.0, orders: int | None = None, hours: float | None = None, couriers: int | None = None
    ) -> "Day":
        """A part of the day; what is None is not cut.

        ``begin``: orders placed in the hours before it are left out. ``hours``: those later than so long after the
        first that is left. ``orders``: the first so many of them. ``couriers``: so many, evenly over the file.
        Raises UnusableDay where no order is left.
        """
        kept = tuple(order for order in self.orders if order.placed_min >= begin * 60)
        if not kept:
            last_h = self.orders[-1].placed_min / 60
            raise UnusableDay(f"No order is placed after {begin:g} hours; the last is at {last_h:.1f}.")
        if hours is not None:
            until = kept[0].placed_min + hours * 60
            kept = tuple(order for order in kept if order.placed_min <= until)
        kept = kept[:orders]
        crew = self.couriers
        if couriers is not None and couriers < len(crew):
            # Evenly over the file, which may stand in the order of shifts.
            crew = tuple(crew[at * len(crew) // couriers] for at in range(couriers))
        return Day(
            self.instance,
            self.schedule,
            kept,
            crew,
            self.metres_a_minute,
            self.pickup_min,
            self.dropoff_min,
            self.target_min,
        )
