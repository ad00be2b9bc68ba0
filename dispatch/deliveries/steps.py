"""What a transporter does with a delivery: accept, pick up, deliver.

Phones repeat a request whose answer they lost, so a step that this transporter has already taken answers as it did
the first time and changes nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from dispatch.accounts.models import User
from dispatch.bikram_sambat import nepal_date
from dispatch.database.work import Work
from dispatch.deliveries.carried import does_not_fit, keep_picture, own_delivery
from dispatch.deliveries.eta import Errand, errand_of, expected_arrival, with_errand
from dispatch.deliveries.fees import DeliveryFees, Tariff
from dispatch.deliveries.handover import (
    PLACE_FLAGS,
    Handover,
    HandoverRules,
    Point,
    drop_off_point,
    pickup_point,
    point_of,
)
from dispatch.deliveries.happened import identity, was_accepted
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.loads import Load, load_of
from dispatch.deliveries.models import ON_HOLD, Delivery, DeliveryStatus, DeliveryStep
from dispatch.deliveries.open_errands import errands_of
from dispatch.deliveries.parts import check_same_part, part_of
from dispatch.deliveries.proving import Proving
from dispatch.deliveries.service import Deliveries, DeliveryKey, Place
from dispatch.deliveries.sold_weights import sold_weight
from dispatch.deliveries.step_times import StepTime, step_time
from dispatch.errors import Conflict, Forbidden, Invalid
from dispatch.events.payloads.deliveries import DeliveryAccepted, DeliveryReassigned
from dispatch.events.recording import record
from dispatch.money import round_amount
from dispatch.ports import AssignmentNotice, Clock, LivePosition, PhotoStore, Publisher
from dispatch.proofs.kinds import End
from dispatch.sales.progress import OrderProgress
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter

ASSIGNED_MESSAGE = "Package assigned to transporter"
REASSIGNED_MESSAGE = "Package assigned to another transporter"
KEPT_MESSAGE = "Package stays with its transporter"
PICKED_UP_MESSAGE = "Package picked up from sender"
BROUGHT_BACK = "Package brought back to its seller"
HANDED_ON_MESSAGE = "Package handed on to another transporter"


@dataclass(frozen=True, slots=True)
class DeliveryLimits:
    """The highest amounts that a delivery may name, NPR: they go into sums that are paid out."""

    fee: Decimal
    package_value: Decimal

    def check(self, details: Mapping[str, Any]) -> None:
        """Raises Invalid, naming each amount that is too high."""
        limits = {"delivery_fee": self.fee, "package_value": self.package_value}
        wrong = {
            field: f"must be at most {most}"
            for field, most in limits.items()
            if details.get(field) is not None and details[field] > most
        }
        if wrong:
            raise Invalid("An amount is too high.", fields=wrong)


class DeliverySteps:
    """The steps of one unit of work. Lock order: delivery, transporter, order."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        publisher: Publisher,
        photos: PhotoStore,
        *,
        road_factor: float,
        commission_rate: Decimal,
        rules: HandoverRules,
        limits: DeliveryLimits,
        fees: DeliveryFees,
        proving: Proving,
        follow: Callable[[Work, Delivery], Awaitable[None]],
    ) -> None:
        """``follow``: what follows for goods and money where a return is with its seller, or a part was handed over."""
        self._work = work
        self._session = work.session
        self._clock = clock
        self._publisher = publisher
        self._photos = photos
        self._commission_rate = commission_rate
        self.road_factor = road_factor
        self._rules = rules
        self._limits = limits
        self._fees = fees
        self._proving = proving
        self._follow = follow
        self.deliveries = Deliveries(work, clock, publisher, road_factor=road_factor)
        self._progress = OrderProgress(work, clock)

    async def create(
        self, sale_id: int, user: User | None, details: Mapping[str, Any], *, destination: int | None = None
    ) -> Delivery:
        """Make the delivery of a sale, see ``Deliveries.create``; its fee is the tariff's where it names none,
        and its weight that of what was sold.

        Raises Invalid for amounts over the limits, and where nobody has said what it weighs.
        """
        self._limits.check(details)
        if details.get("package_weight") is None:
            details = {**details, "package_weight": await sold_weight(self._work, sale_id, user)}
        tariff = None
        if details.get("delivery_fee") is None:
            tariff = await self._fees.at(self._work, details.get("pickup_lat"), details.get("pickup_lon"))
        details = await self._proving.details_of(sale_id, details)
        made = await self.deliveries.create(sale_id, user, details, tariff=tariff, destination=destination)
        await self._proving.begin(made)
        return made

    async def tariff_of(self, delivery: Delivery) -> Tariff:
        """What its like costs now. Ends the work's transaction, see ``DeliveryFees.at``."""
        return await self._fees.at(self._work, delivery.pickup_lat, delivery.pickup_lon)

    async def accept(
        self,
        key: DeliveryKey,
        transporter: Transporter,
        *,
        pickup_at: datetime | None,
        notes: str,
        position: LivePosition | None = None,
        happened_at: datetime | None = None,
    ) -> Delivery:
        """Take an available delivery, or confirm one's own. One of several who try gets it; the rest get Conflict.

        ``position``: where the transporter is, for the estimate of the arrival; ``happened_at``: when, by its phone's
        clock: who was first is decided by who is heard first, and what the taker does next may have been done since.
        """
        delivery = await self.deliveries.get(key, lock=True)
        if delivery.transporter_id == transporter.id and delivery.status is DeliveryStatus.ASSIGNED:
            if pickup_at is not None:
                errands = await self.errands_of(transporter)
                delivery.estimated_pickup_time = pickup_at
                self.expect(delivery, transporter, position, errands)
            if not await was_accepted(self._session, delivery):
                self._accepted(delivery, transporter.id, self._when(happened_at, delivery.assigned_at).at)
            return delivery
        if not LIFE.allows(DeliveryAct.ASSIGN, delivery.status):
            raise _already_assigned(delivery)
        if delivery.is_on_hold(self._clock.now()):
            raise Conflict(f"{ON_HOLD}.", code="on_hold", delivery_status=delivery.status.value)
        locked = await lock_transporter(self._session, transporter.id)
        load = await load_of(self._session, locked.id)
        self.check_can_take(locked, load, delivery)
        when = self._when(happened_at, _waits_since(delivery))
        await self.assign(delivery, locked, position=position, pickup_at=pickup_at, notes=notes, when=when)
        self._accepted(delivery, locked.id, when.at)
        await self._session.flush()
        return await self.deliveries.get(delivery.id)

    async def check_not_taken(self, key: DeliveryKey, transporter: Transporter) -> None:
        """Whoever comes when another has it long is told without a wait for the row. Raises NotFound, Conflict."""
        delivery = await self.deliveries.get_alone(key)
        if delivery.status is not DeliveryStatus.AVAILABLE and delivery.transporter_id != transporter.id:
            raise _already_assigned(delivery)

    def _accepted(self, delivery: Delivery, transporter_id: int, at: datetime) -> None:
        accepted = DeliveryAccepted(**identity(delivery), transporter_id=transporter_id)
        record(self._session, accepted, at=at)

    def _when(self, said: datetime | None, since: datetime | None) -> StepTime:
        return step_time(said, since=since, now=self._clock.now(), rules=self._rules.times)

    def check_can_take(self, transporter: Transporter, load: Load, delivery: Delivery) -> None:
        """Raises Forbidden (account, papers), Conflict (not available) or Invalid (weight, number of deliveries)."""
        if not transporter.account_in_order:  # whoever asks was let in a moment ago
            raise Forbidden("This account is no longer a transporter's.", code="wrong_role")
        self._check_papers(transporter, delivery)
        if not transporter.is_available:
            raise Conflict("You are not available. Set `is_available` to true first.", code="not_available")
        load.check_fits(transporter, delivery)

    def _check_papers(self, transporter: Transporter, delivery: Delivery) -> None:
        if not transporter.papers_in_order(nepal_date(self._clock.now())):
            detail, stands = "Your documents are expired or not verified.", delivery.status.value
            raise Forbidden(detail, code="documents_not_in_order", delivery_status=stands)

    async def assign(
        self,
        delivery: Delivery,
        transporter: Transporter,
        *,
        position: LivePosition | None,
        pickup_at: datetime | None = None,
        notes: str = "",
        when: StepTime | None = None,
    ) -> None:
        """Give a locked, available delivery to a locked transporter that was checked; ``when``: not just now."""
        await self._begin(delivery, transporter, position, pickup_at, when)
        self.deliveries.record(delivery, DeliveryAct.ASSIGN, ASSIGNED_MESSAGE, notes=notes, when=when)
        self._tell_assigned(delivery, transporter)

    async def keep(self, delivery: Delivery, transporter: Transporter, *, position: LivePosition | None) -> None:
        """The same where who gave it back takes that back: it has it as if it had accepted it now."""
        await self._begin(delivery, transporter, position, None, None)
        self.deliveries.record(delivery, DeliveryAct.UNDO_GIVE_BACK, KEPT_MESSAGE)
        self._accepted(delivery, transporter.id, self._clock.now())
        self._tell_assigned(delivery, transporter)

    async def _begin(
        self,
        delivery: Delivery,
        transporter: Transporter,
        position: LivePosition | None,
        pickup_at: datetime | None,
        when: StepTime | None,
    ) -> None:
        errands = await self.errands_of(transporter)
        delivery.assigned_at = self._clock.now() if when is None else when.at
        delivery.estimated_pickup_time = pickup_at
        delivery.transporter_id = transporter.id
        delivery.end_hold()
        self.expect(delivery, transporter, position, errands)

    async def reassign(
        self,
        delivery: Delivery,
        transporter: Transporter,
        *,
        position: LivePosition | None,
        reason: str,
        notes: str,
        happened_at: datetime | None = None,
    ) -> None:
        """Let a locked, checked transporter have a locked delivery of another; one that is aboard keeps its status.

        ``reason``: a word, for the event; ``notes``: a sentence, for the step; ``happened_at``: when the two met, where
        that was said.
        """
        errands = await self.errands_of(transporter)
        aboard, taken_from = delivery.picked_up_at is not None, delivery.transporter_id or 0
        if not aboard:
            delivery.assigned_at, delivery.estimated_pickup_time = self._clock.now(), None
        delivery.transporter_id = transporter.id
        self.expect(delivery, transporter, position, errands)
        moved = DeliveryReassigned(
            **identity(delivery),
            transporter_id=transporter.id,
            taken_from=taken_from,
            reason=reason,
            aboard=aboard,
            estimated_delivery_at=delivery.estimated_delivery_time,
        )
        message = HANDED_ON_MESSAGE if aboard else REASSIGNED_MESSAGE
        act = DeliveryAct.TRANSFER if aboard else DeliveryAct.REASSIGN
        when = self._when(happened_at, delivery.picked_up_at)
        self.deliveries.record(delivery, act, message, notes=notes, when=when, happened=[moved])
        self._tell_assigned(delivery, transporter)

    def _tell_assigned(self, delivery: Delivery, transporter: Transporter) -> None:
        notice = AssignmentNotice(
            transporter.id,
            delivery.id,
            str(delivery.delivery_id),
            delivery.tracking_number,
            delivery.pickup_address,
            delivery.delivery_address,
        )
        self._work.after_commit(lambda: self._publisher.assigned(notice))

    async def errands_of(self, transporter: Transporter) -> tuple[Errand, ...]:
        """All that a transporter has to do; it is asked before anything is changed, since asking writes that first."""
        if transporter.active_count == 0:
            return ()
        driver = await self._work.driver(writes=False)
        return (await errands_of(driver, [transporter.id])).get(transporter.id, ())

    def expect(
        self,
        delivery: Delivery,
        transporter: Transporter,
        position: LivePosition | None,
        errands: tuple[Errand, ...],
    ) -> None:
        """Keep when the parcel should be at its door, to whole minutes; a next try that is agreed stays.

        ``errands``: what its transporter has to do, with this one or without.
        """
        if delivery.retry_from is not None and delivery.retry_from > self._clock.now():
            delivery.estimated_delivery_time = delivery.retry_from
            return
        # Whoever has it goes there now, also where it was tried in vain and nobody had said when it is tried again.
        own = replace(errand_of(delivery, transporter.vehicle_type), undecided=False)
        arrival = expected_arrival(
            with_errand(errands, own),
            delivery.id,
            position,
            road_factor=self.road_factor,
            now=self._clock.now(),
        )
        delivery.estimated_delivery_time = arrival.likely_minute

    async def pick_up(self, key: DeliveryKey, transporter: Transporter, handover: Handover) -> DeliveryStep:
        """The parcel is with the transporter, whose papers are still in order."""
        delivery = await own_delivery(self.deliveries, key, transporter, self._clock.now())
        done = _step(delivery, DeliveryStatus.PICKED_UP)
        if done is not None:
            return done
        if not LIFE.allows(DeliveryAct.PICK_UP, delivery.status):
            raise does_not_fit(delivery, f"A delivery that is {delivery.status.value} cannot be picked up.")
        self._check_papers(transporter, delivery)  # one may have expired since
        await self._proving.check(delivery, End.PICKUP, handover)
        errands = await self.errands_of(transporter)
        when = self._when(handover.happened_at, delivery.assigned_at)
        delivery.pickup_photo = await keep_picture(self._work, self._photos, delivery, "pickup", handover.photo)
        delivery.pickup_signature = await keep_picture(
            self._work, self._photos, delivery, "pickup-signature", handover.signature
        )
        step = self.deliveries.record(
            delivery,
            DeliveryAct.PICK_UP,
            PICKED_UP_MESSAGE,
            place=_named(handover.place, delivery.pickup_address),
            notes=handover.notes,
            flags=handover.flags(self._rules, address=pickup_point(delivery), at=when.at),
            when=when,
        )
        delivery.picked_up_at = step.timestamp
        self.expect(delivery, transporter, None, errands)
        if delivery.return_of is None:
            await self._progress.shipped(delivery.sale)
        await self._proving.record(delivery, End.PICKUP, handover, step)
        return step

    async def deliver(
        self, key: DeliveryKey, transporter: Transporter, handover: Handover
    ) -> tuple[Delivery, DeliveryStep]:
        """The parcel is with the customer: the order moves on, the transporter earns and may be rated.

        What the transporter reports as the customer's rating counts until the customer rates, and only where neither
        the pickup nor the drop-off is flagged: whoever says where he is may as well say what he was told.

        Raises Forbidden, Conflict, and Invalid where what was required as proof is missing, or it cannot be that part.
        """
        delivery = await own_delivery(self.deliveries, key, transporter, self._clock.now())
        accepted, reason = part_of(delivery, handover)
        done = _step(delivery, DeliveryStatus.DELIVERED)
        if done is not None:
            check_same_part(delivery, accepted, reason)
            return delivery, done
        if not LIFE.allows(DeliveryAct.DELIVER, delivery.status):
            raise does_not_fit(delivery, "Only a parcel that was picked up can be delivered.")
        end = End.DROP_OFF if delivery.return_of is None else End.RETURN
        await self._proving.check(delivery, end, handover)
        # Before the step names it: two that name it and then want to hold it wait for each other.
        rewarded = await lock_transporter(self._session, transporter.id)
        when = self._when(handover.happened_at, delivery.picked_up_at)
        flags = handover.flags(
            self._rules,
            address=drop_off_point(delivery),
            at=when.at,
            before=(_taken_at(delivery), delivery.picked_up_at),
        )
        delivery.delivery_photo = await keep_picture(self._work, self._photos, delivery, "delivery", handover.photo)
        delivery.signature = await keep_picture(self._work, self._photos, delivery, "signature", handover.signature)
        delivery.quantity_accepted, delivery.partial_reason = accepted, reason
        step = self.deliveries.record(
            delivery,
            DeliveryAct.DELIVER,
            _handed_over(delivery),
            place=_named(handover.place, delivery.delivery_address),
            notes=handover.notes,
            flags=flags,
            when=when,
        )
        delivery.delivered_at = step.timestamp
        delivery.earnings = round_amount(delivery.delivery_fee * (1 - self._commission_rate))
        delivery.customer_rating = handover.customer_rating
        if not flags and not _place_flags(delivery, DeliveryStatus.PICKED_UP):
            delivery.counted_rating = handover.customer_rating
        rewarded.earned += delivery.earnings
        rewarded.change_ratings(None, delivery.counted_rating)
        if end is End.DROP_OFF:
            await self._progress.delivered(delivery.sale, accepted)
        await self._follow(self._work, delivery)
        await self._proving.record(delivery, end, handover, step)
        return delivery, step


