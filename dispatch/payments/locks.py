"""The locks of everything that opens, settles or refunds, in one order: cart, order, products, payment."""

from dataclasses import dataclass

from dispatch.database.engine import DriverConnection
from dispatch.orders.models import OrderStatus
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.rows import lock_payment
from dispatch.payments.statements import LOCK_CART, LOCK_ORDER
from dispatch.payments.stock import LockedProduct, lock_products


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """What has to be known of an order whose row is held."""

    order_number: str
    order_status: OrderStatus


@dataclass(slots=True)
class Locked:
    """A payment and what it touches, held until the end of the transaction; ``order`` where it is for one."""

    payment: PaymentTransaction
    order: LockedOrder | None
    products: dict[int, LockedProduct]


async def lock_all(connection: DriverConnection, payment: PaymentTransaction) -> Locked:
    """Lock all that a payment touches; which rows those are does not change, for its lines are frozen."""
    await connection.execute(LOCK_CART, payment.cart_id)
    order = None
    if payment.order_id is not None:
        row = await connection.fetchrow(LOCK_ORDER, payment.order_id)
        order = LockedOrder(row["order_number"], OrderStatus(row["order_status"]))
    products = await lock_products(connection, [item.product_id for item in payment.items], payment.purpose)
    return Locked(await lock_payment(connection, payment.id), order, products)
