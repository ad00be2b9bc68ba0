"""A parcel for anyone who has its tracking number. Degrees, km, kg, NPR; times UTC."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from msgspec import UNSET, Struct, UnsetType, structs

from api.routes.deliveries.answers import AREA_SIGNS, Package, package_of, shown_time
from api.routes.deliveries.attempt_answers import AttemptAnswer, NextTry, attempt_answer, next_try
from api.routes.deliveries.step_answers import Point, StepAnswer, step_answer
from dispatch.arrivals.events import DeliveryEvent, EventKind
from dispatch.cancellations.return_ends import ReturnEnd
from dispatch.deliveries.attempts.models import DeliveryAttempt
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryStep, Ending
from dispatch.geo import geo_cell
from dispatch.ports import LivePosition
from dispatch.sales.objections import DeliveryObjection, ObjectionReason, ObjectionStatus
from dispatch.tracking.privacy import ENDED, Element, Privacy, Stage, is_shown, tells_when_it_ended
from dispatch.transporters.models import Transporter

AT_DOOR: Final = (EventKind.ARRIVED_AT_DROPOFF, EventKind.LEFT_DROPOFF)


class ArrivalWindow(Struct, frozen=True):
    """Between when the parcel is at the door. ``stops_before``: where its transporter goes for others before that."""

    earliest: datetime
    latest: datetime
    stops_before: int


class TrackedCarrier(Struct, frozen=True):
    """Who brings it: where they are not shown, ``name`` is the first name alone, the others null."""

    name: str
    business_name: str
    phone: str | None
    vehicle_type: str
    vehicle_number: str | None


class TrackedEvent(Struct, frozen=True):
    """Something that was noticed on the way: ``timestamp`` when it was, ``noticed_at`` when we knew."""

    kind: EventKind
    message: str
    timestamp: datetime
    noticed_at: datetime
    location: Point | None


class TrackedPosition(Struct, frozen=True):
    """The newest fix of who brings it: degrees, metres; ``age_s`` in seconds by the server's clock."""

    lat: float
    lon: float
    recorded_at: datetime
    accuracy_m: float | None
    age_s: float


class TrackedArea(Struct, frozen=True):
    """About where something is: a geohash cell, its middle and its size, all in degrees."""

    cell: str
    latitude: float
    longitude: float
    height_deg: float
    width_deg: float


class TrackedHold(Struct, frozen=True):
    """Somebody lets it wait: until then, or until it is resumed where ``until`` is null. Why is not told."""

    since: datetime
    until: datetime | None


class TrackedObjection(Struct, frozen=True, kw_only=True):
    """That a parcel did not come as it was told: it is looked into while `open`; ``answer`` says of the decision."""

    reason: ObjectionReason
    note: str
    made_at: datetime
    status: ObjectionStatus
    decided_at: datetime | None
    answer: str


class TrackedDelivery(Struct, frozen=True, kw_only=True):
    """A parcel, where it is and when it comes; what its seller does not show is null, or left out of a list.

    ``tracking_number`` is empty for whoever follows by a share link: the link ends, the number does not.
    ``hidden`` names what is not shown now, ``code_shows`` what of it the parcel's code would show.
    ``ending``: how it ended, where it did not go well; ``return_ended``: of what went back to its seller, how that
    ended, null before. ``ended_at``: when it arrived or was cancelled, null before that and where its seller shows
    nothing of it. ``position`` only while it is under way, as in the live frames.

    ``tries_left``: how often it may still be tried, null where its history is not shown; after the last it goes back.
    ``can_reschedule``: whether its buyer may say when it is tried again, after an attempt and while another may follow.

    ``requested_delivery_date``: by when it was asked for; ``planned_delivery_time``: expected when it was taken or
    picked up. ``estimated_delivery_time`` is compared with them: where it is later, its customer is told so.

    ``delivery_area``: the quarter of the door, about 1 km by 0.6 km; the number stands on the parcel, so whoever has it
    is not told the house. Null where nobody has said where the door is.

    ``unlock``: only to whoever needs no code; what ``unlock/`` answers to others, for ``events/`` and the socket.
    ``objection``: what its buyer, or whoever knows the code, objected, to them, its seller and admins alone;
    ``objects_until``: until when who asks may still object, null for everybody who may not.
    """

    tracking_number: str
    status: DeliveryStatus
    status_display: str
    ending: Ending | None
    return_ended: ReturnEnd | None
    ended_at: datetime | None
    pickup_address: str | None
    delivery_address: str | None
    delivery_area: TrackedArea | None
    estimated_delivery_time: datetime | None
    requested_delivery_date: datetime | None
    planned_delivery_time: datetime | None
    eta: ArrivalWindow | None
    position: TrackedPosition | None
    transporter: TrackedCarrier | None
    tracking_history: list[StepAnswer]
    attempts: list[AttemptAnswer]
    next_try: NextTry | None
    tries_left: int | None
    can_reschedule: bool
    on_hold: TrackedHold | None
    events: list[TrackedEvent]
    distance_km: float | None
    package_details: Package
    hidden: list[Element]
    code_shows: list[Element]
    objection: TrackedObjection | None
    objects_until: datetime | None
    unlock: str | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Sight:
    """What one who looks may see now."""

    privacy: Privacy
    stage: Stage

    def of(self, element: Element) -> bool:
        """Whether an element is shown."""
        return is_shown(self.privacy, element, self.stage)

    @property
    def hidden(self) -> list[Element]:
        """What is not shown."""
        return [element for element in Element if not self.of(element)]

    @property
    def code_shows(self) -> list[Element]:
        """What would be shown to whoever gives the parcel's code."""
        unlocked = Sight(self.privacy, replace(self.stage, unlocked=True))
        return [element for element in self.hidden if unlocked.of(element)]


