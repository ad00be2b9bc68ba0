"""Settling: the one function that turns the gateway's word into sales, callable any number of times from any side.

Callback, browser return, verify and sweeper all end here. It looks the truth up at the gateway before it locks
anything, then takes the locks in one order everywhere (cart, order, products, payment) and writes payment, sales,
stock and events in one transaction.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import User
from dispatch.carts.models import Cart, CartItem
from dispatch.catalogue.models import Product
from dispatch.catalogue.service import lock_products
from dispatch.database.work import Work
from dispatch.errors import NotFound
from dispatch.money import to_paisa
from dispatch.numbers import sale_number
from dispatch.orders.models import Order, OrderStatus, OrderTrackingEvent, PaymentStatus
from dispatch.orders.service import Orders, lock_order
from dispatch.payments.books import Books
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem, TransactionStatus
from dispatch.payments.stock import let_go_of_attempts, release_stock, take_stock
from dispatch.ports import Clock, GatewayStatus, Lookup, PaymentGateway
from dispatch.sales.models import Sale, SaleStatus

log = structlog.get_logger(__name__)

# Nothing that comes later changes these.
FINAL = frozenset({TransactionStatus.COMPLETED, TransactionStatus.REFUND_DUE, TransactionStatus.REFUNDED})

CLOSING = {
    GatewayStatus.EXPIRED: (TransactionStatus.EXPIRED, "Payment timeout"),
    GatewayStatus.CANCELED: (TransactionStatus.CANCELED, "Canceled by the buyer"),
    GatewayStatus.REFUNDED: (TransactionStatus.REFUNDED, "Refunded at the gateway"),
}


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a payment stands after settling. ``sales`` belong to its lines once it is completed."""

    payment: PaymentTransaction
    sales: list[Sale]
    lookup: Lookup | None
    changed: bool


