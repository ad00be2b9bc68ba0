"""An order goes to another address while its seller has not made the parcel. Lock order: order.

A parcel that there is goes elsewhere by itself (``readdressing``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from dispatch.accounts.models import Role, User
from dispatch.addresses.models import ADDRESS_COLUMNS
from dispatch.database.work import Work
from dispatch.deliveries.changers import MOST_CHANGES, Changer
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.readdressing import ADDRESS_CHANGED, Door, check_near, point_of
from dispatch.errors import Conflict, NotFound
from dispatch.events.payloads.orders import OrderAddressChanged
from dispatch.events.recording import record
from dispatch.orders.models import DeliveryInfo, Order, OrderEvent, OrderStatus
from dispatch.orders.service import Orders, lock_order
from dispatch.ports import Clock
from dispatch.sales.messages import tell_other_address
from dispatch.sales.models import Sale, SaleStatus


def as_what(user: User) -> Changer:
    """As what somebody lets an order go elsewhere who may see it: its buyer, or an admin."""
    return Changer.DISPATCHER if user.has(Role.ADMIN) else Changer.BUYER


def why_not_elsewhere(
    order: Order, sold: Sequence[tuple[Sale, Delivery | None]], happened: Iterable[OrderEvent], changer: Changer
) -> Conflict | None:
    """Why an order goes to no other address, however near; None where it does.

    ``sold``: its sales with their deliveries; ``happened``: its events.
    """
    if not _lacks_parcels(order, sold):
        return _all_packed(order, sold)
    changes = sum(event.message == ADDRESS_CHANGED for event in happened)
    if changer is Changer.BUYER and changes >= MOST_CHANGES:
        return Conflict(
            f"That was changed {MOST_CHANGES} times: ask a dispatcher.",
            code="too_many_changes",
            order_status=order.order_status.value,
            most=MOST_CHANGES,
        )
    return None


def _lacks_parcels(order: Order, sold: Sequence[tuple[Sale, Delivery | None]]) -> bool:
    """Whether some of it waits to be packed, or to be paid."""
    if not sold:
        return order.order_status is OrderStatus.PENDING
    return bool(_unpacked(sold))


def _unpacked(sold: Sequence[tuple[Sale, Delivery | None]]) -> list[Sale]:
    return [sale for sale, delivery in sold if sale.status is SaleStatus.PROCESSING and not _goes(delivery)]


def _goes(delivery: Delivery | None) -> bool:
    """Whether a parcel is there; what was called off is sent another way."""
    return delivery is not None and delivery.status is not DeliveryStatus.CANCELLED


@dataclass(frozen=True, slots=True)
class OrderDoors:
    """The changes of one unit of work. ``most_km``: so far from the door before may a buyer put another one."""

    work: Work
    clock: Clock
    most_km: float

    async def change(self, order_id: int, user: User, columns: Mapping[str, Any]) -> Changer | None:
        """Let what has no parcel yet go to this address, and tell its sellers; None where it goes there already.

        Whose parcel there is keeps its own. Raises NotFound for an order of others, Invalid, Conflict.
        """
        order = await lock_order(self.work, order_id)
        if order is None or (order.customer_id != user.id and not user.has(Role.ADMIN)):
            raise NotFound("There is no such order.")
        info = await self.work.session.get_one(DeliveryInfo, order.delivery_info_id, populate_existing=True)
        if all(getattr(info, name) == columns[name] for name in ADDRESS_COLUMNS):
            return None
        door, changer, sold = Door.of_address(columns), as_what(user), await self._sold(order)
        refused = why_not_elsewhere(order, sold, await self._happened(order), changer)
        if refused is not None:
            raise refused
        if changer is Changer.BUYER:
            told = {"order_status": order.order_status.value}
            check_near(point_of(info.lat, info.lon), door.point, self.most_km, told)
        for name in ADDRESS_COLUMNS:
            setattr(info, name, columns[name])
        info.version += 1
        Orders(self.work, self.clock).add_event(order, order.order_status, ADDRESS_CHANGED)
        changed = OrderAddressChanged(order_id=order.id, order_number=order.order_number, changed_by=changer.value)
        record(self.work.session, changed, at=self.clock.now())
        await self.work.session.flush()
        await tell_other_address(self.work, order, info, _unpacked(sold), self.clock.now())
        return changer

    async def _sold(self, order: Order) -> list[tuple[Sale, Delivery | None]]:
        rows = await self.work.session.execute(
            select(Sale, Delivery)
            .outerjoin(Delivery, (Delivery.sale_id == Sale.id) & Delivery.return_of.is_(None))
            .where(Sale.order_id == order.id)
            .order_by(Sale.id)
        )
        return [row.tuple() for row in rows]

    async def _happened(self, order: Order) -> list[OrderEvent]:
        rows = await self.work.session.scalars(select(OrderEvent).where(OrderEvent.order_id == order.id))
        return list(rows)


def _all_packed(order: Order, sold: Sequence[tuple[Sale, Delivery | None]]) -> Conflict:
    parcels = [delivery.tracking_number for _, delivery in sold if delivery is not None and _goes(delivery)]
    ended = order.order_status in {OrderStatus.CANCELLED, OrderStatus.DELIVERED, OrderStatus.COMPLETED}
    return Conflict(
        f"An order that is {order.order_status.value} goes to no other address."
        if ended or not parcels
        else "All of the order is packed: a parcel goes elsewhere by itself, until it is picked up.",
        code="wrong_status" if ended or not parcels else "parcels_made",
        order_status=order.order_status.value,
        tracking_numbers=parcels,
    )
