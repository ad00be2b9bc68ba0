"""The demo's sellers whose log-in nobody is shown hand over by themselves what people order from them.

The first seller is a person's: what is ordered there waits for whoever signs in as it.
"""

import asyncio
from typing import Any

import httpx
import structlog

from api.simulation.demo.goods import ARTICLES
from api.simulation.demo.kathmandu import DOORS, Point
from api.simulation.demo.orders import FEE_A_KG, FEE_BASE
from api.simulation.demo.people import ADMIN, SELLERS, Person
from api.simulation.demo.sign_ins import Callers, Refused
from api.simulation.demo.stories import KEY, MARK

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 15.0
PAGE_SIZE = 50
"""Of the newest sales that nothing was done about: the demo's own stories are few among them."""
WEIGHTS_KG = {(article.seller.email, article.name): article.weight_kg for article in ARTICLES}


class SimulatedSellers:
    """What people bought of them goes off and is assigned; ``own_deliveries`` learns of it, so couriers carry it."""

    def __init__(self, callers: Callers, own_deliveries: set[int]) -> None:
        self._callers = callers
        self._own_deliveries = own_deliveries

    async def keep_sending(self) -> None:
        """Look for new sales now and then, for ever."""
        while True:
            for seller in SELLERS[1:]:
                try:
                    await self.send(seller)
                except (Refused, httpx.HTTPError) as error:
                    log.info("a simulated seller sent nothing", seller=seller.email, reason=str(error))
            await asyncio.sleep(LOOK_EVERY_S)

    async def send(self, seller: Person) -> int:
        """Make a delivery of each sale that people wait for; answers how many. Raises Refused and httpx.HTTPError."""
        caller = self._callers.of(seller.email)
        waiting = await caller.call("GET", "/api/marketplace/sales/", status="processing", page_size=PAGE_SIZE)
        sent = 0
        for row in waiting["results"]:
            if row["delivery_id"] is not None or row["payment_status"] != "paid":
                continue
            sale = await caller.call("GET", f"/api/marketplace/sales/{row['id']}/")
            told = sale["destination"]
            if told is None or told["delivery_instructions"].startswith(KEY):
                continue  # nobody said where to, or it is one of the stories, which stay as they are
            await self._send(seller, sale)
            sent += 1
        return sent

    async def _send(self, seller: Person, sale: dict[str, Any]) -> None:
        told, place = sale["destination"], seller.place
        # Who gave an address alone lives somewhere in the city: a courier without streets cannot look for it.
        known = told["latitude"] is not None
        door = Point(told["latitude"], told["longitude"]) if known else DOORS[0].point
        weight_kg = round(WEIGHTS_KG.get((seller.email, sale["product"]["name"]), 1.0) * sale["quantity"], 3)
        delivery = {
            "marketplace_sale_id": sale["id"],
            "pickup_address": place.name,
            "pickup_latitude": place.point.lat,
            "pickup_longitude": place.point.lon,
            "pickup_contact_name": seller.name,
            "pickup_contact_phone": seller.phone,
            "delivery_address": told["full_address"],
            "delivery_latitude": door.lat,
            "delivery_longitude": door.lon,
            "delivery_contact_name": told["customer_name"],
            "delivery_contact_phone": told["phone_number"],
            "delivery_instructions": told["delivery_instructions"],
            "package_weight": weight_kg,
            "pickup_instructions": f"{MARK} {sale['order_number']}.",
            "delivery_fee": f"{FEE_BASE + FEE_A_KG * weight_kg:.2f}",
        }
        made = await self._callers.of(seller.email).call("POST", "/api/deliveries/create/", delivery)
        self._own_deliveries.add(made["id"])  # before anyone is told to drive for it
        await self._callers.of(ADMIN.email).call("POST", "/api/auto-assign/", {"delivery_id": made["id"]})
