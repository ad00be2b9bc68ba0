"""What a payment is for: the lines of a cart's unpaid order, or of the cart itself, at frozen prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dispatch.catalogue.sums import PriceTerms, Sums
from dispatch.database.engine import DriverConnection
from dispatch.database.records import unsaved
from dispatch.errors import Invalid, NotFound
from dispatch.payments.models import PaymentTransactionItem
from dispatch.payments.opening.statements import CART_ITEMS, LOCK_OWN_CART, LOCK_UNPAID_ORDER
from dispatch.payments.stock import LockedProduct


@dataclass(frozen=True, slots=True)
class Ordered:
    """The unpaid order that is paid for: its number, when it was made, and what it told its buyer to pay."""

    order_id: int
    created_at: datetime
    sums: Sums


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is paid for. Lines are (product_id, quantity, unit price in NPR); without a price the product's holds."""

    purpose: str
    order: Ordered | None
    lines: Sequence[tuple[int, int, Decimal | None]]

    @property
    def order_id(self) -> int | None:
        """The order that is paid for, if it is one."""
        return self.order.order_id if self.order else None

    @property
    def product_ids(self) -> list[int]:
        """The products of all lines."""
        return [product_id for product_id, _, _ in self.lines]


async def lock_purchase(connection: DriverConnection, cart_id: int, user_id: int) -> Purchase:
    """Hold one's own cart and its unpaid order. Raises NotFound, and Invalid for an empty cart."""
    generation = await connection.fetchval(LOCK_OWN_CART, cart_id, user_id)
    if generation is None:
        raise NotFound("Cart not found.", code="cart_not_found")
    rows = await connection.fetch(LOCK_UNPAID_ORDER, cart_id)
    if rows:
        first = rows[0]
        sums = Sums(first["total_amount"], first["tax_amount"], first["shipping_cost"])
        order = Ordered(first["order_id"], first["created_at"], sums)
        lines = [(row["product_id"], row["quantity"], row["unit_price"]) for row in rows]
        return Purchase(f"order:{order.order_id}", order, lines)
    items = await connection.fetch(CART_ITEMS, cart_id)
    if not items:
        raise Invalid("Cart is empty", code="EMPTY_CART")
    return Purchase(f"cart:{cart_id}:{generation}", None, [(row["product_id"], row["quantity"], None) for row in items])


def freeze_lines(
    purchase: Purchase, products: dict[int, LockedProduct], *, keep_prices: bool
) -> list[PaymentTransactionItem]:
    """The lines as they will be sold, whatever becomes of products and prices meanwhile.

    ``keep_prices``: at the prices of the order, where it is one, and not at those of this moment.
    """
    items = []
    for product_id, quantity, ordered_price in purchase.lines:
        product = products[product_id]
        unit_price = product.price if ordered_price is None or not keep_prices else ordered_price
        items.append(
            unsaved(
                PaymentTransactionItem,
                product_id=product_id,
                seller_id=product.seller_id,
                seller_name=product.seller_name,
                product_name=product.name,
                quantity=quantity,
                unit_price=unit_price,
                total_amount=unit_price * quantity,
                is_taxed=product.is_taxed,
            )
        )
    return items


def tax_due(items: Sequence[PaymentTransactionItem], terms: PriceTerms) -> Decimal:
    """VAT by the products' tax classes."""
    return terms.tax_of((item.total_amount, bool(item.is_taxed)) for item in items)


def checked_tax(due: Decimal, asked: Decimal | None) -> Decimal:
    """What is due, or what the client names: more (rounding line by line, say), never less. Raises Invalid."""
    if asked is not None and asked < due:
        raise Invalid(
            f"The tax of this purchase is {due}.",
            code="TAX_MISMATCH",
            fields={"tax_amount": f"must be at least {due}; leave it out and it is computed"},
        )
    return due if asked is None else asked
