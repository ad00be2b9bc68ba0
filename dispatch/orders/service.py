"""Ordering a cart and following the order."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.carts.models import Cart
from dispatch.carts.service import Carts
from dispatch.catalogue.models import Product
from dispatch.catalogue.sums import PriceTerms
from dispatch.database.among import among
from dispatch.database.search import folded_text
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.events.payloads.orders import OrderCancelled, OrderPlaced
from dispatch.events.recording import record
from dispatch.money import MAX_AMOUNT, to_paisa
from dispatch.numbers import DRAWN, Numbers, under_free_number
from dispatch.orders.finding import in_any, places_of_text
from dispatch.orders.life import LIFE, OrderAct
from dispatch.orders.messages import tell_status
from dispatch.orders.models import (
    DeliveryInfo,
    Order,
    OrderEvent,
    OrderItem,
    OrderStatus,
    PaymentStatus,
)
from dispatch.ports import Clock

NOT_SHIPPED = frozenset({OrderStatus.CONFIRMED, OrderStatus.PROCESSING})


@dataclass(frozen=True, slots=True)
class OrderRules:
    """What the shop decides: prices, and how many unpaid orders one customer may have."""

    prices: PriceTerms
    unpaid_orders: int = 20


class Orders:
    """The orders of one unit of work."""

    def __init__(self, work: Work, clock: Clock, numbers: Numbers = DRAWN) -> None:
        self._numbers = numbers
        self._work = work
        self._session = work.session
        self._clock = clock

    async def create(
        self,
        customer: User,
        cart_id: int,
        delivery_info: DeliveryInfo,
        payment_method: str | None,
        rules: OrderRules,
    ) -> Order:
        """Turn a cart into an order and clear it. Prices are those of this moment.

        Raises NotFound, Invalid (empty cart) and Conflict (too many unpaid orders).
        """
        await self._check_unpaid(customer, rules)
        cart = await Carts(self._work).get(cart_id, customer, lock=True)
        if not cart.items:
            raise Invalid("Cart is empty", code="EMPTY_CART", fields={"cart_id": "the cart has no items"})
        items = _lines_of(cart)
        sums = rules.prices.sums_of((item.total_price, item.product.is_taxed) for item in items)
        if sums.total_to_pay > MAX_AMOUNT:
            raise Invalid("The order is too large.", fields={"cart_id": f"its total is over {MAX_AMOUNT}"})
        self._session.add(delivery_info)
        await self._session.flush()
        order = await self._under_free_number(
            customer_id=customer.id,
            cart_id=cart.id,
            delivery_info_id=delivery_info.id,
            payment_method=payment_method,
            total_amount=sums.subtotal,
            tax_amount=sums.tax_amount,
            shipping_cost=sums.shipping_cost,
            order_status=OrderStatus.PENDING,
            payment_status=PaymentStatus.PENDING,
        )
        for item in items:
            item.order_id = order.id
        self._session.add_all(items)
        self.add_event(order, OrderStatus.PENDING, "Order created successfully")
        placed = OrderPlaced(
            order_id=order.id, order_number=order.order_number, total_paisa=to_paisa(sums.total_to_pay)
        )
        record(self._session, placed, at=self._clock.now())
        cart.items.clear()
        await self._session.flush()
        return order

    async def _under_free_number(self, **columns: object) -> Order:
        """By a statement and not by the session, which knows of a number that is taken only once all is undone."""

        async def write(number: str) -> Order | None:
            row = insert(Order).values(order_number=number, **columns)
            made: Order | None = await self._session.scalar(
                row.on_conflict_do_nothing(index_elements=[Order.order_number]).returning(Order)
            )
            return made

        return await under_free_number(lambda: self._numbers.order(self._clock.now()), write)

    async def _check_unpaid(self, customer: User, rules: OrderRules) -> None:
        """One after the other per user: two orders at the same moment would each not see the other."""
        lock = func.pg_advisory_xact_lock(func.hashtextextended(f"orders of user {customer.id}", 0))
        await self._session.execute(select(lock))
        unpaid = await self._session.scalar(
            select(func.count())
            .select_from(Order)
            .where(
                Order.customer_id == customer.id,
                Order.order_status == OrderStatus.PENDING,
                Order.payment_status != PaymentStatus.PAID,
            )
        )
        if (unpaid or 0) >= rules.unpaid_orders:
            raise Conflict(
                f"{unpaid} orders wait to be paid already; pay or cancel one first.",
                code="too_many_unpaid_orders",
                unpaid_orders=unpaid,
                limit=rules.unpaid_orders,
            )

    async def get(self, order_id: int, user: User) -> Order:
        """One's own order, or any for an admin. Raises NotFound for others' as for none."""
        order: Order | None = await self._session.scalar(
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
        return order

    def mine_query(
        self,
        customer: User,
        *,
        statuses: Collection[OrderStatus] = (),
        payment_status: PaymentStatus | None,
        search: str | None = None,
        or_where: Callable[[str], ColumnElement[bool]] | None = None,
    ) -> Select[Order]:
        """The customer's orders, newest first, for a page; ``search``: a text that is somewhere in them.

        ``or_where``: where else it may be, of which orders know nothing: in the numbers of their parcels.
        """
        query = (
            select(Order)
            .where(Order.customer_id == customer.id)
            .options(selectinload(Order.items))
            .order_by(Order.id.desc())
        )
        if statuses:
            query = query.where(among(Order.order_status, statuses))
        if payment_status is not None:
            query = query.where(Order.payment_status == payment_status)
        if search and folded_text(search):
            places = [*places_of_text(search), *([or_where(search)] if or_where else [])]
            query = query.where(in_any(places, [Order.customer_id == customer.id]))
        return query

    async def cancel(self, order_id: int, user: User) -> None:
        """Call off an unpaid order. Money that still arrives for it becomes a refund that is due."""
        order = await lock_order(self._work, order_id)
        if order is None or (order.customer_id != user.id and not user.has(Role.ADMIN)):
            raise NotFound("There is no such order.")
        if order.order_status is not OrderStatus.CANCELLED:
            if not order.can_cancel:
                raise Conflict(
                    f"An order that is {order.order_status.value} can no longer be cancelled.",
                    code="cannot_cancel",
                    order_status=order.order_status.value,
                    payment_status=order.payment_status.value,
                )
            await self.advance(order, OrderAct.CANCEL, "Order cancelled")

    async def advance(self, order: Order, act: OrderAct, message: str) -> None:
        """Move an order whose row is held, with its event and SMS; one that is farther already stays where it is.

        ``fail`` ends one of which nothing arrives. Whoever cancels has seen that it
        may be: raises IllegalMove where it may not.
        """
        before = order.order_status
        if before is OrderStatus.CANCELLED or (act is not OrderAct.CANCEL and not LIFE.allows(act, before)):
            return
        order.order_status = status = LIFE.after(act, before)
        self.add_event(order, status, message)
        if status is OrderStatus.CANCELLED:
            cancelled = OrderCancelled(order_id=order.id, order_number=order.order_number, reason=message)
            record(self._session, cancelled, at=self._clock.now())
        await tell_status(await self._work.driver(), order.id, status, self._clock.now())

    def add_event(self, order: Order, status: OrderStatus, message: str) -> None:
        """Write down what happened to an order."""
        self._session.add(OrderEvent(order_id=order.id, status=status, message=message, created_at=self._clock.now()))


def _lines_of(cart: Cart) -> list[OrderItem]:
    return [
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


async def lock_order(work: Work, order_id: int) -> Order | None:
    """The order's row, held until the end of the transaction."""
    order: Order | None = await work.session.scalar(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    )
    return order
