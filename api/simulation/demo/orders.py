"""Telling an order's story: what a customer, a seller, an admin and a transporter do, in their names, over the API.

How far an order is comes from the database, so a story that was broken off goes on where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from sqlalchemy import func, select

from api.server.services import Services
from api.simulation.demo.people import ADMIN
from api.simulation.demo.sign_ins import Callers
from api.simulation.demo.stories import MARK, Stage, Story
from dispatch.accounts.models import User
from dispatch.database.engine import Database
from dispatch.deliveries.models import UNDER_WAY, Delivery, DeliveryStatus
from dispatch.orders.models import DeliveryInfo, Order, OrderStatus
from dispatch.sales.models import Sale

FEE_BASE, FEE_A_KG = 80.0, 12.0
NO_DELIVERY = {OrderStatus.PENDING: Stage.PENDING, OrderStatus.CANCELLED: Stage.CANCELLED}
BY_DELIVERY = {
    DeliveryStatus.AVAILABLE: Stage.WAITING,
    DeliveryStatus.ASSIGNED: Stage.ASSIGNED,
    DeliveryStatus.PICKED_UP: Stage.PICKED_UP,
    DeliveryStatus.IN_TRANSIT: Stage.IN_TRANSIT,
    DeliveryStatus.DELIVERED: Stage.DELIVERED,
    DeliveryStatus.CANCELLED: Stage.CANCELLED,
}


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
    tracking_number: str = ""
    transporter_id: int | None = None


class StoryRunner:
    """Tells stories."""

    def __init__(
        self,
        services: Services,
        callers: Callers,
        sandbox_url: str,
        products: Sequence[int],
        transporters: dict[str, int],
    ) -> None:
        self._database: Database = services.database
        self._callers = callers
        self._sandbox_url = sandbox_url
        self._products = products
        self._emails = {number: email for email, number in transporters.items()}

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
        async with self._database.work() as work:
            rows = await work.session.execute(
                select(Order, Sale.id, Delivery)
                .join(DeliveryInfo, DeliveryInfo.id == Order.delivery_info_id)
                .outerjoin(Sale, Sale.order_id == Order.id)
                .outerjoin(Delivery, Delivery.sale_id == Sale.id)
                .join(User, User.id == Order.customer_id)
                .where(DeliveryInfo.delivery_instructions == story.key, User.email == story.customer.email)
                .order_by(Order.id.desc())
                .limit(1)
            )
            found = rows.one_or_none()
        return StoryProgress(Stage.NOTHING) if found is None else _progress(*found.tuple())

    async def count(self, *statuses: DeliveryStatus) -> int:
        """How many of the demo's own deliveries are in one of the states."""
        async with self._database.work() as work:
            counted = await work.session.scalar(
                select(func.count())
                .select_from(Delivery)
                .where(Delivery.special_instructions == MARK, Delivery.status.in_(statuses))
            )
        return counted or 0

    async def open_deliveries(self) -> set[int]:
        """Numbers of the demo's own deliveries that are not over."""
        async with self._database.work() as work:
            rows = await work.session.scalars(
                select(Delivery.id).where(
                    Delivery.special_instructions == MARK,
                    Delivery.status.in_([*UNDER_WAY, DeliveryStatus.AVAILABLE]),
                )
            )
            return set(rows)

    async def tracking_numbers(self) -> list[str]:
        """Of the demo's own deliveries under way, those in transit first."""
        async with self._database.work() as work:
            rows = await work.session.scalars(
                select(Delivery.tracking_number)
                .where(Delivery.special_instructions == MARK, Delivery.status.in_(UNDER_WAY))
                .order_by(Delivery.status != DeliveryStatus.IN_TRANSIT, Delivery.picked_up_at.desc(), Delivery.id)
            )
            return list(rows)

    async def _next(self, story: Story, progress: StoryProgress) -> bool:
        """Take one step; False where there is none that the demo may take."""
        if progress.stage is Stage.NOTHING:
            await self._order(story)
        elif progress.stage is Stage.PENDING and story.goal is Stage.CANCELLED:
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
        await customer.call("POST", "/api/v1/marketplace/orders/create/", order)

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
            "special_instructions": MARK,
            "priority": story.priority,
            "delivery_fee": f"{FEE_BASE + FEE_A_KG * story.weight_kg:.2f}",
        }
        await self._callers.of(seller.email).call("POST", "/api/deliveries/create/", delivery)

    async def _assign(self, story: Story, progress: StoryProgress) -> None:
        if story.carrier is None:
            await self._callers.of(ADMIN.email).call("POST", "/api/auto-assign/", {"delivery_id": progress.delivery_id})
        else:
            carrier = self._callers.of(story.carrier.person.email)
            await carrier.call("POST", f"/api/deliveries/{progress.delivery_id}/accept/", {})

    async def _carry(self, story: Story, progress: StoryProgress) -> bool:
        """Pick up or deliver, as whoever has it; False where that is nobody of ours."""
        email = self._emails.get(progress.transporter_id or 0)
        if email is None:
            return False
        picking_up = progress.stage is Stage.ASSIGNED
        point = story.pickup.point if picking_up else story.destination.point
        step = {"latitude": point.lat, "longitude": point.lon}
        if not picking_up:
            step["customer_rating"] = 5
        verb = "pickup" if picking_up else "deliver"
        await self._callers.of(email).call("POST", f"/api/deliveries/{progress.delivery_id}/{verb}/", step)
        return True


def _progress(order: Order, sale_id: int | None, delivery: Delivery | None) -> StoryProgress:
    if delivery is None:
        stage = NO_DELIVERY.get(order.order_status, Stage.PAID)
        return StoryProgress(stage, order.id, order.cart_id, sale_id or 0)
    return StoryProgress(
        BY_DELIVERY[delivery.status],
        order.id,
        order.cart_id,
        delivery.sale_id,
        delivery.id,
        delivery.tracking_number,
        delivery.transporter_id,
    )
