"""Deliveries as the contract writes them; each caller sees its own part.

Coordinates in degrees (WGS 84), distances in km, weights in kg, amounts in NPR as numbers.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict

from api.http.schemas import number
from api.routes.deliveries.attempt_answers import NextTry, NotedAttempt, next_try, noted_attempt
from api.routes.deliveries.hold_answers import HoldAnswer, OnHoldAnswer, hold_answer
from api.routes.deliveries.proof_bodies import DeliveryProofs, delivery_proofs
from api.routes.deliveries.proof_links import ProofLinks
from api.routes.deliveries.sold_answers import SoldAnswer
from api.routes.deliveries.step_answers import NotedStep, step_answer
from dispatch.accounts.models import Role, User
from dispatch.deliveries.attempts.models import DeliveryAttempt
from dispatch.deliveries.eta import Arrival
from dispatch.deliveries.models import Delivery, DeliveryStatus, Ending, PartialReason, Priority
from dispatch.deliveries.parts import pieces_in
from dispatch.deliveries.proving import required_of
from dispatch.proofs.models import DeliveryCode
from dispatch.transporters.models import Transporter

# A geohash of so many signs is a cell of 1.2 km × 0.6 km.
AREA_SIGNS = 6


class DeliveryRow(Struct, frozen=True, kw_only=True):
    """A delivery in a list. Degrees, km, kg, NPR."""

    id: int
    delivery_id: UUID
    tracking_number: str
    status: DeliveryStatus
    status_display: str
    priority: Priority
    pickup_address: str
    pickup_latitude: float | None
    pickup_longitude: float | None
    delivery_address: str
    delivery_latitude: float | None
    delivery_longitude: float | None
    package_weight: float
    delivery_fee: float
    distance_km: float | None
    assigned_at: datetime | None
    requested_pickup_date: datetime | None
    estimated_delivery_time: datetime | None
    created_at: datetime


class CreatedDelivery(DeliveryRow, frozen=True, kw_only=True):
    """A delivery for who made it."""

    marketplace_sale: int
    priority_display: str


class Carrier(Struct, frozen=True):
    """Who carries; the phone only for those who may call now."""

    id: int
    name: str
    business_name: str
    phone: str | None


class AcceptedDelivery(Struct, frozen=True, kw_only=True):
    """A delivery for the transporter who took it."""

    id: int
    delivery_id: UUID
    tracking_number: str
    status: DeliveryStatus
    status_display: str
    transporter: Carrier
    assigned_at: datetime | None
    estimated_pickup_time: datetime | None
    estimated_delivery_time: datetime | None


class RatedDelivery(Struct, frozen=True):
    """What the buyer thinks of a delivery, 1 to 5."""

    delivery_id: int
    delivery_uuid: UUID
    rating: int | None


class Package(Struct, frozen=True):
    """What is carried: kg and NPR."""

    weight: float
    dimensions: str
    value: float | None
    fragile: bool
    requires_signature: bool


class DetailedDelivery(CreatedDelivery, frozen=True, kw_only=True):
    """Everything about a delivery.

    ``attempts_left``: so often it may still be tried at its door. ``on_hold``: a person lets it wait; null for the
    transporter. ``goods`` and ``quantity``: what it holds, as it was ordered, and so many;
    ``quantity_accepted``: so many were handed over, where that was not all, and ``partial_reason`` why.
    ``reported_rating`` (the transporter's word), ``earnings``, ``hold`` (why it waits) and ``sold`` (whose it is) are
    for admins alone.
    """

    pickup_contact_name: str
    pickup_contact_phone: str | None
    pickup_instructions: str
    delivery_contact_name: str
    delivery_contact_phone: str | None
    delivery_instructions: str
    special_instructions: str
    requested_delivery_date: datetime | None
    ready_at: datetime | None
    estimated_pickup_time: datetime | None
    picked_up_at: datetime | None
    delivered_at: datetime | None
    ending: Ending | None
    return_of: int | None
    goods: str
    quantity: int
    quantity_accepted: int | None
    partial_reason: PartialReason | None
    customer_rating: int | None
    transporter: Carrier | None
    package_details: Package
    tracking_history: list[NotedStep]
    attempts: list[NotedAttempt]
    attempts_left: int
    next_try: NextTry | None
    on_hold: OnHoldAnswer | None
    proof: DeliveryProofs
    reported_rating: int | UnsetType | None = UNSET
    earnings: float | UnsetType | None = UNSET
    hold: HoldAnswer | UnsetType | None = UNSET
    sold: SoldAnswer | UnsetType = UNSET


def delivery_row(delivery: Delivery) -> DeliveryRow:
    """A delivery in a transporter's list."""
    return DeliveryRow(
        id=delivery.id,
        delivery_id=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        status_display=delivery.status.display,
        priority=delivery.priority,
        pickup_address=delivery.pickup_address,
        pickup_latitude=delivery.pickup_lat,
        pickup_longitude=delivery.pickup_lon,
        delivery_address=delivery.delivery_address,
        delivery_latitude=delivery.delivery_lat,
        delivery_longitude=delivery.delivery_lon,
        package_weight=float(delivery.package_weight),
        delivery_fee=float(delivery.delivery_fee),
        distance_km=delivery.distance_km,
        assigned_at=delivery.assigned_at,
        requested_pickup_date=delivery.requested_pickup_date,
        estimated_delivery_time=delivery.estimated_delivery_time,
        created_at=delivery.created_at,
    )


def created_delivery(delivery: Delivery) -> CreatedDelivery:
    """A delivery for who made it."""
    return CreatedDelivery(
        **asdict(delivery_row(delivery)),
        marketplace_sale=delivery.sale_id,
        priority_display=delivery.priority.value.title(),
    )


def accepted_delivery(delivery: Delivery, transporter: Transporter) -> AcceptedDelivery:
    """A delivery for the transporter who took it."""
    return AcceptedDelivery(
        id=delivery.id,
        delivery_id=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        status_display=delivery.status.display,
        transporter=_carrier(transporter),
        assigned_at=delivery.assigned_at,
        estimated_pickup_time=delivery.estimated_pickup_time,
        estimated_delivery_time=delivery.estimated_delivery_time,
    )


def detailed_delivery(
    delivery: Delivery,
    reader: User,
    links: ProofLinks,
    attempts: Sequence[DeliveryAttempt] = (),
    attempts_left: int = 0,
    code: DeliveryCode | None = None,
    on_hold: OnHoldAnswer | None = None,
    sold: SoldAnswer | UnsetType = UNSET,
) -> DetailedDelivery:
    """Everything about a delivery for who has to do with it; what makes steps implausible for admins alone."""
    transporter, for_admin = delivery.transporter, reader.has(Role.ADMIN)
    callable_now = for_admin or delivery.status.under_way
    contacts = callable_now or reader.id == delivery.sale.seller_id  # who wrote them down
    return DetailedDelivery(
        **asdict(created_delivery(delivery)),
        pickup_contact_name=delivery.pickup_contact_name,
        pickup_contact_phone=delivery.pickup_contact_phone if contacts else None,
        pickup_instructions=delivery.pickup_instructions,
        delivery_contact_name=delivery.delivery_contact_name,
        delivery_contact_phone=delivery.delivery_contact_phone if contacts else None,
        delivery_instructions=delivery.delivery_instructions,
        special_instructions=delivery.special_instructions,
        requested_delivery_date=delivery.requested_delivery_date,
        ready_at=delivery.ready_at,
        estimated_pickup_time=delivery.estimated_pickup_time,
        picked_up_at=delivery.picked_up_at,
        delivered_at=delivery.delivered_at,
        ending=delivery.ending,
        return_of=delivery.return_of,
        goods=delivery.sale.product_name,
        quantity=pieces_in(delivery),
        quantity_accepted=delivery.quantity_accepted,
        partial_reason=delivery.partial_reason,
        customer_rating=delivery.buyer_rating,
        transporter=_carrier(transporter, phone=callable_now) if transporter else None,
        package_details=package_of(delivery),
        tracking_history=[
            NotedStep(
                **asdict(step_answer(step)),
                notes=step.notes,
                happened_at=step.happened_at,
                flags=step.flags if for_admin else UNSET,
            )
            for step in delivery.tracking_history
        ],
        attempts=[noted_attempt(one, links, for_admin=for_admin) for one in attempts],
        attempts_left=attempts_left,
        next_try=next_try(delivery),
        on_hold=on_hold,
        proof=delivery_proofs(required_of(delivery), delivery.label, code),
        reported_rating=delivery.customer_rating if for_admin else UNSET,
        earnings=number(delivery.earnings) if for_admin else UNSET,
        hold=hold_answer(delivery) if for_admin else UNSET,
        sold=sold,
    )


def shown_time(delivery: Delivery, arrival: Arrival | None) -> datetime | None:
    """When the parcel should be at its door: as of now where that is known, else as it was expected last."""
    return arrival.likely_minute if arrival else delivery.estimated_delivery_time


def _carrier(transporter: Transporter, *, phone: bool = True) -> Carrier:
    return Carrier(
        transporter.id, transporter.user.name, transporter.business_name, transporter.phone if phone else None
    )


def package_of(delivery: Delivery) -> Package:
    """What is carried."""
    return Package(
        weight=float(delivery.package_weight),
        dimensions=delivery.package_dimensions,
        value=number(delivery.package_value),
        fragile=delivery.fragile,
        requires_signature=delivery.requires_signature,
    )
