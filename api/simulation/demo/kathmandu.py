"""Places of the Kathmandu valley and ways between them. Degrees and metres."""

import math
from dataclasses import dataclass

from api.simulation.demo.random_source import dice
from dispatch.geo import great_circle_m

METRES_A_DEGREE = 111_195.0
BLOCK_M = 350.0
"""About the length of a street between two turns."""
ALREADY_THERE_M = 1.0


@dataclass(frozen=True, slots=True)
class Point:
    """A point in degrees."""

    lat: float
    lon: float

    def distance_m(self, other: "Point") -> float:
        """Great circle."""
        return great_circle_m(self.lat, self.lon, other.lat, other.lon)

    def shifted(self, north_m: float, east_m: float) -> "Point":
        """The point so many metres north and east of this one."""
        lat = self.lat + north_m / METRES_A_DEGREE
        return Point(lat, self.lon + east_m / (METRES_A_DEGREE * math.cos(math.radians(self.lat))))

    def near(self, radius_m: float) -> "Point":
        """Somewhere within the radius, anywhere equally likely."""
        reach_m, angle = radius_m * math.sqrt(dice.random()), dice.uniform(0, 2 * math.pi)
        return self.shifted(reach_m * math.cos(angle), reach_m * math.sin(angle))

    def rounded(self) -> "Point":
        """To 0.1 m, finer than any phone knows."""
        return Point(round(self.lat, 6), round(self.lon, 6))


@dataclass(frozen=True, slots=True)
class Place:
    """A place with the name that people give it."""

    name: str
    point: Point


def _place(name: str, lat: float, lon: float) -> Place:
    return Place(name, Point(lat, lon))


CENTRE = Point(27.7050, 85.3300)
FAR_M = 40_000.0
"""Farther than that from the centre no demo vehicle goes."""

MARKETS = {
    "kalimati": _place("Kalimati Vegetable Market, Kathmandu", 27.6985, 85.2990),
    "asan": _place("Asan Chowk, Kathmandu", 27.7076, 85.3118),
    "patan": _place("Mangal Bazaar, Lalitpur", 27.6730, 85.3250),
    "boudha": _place("Boudha Gate, Kathmandu", 27.7195, 85.3615),
    "bhaktapur": _place("Kamal Binayak, Bhaktapur", 27.6770, 85.4370),
}

DOORS = (
    _place("Thamel Marg, Kathmandu", 27.7154, 85.3123),
    _place("Lazimpat Road, Kathmandu", 27.7226, 85.3205),
    _place("Naxal Bhagwati, Kathmandu", 27.7160, 85.3290),
    _place("New Baneshwor, Kathmandu", 27.6890, 85.3420),
    _place("Chabahil Chowk, Kathmandu", 27.7172, 85.3467),
    _place("Maharajgunj, Kathmandu", 27.7380, 85.3330),
    _place("Gongabu, Kathmandu", 27.7350, 85.3150),
    _place("Swayambhu Ring Road, Kathmandu", 27.7160, 85.2870),
    _place("Kalanki Chowk, Kathmandu", 27.6937, 85.2817),
    _place("Koteshwor, Kathmandu", 27.6785, 85.3490),
    _place("Jawalakhel, Lalitpur", 27.6725, 85.3135),
    _place("Satdobato, Lalitpur", 27.6585, 85.3245),
    _place("Imadol, Lalitpur", 27.6630, 85.3400),
    _place("Kirtipur Naya Bazaar, Kirtipur", 27.6790, 85.2790),
    _place("Madhyapur Thimi, Bhaktapur", 27.6800, 85.3870),
    _place("Suryabinayak, Bhaktapur", 27.6650, 85.4230),
    _place("Changunarayan, Bhaktapur", 27.7130, 85.4270),
    _place("Mulpani, Kathmandu", 27.7050, 85.3960),
    _place("Gokarneshwor, Kathmandu", 27.7390, 85.3880),
    _place("Kapan, Kathmandu", 27.7310, 85.3580),
    _place("Budhanilkantha, Kathmandu", 27.7740, 85.3620),
    _place("Tokha, Kathmandu", 27.7580, 85.3270),
    _place("Sankhu, Shankharapur", 27.7290, 85.4630),
    _place("Nagarkot Road, Bhaktapur", 27.7100, 85.5000),
)


def street_route(start: Point, end: Point) -> list[Point]:
    """Corners on the way, as streets would have it: by turns north or south, and east or west. Ends at ``end``."""
    turns = max(1, round(start.distance_m(end) / (2 * BLOCK_M)))
    corners: list[Point] = []
    lat, lon = start.lat, start.lon
    for turn in range(1, turns + 1):
        share = turn / turns
        if dice.random() < 0.5:  # noqa: PLR2004  # a coin
            lat = start.lat + (end.lat - start.lat) * share
            corners.append(Point(lat, lon))
        lon = start.lon + (end.lon - start.lon) * share
        corners.append(Point(lat, lon))
    corners.append(Point(end.lat, corners[-1].lon))
    corners.append(end)
    return corners


def bearing_deg(start: Point, end: Point) -> float:
    """Direction from north, clockwise, 0–360, as good as flat for the distances of a city."""
    north = end.lat - start.lat
    east = (end.lon - start.lon) * math.cos(math.radians(start.lat))
    return math.degrees(math.atan2(east, north)) % 360


class Vehicle:
    """Where a vehicle is, which way it goes and how fast. Metres, metres a second, degrees."""

    def __init__(self, point: Point, cruise_mps: float) -> None:
        self.point = point
        self.heading_deg = dice.uniform(0, 360)
        self.speed_mps = 0.0
        self._cruise_mps = cruise_mps
        self._route: list[Point] = []
        self._destination = point

    @property
    def driving(self) -> bool:
        """Whether there is still a way to go."""
        return bool(self._route)

    def head_for(self, destination: Point) -> None:
        """Set out; heading for where it heads already changes nothing."""
        if destination == self._destination and (self._route or self.point == destination):
            return
        self._destination = destination
        self._route = street_route(self.point, destination)

    def halt(self) -> None:
        """Stay here."""
        self._route, self._destination, self.speed_mps = [], self.point, 0.0

    def put_at(self, point: Point) -> None:
        """Be somewhere else at once."""
        self.point = point
        self.halt()

    def advance(self, elapsed_s: float) -> None:
        """Drive for so long."""
        if not self._route:
            self.speed_mps = 0.0
            return
        self.speed_mps = self._cruise_mps * dice.uniform(0.7, 1.15)
        left_m = self.speed_mps * elapsed_s
        while self._route and left_m > 0:
            corner = self._route[0]
            way_m = self.point.distance_m(corner)
            if way_m > ALREADY_THERE_M:
                self.heading_deg = bearing_deg(self.point, corner)
            if way_m <= left_m:
                self.point = corner
                self._route.pop(0)
            else:
                share = left_m / way_m
                self.point = Point(
                    self.point.lat + (corner.lat - self.point.lat) * share,
                    self.point.lon + (corner.lon - self.point.lon) * share,
                )
            left_m -= way_m
