"""What no act of a random life may change or undo: prices, what was noted and proved, what somebody holds, who left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from dispatch.accounts.models import User
from dispatch.audit.models import AuditEvent
from dispatch.deliveries.models import ABOARD, DeliveryStatus, holds
from dispatch.money import to_paisa
from dispatch.offers.models import Offer, OfferSearch, OfferStatus
from dispatch.orders.models import Order, OrderItem
from dispatch.payments.ledger.models import LedgerEntry
from dispatch.privacy.deletion import NOBODY
from dispatch.proofs.models import ProofRecord
from dispatch.sales.models import SaleStatus
from tests.journey.random_life import DELIVERIES, Life
from tests.journey.random_life_books import Books
from tests.journey.random_life_money import MoneyLife
from tests.support.world import ok

UNANSWERED = (OfferStatus.QUEUED, OfferStatus.OPEN)
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Kept:
    """Rows that only come to be, by their ids: as they are at a moment."""

    now: datetime
    audit: dict[int, Row]
    occurrences: dict[int, int]
    proofs: dict[int, Row]
    prices: dict[int, Row]
    lines: Sequence[OrderItem]
    asked_for: frozenset[int]
    gone: frozenset[int]
    transporters: dict[int, int]

    @classmethod
    async def read(cls, life: Life) -> "Kept":
        services = life.world.server.services
        people = [person.user_id for person in life.people.values()]
        async with services.database.work() as work:
            session = work.session

            async def rows(query: Any) -> list[Any]:
                return list(await session.scalars(query))

            noted = await rows(select(AuditEvent).where(AuditEvent.actor_id.in_(people)))
            orders = await rows(select(Order).where(Order.customer_id.in_(people)))
            numbers = [order.id for order in orders]
            proofs = await rows(select(ProofRecord).where(ProofRecord.delivery_id.in_(life.deliveries)))
            asked = select(OfferSearch.delivery_id).join(Offer, Offer.search_id == OfferSearch.id)
            left = select(User.id).where(User.id.in_(people), User.deleted_at.is_not(None))
            lines = await rows(select(OrderItem).where(OrderItem.order_id.in_(numbers)))
            return cls(
                now=services.clock.now(),
                audit={one.id: _plain(one, "occurrences") for one in noted},
                occurrences={one.id: one.occurrences for one in noted},
                proofs={one.id: _plain(one) for one in proofs},
                prices={one.id: (one.total_amount, one.tax_amount, one.shipping_cost) for one in orders},
                lines=lines,
                asked_for=frozenset(
                    await rows(asked.where(OfferSearch.delivery_id.in_(life.deliveries), Offer.status.in_(UNANSWERED)))
                ),
                gone=frozenset(await rows(left)),
                transporters={life.number_of(name): life.people[name].user_id for name in life.drivers},
            )

    def check(self, before: "Kept", books: Books, life: MoneyLife) -> None:
        """Nothing is other than it was, and nothing stands in the way of what must not be.

        Where its seller changed a price, an order that nobody has paid may have the new one.
        """
        paid = {sale.order_id for sale in books.sales}
        for what in ("audit", "proofs", "prices"):
            now, then = getattr(self, what), getattr(before, what)
            may = life.repriced and what == "prices"
            changed = [key for key, row in then.items() if now.get(key) != row and not (may and key not in paid)]
            assert not changed, f"of {what}, {changed} are other than they were"
        assert all(self.occurrences[key] >= count for key, count in before.occurrences.items())
        assert before.gone <= self.gone, "an account came back"
        self._check_orders(books)
        self._check_holds(books)
        self._check_gone(books)

    def _check_orders(self, books: Books) -> None:
        for order in books.orders:
            lines = [one for one in self.lines if one.order_id == order.id]
            assert all(one.total_price == one.unit_price * one.quantity for one in lines)
            assert sum(one.total_price for one in lines) == order.total_amount, f"order {order.id} is not its lines"
            sold = {item.payment_id for item in books.items if item.sale_id is not None}
            paid = [one for one in books.payments if one.order_id == order.id and one.id in sold]
            sales = [one for one in books.sales if one.order_id == order.id]
            if not sales:
                continue
            assert sum(one.total_amount for one in sales) == order.total_amount, f"order {order.id} is not its sales"
            assert len(paid) == 1, f"order {order.id} was paid {len(paid)} times"
            parts = (order.total_amount, order.tax_amount, order.shipping_cost)
            assert to_paisa(paid[0].total_amount) == sum(to_paisa(part) for part in parts)

    def _check_holds(self, books: Books) -> None:
        for one in books.deliveries:
            if not holds(one.on_hold_since, one.on_hold_until, self.now):
                continue
            assert one.status in {DeliveryStatus.AVAILABLE, DeliveryStatus.CANCELLED}, f"{one.id} is held and given"
            assert one.id not in self.asked_for, f"{one.id} is held, and somebody is asked for it"

    def _check_gone(self, books: Books) -> None:
        """Nobody who left has anything to do, and nobody is told who they were."""
        for sale in books.sales:
            assert sale.buyer_id not in self.gone or sale.buyer_name == NOBODY
            to_send = sale.status in {SaleStatus.PROCESSING, SaleStatus.SHIPPED}
            assert not (to_send and sale.seller_id in self.gone), f"the seller of sale {sale.id} left"
        for one in books.deliveries:
            who = self.transporters.get(one.transporter_id or 0)
            assert not (one.status in ABOARD | {DeliveryStatus.ASSIGNED} and who in self.gone), f"{one.id} is nobody's"

    async def verify(self, life: Life) -> None:
        """Of all payments of the database each adds up; every parcel's proofs are as they were written."""
        admin = life.people["admin"]
        services = life.world.server.services
        async with services.database.work() as work:
            total = func.sum(LedgerEntry.amount_paisa)
            sums = select(LedgerEntry.payment_id).group_by(LedgerEntry.payment_id).having(total != 0)
            wrong = list(await work.session.scalars(sums))
        assert not wrong, f"of all payments that there are, {wrong} do not add up"
        for number in life.deliveries:
            found = ok(await admin.get(f"{DELIVERIES}/{number}/proof/verify/"))
            assert not found["problems"], f"the proofs of {number}: {found}"


def _plain(row: Any, *but: str) -> Row:
    """All columns of a row."""
    return tuple(repr(getattr(row, column.key)) for column in row.__mapper__.column_attrs if column.key not in but)
