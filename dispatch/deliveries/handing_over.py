"""A parcel changes hands: a transporter picks it up, and hands it over at its door.

Phones repeat a request whose answer they lost, so a step that this transporter has already taken answers as it did
the first time and changes nothing.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal

from dispatch.database.work import Work
from dispatch.deliveries.carried import check_papers, does_not_fit, keep_picture, own_delivery
from dispatch.deliveries.expected_times import ExpectedTimes
from dispatch.deliveries.handover import (
    PLACE_FLAGS,
    Handover,
    HandoverRules,
    Point,
    drop_off_point,
    pickup_point,
    point_of,
)
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryStep
from dispatch.deliveries.parts import check_same_part, part_of
from dispatch.deliveries.proving import Proving
from dispatch.deliveries.service import Deliveries, DeliveryKey, Place
from dispatch.deliveries.step_times import StepTime, step_time
from dispatch.money import round_amount
from dispatch.ports import Clock, PhotoStore
from dispatch.proofs.kinds import End
from dispatch.sales.progress import OrderProgress
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter

PICKED_UP_MESSAGE = "Package picked up from sender"
BROUGHT_BACK = "Package brought back to its seller"


class HandingOver:
    """The handovers of one unit of work. Lock order: delivery, transporter, order."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        photos: PhotoStore,
        deliveries: Deliveries,
        expected: ExpectedTimes,
        *,
        commission_rate: Decimal,
        rules: HandoverRules,
        proving: Proving,
        follow: Callable[[Work, Delivery], Awaitable[None]],
    ) -> None:
        """``follow``: what follows for goods and money where a return is with its seller, or a part was handed over."""
        self._work = work
        self._session = work.session
        self._clock = clock
        self._photos = photos
        self._deliveries = deliveries
        self._expected = expected
        self._commission_rate = commission_rate
        self._rules = rules
        self._proving = proving
        self._follow = follow
        self._progress = OrderProgress(work, clock)

    async def pick_up(self, key: DeliveryKey, transporter: Transporter, handover: Handover) -> DeliveryStep:
        """The parcel is with the transporter, whose papers are still in order."""
        delivery = await own_delivery(self._deliveries, key, transporter, self._clock.now())
        done = _step(delivery, DeliveryStatus.PICKED_UP)
        if done is not None:
            return done
        if not LIFE.allows(DeliveryAct.PICK_UP, delivery.status):
            raise does_not_fit(delivery, f"A delivery that is {delivery.status.value} cannot be picked up.")
        check_papers(transporter, delivery, self._clock.now())  # one may have expired since
        await self._proving.check(delivery, End.PICKUP, handover)
        errands = await self._expected.errands_of(transporter)
        when = self._when(handover.happened_at, delivery.assigned_at)
        delivery.pickup_photo = await keep_picture(self._work, self._photos, delivery, "pickup", handover.photo)
        delivery.pickup_signature = await keep_picture(
            self._work, self._photos, delivery, "pickup-signature", handover.signature
        )
        step = self._deliveries.record(
            delivery,
            DeliveryAct.PICK_UP,
            PICKED_UP_MESSAGE,
            place=_named(handover.place, delivery.pickup_address),
            notes=handover.notes,
            flags=handover.flags(self._rules, address=pickup_point(delivery), at=when.at),
            when=when,
        )
        delivery.picked_up_at = step.timestamp
        self._expected.expect(delivery, transporter, None, errands)
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
        delivery = await own_delivery(self._deliveries, key, transporter, self._clock.now())
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
        step = self._deliveries.record(
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

    def _when(self, said: datetime | None, since: datetime | None) -> StepTime:
        return step_time(said, since=since, now=self._clock.now(), rules=self._rules.times)


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
