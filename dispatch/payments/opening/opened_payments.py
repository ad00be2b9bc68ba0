"""Writing down a payment that is opened, and then where its buyer pays."""

from collections.abc import Callable
from datetime import datetime

from dispatch.database.engine import DriverConnection
from dispatch.numbers import under_free_number
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.opening.statements import LINE, NAME_SESSION, OPEN, OPENED, ORDER_PENDING


async def open_payment(
    connection: DriverConnection, payment: PaymentTransaction, draw: Callable[[datetime], str]
) -> None:
    """Write a new payment and its lines; its ``id`` is set, and its number to one that no other has."""
    lines = [[getattr(item, name) for item in payment.items] for name in LINE]

    async def write(number: str) -> int | None:
        payment.order_number = number
        found: int | None = await connection.fetchval(OPEN, *(getattr(payment, name) for name in OPENED), *lines)
        return found

    payment.id = await under_free_number(lambda: draw(payment.created_at), write)
    if payment.order_id is not None:
        await connection.execute(ORDER_PENDING, payment.order_id)


async def name_session(connection: DriverConnection, payment: PaymentTransaction, now: datetime) -> None:
    """Write down where the buyer pays, once the gateway said it."""
    await connection.execute(NAME_SESSION, payment.id, payment.pidx, payment.payment_url, payment.expires_at, now)
