"""Stock that payments hold. Callers have the products' rows locked."""

from dispatch.catalogue.models import Product
from dispatch.errors import Conflict
from dispatch.payments.models import PaymentTransaction


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
