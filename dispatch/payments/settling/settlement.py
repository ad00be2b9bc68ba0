"""Settling: the one function that turns the gateway's word into sales, callable any number of times from any side.

Callback, browser return, webhook, verify and sweeper all end here. It looks the truth up at the gateway before it
locks anything, then takes the locks in one order everywhere (cart, order, products, payment) and writes payment,
sales, stock, events, ledger, invoice and messages in one transaction.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from dispatch.database.engine import Database, DriverConnection
from dispatch.money import to_paisa
from dispatch.numbers import DRAWN, Numbers
from dispatch.orders.messages import tell_status
from dispatch.orders.models import OrderStatus
from dispatch.payments.invoices.issuing import NO_ISSUER, Issuer
from dispatch.payments.locks import Locked, lock_all
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.payments.rows import get_by_transaction_id, mark_order_failed, save_outcome
from dispatch.payments.settling.bookkeeping import enter_owed, enter_sale, record_paid
from dispatch.payments.settling.failures import ENDED, outcome_of
from dispatch.payments.settling.messages import Seller
from dispatch.payments.settling.sales import SoldLine, list_sales, sell, was_sold_before
from dispatch.payments.stock import (
    let_go_of_attempts,
    lock_products,
    release_stock,
    take_stock,
)
from dispatch.ports import Clock, GatewayStatus, Lookup, PaymentGateway

log = structlog.get_logger(__name__)

# Nothing that comes later changes these.
FINAL = frozenset({TransactionStatus.COMPLETED, TransactionStatus.REFUND_DUE, TransactionStatus.REFUNDED})


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a payment stands after settling. ``sales`` belong to its lines once it is completed."""

    payment: PaymentTransaction
    sales: list[SoldLine]
    lookup: Lookup | None
    changed: bool


class PaymentSettlement:
    """Settles payments, each in a transaction of its own."""

    def __init__(
        self,
        database: Database,
        gateway: PaymentGateway,
        clock: Clock,
        issuer: Issuer = NO_ISSUER,
        numbers: Numbers = DRAWN,
    ) -> None:
        """``issuer``: whom invoices name as the seller of record."""
        self._issuer = issuer
        self._numbers = numbers
        self._database = database
        self._gateway = gateway
        self._clock = clock

    async def settle(self, payment: PaymentTransaction, *, look_up_again: bool = False) -> Settlement:
        """Bring the payment to what the gateway says. Raises GatewayError where it says nothing.

        What it says is committed on return, whether or not the money came. No row and no connection is held while
        the gateway thinks.
        """
        if payment.pidx is None or (payment.status in FINAL and not look_up_again):
            async with self._database.connection() as connection:
                return Settlement(payment, await list_sales(connection, payment), None, changed=False)
        lookup = await self._gateway.lookup(payment.pidx)
        async with self._database.transaction() as connection:
            locked = await lock_all(connection, payment)
            changed = await self._apply(connection, locked, lookup)
            sales = await list_sales(connection, locked.payment)
        return Settlement(locked.payment, sales, lookup, changed)

    async def standing(self, payment: PaymentTransaction) -> Settlement:
        """How the payment stands, without asking the gateway."""
        payment = await get_by_transaction_id(self._database, payment.transaction_id)
        async with self._database.connection() as connection:
            return Settlement(payment, await list_sales(connection, payment), None, changed=False)

    async def close_unopened(self, payment: PaymentTransaction) -> None:
        """End an attempt that never got a session: the server died between its commit and the gateway's answer."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            payment = (await lock_all(connection, payment)).payment
            if payment.status is TransactionStatus.PROCESSING and payment.pidx is None:
                await release_stock(connection, payment, now)
                payment.status, payment.ended_at = TransactionStatus.FAILED, now
                payment.failure_reason = "The payment was never opened at the gateway"
                await save_outcome(connection, payment, now)
                await mark_order_failed(connection, payment, now)

    async def _apply(self, connection: DriverConnection, locked: Locked, lookup: Lookup) -> bool:
        """Write down what the gateway says and what follows from it; whether that is another status than before."""
        payment, before, now = locked.payment, locked.payment.status, self._clock.now()
        payment.inquiry_data = dict(lookup.raw)
        payment.checked_at = now
        if payment.gateway_transaction_id is None:  # a refund needs it
            payment.gateway_transaction_id = lookup.transaction_id
        if before not in FINAL:
            await _decide(connection, locked, lookup, now)
        await save_outcome(connection, payment, now)
        if payment.status is before:
            return False
        if payment.status is TransactionStatus.COMPLETED:
            ordered_as = locked.order.order_number if locked.order else None
            number = await sell(connection, payment, ordered_as, now, self._numbers)
            sellers = {one.seller_id: Seller(one.seller_name, one.seller_email) for one in locked.products.values()}
            await enter_sale(connection, payment, number, sellers, self._issuer, now)
            await record_paid(connection, payment, number, now, is_new=locked.order is None)
            if payment.order_id is not None:
                await tell_status(connection, payment.order_id, OrderStatus.CONFIRMED, now)
        elif payment.status is TransactionStatus.REFUND_DUE:
            await enter_owed(connection, payment, payment.failure_reason or "", now)
        elif payment.status in ENDED:
            await mark_order_failed(connection, payment, now)
        return True


async def _decide(connection: DriverConnection, locked: Locked, lookup: Lookup, now: datetime) -> None:
    """The payment's new status, and its stock; what the gateway does not know yet stays as it is."""
    payment = locked.payment
    ended = outcome_of(lookup)
    if ended is not None:
        if payment.status is not ended[0]:
            payment.ended_at = now
        payment.status, payment.failure_reason = ended
        await release_stock(connection, payment, now)
    if lookup.status is GatewayStatus.PARTIALLY_REFUNDED:
        payment.gateway_amount_paisa = lookup.total_amount_paisa
        log.error("partly refunded before it was settled", payment=payment.order_number)
    if lookup.status is not GatewayStatus.COMPLETED:
        return
    payment.gateway_amount_paisa = lookup.total_amount_paisa
    if lookup.total_amount_paisa != to_paisa(payment.total_amount):
        log.error("gateway amount differs", payment=payment.order_number)
        payment.status = TransactionStatus.FAILED
        payment.failure_reason = "The gateway reports another amount than was asked for"
        payment.ended_at = now
        await release_stock(connection, payment, now)
        return
    payment.completed_at, payment.ended_at = now, None
    obstacle = await _find_obstacle(connection, locked, now)
    if obstacle is not None:
        log.error("paid but not sellable", payment=payment.order_number, reason=obstacle)
        payment.status, payment.failure_reason = TransactionStatus.REFUND_DUE, obstacle
        await release_stock(connection, payment, now)
        return
    payment.status, payment.failure_reason = TransactionStatus.COMPLETED, None
    await take_stock(connection, payment, now)


async def _find_obstacle(connection: DriverConnection, locked: Locked, now: datetime) -> str | None:
    """Why money that came cannot be turned into sales, if so."""
    payment = locked.payment
    if await was_sold_before(connection, payment):
        return "Another payment for the same purchase was completed before"
    if locked.order is not None and locked.order.order_status is OrderStatus.CANCELLED:
        return "The order was cancelled before the money came"
    if payment.holds_stock:
        return None
    product_ids = [item.product_id for item in payment.items]
    if await let_go_of_attempts(connection, payment.purpose, now):
        locked.products = await lock_products(connection, product_ids, payment.purpose)
    if any(item.quantity > locked.products[item.product_id].available for item in payment.items):
        return "The goods were sold to somebody else meanwhile"
    return None
