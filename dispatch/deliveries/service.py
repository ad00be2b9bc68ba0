"""Making deliveries and finding them again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.deliveries.eta import road_distance_km
from dispatch.deliveries.fees import Tariff
from dispatch.deliveries.happened import happened_with, identity
from dispatch.deliveries.life import DeliveryAct, move
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryStep
from dispatch.deliveries.release import take_away
from dispatch.deliveries.step_times import StepTime
from dispatch.errors import Conflict, NotFound
from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.deliveries import DeliveryCreated
from dispatch.events.recording import record
from dispatch.numbers import tracking_number
from dispatch.orders.models import FIRST_VERSION, DeliveryInfo, Order
from dispatch.orders.service import lock_order
from dispatch.ports import ChangeNotice, Clock, Publisher, StatusChange
from dispatch.sales.models import Sale, SaleStatus
from dispatch.sales.progress import OrderProgress
from dispatch.transporters.models import Transporter

DeliveryKey = int | UUID
OTHER_WAY = frozenset({DeliveryAct.ATTEMPT, DeliveryAct.RESCHEDULE, DeliveryAct.CHANGE_ADDRESS})
"""After these a parcel arrives at another time or place than whoever follows it was told."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees, with the address that goes with it if one is known."""

    lat: float
    lon: float
    address: str | None = None


