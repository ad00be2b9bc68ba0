"""Making the delivery that brings a parcel, or the rest of it, back to its seller."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from dispatch.database.work import Work
from dispatch.deliveries.eta import expected_arrival, with_errand
from dispatch.deliveries.happened import identity
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryStep
from dispatch.deliveries.open_errands import errands_of
from dispatch.events.payloads.deliveries import DeliveryCreated, DeliveryPickedUp
from dispatch.events.recording import record
from dispatch.money import round_amount
from dispatch.numbers import tracking_number
from dispatch.ports import AssignmentNotice, Clock, Publisher

RETURNED = "Package goes back to its seller"
LIGHTEST = Decimal("0.001")
CARRIED = (
    "sale_id",
    "package_weight",
    "package_dimensions",
    "package_value",
    "fragile",
    "priority",
    "delivery_fee",
    "distance_km",
    "special_instructions",
)
"""What a return has of the delivery whose parcel it brings back: its courier earns for the way back what the way there
would have brought.
"""
PLACE = ("address", "lat", "lon", "contact_name", "contact_phone", "instructions")


class ReturnMaking:
    """The returns that are made in one unit of work."""

    def __init__(self, work: Work, clock: Clock, publisher: Publisher, *, road_factor: float) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._publisher = publisher
        self._road_factor = road_factor

    def made(
        self, delivery: Delivery, had_it: int | None, *, at: datetime, restocks: bool = True, rest: int | None = None
    ) -> Delivery:
        """From the customer's door, where the parcel is or should have been, to where it was fetched.

        ``at``: since when it goes back; ``rest``: so many of the sale's goods, where the others were handed over.
        """
        known = {name: getattr(delivery, name) for name in CARRIED}
        if rest is not None:
            known |= _part(delivery, rest)
        for part in PLACE:
            known[f"pickup_{part}"] = getattr(delivery, f"delivery_{part}")
            known[f"delivery_{part}"] = getattr(delivery, f"pickup_{part}")
        if had_it is not None:
            known |= {"transporter_id": had_it, "assigned_at": at, "picked_up_at": at, "pinned": True}
        return Delivery(
            **known,
            delivery_id=uuid4(),
            tracking_number=tracking_number(),
            return_of=delivery.id,
            restocks=restocks,
            rest_quantity=rest,
            label=delivery.label or delivery.tracking_number,  # what stands on the parcel
            return_proof=list(delivery.return_proof),
            drop_off_proof=[],
            status=DeliveryStatus.AVAILABLE if had_it is None else DeliveryStatus.PICKED_UP,
        )

    async def begin(self, made: Delivery, reason: str) -> None:
        """Tell of one that was written, and whoever has it aboard; of that one it is known when it should arrive."""
        now, order_id = self._clock.now(), None
        created = DeliveryCreated(**identity(made), sale_id=made.sale_id, order_id=order_id, return_of=made.return_of)
        record(self._session, created, at=now)
        if made.transporter_id is None:
            return
        await self._expect(made, made.transporter_id)
        step = DeliveryStep(
            delivery_id=made.id,
            status=made.status,
            message=RETURNED,
            notes=reason,
            timestamp=made.picked_up_at or now,
            noticed_at=now,
            transporter_id=made.transporter_id,
            flags=[],
        )
        self._session.add(step)
        picked_up = DeliveryPickedUp(**identity(made), transporter_id=made.transporter_id)
        record(self._session, picked_up, at=step.timestamp)
        notice = AssignmentNotice(
            made.transporter_id,
            made.id,
            str(made.delivery_id),
            made.tracking_number,
            made.pickup_address,
            made.delivery_address,
        )
        self._work.after_commit(lambda: self._publisher.assigned(notice))

    async def _expect(self, made: Delivery, transporter_id: int) -> None:
        """Without it, it would count as tried in vain with nobody saying when again, and come after all others."""
        errands = (await errands_of(await self._work.driver(writes=False), [transporter_id]))[transporter_id]
        own = next(one for one in errands if one.delivery_id == made.id)
        known = with_errand(errands, replace(own, undecided=False))
        arrival = expected_arrival(known, made.id, None, road_factor=self._road_factor, now=self._clock.now())
        made.estimated_delivery_time = arrival.likely_minute


def _part(delivery: Delivery, rest: int) -> dict[str, Decimal | None]:
    """What the rest weighs and is worth, as all its goods are alike."""
    whole = delivery.sale.quantity
    value = delivery.package_value
    return {
        "package_weight": max(LIGHTEST, (delivery.package_weight * rest / whole).quantize(LIGHTEST)),
        "package_value": None if value is None else round_amount(value * rest / whole),
    }
