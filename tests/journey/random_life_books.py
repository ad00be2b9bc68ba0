"""What the books of a random life say: they have to add up after whatever was done, and to have come there legally."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.catalogue.models import Product
from dispatch.deliveries import life as of_deliveries
from dispatch.deliveries.models import UNDER_WAY, Delivery, DeliveryStatus, DeliveryStep, Ending
from dispatch.events.models import Event
from dispatch.lifecycles import Lifecycle
from dispatch.money import to_paisa
from dispatch.orders import life as of_orders
from dispatch.orders.models import Order, OrderStatus
from dispatch.payments.ledger.models import LedgerAccount, LedgerEntry
from dispatch.payments.models import PaymentTransaction, PaymentTransactionItem
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.sales import life as of_sales
from dispatch.sales.models import Sale, SaleStatus
from dispatch.transporters.models import Transporter
from tests.journey.random_life import Life

STATUS_AFTER = {
    "delivery.created": DeliveryStatus.AVAILABLE,
    "delivery.assigned": DeliveryStatus.ASSIGNED,
    "delivery.unassigned": DeliveryStatus.AVAILABLE,
    "delivery.picked_up": DeliveryStatus.PICKED_UP,
    "delivery.in_transit": DeliveryStatus.IN_TRANSIT,
    "delivery.delivered": DeliveryStatus.DELIVERED,
    "delivery.cancelled": DeliveryStatus.CANCELLED,
}
# Of what had ended before only the reason is another.
ENDED_BY = frozenset({"delivery.lost", "delivery.returned"})
GIVEN = frozenset({RefundStatus.SUCCEEDED})
NOT_GIVEN = frozenset({RefundStatus.FAILED, RefundStatus.DENIED})


@dataclass
class Books:
    """All rows of a life, read at once."""

    orders: Sequence[Order]
    sales: Sequence[Sale]
    deliveries: Sequence[Delivery]
    steps: Sequence[DeliveryStep]
    events: Sequence[Event]
    order_events: Sequence[Event]
    payments: Sequence[PaymentTransaction]
    items: Sequence[PaymentTransactionItem]
    entries: Sequence[LedgerEntry]
    refunds: Sequence[Refund]
    products: Sequence[Product]
    transporters: Sequence[Transporter]
    kept_active: dict[int, int]

    @classmethod
    async def read(cls, life: Life) -> "Books":
        services = life.world.server.services
        async with services.database.work() as work:
            session = work.session
            # As all stood in one moment: refunds are carried out meanwhile.
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            buyers = [life.people[name].user_id for name in ("buyer", "stranger")]
            orders = await _all(session, select(Order).where(Order.customer_id.in_(buyers)).order_by(Order.id))
            sales = await _all(session, select(Sale).where(Sale.buyer_id.in_(buyers)).order_by(Sale.id))
            of_sale = Delivery.sale_id.in_([sale.id for sale in sales])
            deliveries = await _all(session, select(Delivery).where(of_sale).order_by(Delivery.id))
            numbers = [delivery.id for delivery in deliveries]
            subjects = Event.subject.in_([f"delivery:{number}" for number in numbers])
            paid = PaymentTransaction.user_id.in_(buyers)
            payments = await _all(session, select(PaymentTransaction).where(paid).order_by(PaymentTransaction.id))
            ids = [payment.id for payment in payments]
            of_orders = Event.subject.in_([f"order:{order.id}" for order in orders])
            return cls(
                orders,
                sales,
                deliveries,
                await _all(
                    session,
                    select(DeliveryStep).where(DeliveryStep.delivery_id.in_(numbers)).order_by(DeliveryStep.id),
                ),
                await _all(session, select(Event).where(subjects).order_by(Event.id)),
                await _all(session, select(Event).where(of_orders).order_by(Event.id)),
                payments,
                await _all(session, select(PaymentTransactionItem).where(PaymentTransactionItem.payment_id.in_(ids))),
                await _all(session, select(LedgerEntry).where(LedgerEntry.payment_id.in_(ids))),
                await _all(session, select(Refund).where(Refund.payment_id.in_(ids))),
                await _all(session, select(Product).where(Product.id.in_(life.products))),
                await _all(session, select(Transporter).where(Transporter.id.in_(_drivers(life)))),
                await _kept_active(life),
            )

    def statuses(self) -> dict[tuple[str, int], StrEnum]:
        """What every thing is, by kind and id."""
        return (
            {("order", one.id): one.order_status for one in self.orders}
            | {("sale", one.id): one.status for one in self.sales}
            | {("delivery", one.id): one.status for one in self.deliveries}
        )

    def check(self, life: Life) -> None:
        """Everything adds up now, whatever was before."""
        self._check_stock(life)
        self._check_money()
        self._check_loads()
        self._check_steps()
        self._check_events()
        self._check_order_events()

    def _check_stock(self, life: Life) -> None:
        least, most = Counter[int](), Counter[int]()
        for sale in self.sales:
            low, high = self._sold(sale)
            least[sale.product_id] += low
            most[sale.product_id] += high
        holding = {payment.id for payment in self.payments if payment.holds_stock}
        held = Counter[int]()
        for item in self.items:
            held[item.product_id] += item.quantity if item.payment_id in holding else 0
        for product in self.products:
            assert product.stock >= 0
            assert product.reserved == held[product.id], "what is held is what open payments hold"
            is_sold = least[product.id] <= product.sold <= most[product.id]
            assert is_sold, "what is sold is what sales say that were not called off and did not come back"
            assert product.stock + product.sold == life.stocked[product.id], "goods came from nowhere, or went there"

    def _sold(self, sale: Sale) -> tuple[int, int]:
        """How many of a sale's goods are not on sale again, at least and at most.

        Of what was lost, damaged or brought back for good, somebody may have said that it is on sale nevertheless.
        """
        parcels = [one for one in self.deliveries if one.sale_id == sale.id]
        back = [one for one in parcels if one.rest_quantity and one.restocks and one.status is DeliveryStatus.DELIVERED]
        left = sale.quantity - sum(one.rest_quantity or 0 for one in back)
        if sale.status is not SaleStatus.CANCELLED:
            return left, left
        gone = any(one.ending in {Ending.LOST, Ending.DAMAGED} for one in parcels)
        kept = any(one.return_of is not None and not one.restocks for one in parcels)
        return left - sale.quantity_kept, left if gone or kept else left - sale.quantity_kept

    def _check_money(self) -> None:
        for payment in self.payments:
            entries = [one for one in self.entries if one.payment_id == payment.id]
            refunds = [one for one in self.refunds if one.payment_id == payment.id]
            sums = Counter[LedgerAccount]()
            for entry in entries:
                sums[entry.account] += entry.amount_paisa
            assert sum(sums.values()) == 0, f"the ledger of payment {payment.id} does not add up: {sums}"
            assert all(
                sums[account] <= 0 for account in (LedgerAccount.SALES, LedgerAccount.VAT, LedgerAccount.SHIPPING)
            ), f"more was given back of payment {payment.id} than it was taken for: {sums}"
            if entries:
                given = sum(one.amount_paisa for one in refunds if one.status in GIVEN)
                owed = sum(one.amount_paisa for one in refunds if one.status not in NOT_GIVEN)
                assert sums[LedgerAccount.GATEWAY] == to_paisa(payment.total_amount) - given
                assert owed <= to_paisa(payment.total_amount), "more is to go back than came"
        for sale in self.sales:
            left = sum(
                one.amount_paisa
                for one in self.entries
                if one.sale_id == sale.id and one.account is LedgerAccount.SALES
            )
            assert -to_paisa(sale.total_amount) <= left <= 0, f"sale {sale.id} gave back more than its price"

    def _check_loads(self) -> None:
        for transporter in self.transporters:
            carried = [one for one in self.deliveries if one.transporter_id == transporter.id]
            under_way = [one for one in carried if one.status in UNDER_WAY]
            assert transporter.active_count == len(under_way) <= transporter.max_active
            assert transporter.carried_kg == sum(one.package_weight for one in under_way) <= transporter.capacity_kg
            assert self.kept_active[transporter.id] == len(under_way), "the columns say otherwise than the rows"
            handed_over = [one for one in carried if one.status is DeliveryStatus.DELIVERED]
            assert transporter.earned == sum(one.earnings or 0 for one in handed_over), "earnings do not add up"

    def _check_steps(self) -> None:
        for delivery in self.deliveries:
            steps = [step.status for step in self.steps if step.delivery_id == delivery.id]
            found = [self._began_as(delivery), *steps]
            assert found[-1] is delivery.status, f"{found} end otherwise than as {delivery.status}"
            _check_passages(of_deliveries.LIFE, found)

    def _began_as(self, delivery: Delivery) -> DeliveryStatus:
        """A parcel that goes back may be aboard already."""
        steps = [step.status for step in self.steps if step.delivery_id == delivery.id]
        is_aboard = delivery.return_of is not None and steps[:1] == [DeliveryStatus.PICKED_UP]
        return DeliveryStatus.PICKED_UP if is_aboard else DeliveryStatus.AVAILABLE

    def _check_events(self) -> None:
        for delivery in self.deliveries:
            types = [event.type for event in self.events if event.subject == f"delivery:{delivery.id}"]
            found: list[DeliveryStatus] = []
            for name in types:
                if name in ENDED_BY:
                    found += [] if found[-1] in of_deliveries.LIFE.ends else [DeliveryStatus.CANCELLED]
                elif name == "delivery.created" and delivery.return_of is not None:
                    found.append(self._began_as(delivery))
                elif name in STATUS_AFTER:
                    found.append(STATUS_AFTER[name])
            assert found[0] in of_deliveries.LIFE.first
            assert found[-1] is delivery.status, f"{types} end otherwise than as {delivery.status}"
            _check_passages(of_deliveries.LIFE, found)

    def _check_order_events(self) -> None:
        """An order is told of from its placing on, paid once where it was sold, and then of its refunds to the paisa.

        What goes back before anything was sold is no refund of an order that was told to be paid.
        """
        sold = {item.payment_id for item in self.items if item.sale_id is not None}
        for order in self.orders:
            events = [event for event in self.order_events if event.subject == f"order:{order.id}"]
            types = [event.type for event in events]
            told = f"order {order.id}, {order.order_status}: {types}"
            assert types[:1] == ["order.placed"], told
            once = Counter(types)
            is_sold = any(sale.order_id == order.id for sale in self.sales)
            assert (once["order.placed"], once["order.paid"]) == (1, int(is_sold)), told
            assert once["order.cancelled"] == int(order.order_status is OrderStatus.CANCELLED), told
            payments = {payment.id for payment in self.payments if payment.order_id == order.id} & sold
            given = sorted(
                one.amount_paisa for one in self.refunds if one.payment_id in payments and one.status in GIVEN
            )
            refunded = [event.data["amount_paisa"] for event in events if event.type == "order.refunded"]
            assert sorted(refunded) == given, f"{told} tell of {refunded} given back, and {given} were"


LIVES: dict[str, Lifecycle[Any]] = {
    "order": of_orders.LIFE,
    "sale": of_sales.LIFE,
    "delivery": of_deliveries.LIFE,
}


def check_changes(before: dict[tuple[str, int], StrEnum], after: dict[tuple[str, int], StrEnum]) -> None:
    """Nothing vanished, and each status became another by a way that its table has."""
    assert before.keys() <= after.keys()
    for key, status in after.items():
        table = LIVES[key[0]]
        known = before.get(key)
        assert known is None or status in _reached(table, known), f"{key}: {known} became {status}"
        assert known is not None or any(status in _reached(table, first) for first in table.first), f"{key}: {status}"


def _check_passages(table: Lifecycle[Any], statuses: Sequence[Any]) -> None:
    changes = set(table.changes())
    for one, other in pairwise(statuses):
        assert one is other or (one, other) in changes, f"{table.what} went from {one} to {other}: {statuses}"


def _reached(table: Lifecycle[Any], status: Any) -> set[Any]:
    """What may become of a status, by any number of changes: one request may be followed by work of the server."""
    found, new = {status}, {status}
    while new:
        new = {target for source, target in table.changes() if source in new} - found
        found |= new
    return found


def _drivers(life: Life) -> list[int]:
    return [life.number_of(name) for name in ("driver", "other driver", "unverified")]


async def _kept_active(life: Life) -> dict[int, int]:
    """How many deliveries the columns of this process say that each transporter has."""
    rows = await life.world.server.services.deliveries.kept.read()
    active = dict(zip(rows.keys.tolist(), rows["active"].tolist(), strict=True))
    return {number: active[number] for number in _drivers(life)}


async def _all(session: AsyncSession, query: Any) -> list[Any]:
    return list(await session.scalars(query))
