"""Prices that changed between an order and its payment: the order is computed anew and its buyer is told first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dispatch.catalogue.sums import Sums
from dispatch.database.engine import DriverConnection
from dispatch.errors import Conflict
from dispatch.money import display_amount
from dispatch.payments.models import PaymentTransactionItem
from dispatch.payments.opening.purchase import Ordered, Purchase
from dispatch.payments.opening.statements import REPRICE, TAKE_OVER


@dataclass(frozen=True, slots=True)
class PriceChange:
    """What an order cost when its buyer saw it last, and what it costs now, NPR."""

    old: Sums
    new: Sums
    products: list[dict[str, Any]]

    def conflict(self) -> Conflict:
        """What the buyer is told."""
        return Conflict(
            f"Prices have changed: {display_amount(self.old.total_to_pay)} became "
            f"{display_amount(self.new.total_to_pay)}. The order shows the new sums; pay again to accept them.",
            code="PRICE_CHANGED",
            data={"old": _numbers(self.old), "new": _numbers(self.new), "products": self.products},
        )


def keeps_prices(order: Ordered | None, kept_for: timedelta, now: datetime) -> bool:
    """Whether an order is young enough to be paid at its own prices."""
    return order is not None and now - order.created_at < kept_for


def find_change(
    purchase: Purchase, items: list[PaymentTransactionItem], due: Decimal, shipping: Decimal
) -> PriceChange | None:
    """How the order's prices and tax differ from those it would be paid at. A lower tax alone is no matter."""
    if purchase.order is None:
        return None
    products = [
        {
            "product_id": item.product_id,
            "product_name": item.product_name,
            "old_price": float(ordered),
            "new_price": float(item.unit_price),
        }
        for item, (_, _, ordered) in zip(items, purchase.lines, strict=True)
        if ordered is not None and ordered != item.unit_price
    ]
    old = purchase.order.sums
    if not products and due <= old.tax_amount:
        return None
    subtotal = sum((item.total_amount for item in items), Decimal("0.00"))
    return PriceChange(Sums(old.subtotal, old.tax_amount, shipping), Sums(subtotal, due, shipping), products)


async def reprice_order(
    connection: DriverConnection,
    order_id: int,
    items: list[PaymentTransactionItem],
    change: PriceChange,
    now: datetime,
) -> None:
    """Write the new prices into an order whose row is held, with an event that says so."""
    message = (
        f"Prices changed: {display_amount(change.old.total_to_pay)} became "
        f"{display_amount(change.new.total_to_pay)} to pay"
    )
    await connection.execute(
        REPRICE,
        order_id,
        [item.product_id for item in items],
        [item.unit_price for item in items],
        change.new.subtotal,
        change.new.tax_amount,
        message,
        now,
    )


async def take_over_sums(connection: DriverConnection, order: Ordered, sums: Sums, now: datetime) -> None:
    """Let an unpaid order show the tax and shipping of the payment that was opened for it."""
    if sums != order.sums:
        await connection.execute(TAKE_OVER, order.order_id, sums.tax_amount, sums.shipping_cost, now)


def _numbers(sums: Sums) -> dict[str, float]:
    return {name: float(amount) for name, amount in sums.parts().items()}