class PaymentSettlement:
    """Settles payments in one unit of work."""

    def __init__(self, work: Work, gateway: PaymentGateway, clock: Clock) -> None:
        self._work = work
        self._session = work.session
        self._gateway = gateway
        self._clock = clock
        self._orders = Orders(work, clock)
        self._books = Books(work, clock)

    async def find_by_pidx(self, pidx: str) -> PaymentTransaction:
        """Raises NotFound. Only a pidx that we stored ourselves is believed in."""
        return await self._get(PaymentTransaction.pidx == pidx)

    async def find_by_transaction_id(self, transaction_id: UUID) -> PaymentTransaction:
        """Raises NotFound."""
        return await self._get(PaymentTransaction.transaction_id == transaction_id)

    async def settle(self, payment: PaymentTransaction, *, look_up_again: bool = False) -> Settlement:
        """Bring the payment to what the gateway says. Raises GatewayError where it says nothing."""
        if payment.pidx is None or (payment.status in FINAL and not look_up_again):
            return await self._as_it_stands(payment, None)
        await self._work.commit()  # no row and no connection is held while the gateway thinks
        lookup = await self._gateway.lookup(payment.pidx)
        changed = await self._apply(payment.id, lookup)
        await self._work.commit()  # settled, also where the caller answers with an error: "it was not successful"
        settled = await self._get(PaymentTransaction.id == payment.id)
        return await self._as_it_stands(settled, lookup, changed=changed)

    async def _apply(self, payment_id: int, lookup: Lookup) -> bool:
        payment, order, products = await self._lock(payment_id)
        payment.inquiry_data = dict(lookup.raw)
        payment.checked_at = self._clock.now()
        if payment.status in FINAL:
            return False
        before = payment.status
        if lookup.status is GatewayStatus.COMPLETED:
            await self._complete(payment, order, products, lookup)
        elif lookup.status in CLOSING:
            payment.status, payment.failure_reason = CLOSING[lookup.status]
            release_stock(payment, products)
        await self._session.flush()
        return payment.status is not before

    async def close_unopened(self, payment_id: int) -> None:
        """End an attempt that never got a session: the server died between its commit and the gateway's answer."""
        payment, _, products = await self._lock(payment_id)
        if payment.status is TransactionStatus.PROCESSING and payment.pidx is None:
            release_stock(payment, products)
            payment.status = TransactionStatus.FAILED
            payment.failure_reason = "The payment was never opened at the gateway"
            await self._session.flush()

    async def _lock(self, payment_id: int) -> tuple[PaymentTransaction, Order | None, dict[int, Product]]:
        payment = await self._get(PaymentTransaction.id == payment_id)
        await self._session.execute(select(Cart.id).where(Cart.id == payment.cart_id).with_for_update())
        order = await lock_order(self._work, payment.order_id) if payment.order_id is not None else None
        products = await lock_products(self._work, [item.product_id for item in payment.items])
        payment = await self._get(PaymentTransaction.id == payment_id, lock=True)
        return payment, order, products

    async def _complete(
        self, payment: PaymentTransaction, order: Order | None, products: dict[int, Product], lookup: Lookup
    ) -> None:
        payment.gateway_transaction_id = lookup.transaction_id
        payment.gateway_amount_paisa = lookup.total_amount_paisa
        if lookup.total_amount_paisa != to_paisa(payment.total_amount):
            log.error("gateway amount differs", payment=payment.order_number)
            payment.status = TransactionStatus.FAILED
            payment.failure_reason = "The gateway reports another amount than was asked for"
            release_stock(payment, products)
            return
        payment.completed_at = self._clock.now()
        obstacle = await self._obstacle(payment, order)
        if obstacle is None and not payment.holds_stock:
            await let_go_of_attempts(self._work, payment.purpose, products)
        if obstacle is None and not take_stock(payment, products):
            obstacle = "The goods were sold to somebody else meanwhile"
        if obstacle is not None:
            log.error("paid but not sellable", payment=payment.order_number, reason=obstacle)
            release_stock(payment, products)
            payment.status = TransactionStatus.REFUND_DUE
            payment.failure_reason = obstacle
            await self._books.enter_owed(payment, obstacle)
            return
        payment.status = TransactionStatus.COMPLETED
        payment.failure_reason = None
        await self._sell(payment, order)
        sellers = {product.seller_id: product.seller for product in products.values()}
        await self._books.enter_sale(payment, order, sellers)

    async def _obstacle(self, payment: PaymentTransaction, order: Order | None) -> str | None:
        """Why money that came cannot be turned into sales, if so."""
        # Sales and not the status tell it: what was sold may have been refunded since.
        paid_already = await self._session.scalar(
            select(PaymentTransaction.id)
            .join(PaymentTransactionItem)
            .where(
                PaymentTransaction.purpose == payment.purpose,
                PaymentTransactionItem.sale_id.is_not(None),
                PaymentTransaction.id != payment.id,
            )
            .limit(1)
        )
        if paid_already is not None:
            return "Another payment for the same purchase was completed before"
        if order is not None and order.order_status is OrderStatus.CANCELLED:
            return "The order was cancelled before the money came"
        return None

    async def _sell(self, payment: PaymentTransaction, order: Order | None) -> None:
        now = self._clock.now()
        buyer = await self._session.get_one(User, payment.user_id)
        for item in payment.items:
            sale = Sale(
                order_number=sale_number(now),
                order_id=payment.order_id,
                buyer_id=payment.user_id,
                buyer_name=payment.customer_name or buyer.name,
                seller_id=item.seller_id,
                product_id=item.product_id,
                product_name=item.product_name,
                quantity=item.quantity,
                unit_price=item.unit_price,
                total_amount=item.total_amount,
                payment_method=payment.gateway.value,
                transaction_id=payment.transaction_id,
                payment_status=PaymentStatus.PAID,
                status=SaleStatus.PROCESSING,
            )
            self._session.add(sale)
            await self._session.flush()
            item.sale_id = sale.id
            self._session.add(
                OrderTrackingEvent(
                    sale_id=sale.id, status=OrderStatus.CONFIRMED, message="Payment confirmed", created_at=now
                )
            )
        if order is not None:
            order.payment_status = PaymentStatus.PAID
            order.order_status = OrderStatus.CONFIRMED
            self._orders.add_event(order, OrderStatus.CONFIRMED, "Payment confirmed")
        else:
            await self._empty_paid_cart(payment)

    async def _empty_paid_cart(self, payment: PaymentTransaction) -> None:
        """Take out what was paid; what the buyer added meanwhile stays."""
        cart = await self._session.get_one(Cart, payment.cart_id)
        cart.generation += 1
        paid = {item.product_id: item.quantity for item in payment.items}
        rows = await self._session.scalars(
            select(CartItem).where(CartItem.cart_id == payment.cart_id, CartItem.product_id.in_(paid))
        )
        for row in rows:
            if row.quantity > paid[row.product_id]:
                row.quantity -= paid[row.product_id]
            else:
                await self._session.delete(row)

    async def _as_it_stands(
        self, payment: PaymentTransaction, lookup: Lookup | None, *, changed: bool = False
    ) -> Settlement:
        sale_ids = [item.sale_id for item in payment.items if item.sale_id is not None]
        sales = await self._session.scalars(
            select(Sale).where(Sale.id.in_(sale_ids)).order_by(Sale.id).options(selectinload(Sale.seller))
        )
        return Settlement(payment, list(sales), lookup, changed)

    async def _get(self, condition: ColumnElement[bool], *, lock: bool = False) -> PaymentTransaction:
        query = (
            select(PaymentTransaction)
            .where(condition)
            .options(selectinload(PaymentTransaction.items))
            .execution_options(populate_existing=True)
        )
        payment: PaymentTransaction | None = await self._session.scalar(
            query.with_for_update(of=PaymentTransaction) if lock else query
        )
        if payment is None:
            raise NotFound("Payment transaction not found", code="PAYMENT_NOT_FOUND")
        return payment
