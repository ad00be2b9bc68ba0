"""Cancelling and refunding orders: what happens to the goods, the parcels and the money.

Lock order: deliveries, transporters, cart, order, sales, products, payment, refund (docs/payments.md). It extends that
of settling at the front, as the deliveries' own steps do. Everything is decided on what the locks show.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.cancellations.permitted import (
    Refusal,
    Standing,
    refusal,
    why_not_called_off,
    why_not_refunded_by_admin,
    why_not_refunded_to_buyer,
    why_unpaid,
)
from dispatch.carts.models import Cart
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.service import Deliveries
from dispatch.errors import Conflict, Forbidden, NotFound
from dispatch.money import to_paisa
from dispatch.orders.life import OrderAct
from dispatch.orders.models import Order, OrderStatus
from dispatch.orders.service import NOT_SHIPPED, Orders, lock_order
from dispatch.payments.locks import lock_all
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.payments.refunds.requests import RefundRequest, Refunds
from dispatch.payments.refunds.statements import RETURN_STOCK
from dispatch.payments.rows import get_payment
from dispatch.ports import Clock
from dispatch.sales.life import SaleAct, move
from dispatch.sales.models import Sale, SaleStatus
from dispatch.transporters.service import lock_transporter


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An order with all that a cancellation touches, held until the end of the transaction."""

    order: Order
    sales: list[Sale]
    payment: PaymentTransaction
    deliveries: list[Delivery]


