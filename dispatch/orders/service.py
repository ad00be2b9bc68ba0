"""Ordering a cart and following the order."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.carts.service import Carts
from dispatch.catalogue.models import Product
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.money import MAX_AMOUNT
from dispatch.numbers import order_number
from dispatch.orders.models import (
    DeliveryInfo,
    Order,
    OrderItem,
    OrderStatus,
    OrderTrackingEvent,
    PaymentStatus,
)
from dispatch.ports import Clock
from dispatch.sales.models import Sale

NOT_SHIPPED = frozenset({OrderStatus.CONFIRMED, OrderStatus.PROCESSING})


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order and its first delivery, which is the one its customer follows."""

    order: Order
    delivery: Delivery | None
    for_admin: bool = False

    @property
    def can_cancel(self) -> bool:
        """Whether it can still be called off: nobody has come for it yet. A paid one is refunded."""
        waits = self.delivery is None or self.delivery.status in {DeliveryStatus.AVAILABLE, DeliveryStatus.CANCELLED}
        return self.order.can_cancel or (self.order.is_paid and self.order.order_status in NOT_SHIPPED and waits)

    @property
    def can_refund(self) -> bool:
        """Whether the viewer may have its money sent back: until it is on its way, an admin also once it arrived."""
        arrived = self.order.order_status in {OrderStatus.DELIVERED, OrderStatus.COMPLETED}
        return self.order.is_paid and (self.can_cancel or (self.for_admin and arrived))


class Orders:
    """The orders of one unit of work."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock

    async def create(
        self, customer: User, cart_id: int, delivery_info: DeliveryInfo, payment_method: str | None
    ) -> Order:
        """Turn a cart into an order and clear it. Prices are those of this moment."""
        cart = await Carts(self._work).get(cart_id, customer, lock=True)
        if not cart.items:
            raise Invalid("Cart is empty", code="EMPTY_CART", fields={"cart_id": "the cart has no items"})
        items = [
            OrderItem(
                product_id=item.product_id,
                product=item.product,
                product_name=item.product.name,
                quantity=item.quantity,
                unit_price=item.product.price,
                total_price=item.product.price * item.quantity,
            )
            for item in cart.items
        ]
        total = sum((item.total_price for item in items), Decimal(0))
        if total > MAX_AMOUNT:
            raise Invalid("The order is too large.", fields={"cart_id": f"its total is over {MAX_AMOUNT}"})
        order = Order(
            order_number=order_number(self._clock.now()),
            customer_id=customer.id,
            cart_id=cart.id,
            delivery_info=delivery_info,
            payment_method=payment_method,
            total_amount=total,
            order_status=OrderStatus.PENDING,
            payment_status=PaymentStatus.PENDING,
            items=items,
        )
        self._session.add(order)
        await self._session.flush()
        self.add_event(order, OrderStatus.PENDING, "Order created successfully")
        cart.items.clear()
        await self._session.flush()
        return order

    async def get(self, order_id: int, user: User) -> OrderView:
        """One's own order, or any for an admin. Raises NotFound for others' as for none."""
        order = await self._session.scalar(
            select(Order)
            .where(Order.id == order_id)
            .execution_options(populate_existing=True)
            .options(
                selectinload(Order.items).selectinload(OrderItem.product).selectinload(Product.seller),
                selectinload(Order.delivery_info),
                selectinload(Order.tracking_events),
            )
        )
        if order is None or (order.customer_id != user.id and not user.has(Role.ADMIN)):
            raise NotFound("There is no such order.")
        delivery = (await self.first_deliveries([order.id])).get(order.id)
        return OrderView(order, delivery, for_admin=user.has(Role.ADMIN))

    def mine_query(
        self, customer: User, *, status: OrderStatus | None, payment_status: PaymentStatus | None
    ) -> Select[Order]:
        """The customer's orders, newest first, for a page."""
        query = (
            select(Order)
            .where(Order.customer_id == customer.id)
            .options(selectinload(Order.items))
            .order_by(Order.id.desc())
        )
        if status is not None:
            query = query.where(Order.order_status == status)
        if payment_status is not None:
            query = query.where(Order.payment_status == payment_status)
        return query

    async def first_deliveries(self, order_ids: list[int]) -> dict[int, Delivery]:
        """The earliest delivery of each order that has one."""
        rows = await self._session.execute(
            select(Sale.order_id, Delivery)
            .join(Delivery, Delivery.sale_id == Sale.id)
            .where(among(Sale.order_id, order_ids))
            .order_by(Delivery.id.desc())
        )
        return {order_id: delivery for order_id, delivery in rows if order_id is not None}

    async def cancel(self, order_id: int, user: User) -> OrderView:
        """Call off an unpaid order. Money that still arrives for it becomes a refund that is due."""
        order = await lock_order(self._work, order_id)
        if order is None or (order.customer_id != user.id and not user.has(Role.ADMIN)):
            raise NotFound("There is no such order.")
        if order.order_status is not OrderStatus.CANCELLED:
            if not order.can_cancel:
                raise Conflict(
                    f"An order that is {order.order_status.value} can no longer be cancelled.",
                    code="cannot_cancel",
                )
            order.order_status = OrderStatus.CANCELLED
            self.add_event(order, OrderStatus.CANCELLED, "Order cancelled")
            await self._session.flush()
        return await self.get(order_id, user)

    def add_event(self, order: Order, status: OrderStatus, message: str) -> None:
        """Write down what happened to an order."""
        self._session.add(
            OrderTrackingEvent(order_id=order.id, status=status, message=message, created_at=self._clock.now())
        )


async def lock_order(work: Work, order_id: int) -> Order | None:
    """The order's row, held until the end of the transaction."""
    order: Order | None = await work.session.scalar(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    )
    return order