class Deliveries:
    """The deliveries of one unit of work."""

    def __init__(self, work: Work, clock: Clock, publisher: Publisher, *, road_factor: float) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._publisher = publisher
        self._road_factor = road_factor

    async def create(
        self,
        sale_id: int,
        user: User | None,
        details: Mapping[str, Any],
        *,
        tariff: Tariff | None = None,
        destination: int | None = None,
    ) -> Delivery:
        """Make the delivery of a sale, for its seller, an admin, or an operator (``user`` None).

        The drop-off point falls back on the order's, unless that has changed and its newest address was neither read
        nor said; the value on the sale's total; the fee on the ``tariff``. ``destination``: the version of the order's
        address that was read for it. Raises NotFound, Conflict.
        """
        order_id = await self._session.scalar(select(Sale.order_id).where(Sale.id == sale_id))
        # Held before the sale, as everywhere; whoever cancels the order or marks the sale waits for this delivery.
        order = None if order_id is None else await lock_order(self._work, order_id)
        sale = await self._session.get(Sale, sale_id, with_for_update=True, populate_existing=True)
        foreign = sale is not None and user is not None and sale.seller_id != user.id and not user.has(Role.ADMIN)
        if sale is None or foreign:
            raise NotFound("There is no such sale.", code="sale_not_found")
        _check_open(sale)
        info = await self._destination_of(order)
        if destination is not None and (info is None or info.version != destination):
            words = "The buyer has changed the address meanwhile: look where it goes now."
            raise Conflict(words, code="destination_changed", sale_status=sale.status.value)
        known = dict(details)
        if known.get("delivery_lat") is None and info is not None:
            is_meant = info.version in {FIRST_VERSION, destination} or known["delivery_address"] == info.full_address
            known["delivery_lat"], known["delivery_lon"] = (info.lat, info.lon) if is_meant else (None, None)
        if known.get("package_value") is None:
            known["package_value"] = sale.total_amount
        delivery = Delivery(
            delivery_id=uuid4(),
            tracking_number=tracking_number(),
            sale_id=sale.id,
            status=DeliveryStatus.AVAILABLE,
            **known,
        )
        delivery.distance_km = road_distance_km(
            delivery.pickup_lat,
            delivery.pickup_lon,
            delivery.delivery_lat,
            delivery.delivery_lon,
            self._road_factor,
        )
        if tariff is not None:
            delivery.delivery_fee = tariff.fee(delivery.distance_km)
        self._session.add(delivery)
        stands = sale.status.value
        try:
            await self._session.flush()
        except IntegrityError:
            words = "This sale has a delivery already."
            raise Conflict(words, code="delivery_exists", sale_status=stands) from None
        created = DeliveryCreated(**identity(delivery), sale_id=sale.id, order_id=sale.order_id)
        record(self._session, created, at=self._clock.now())
        if order is not None:
            await OrderProgress(self._work, self._clock).preparing(order)
        return delivery

    async def get(self, key: DeliveryKey, *, lock: bool = False) -> Delivery:
        """By number or UUID, with its sale and transporter. Raises NotFound."""
        return await self._find(Delivery.id == key if isinstance(key, int) else Delivery.delivery_id == key, lock=lock)

    async def get_alone(self, key: DeliveryKey, *, lock: bool = False) -> Delivery:
        """The row without sale, transporter and steps: enough to look at or to give. Raises NotFound."""
        condition = Delivery.id == key if isinstance(key, int) else Delivery.delivery_id == key
        query = select(Delivery).where(condition).execution_options(populate_existing=True)
        delivery: Delivery | None = await self._session.scalar(query.with_for_update() if lock else query)
        if delivery is None:
            raise _no_such_delivery()
        return delivery

    async def get_return_of(self, delivery_id: int) -> Delivery:
        """What brings the parcel of a delivery back. Raises NotFound."""
        return await self._find(Delivery.return_of == delivery_id)

    async def get_by_tracking_number(self, number: str) -> Delivery:
        """Raises NotFound, in the same words for every number that is none."""
        return await self._find(Delivery.tracking_number == number)

    def of_transporter_query(
        self,
        transporter_id: int,
        *,
        status: DeliveryStatus | None,
        date_from: datetime | None,
        date_to: datetime | None,
    ) -> Select[Delivery]:
        """A transporter's deliveries by time of assignment, newest first, for a page."""
        query = (
            select(Delivery)
            .where(Delivery.transporter_id == transporter_id)
            .order_by(Delivery.assigned_at.desc(), Delivery.id.desc())
        )
        if status is not None:
            query = query.where(Delivery.status == status)
        if date_from is not None:
            query = query.where(Delivery.assigned_at >= date_from)
        if date_to is not None:
            query = query.where(Delivery.assigned_at <= date_to)
        return query

    def record(
        self,
        delivery: Delivery,
        act: DeliveryAct,
        message: str,
        *,
        place: Place | None = None,
        notes: str = "",
        flags: Sequence[str] = (),
        when: StepTime | None = None,
        happened: Sequence[EventData] | None = None,
    ) -> DeliveryStep:
        """Let a delivery undergo an act, write step and event down, and tell its watchers after the commit.

        ``when``: where it did not happen just now; ``happened``: other events than those of the status. Whoever lets it
        wait again records ``DeliveryUnassigned``, knowing why.
        """
        now = self._clock.now()
        when = when or StepTime(now, now)
        previous = move(delivery, act)
        status = delivery.status
        step = DeliveryStep(
            delivery_id=delivery.id,
            status=status,
            message=message,
            notes=notes,
            timestamp=when.at,
            noticed_at=when.noticed_at,
            happened_at=when.said,
            transporter_id=delivery.transporter_id,
            lat=place.lat if place else None,
            lon=place.lon if place else None,
            address=place.address if place else None,
            flags=[str(flag) for flag in (*flags, *when.flags)],
        )
        self._session.add(step)
        events = happened_with(delivery, status, message) if happened is None else happened
        record(self._session, *events, at=when.at)
        change = StatusChange(
            delivery.id,
            delivery.tracking_number,
            status.value,
            message,
            when.at,
            delivery.transporter_id,
            previous.value,
            act in OTHER_WAY,
        )
        self._work.after_commit(lambda: self._publisher.status_changed(change))
        if previous.under_way and previous is not status and delivery.transporter_id is not None:
            # The step may have been taken on another phone, or by the transporter's own software.
            notice = ChangeNotice(delivery.transporter_id, delivery.id, str(delivery.delivery_id), "status")
            self._work.after_commit(partial(self._publisher.delivery_changed, notice))
        return step

    def call_off(self, delivery: Delivery, message: str, *, notes: str = "") -> None:
        """Cancel a locked delivery that was not picked up; who has it is locked as well, and told.

        The message is public, the notes are not.
        """
        take_away(self._work, self._publisher, delivery, "cancelled")
        self.record(delivery, DeliveryAct.CANCEL, message, notes=notes)

    async def _destination_of(self, order: Order | None) -> DeliveryInfo | None:
        """Where an order goes that is held."""
        if order is None:
            return None
        query = select(DeliveryInfo).where(DeliveryInfo.id == order.delivery_info_id)
        found: DeliveryInfo | None = await self._session.scalar(query.execution_options(populate_existing=True))
        return found

    async def _find(self, condition: ColumnElement[bool], *, lock: bool = False) -> Delivery:
        query = (
            select(Delivery)
            .where(condition)
            .options(
                selectinload(Delivery.sale),
                selectinload(Delivery.tracking_history),
                selectinload(Delivery.transporter).selectinload(Transporter.user),
                selectinload(Delivery.transporter).selectinload(Transporter.documents),
            )
            .execution_options(populate_existing=True)
        )
        delivery: Delivery | None = await self._session.scalar(query.with_for_update(of=Delivery) if lock else query)
        if delivery is None:
            raise _no_such_delivery()
        return delivery


def _check_open(sale: Sale) -> None:
    if sale.status is SaleStatus.CANCELLED:
        raise Conflict("This sale was cancelled.", code="sale_cancelled", sale_status=sale.status.value)
    if sale.status is SaleStatus.DELIVERED:
        words = f"This sale is {sale.status.value}; there is nothing to carry."
        raise Conflict(words, code="sale_closed", sale_status=sale.status.value)


def _no_such_delivery() -> NotFound:
    return NotFound("There is no such delivery.", code="delivery_not_found")
