"""What a day's files do not say, drawn: parcels' weights, vehicles, ratings, and who takes which offer.

Each person and parcel has dice of its own, by the seed and its name: the same seed draws the same for every way of
dispatching, whatever happens in between and in which order.
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from api.simulation.days.day import Courier, Day, Order


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A kind of vehicle; kg, and deliveries under way at once."""

    name: str
    capacity_kg: int
    max_active: int
    share: float


VEHICLES = (
    Vehicle("bicycle", 8, 1, 0.2),
    Vehicle("scooter", 20, 2, 0.35),
    Vehicle("motorcycle", 25, 2, 0.35),
    Vehicle("car", 100, 3, 0.1),
)
WEIGHT_KG = (0.5, 6.0, 1.5)
"""Lightest, heaviest and most frequent of a triangular distribution: any vehicle carries any parcel alone."""
RATING = (3.2, 5.0, 4.6)
ACCEPTS = (-0.15, 0.15)
"""By how much a courier's readiness differs from that of all, evenly."""
SILENT = 0.25
"""Of offers that are not accepted, the share that nobody answers; the others are declined."""
ANSWER_S = (3.0, 20.0)


@dataclass(frozen=True, slots=True)
class Traits:
    """What is drawn of a courier; ``accepts``: the share of offers that it takes."""

    vehicle: Vehicle
    rating: Decimal
    accepts: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a courier says to an offer, and after how long."""

    says: str
    after_s: float


ACCEPT, DECLINE, NOTHING = "accept", "decline", "nothing"


class Draw:
    """The dice of a day. ``acceptance``: the share of offers that couriers take in the mean, 0 to 1."""

    def __init__(self, seed: int, day: Day, acceptance: float) -> None:
        self._begin = f"{seed}/{day.instance}/{day.schedule}"
        self._acceptance = acceptance

    def weight_kg(self, order: Order) -> float:
        """Of the order's parcel, in steps of 100 g."""
        return round(self._dice("parcel", order.name).triangular(*WEIGHT_KG), 1)

    def traits(self, courier: Courier) -> Traits:
        """Of a courier."""
        dice = self._dice("courier", courier.name)
        (vehicle,) = dice.choices(VEHICLES, [kind.share for kind in VEHICLES])
        rating = Decimal(round(dice.triangular(*RATING), 2)).quantize(Decimal("0.01"))
        return Traits(vehicle, rating, min(1.0, max(0.0, self._acceptance + dice.uniform(*ACCEPTS))))

    def answer(self, courier: Courier, order: Order) -> Answer:
        """To an offer; the same again where it is asked again."""
        accepts = self.traits(courier).accepts
        dice = self._dice("answer", f"{courier.name}/{order.name}")
        after_s = dice.uniform(*ANSWER_S)
        if dice.random() < accepts:
            return Answer(ACCEPT, after_s)
        return Answer(NOTHING if dice.random() < SILENT else DECLINE, after_s)

    def _dice(self, of: str, name: str) -> Random:
        return Random(f"{self._begin}/{of}/{name}")  # noqa: S311  # weights and tempers, no secrets


def described(acceptance: float) -> dict[str, object]:
    """What is drawn and from what, for the report."""
    return {
        "weight_kg": {"triangular": list(WEIGHT_KG)},
        "rating": {"triangular": list(RATING)},
        "vehicles": {
            kind.name: {"share": kind.share, "capacity_kg": kind.capacity_kg, "max_active": kind.max_active}
            for kind in VEHICLES
        },
        "acceptance": {"mean": acceptance, "courier": list(ACCEPTS), "of the rest unanswered": SILENT},
        "answer_s": list(ANSWER_S),
    }
