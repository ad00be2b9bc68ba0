"""Telling an order's story: what a customer, a seller, an admin and a transporter do, in their names, over the API.

How far an order is, the API is asked, so a story that was broken off goes on where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from api.simulation.demo.people import ADMIN
from api.simulation.demo.sign_ins import Callers
from api.simulation.demo.stories import AVAILABLE, IN_TRANSIT, KEY, MARK, UNDER_WAY, Stage, Story
from dispatch.bikram_sambat import NEPAL_TIME

FEE_BASE, FEE_A_KG = 80.0, 12.0
NO_DELIVERY = {"pending": Stage.PENDING, "cancelled": Stage.CANCELLED}
BY_DELIVERY = {
    "available": Stage.WAITING,
    "assigned": Stage.ASSIGNED,
    "picked_up": Stage.PICKED_UP,
    "in_transit": Stage.IN_TRANSIT,
    "delivered": Stage.DELIVERED,
    "cancelled": Stage.CANCELLED,
}
PAGE_SIZE = 100
TRIED = "tried"
TRIED_AGAIN_H = 10


class StoryStuck(Exception):
    """A step was taken and nothing changed."""


@dataclass(frozen=True, slots=True)
class StoryProgress:
    """How far an order is, with the numbers that its next step needs."""

    stage: Stage
    order_id: int = 0
    cart_id: int = 0
    sale_id: int = 0
    delivery_id: int = 0


class StoryRunner:
    """Tells stories."""

    def __init__(
        self,
        callers: Callers,
        sandbox_url: str,
        products: Sequence[int],
        transporters: dict[str, int],
    ) -> None:
        self._callers = callers
        self._sandbox_url = sandbox_url
        self._products = products
        self._transporters = transporters
        self._emails = {number: email for email, number in transporters.items()}
        self._orders: dict[str, int] = {}
        """Numbers of orders by the keys of their stories."""

    async def tell(self, story: Story, until: Stage) -> StoryProgress:
        """Take the order step by step to a stage, or leave it where it is if it is there already.

        Raises Refused and httpx.HTTPError where a step fails, StoryStuck where it changes nothing.
        """
        progress = await self.progress_of(story)
        while progress.stage < until and progress.stage < Stage.DELIVERED:
            if not await self._next(story, progress):
                break
            before, progress = progress, await self.progress_of(story)
            if progress.stage == before.stage:
                raise StoryStuck(f"{story.key} of {story.customer.email} stays {before.stage.name.lower()}.")
        return progress

    async def progress_of(self, story: Story) -> StoryProgress:
        """How far the order of a story is. It has one line, so one sale and one delivery."""
        customer = self._callers.of(story.customer.email)
        if story.key not in self._orders:
            path = "/api/v1/marketplace/orders/my-orders/"
            found = await customer.call("GET", path, search=story.key, page_size=1)
            if not found["results"]:
                return StoryProgress(Stage.NOTHING)
            self._orders[story.key] = found["results"][0]["id"]
        return _progress(await customer.call("GET", f"/api/v1/marketplace/orders/{self._orders[story.key]}/"))

    async def count(self, *statuses: str) -> int:
        """How many of the demo's own deliveries are in one of the states."""
        return int((await self._own_deliveries(statuses, page_size=1))["count"])

    async def any_moves(self) -> bool:
        """Whether one of the demo's own deliveries is on its way to its door; one that waits for another try is not."""
        return any([await self._movement(row) == IN_TRANSIT for row in await self._all_own_deliveries(IN_TRANSIT)])

    async def open_deliveries(self) -> set[int]:
        """Numbers of the demo's own deliveries that are not over."""
        return {row["id"] for row in await self._all_own_deliveries(*UNDER_WAY, AVAILABLE)}

    async def tracking_numbers(self) -> list[str]:
        """Of the demo's own deliveries under way, those that move first and those that wait for another try last."""
        order = {IN_TRANSIT: 0, TRIED: 2}
        rows = [(await self._movement(row), row) for row in await self._all_own_deliveries(*UNDER_WAY)]
        return [row["tracking_number"] for _, row in sorted(rows, key=lambda one: order.get(one[0], 1))]

    async def _movement(self, row: dict[str, Any]) -> str:
        """The status of a delivery, or that it was tried in vain."""
        if row["status"] != IN_TRANSIT:
            return str(row["status"])
        whole = await self._callers.of(ADMIN.email).call("GET", f"/api/deliveries/{row['id']}/")
        return TRIED if whole["attempts"] else IN_TRANSIT

    async def _all_own_deliveries(self, *statuses: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            page = await self._own_deliveries(statuses, page=len(rows) // PAGE_SIZE + 1, page_size=PAGE_SIZE)
            rows += page["results"]
            if page["next"] is None:
                return rows

    async def _own_deliveries(self, statuses: Sequence[str], **query: int) -> Any:  # noqa: ANN401  # JSON
        admin = self._callers.of(ADMIN.email)
        return await admin.call("GET", "/api/deliveries/", search=MARK, status=list(statuses), **query)

    async def _next(self, story: Story, progress: StoryProgress) -> bool:
        """Take one step; False where there is none that the demo may take."""
        if progress.stage is Stage.NOTHING:
            await self._order(story)
        elif progress.stage is Stage.PENDING and story.goal is Stage.CANCELLED and story.in_vain is None:
            path = f"/api/v1/marketplace/orders/{progress.order_id}/cancel/"
            await self._callers.of(story.customer.email).call("POST", path)
        elif progress.stage is Stage.PENDING:
            await self._pay(story, progress)
        elif progress.stage is Stage.PAID:
            await self._make_delivery(story, progress)
        elif progress.stage is Stage.WAITING:
            await self._assign(story, progress)
        else:
            return await self._carry(story, progress)
        return True

    async def _order(self, story: Story) -> None:
        customer = self._callers.of(story.customer.email)
        cart = await customer.call("POST", "/api/v1/marketplace/carts/")
        item = {"product_id": self._products[story.article], "quantity": story.quantity}
        await customer.call("POST", f"/api/v1/marketplace/carts/{cart['id']}/items/", item)
        address, _, city = story.destination.name.partition(", ")
        point = story.destination.point
        info = {
            "customer_name": story.customer.name,
            "phone_number": story.customer.phone,
            "address": address,
            "city": city,
            "latitude": point.lat,
            "longitude": point.lon,
            "delivery_instructions": story.key,
        }
        order = {"cart_id": cart["id"], "delivery_info": info, "payment_method": "KHALTI"}
        made = await customer.call("POST", "/api/v1/marketplace/orders/create/", order)
        self._orders[story.key] = made["id"]

    async def _pay(self, story: Story, progress: StoryProgress) -> None:
        """Open a payment, pay at the sandbox as its page would, and let the server look it up there."""
        customer = self._callers.of(story.customer.email)
        opening = {
            "cart_id": progress.cart_id,
            "gateway": "KHALTI",
            "return_url": "https://shop.demo.example/paid",
            "customer_name": story.customer.name,
            "customer_email": story.customer.email,
            "customer_phone": story.customer.phone,
        }
        opened = await customer.call("POST", "/api/v1/payments/initiate/", opening)
        async with httpx.AsyncClient(trust_env=False, timeout=30.0) as http:
            page = f"{self._sandbox_url}/sandbox/payments/{opened['data']['pidx']}/"
            (await http.post(page, json={"outcome": "completed"})).raise_for_status()
        await customer.call("POST", "/api/v1/payments/verify/", {"transaction_id": opened["transaction_id"]})

    async def _make_delivery(self, story: Story, progress: StoryProgress) -> None:
        seller, target = story.goods.seller, story.destination
        delivery = {
            "marketplace_sale_id": progress.sale_id,
            "pickup_address": story.pickup.name,
            "pickup_latitude": story.pickup.point.lat,
            "pickup_longitude": story.pickup.point.lon,
            "pickup_contact_name": seller.name,
            "pickup_contact_phone": seller.phone,
            "delivery_address": target.name,
            "delivery_latitude": target.point.lat,
            "delivery_longitude": target.point.lon,
            "delivery_contact_name": story.customer.name,
            "delivery_contact_phone": story.customer.phone,
            "package_weight": story.weight_kg,
            "pickup_instructions": f"{MARK}{story.key.removeprefix(KEY)}",
            "priority": story.priority,
            "delivery_fee": f"{FEE_BASE + FEE_A_KG * story.weight_kg:.2f}",
        }
        if story.overdue_min is not None:
            asked_for = datetime.now(UTC) - timedelta(minutes=story.overdue_min)
            delivery["requested_delivery_date"] = asked_for.isoformat()
        await self._callers.of(seller.email).call("POST", "/api/deliveries/create/", delivery)

    async def _assign(self, story: Story, progress: StoryProgress) -> None:
        """As a dispatcher, so that the decision is kept: to the best, or by hand to whom the story names."""
        admin = self._callers.of(ADMIN.email)
        if story.carrier is None:
            await admin.call("POST", "/api/auto-assign/", {"delivery_id": progress.delivery_id})
        else:
            body = {"transporter_id": self._transporters[story.carrier.person.email]}
            await admin.call("POST", f"/api/deliveries/{progress.delivery_id}/assign/", body)

    async def _carry(self, story: Story, progress: StoryProgress) -> bool:
        """Pick up or deliver, as whoever has it; False where that is nobody of ours."""
        path = f"/api/deliveries/{progress.delivery_id}/"
        carrier = (await self._callers.of(ADMIN.email).call("GET", path))["transporter"]
        email = self._emails.get(carrier["id"]) if carrier else None
        if email is None:
            return False
        picking_up = progress.stage is Stage.ASSIGNED
        point = story.pickup.point if picking_up else story.destination.point
        step = {"latitude": point.lat, "longitude": point.lon}
        if not picking_up:
            step["customer_rating"] = 5
        verb = "pickup" if picking_up else "deliver"
        if not picking_up and story.in_vain is not None:
            await self._find_nobody(story, progress, email)
        else:
            await self._callers.of(email).call("POST", f"{path}{verb}/", step)
        return True

    async def _find_nobody(self, story: Story, progress: StoryProgress, email: str) -> None:
        """At the door in vain; then it is tried again tomorrow, or its seller has it brought back."""
        courier, door = self._callers.of(email), story.destination.point
        path = f"/api/deliveries/{progress.delivery_id}/"
        if progress.stage is Stage.PICKED_UP:
            tomorrow = datetime.now(NEPAL_TIME) + timedelta(days=1)
            again = tomorrow.replace(hour=TRIED_AGAIN_H, minute=0, second=0, microsecond=0)
            tried = {"reason": "nobody_there", "latitude": door.lat, "longitude": door.lon}
            await courier.call("POST", f"{path}attempts/", tried | {"next_try_at": again.isoformat()})
            return
        seller = self._callers.of(story.goods.seller.email)
        back = await seller.call("POST", f"{path}return/", {"reason": "The buyer has moved away."})
        home = {"latitude": story.pickup.point.lat, "longitude": story.pickup.point.lon}
        await courier.call("POST", f"/api/deliveries/{back['delivery']['id']}/deliver/", home)


def _progress(order: dict[str, Any]) -> StoryProgress:
    sale = next(iter(order["sales"]), None)
    if sale is None or sale["delivery_id"] is None:
        stage = NO_DELIVERY.get(order["order_status"], Stage.PAID)
        return StoryProgress(stage, order["id"], order["cart_id"], sale["id"] if sale else 0)
    stage = BY_DELIVERY[sale["delivery_status"]]
    return StoryProgress(stage, order["id"], order["cart_id"], sale["id"], sale["delivery_id"])
