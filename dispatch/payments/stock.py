"""Stock that payments hold. Callers have the products' rows locked."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dispatch.catalogue.models import Product
from dispatch.catalogue.service import lock_products
from dispatch.database.work import Work
from dispatch.errors import Conflict
from dispatch.payments.models import PaymentTransaction, TransactionStatus


def reserve_stock(payment: PaymentTransaction, products: dict[int, Product]) -> None:
    """Hold every line or none. Raises Conflict naming what is short."""
    short = [
        {
            "product_id": item.product_id,
            "product_name": item.product_name,
            "requested": item.quantity,
            "available": products[item.product_id].available,
        }
        for item in payment.items
        if item.quantity > products[item.product_id].available or not products[item.product_id].is_active
    ]
    if short:
        raise Conflict("Some products are no longer available in this quantity.", code="OUT_OF_STOCK", data=short)
    for item in payment.items:
        products[item.product_id].reserved += item.quantity
    payment.holds_stock = True


def release_stock(payment: PaymentTransaction, products: dict[int, Product]) -> None:
    """Give back what the payment holds; nothing where it holds none."""
    if payment.holds_stock:
        for item in payment.items:
            products[item.product_id].reserved -= item.quantity
        payment.holds_stock = False


async def let_go_of_attempts(work: Work, purpose: str, products: dict[int, Product]) -> None:
    """Give back what open attempts to pay for the same thing hold: a buyer must not be short of their own goods.

    Their sessions stay open at the gateway; whichever is paid first wins. Callers have the cart locked.
    """
    attempts = await work.session.scalars(
        select(PaymentTransaction)
        .where(
            PaymentTransaction.purpose == purpose,
            PaymentTransaction.status == TransactionStatus.PROCESSING,
            PaymentTransaction.holds_stock,
        )
        .options(selectinload(PaymentTransaction.items))
        .with_for_update(of=PaymentTransaction)
    )
    for attempt in attempts:
        missing = [item.product_id for item in attempt.items if item.product_id not in products]
        products |= await lock_products(work, missing) if missing else {}
        release_stock(attempt, products)


def take_stock(payment: PaymentTransaction, products: dict[int, Product]) -> bool:
    """Turn the hold into sold goods; without one (it was let go) try what is free. False where it is sold out."""
    if not payment.holds_stock and any(item.quantity > products[item.product_id].available for item in payment.items):
        return False
    for item in payment.items:
        product = products[item.product_id]
        if payment.holds_stock:
            product.reserved -= item.quantity
        product.stock -= item.quantity
        product.sold += item.quantity
    payment.holds_stock = False
    return True