class OrderRefunds:
    """Cancels and refunds orders in one unit of work; the refund itself is carried out after the commit."""

    def __init__(self, work: Work, clock: Clock, deliveries: Deliveries) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._deliveries = deliveries
        self._orders = Orders(work, clock)

    async def cancel(self, order_id: int, user: User) -> Refund | None:
        """Call an order off; a paid one is refunded in full and its goods go back on sale.

        Returns the refund to carry out, None where nothing was paid. Cancelling again changes nothing.
        Raises NotFound and Conflict (on its way already).
        """
        order = await self._own_order(order_id, user)
        if not order.is_paid or order.order_status is OrderStatus.CANCELLED:
            await self._orders.cancel(order_id, user)
            return None
        held = await self.lock(order)
        if held.order.order_status is OrderStatus.CANCELLED:
            return None
        _raise(why_not_called_off(await self._standing(held)))
        return await self._take_back(held, RefundRequest(None, "The order was cancelled", user.id))

    async def refund(self, order_id: int, user: User, wanted: RefundRequest, *, restock: bool = False) -> Refund:
        """Give money back for an order, all that is left or a part.

        Whoever bought may have all of it back until the goods are on their way; parts, and what was shipped, are
        for admins. All of an order that was not shipped, or the last part of it, cancels it. Against a seller's mere
        word that something arrived the buyer may object while its grace lasts: then the refund is disputed, and an
        admin decides. ``restock`` puts returned goods on sale again. Raises NotFound, Forbidden, Conflict, Invalid and
        KeyReused.
        """
        order = await self._own_order(order_id, user)
        if wanted.request_key is None:
            _raise(why_unpaid(order))
        held = await self.lock(order)
        repeated = await Refunds(self._work, self._clock).find_repeated(held.payment, wanted)
        if repeated is not None:
            return repeated
        stands = await self._standing(held)
        if user.has(Role.ADMIN):
            return await self._refund_by_admin(held, stands, wanted, restock=restock)
        _raise(why_unpaid(held.order))
        if wanted.amount_paisa is not None or restock:
            raise Forbidden("Only an admin may refund a part of an order.", code="admin_only")
        _raise(why_not_refunded_to_buyer(stands))
        return await (self._dispute(held, stands, wanted) if stands.doubted else self._take_back(held, wanted))

    async def _refund_by_admin(
        self, held: PaidOrder, stands: Standing, wanted: RefundRequest, *, restock: bool
    ) -> Refund:
        # Also where the sum is named: nobody carries goods for nothing.
        whole = wanted.amount_paisa in {None, stands.left}
        _raise(why_not_refunded_by_admin(stands, whole=whole))
        if held.order.order_status in NOT_SHIPPED:
            if whole:
                return await self._take_back(held, wanted)
            if restock:
                words = "Nothing of this order can have come back; it was not delivered."
                raise refusal(held.order, words, code="not_delivered")
        refund = await self._request(held, wanted)
        if restock:
            await self.return_goods(held.sales)
        return refund

    async def _standing(self, held: PaidOrder) -> Standing:
        left = (await Refunds(self._work, self._clock).refundable(held.payment)).left
        return Standing(held.order, held.sales, held.deliveries, left, self._clock.now())

    async def _own_order(self, order_id: int, user: User) -> Order:
        order = await self._session.scalar(
            select(Order).where(Order.id == order_id).execution_options(populate_existing=True)
        )
        if order is None or (order.customer_id != user.id and not user.has(Role.ADMIN)):
            raise NotFound("There is no such order.")
        return order

    async def lock(self, order: Order) -> PaidOrder:
        """All of a paid order, held. Raises Conflict where it was not paid, or a delivery of it is changing."""
        before = await self._hold_deliveries(order)
        for transporter_id in sorted({one.transporter_id for one in before if one.transporter_id is not None}):
            await lock_transporter(self._session, transporter_id)
        await self._session.execute(select(Cart.id).where(Cart.id == order.cart_id).with_for_update())
        locked_order = await lock_order(self._work, order.id)
        parcels = await self._hold_deliveries(order, came_meanwhile=True)
        if any(one.transporter_id is not None for one in parcels if one.id not in {held.id for held in before}):
            raise _changing(order)
        sales = await self._session.scalars(
            select(Sale)
            .where(Sale.order_id == order.id)
            .order_by(Sale.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        sold = list(sales)
        payment_id = await self._session.scalar(
            select(PaymentTransactionItem.payment_id)
            .where(among(PaymentTransactionItem.sale_id, [sale.id for sale in sold]))
            .limit(1)
        )
        if payment_id is None or locked_order is None:
            raise refusal(order, "No payment was completed for this order.")
        driver = await self._work.driver()
        locked = await lock_all(driver, await get_payment(driver, payment_id))
        return PaidOrder(locked_order, sold, locked.payment, parcels)

    async def _hold_deliveries(self, order: Order, *, came_meanwhile: bool = False) -> list[Delivery]:
        """The order's deliveries, held.

        ``came_meanwhile``: once the order is held no delivery is made for it; one that was made before, while we
        waited for the order, is not waited for: whoever holds it may be waiting for the order. Raises Conflict then.
        """
        of_order = (
            select(Delivery)
            .join(Sale, Sale.id == Delivery.sale_id)
            .where(Sale.order_id == order.id)
            .order_by(Delivery.id)
            .execution_options(populate_existing=True)
        )
        held = await self._session.scalars(
            of_order.options(selectinload(Delivery.sale)).with_for_update(of=Delivery, skip_locked=came_meanwhile)
        )
        deliveries = list(held)
        if came_meanwhile:
            there_are = len(list(await self._session.scalars(of_order.with_only_columns(Delivery.id))))
            if there_are != len(deliveries):
                raise _changing(order)
        return deliveries

    async def _take_back(self, held: PaidOrder, wanted: RefundRequest) -> Refund:
        """The order never left: cancel it and its parcels, put the goods back, ask for the money."""
        refund = await self._request(held, wanted)
        for delivery in held.deliveries:
            if delivery.status is not DeliveryStatus.CANCELLED:
                self._deliveries.call_off(delivery, "The order was cancelled")
        await self.return_goods(held.sales)
        await self._orders.advance(held.order, OrderAct.CANCEL, "Order cancelled")
        await self._session.flush()
        return refund

    async def _dispute(self, held: PaidOrder, stands: Standing, wanted: RefundRequest) -> Refund:
        """The buyer says that what only the seller says did not happen: its share of the money, for an admin."""
        kept, doubted = [sale for sale in held.sales if sale.status is not SaleStatus.CANCELLED], stands.doubted
        amount = stands.left if len(doubted) == len(kept) else min(stands.left, share_of(held, doubted))
        refund = await self._request(held, replace(wanted, amount_paisa=amount), RefundStatus.DISPUTED)
        for sale in doubted:  # one objects once
            sale.objection_until = self._clock.now()
        self._orders.add_event(held.order, held.order.order_status, "The buyer objects: it did not arrive")
        await self._session.flush()
        return refund

    async def _request(
        self, held: PaidOrder, wanted: RefundRequest, status: RefundStatus = RefundStatus.REQUESTED
    ) -> Refund:
        """As ``Refunds.request``; where it does not fit, the refusal says how the order stands."""
        try:
            return await Refunds(self._work, self._clock).request(held.payment, wanted, status)
        except Conflict as refused:
            raise refusal(held.order, refused.detail, code=refused.code) from None

    async def return_goods(self, sales: Sequence[Sale]) -> None:
        """Put what was sold back on sale, once: a sale that is cancelled was put back already."""
        returned = [sale for sale in sales if sale.status is not SaleStatus.CANCELLED]
        for sale in returned:
            move(sale, SaleAct.CANCEL)
        driver = await self._work.driver()
        product_ids, quantities = [sale.product_id for sale in returned], [sale.quantity_kept for sale in returned]
        await driver.execute(RETURN_STOCK, product_ids, quantities, self._clock.now())


def share_of(held: PaidOrder, sales: Sequence[Sale]) -> int:
    """What some of an order's sales are of all that was paid for it, paisa; what does not divide stays."""
    whole = sum(to_paisa(sale.total_amount) for sale in held.sales)
    return to_paisa(held.payment.total_amount) * sum(to_paisa(sale.total_amount) for sale in sales) // whole


def _raise(refused: Refusal | None) -> None:
    if refused is not None:
        raise refused


def _changing(order: Order) -> Conflict:
    return refusal(order, "A delivery of this order is changing just now; try again.", code="order_changing")