def tracked_delivery(
    delivery: Delivery,
    events: Sequence[DeliveryEvent],
    attempts: Sequence[DeliveryAttempt],
    tries_left: int,
    sight: Sight,
    position: TrackedPosition | None = None,
) -> TrackedDelivery:
    """A delivery for anyone who has its tracking number.

    The arrival at the door is from where the transporter is now; else the estimate stands that was made last.
    """
    arrival, gone = sight.stage.arrival, delivery.status in ENDED and not sight.of(Element.AFTER_END)
    history = sight.of(Element.HISTORY)
    return TrackedDelivery(
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        status_display=delivery.status.display,
        ending=delivery.ending,
        return_ended=None,
        ended_at=_ended_at(delivery, sight),
        pickup_address=delivery.pickup_address if sight.of(Element.PICKUP_ADDRESS) else None,
        delivery_address=delivery.delivery_address if sight.of(Element.DELIVERY_ADDRESS) else None,
        delivery_area=None if gone else _area(delivery.delivery_lat, delivery.delivery_lon),
        estimated_delivery_time=None if gone else shown_time(delivery, arrival),
        requested_delivery_date=None if gone else delivery.requested_delivery_date,
        planned_delivery_time=None if gone else delivery.estimated_delivery_time,
        eta=ArrivalWindow(arrival.earliest, arrival.latest, arrival.stops_before) if arrival else None,
        position=position if sight.of(Element.POSITION) else None,
        transporter=_carrier(delivery.transporter, sight) if delivery.transporter and not gone else None,
        tracking_history=[_step(step, sight) for step in delivery.tracking_history] if history else [],
        attempts=[attempt_answer(one) for one in attempts] if history else [],
        next_try=next_try(delivery),
        tries_left=tries_left if history else None,
        can_reschedule=False,
        on_hold=_hold(delivery, sight.stage.now),
        events=[_event(event, sight) for event in events] if history else [],
        distance_km=None if gone else delivery.distance_km,
        package_details=package_of(delivery),
        objection=None,
        objects_until=None,
        hidden=sight.hidden,
        code_shows=sight.code_shows,
    )


def tracked_objection(objection: DeliveryObjection) -> TrackedObjection:
    """An objection for whoever it is the business of."""
    return TrackedObjection(
        reason=objection.reason,
        note=objection.note,
        made_at=objection.made_at,
        status=objection.status,
        decided_at=objection.decided_at,
        answer=objection.answer,
    )


def tracked_position(live: LivePosition, now: datetime) -> TrackedPosition:
    """A live position for anyone who has the tracking number of a parcel under way."""
    age_s = round(max(0.0, (now - live.recorded_at).total_seconds()), 1)
    return TrackedPosition(live.lat, live.lon, live.recorded_at, live.accuracy_m, age_s)


def _ended_at(delivery: Delivery, sight: Sight) -> datetime | None:
    if not tells_when_it_ended(sight.privacy, sight.stage):
        return None
    # The first: what is sent back or found damaged days later takes another step, and its status stays.
    return next((step.timestamp for step in delivery.tracking_history if step.status is delivery.status), None)


def _area(lat: float | None, lon: float | None) -> TrackedArea | None:
    if lat is None or lon is None:
        return None
    cell = geo_cell(lat, lon, AREA_SIGNS)
    return TrackedArea(cell.name, cell.lat, cell.lon, cell.height_deg, cell.width_deg)


def _hold(delivery: Delivery, now: datetime) -> TrackedHold | None:
    since = delivery.on_hold_since
    return TrackedHold(since, delivery.on_hold_until) if since is not None and delivery.is_on_hold(now) else None


def _carrier(transporter: Transporter, sight: Sight) -> TrackedCarrier:
    name = transporter.user.name
    return TrackedCarrier(
        name=name if sight.of(Element.SURNAME) else (name.split() or [name])[0],
        business_name=transporter.business_name,
        phone=transporter.phone if sight.of(Element.PHONE) else None,
        vehicle_type=transporter.vehicle_type,
        vehicle_number=transporter.vehicle_number if sight.of(Element.VEHICLE_NUMBER) else None,
    )


def _step(step: DeliveryStep, sight: Sight) -> StepAnswer:
    """Where a step happened tells the address of the end where it happened."""
    at_door = step.status is DeliveryStatus.DELIVERED
    shown = sight.of(Element.DELIVERY_ADDRESS if at_door else Element.PICKUP_ADDRESS)
    answer = step_answer(step)
    return answer if shown else structs.replace(answer, location=None)


def _event(event: DeliveryEvent, sight: Sight) -> TrackedEvent:
    shown = sight.of(Element.DELIVERY_ADDRESS if event.kind in AT_DOOR else Element.PICKUP_ADDRESS)
    lat, lon = event.lat, event.lon
    place = Point(lat, lon) if shown and lat is not None and lon is not None else None
    return TrackedEvent(event.kind, event.kind.message, event.at, event.noticed_at, place)
