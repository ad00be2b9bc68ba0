"""How much of the stock a buyer may hold without paying, and for how long.

A hold is not made longer by opening another payment: what one user holds of a product ends where the first of the
payments in a row ended, and after it the user's next payments hold nothing of it for a while, though they can be paid.
A completed payment begins anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.database.engine import DriverConnection
from dispatch.errors import Conflict
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.opening.statements import HELD, HELD_PIECES
from dispatch.payments.stock import LockedProduct


@dataclass(frozen=True, slots=True)
class HoldRules:
    """What one user may hold unpaid: open payments, a share of a product's stock (at least some pieces), how long.

    ``cooldown``: how long after the end of a hold the same user's payments hold nothing of that product.
    """

    open_payments: int = 10
    share: float = 0.5
    pieces: int = 20
    lasts: timedelta = timedelta(hours=1)
    cooldown: timedelta = timedelta(hours=1)


USUAL_HOLDS = HoldRules()


async def limit_hold(
    connection: DriverConnection,
    payment: PaymentTransaction,
    products: dict[int, LockedProduct],
    rules: HoldRules,
    now: datetime,
) -> None:
    """Decide whether and until when a payment that is about to be opened holds its lines.

    Sets ``holds_stock`` and ``hold_ends_at``. Raises Conflict where the user holds too much already; callers hold
    ``ONE_AT_A_TIME``.
    """
    product_ids = [item.product_id for item in payment.items]
    known = await connection.fetchrow(HELD, payment.user_id, payment.purpose, product_ids, now - rules.cooldown)
    if known["open_payments"] >= rules.open_payments:
        raise Conflict(
            f"{known['open_payments']} payments are open already; pay one or let it expire first.",
            code="TOO_MANY_OPEN_PAYMENTS",
            data={"open_payments": known["open_payments"], "limit": rules.open_payments},
        )
    payment.hold_ends_at = known["first_end"] or now + rules.lasts
    payment.holds_stock = payment.hold_ends_at > now
    if not payment.holds_stock:
        return
    held = {
        row["product_id"]: row["pieces"]
        for row in await connection.fetch(HELD_PIECES, payment.user_id, payment.purpose, product_ids)
    }
    too_many = []
    for item in payment.items:
        product = products[item.product_id]
        limit = max(rules.pieces, int(product.stock * rules.share))
        if held.get(item.product_id, 0) + item.quantity > limit:
            too_many.append(
                {
                    "product_id": item.product_id,
                    "product_name": item.product_name,
                    "requested": item.quantity,
                    "held": held.get(item.product_id, 0),
                    "limit": limit,
                }
            )
    if too_many:
        raise Conflict(
            "One buyer cannot hold so much of a product unpaid. Pay for a part first.",
            code="HOLD_LIMIT",
            data=too_many,
        )
