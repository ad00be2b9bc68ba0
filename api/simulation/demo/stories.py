"""The orders that the demo begins with: a few in each state."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from api.simulation.demo.goods import ARTICLES, Article
from api.simulation.demo.kathmandu import DOORS, Place, Point
from api.simulation.demo.people import CARRIERS, CUSTOMERS, Carrier, Person

KEY = "Demo order"
"""Begins the key of each story."""

MARK = f"Ask at the counter for {KEY}"
"""Begins the pickup instructions of the demo's own deliveries, by which it knows them again.

Deliveries without it belong to somebody else: simulated transporters drive for them, but leave pickup and drop-off
to whoever made them.
"""


AVAILABLE = "available"
IN_TRANSIT = "in_transit"
PICKED_UP = "picked_up"
UNDER_WAY = ("assigned", PICKED_UP, IN_TRANSIT)
"""States of deliveries, as the API names them."""


class Stage(IntEnum):
    """How far an order is. A later stage includes the earlier ones, except that a cancelled order is over."""

    NOTHING = 0
    PENDING = 1
    PAID = 2
    WAITING = 3
    ASSIGNED = 4
    PICKED_UP = 5
    IN_TRANSIT = 6
    DELIVERED = 7
    CANCELLED = 8


class Trouble(Enum):
    """What becomes of a parcel that nobody took: it is tried again, or its seller asks for it back."""

    AGAIN = 1
    BACK = 2


@dataclass(frozen=True, slots=True)
class Story:
    """An order to tell. ``key`` is written into it, so that a second start finds it again.

    No key is part of another one.
    """

    key: str
    customer: Person
    destination: Place
    article: int
    """Place in ``ARTICLES``."""
    quantity: int
    goal: Stage
    carrier: Carrier | None = None
    """Who takes it; nobody in particular where None, then the server chooses."""
    driven: float = 0.0
    """Share of the way that its carrier has behind it when the demo first starts."""
    priority: str = "normal"
    in_vain: Trouble | None = None
    """What became of it at its door, where nobody took it."""
    overdue_min: float | None = None
    """Minutes by which the time that was asked for has passed when its delivery is made; None where none was."""

    @property
    def goods(self) -> Article:
        """What is ordered."""
        return ARTICLES[self.article]

    @property
    def pickup(self) -> Place:
        """Where the seller keeps it."""
        return self.goods.seller.place

    @property
    def weight_kg(self) -> float:
        """Of the parcel."""
        return round(self.goods.weight_kg * self.quantity, 3)

    def start(self) -> Point:
        """Where its carrier is when the demo first starts."""
        start, end = self.pickup.point, self.destination.point
        return Point(start.lat + (end.lat - start.lat) * self.driven, start.lon + (end.lon - start.lon) * self.driven)


def _story(
    number: int,
    goal: Stage,
    customer: int,
    door: int,
    article: int,
    quantity: int = 1,
    *,
    carrier: int | None = None,
    driven: float = 0.0,
    priority: str = "normal",
    overdue_min: float | None = None,
    in_vain: Trouble | None = None,
) -> Story:
    taker = None if carrier is None else CARRIERS[carrier]
    key = f"{KEY} {number}."  # the full stop keeps 1 from being found in 10
    told = (quantity, goal, taker, driven, priority, in_vain, overdue_min)
    return Story(key, CUSTOMERS[customer], DOORS[door], article, *told)


STORIES = (
    _story(1, Stage.DELIVERED, 0, 0, 3, 2, carrier=0),
    _story(2, Stage.DELIVERED, 1, 3, 0, 1, carrier=4),
    _story(3, Stage.DELIVERED, 2, 10, 12, 1, carrier=9),
    _story(4, Stage.PICKED_UP, 0, 0, 6, 1, carrier=7, driven=0.25),
    _story(5, Stage.PICKED_UP, 3, 14, 13, 2, carrier=14, driven=0.4),
    _story(6, Stage.PICKED_UP, 4, 19, 1, 2, carrier=5, driven=0.3, priority="high"),
    _story(7, Stage.PICKED_UP, 0, 4, 9, 2, carrier=6),
    _story(8, Stage.PICKED_UP, 5, 8, 8, 1, carrier=15),
    _story(9, Stage.ASSIGNED, 0, 1, 4, 3, priority="urgent"),
    _story(10, Stage.ASSIGNED, 1, 9, 14),
    _story(11, Stage.WAITING, 0, 6, 2, 2),
    _story(12, Stage.WAITING, 2, 12, 5, 4, priority="high"),
    _story(13, Stage.WAITING, 3, 17, 10, priority="urgent", overdue_min=25),
    _story(14, Stage.PAID, 0, 2, 11, 2),
    _story(15, Stage.PAID, 4, 18, 7),
    _story(16, Stage.PENDING, 0, 5, 12, 2),
    _story(17, Stage.PENDING, 5, 11, 0, 3),
    _story(18, Stage.CANCELLED, 0, 0, 13),
    _story(19, Stage.CANCELLED, 3, 15, 6, 2),
    _story(20, Stage.IN_TRANSIT, 0, 0, 1, carrier=17, in_vain=Trouble.AGAIN),
    _story(21, Stage.CANCELLED, 0, 0, 2, carrier=10, in_vain=Trouble.BACK),
)
