"""Turning the lines of a paid payment into sales, in fixed statements. Callers hold its cart, order and payment."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dispatch.database.engine import DriverConnection
from dispatch.numbers import DRAWN, MOST_DRAWS, Numbers, NumbersRepeatError, under_free_number
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.settling.statements import (
    CONFIRM_ORDER,
    EMPTY_PAID_CART,
    MAKE_ORDER,
    SALES_OF,
    SELL,
    SOLD_BEFORE,
)


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A sale as its buyer is told of it. ``total_amount`` in NPR."""

    id: int
    order_number: str
    product_name: str
    quantity: int
    total_amount: Decimal
    seller_name: str


async def was_sold_before(connection: DriverConnection, payment: PaymentTransaction) -> bool:
    """Whether another payment for the same purchase became sales."""
    return bool(await connection.fetchval(SOLD_BEFORE, payment.purpose, payment.id))


async def sell(
    connection: DriverConnection,
    payment: PaymentTransaction,
    ordered_as: str | None,
    now: datetime,
    numbers: Numbers = DRAWN,
) -> str:
    """Make the sales of a payment, and its order confirmed, or an order of it and its cart empty.

    ``ordered_as`` and the answer: the number of the order, which a purchase without one gets here.
    """
    if ordered_as is None:
        made = await under_free_number(
            lambda: numbers.order(now), lambda number: connection.fetchrow(MAKE_ORDER, payment.id, number, now)
        )
        ordered_as, payment.order_id = made["order_number"], made["id"]
        await connection.execute(EMPTY_PAID_CART, payment.cart_id, payment.id, now)
    else:
        await connection.execute(CONFIRM_ORDER, payment.order_id, now, payment.id)
    await _sell_lines(connection, payment, numbers, now)
    return ordered_as


async def _sell_lines(
    connection: DriverConnection, payment: PaymentTransaction, numbers: Numbers, now: datetime
) -> None:
    """Each line under a number of its own. Where a number is another's, also another line's, it is drawn anew."""
    unsold = payment.items
    for _ in range(MOST_DRAWS):
        drawn = {numbers.sale(now): item for item in unsold}
        rows = await connection.fetch(SELL, payment.id, [item.id for item in drawn.values()], list(drawn), now)
        for row in rows:
            drawn[row["order_number"]].sale_id = row["id"]
        unsold = [item for item in unsold if item.sale_id is None]
        if not unsold:
            return
    raise NumbersRepeatError


async def list_sales(connection: DriverConnection, payment: PaymentTransaction) -> list[SoldLine]:
    """The sales that a payment became."""
    if all(item.sale_id is None for item in payment.items):
        return []
    return [SoldLine(**row) for row in await connection.fetch(SALES_OF, payment.id)]
