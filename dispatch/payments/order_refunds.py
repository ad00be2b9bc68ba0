"""Cancelling and refunding orders: what happens to the goods, the parcels and the money.

Lock order: deliveries, cart, order, products, payment. It extends that of settling at the front, as the deliveries'
own steps do.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.carts.models import Cart
from dispatch.catalogue.models import Product
from dispatch.catalogue.service import lock_products
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.service import Deliveries
from dispatch.errors import Conflict, Forbidden, NotFound
from dispatch.orders.models import Order, OrderStatus
from dispatch.orders.service import NOT_SHIPPED, Orders, lock_order
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem
from dispatch.payments.refund_models import Refund
from dispatch.payments.refunds import RefundRequest, Refunds, lock_payment
from dispatch.ports import Clock
from dispatch.sales.models import Sale, SaleStatus

IDLE_DELIVERY = frozenset({DeliveryStatus.AVAILABLE, DeliveryStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Locked:
    """An order with all that a cancellation touches, locked."""

    order: Order
    payment: PaymentTransaction
    products: dict[int, Product]
    deliveries: list[Delivery]


class OrderRefunds:
    """Cancels and refunds orders in one unit of work; the refund itself is carried out after the commit."""

    def __init__(self, work: Work, clock: Clock, deliveries: Deliveries) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._deliveries = deliveries
        self._orders = Orders(work, clock)

    async def cancel(self, order_id: int, user: User, *, request_key: str | None = None) -> Refund | None:
        """Call an order off; a paid one is refunded in full and its goods go back on sale.

        Returns the refund to carry out, None where nothing was paid. Cancelling again changes nothing.
        Raises NotFound and Conflict (on its way already).
        """
        order = await self._own_order(order_id, user)
        if not order.is_paid or order.order_status is OrderStatus.CANCELLED:
            await self._orders.cancel(order_id, user)
            return None
        locked = await self._lock(order)
        order = locked.order
        if order.order_status is OrderStatus.CANCELLED:
            return None
        if order.order_status not in NOT_SHIPPED:
            raise Conflict(
                f"An order that is {order.order_status.value} can no longer be cancelled.", code="cannot_cancel"
            )
        wanted = RefundRequest(None, "The order was cancelled", user.id, request_key)
        return await self._take_back(locked, wanted)

    async def refund(self, order_id: int, user: User, wanted: RefundRequest, *, restock: bool = False) -> Refund:
        """Give money back for an order, all that is left or a part.

        Whoever bought may have all of it back until the goods are on their way; parts, and what was shipped, are
        for admins. All of an order that was not shipped cancels it. ``restock`` puts returned goods on sale again.
        Raises NotFound, Forbidden, Conflict and Invalid.
        """
        order = await self._own_order(order_id, user)
        if not order.is_paid:
            raise Conflict("Nothing was paid for this order, or it was refunded already.", code="cannot_refund")
        locked = await self._lock(order)
        order = locked.order
        if order.order_status is OrderStatus.SHIPPED:
            raise Conflict("This order is on its way; it can be refunded once it arrived.", code="cannot_refund")
        if not user.has(Role.ADMIN):
            if wanted.amount_paisa is not None or restock:
                raise Forbidden("Only an admin may refund a part of an order.", code="admin_only")
            if order.order_status not in NOT_SHIPPED:
                raise Forbidden("This order was delivered; ask the shop to refund it.", code="admin_only")
        if order.order_status in NOT_SHIPPED and wanted.amount_paisa is None:
            return await self._take_back(locked, wanted)
        refund = await Refunds(self._work, self._clock).request(locked.payment, wanted)
        if restock:
            await self._return_goods(locked)
        return refund

    async def _own_order(self, order_id: int, user: User) -> Order:
        order = await self._session.scalar(
            select(Order).where(Order.id == order_id).execution_options(populate_existing=True)
        )
        if order is None or (order.customer_id != user.id and not user.has(Role.ADMIN)):
            raise NotFound("There is no such order.")
        return order

    async def _lock(self, order: Order) -> Locked:
        deliveries = await self._session.scalars(
            select(Delivery)
            .join(Sale, Sale.id == Delivery.sale_id)
            .where(Sale.order_id == order.id)
            .options(selectinload(Delivery.sale))
            .order_by(Delivery.id)
            .with_for_update(of=Delivery)
            .execution_options(populate_existing=True)
        )
        parcels = list(deliveries)
        await self._session.execute(select(Cart.id).where(Cart.id == order.cart_id).with_for_update())
        locked_order = await lock_order(self._work, order.id)
        payment_id = await self._session.scalar(
            select(PaymentTransactionItem.payment_id)
            .join(Sale, Sale.id == PaymentTransactionItem.sale_id)
            .where(Sale.order_id == order.id)
            .limit(1)
        )
        if payment_id is None or locked_order is None:
            raise Conflict("No payment was completed for this order.", code="cannot_refund")
        product_ids = await self._session.scalars(
            select(PaymentTransactionItem.product_id).where(PaymentTransactionItem.payment_id == payment_id)
        )
        products = await lock_products(self._work, list(product_ids))
        return Locked(locked_order, await lock_payment(self._work, payment_id), products, parcels)

    async def _take_back(self, locked: Locked, wanted: RefundRequest) -> Refund:
        """The order never left: cancel it and its parcels, put the goods back, ask for the money."""
        if any(delivery.status not in IDLE_DELIVERY for delivery in locked.deliveries):
            raise Conflict("A transporter has this order already.", code="cannot_cancel")
        refund = await Refunds(self._work, self._clock).request(locked.payment, wanted)
        for delivery in locked.deliveries:
            if delivery.status is DeliveryStatus.AVAILABLE:
                self._deliveries.record(delivery, DeliveryStatus.CANCELLED, "The order was cancelled")
        await self._return_goods(locked)
        locked.order.order_status = OrderStatus.CANCELLED
        self._orders.add_event(locked.order, OrderStatus.CANCELLED, "Order cancelled")
        await self._session.flush()
        return refund

    async def _return_goods(self, locked: Locked) -> None:
        """Put what was sold back on sale, once: a sale that is cancelled was put back already."""
        sale_ids = [item.sale_id for item in locked.payment.items if item.sale_id is not None]
        sales = await self._session.scalars(
            select(Sale).where(among(Sale.id, sale_ids)).order_by(Sale.id).with_for_update()
        )
        for sale in sales:
            if sale.status is not SaleStatus.CANCELLED:
                sale.status = SaleStatus.CANCELLED
                locked.products[sale.product_id].stock += sale.quantity
                locked.products[sale.product_id].sold -= sale.quantity