def _waits_since(delivery: Delivery) -> datetime:
    """When it began to wait, the last time that it did; what is said of it while it waits is no beginning."""
    since, before = delivery.created_at, DeliveryStatus.AVAILABLE
    for step in delivery.tracking_history:
        if step.status is DeliveryStatus.AVAILABLE and before is not DeliveryStatus.AVAILABLE:
            since = step.timestamp
        before = step.status
    return since


def _step(delivery: Delivery, status: DeliveryStatus) -> DeliveryStep | None:
    return next((step for step in delivery.tracking_history if step.status is status), None)


def _handed_over(delivery: Delivery) -> str:
    if delivery.return_of is not None:
        return BROUGHT_BACK
    if delivery.quantity_accepted is None:
        return "Package delivered to recipient"
    return f"{delivery.quantity_accepted} of {delivery.sale.quantity} handed over to recipient"


def _place_flags(delivery: Delivery, status: DeliveryStatus) -> list[str]:
    step = _step(delivery, status)
    return [] if step is None else [flag for flag in step.flags if flag in PLACE_FLAGS]


def _taken_at(delivery: Delivery) -> Point | None:
    """Where the parcel was picked up: as it was said then, else where it should have been."""
    taken = _step(delivery, DeliveryStatus.PICKED_UP)
    said = None if taken is None else point_of(taken.lat, taken.lon)
    return said or pickup_point(delivery)


def _named(place: Place | None, address: str) -> Place | None:
    return None if place is None else Place(place.lat, place.lon, place.address or address)


def _already_assigned(delivery: Delivery) -> Conflict:
    # Others hear that somebody has it, and not how far it is.
    status = delivery.status if delivery.status is DeliveryStatus.CANCELLED else DeliveryStatus.ASSIGNED
    return Conflict("Delivery already assigned", code="already_assigned", delivery_status=status.value)
