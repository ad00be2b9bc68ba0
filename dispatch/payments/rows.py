"""Payments and their lines as rows: read, locked and saved by fixed statements.

What is read comes as instances outside any session: to change a payment is to change its attributes and then
``save_outcome`` in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from dispatch.database.engine import Database, DriverConnection
from dispatch.database.records import detached, to_json
from dispatch.errors import NotFound
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem
from dispatch.payments.statements import BY_ID, BY_PIDX, BY_TRANSACTION_ID, LOCK_PAYMENT, ORDER_FAILED, SAVE_OUTCOME

COLUMNS = len(PaymentTransaction.__table__.columns)


async def get_by_pidx(database: Database, pidx: str) -> PaymentTransaction:
    """Raises NotFound. Only a pidx that we stored ourselves is believed in."""
    async with database.connection() as connection:
        return _payment(await connection.fetch(BY_PIDX, pidx))


async def get_by_transaction_id(database: Database, transaction_id: UUID) -> PaymentTransaction:
    """Raises NotFound."""
    async with database.connection() as connection:
        return _payment(await connection.fetch(BY_TRANSACTION_ID, transaction_id))


async def get_payment(connection: DriverConnection, payment_id: int) -> PaymentTransaction:
    """The payment as it is now, held by nobody. Raises NotFound."""
    return _payment(await connection.fetch(BY_ID, payment_id))


async def lock_payment(connection: DriverConnection, payment_id: int) -> PaymentTransaction:
    """The payment as it is now, held until the end of the transaction. Raises NotFound."""
    return _payment(await connection.fetch(LOCK_PAYMENT, payment_id))


async def save_outcome(connection: DriverConnection, payment: PaymentTransaction, now: datetime) -> None:
    """Write down what became of a payment whose row is held."""
    inquiry = None if payment.inquiry_data is None else to_json(payment.inquiry_data)
    payment.updated_at = now
    await connection.execute(
        SAVE_OUTCOME,
        payment.id,
        payment.status,
        payment.failure_reason,
        payment.holds_stock,
        payment.completed_at,
        payment.gateway_transaction_id,
        payment.gateway_amount_paisa,
        inquiry,
        payment.checked_at,
        payment.ended_at,
        now,
    )


async def mark_order_failed(connection: DriverConnection, payment: PaymentTransaction, now: datetime) -> None:
    """An attempt to pay ended without money: so has the order's payment, unless another attempt is open."""
    if payment.order_id is not None:
        await connection.execute(ORDER_FAILED, payment.order_id, payment.id, now)


def _payment(rows: Sequence[Sequence[object]]) -> PaymentTransaction:
    """A payment and its lines from a row for each line."""
    if not rows:
        raise NotFound("Payment transaction not found", code="PAYMENT_NOT_FOUND")
    payment = detached(PaymentTransaction, rows[0][:COLUMNS])
    items = [detached(PaymentTransactionItem, row[COLUMNS:]) for row in rows]
    set_committed_value(payment, "items", items)
    return payment
