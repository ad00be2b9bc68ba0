"""The town of a simulated day: its clock, its parcels, its couriers, and the dispatcher's way into the server."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.simulation.days.calling import Api
from api.simulation.days.clock import DayClock, Timeline
from api.simulation.days.day import Day, Order
from api.simulation.days.drawing import Draw
from api.simulation.days.parcels import Parcel

if TYPE_CHECKING:
    from api.simulation.days.rider import Rider

HEARS_WITHIN_S = 5.0
QUIET_S = 0.008
QUIET_TIMES = 2


class Town:
    """What everybody in a day shares."""

    def __init__(self, day: Day, draw: Draw, clock: DayClock, api: Api, *, admin: str, seller: str) -> None:
        """``admin`` and ``seller``: access tokens."""
        self.day = day
        self.draw = draw
        self.clock = clock
        self.timeline = Timeline(clock)
        self.api = api
        self.admin = admin
        self.seller = seller
        self.riders: dict[int, Rider] = {}
        """By the numbers of their transporters."""
        self.parcels: dict[str, Parcel] = {}
        """By the names of their orders."""
        self.by_delivery: dict[int, Parcel] = {}
        self.offers = {"asked": 0, "accept": 0, "decline": 0, "nothing": 0, "too_late": 0}
        self.unheard = 0
        """Assignments that the server said it had made, and that no phone heard of."""
        self._expected: set[tuple[int, int]] = set()

    def list_waiting(self) -> list[Parcel]:
        """Deliveries that nobody has, the one that was ordered first first."""
        return [parcel for parcel in self.by_delivery.values() if parcel.waits]

    def has_open(self) -> bool:
        """Whether a delivery waits, or is with somebody who has not picked it up."""
        return any(one.picked_up_s is None for one in self.by_delivery.values())

    async def place(self, order: Order) -> Parcel:
        """An order comes in: its delivery is made. Raises DayStuck."""
        parcel = self.parcels[order.name]
        made = await self.api.must(
            "POST",
            "/api/deliveries/create/",
            self.seller,
            {
                "marketplace_sale_id": parcel.sale_id,
                "pickup_address": "Restaurant",
                "pickup_latitude": round(order.pickup.lat, 7),
                "pickup_longitude": round(order.pickup.lon, 7),
                "pickup_contact_name": "Restaurant",
                "pickup_contact_phone": "+977-9800000098",
                "delivery_address": order.name,
                "delivery_latitude": round(order.dropoff.lat, 7),
                "delivery_longitude": round(order.dropoff.lon, 7),
                "delivery_contact_name": "Customer",
                "delivery_contact_phone": "+977-9800000097",
                "package_weight": parcel.weight_kg,
                "delivery_fee": "100.00",
                "ready_at": self.clock.at(order.ready_min).isoformat(),
            },
        )
        parcel.delivery_id, parcel.uuid = made["id"], made["delivery_id"]
        self.by_delivery[parcel.delivery_id] = parcel
        return parcel

    def expect(self, transporter_id: int, delivery_id: int) -> None:
        """The server said that it gave this to that one: its phone is about to hear of it."""
        self._expected.add((transporter_id, delivery_id))

    def heard_of(self, transporter_id: int, delivery_id: int) -> None:
        """It did."""
        self._expected.discard((transporter_id, delivery_id))

    async def settle(self, *, quietly: bool) -> None:
        """Let phones hear what was said to them and do what follows from it, before the clock goes on.

        ``quietly``: nothing happened of which the answers do not tell; then only what is expected is waited for.
        """
        patience = asyncio.get_running_loop().time() + HEARS_WITHIN_S
        quiet = QUIET_TIMES if quietly else 0
        while True:
            if await self._hear(self.riders.values()):
                quiet = 0
            elif self._expected:
                if asyncio.get_running_loop().time() > patience:
                    self.unheard += len(self._expected)
                    self._expected.clear()
                await asyncio.sleep(QUIET_S / 4)
            elif quiet < QUIET_TIMES:
                quiet += 1
                await asyncio.sleep(QUIET_S)
            else:
                return

    async def _hear(self, riders: Iterable["Rider"]) -> bool:
        something = False
        for rider in list(riders):
            while rider.phone.heard:
                something = True
                await rider.hear(rider.phone.heard.popleft())
        return something
