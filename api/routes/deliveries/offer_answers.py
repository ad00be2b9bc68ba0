"""Answers about searches and offers. Times are the server's; scores 0 to 100, whole; km, kg, NPR."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from dispatch.assignments.pool import whole_score
from dispatch.deliveries.models import Delivery, DeliveryStatus, Priority
from dispatch.offers.acceptance import NONE_YET, Acceptance
from dispatch.offers.models import (
    DeclineReason,
    EndReason,
    Exhausted,
    Offer,
    OfferMode,
    OfferSearch,
    OfferStatus,
    SearchStatus,
)


class AcceptanceAnswer(Struct, frozen=True, kw_only=True):
    """Of the last hundred offers that were the transporter's only one at that moment; ``rate`` 0 to 1."""

    offered: int
    accepted: int
    rate: float | None


class AskedOffer(Struct, frozen=True, kw_only=True):
    """One transporter in a search. ``end_reason``: why it was withdrawn or voided."""

    id: int
    transporter_id: int
    transporter_name: str
    wave: int
    status: OfferStatus
    decline_reason: DeclineReason | None
    end_reason: EndReason | None
    score: int
    distance_km: float | None
    opens_at: datetime
    deadline: datetime
    ended_at: datetime | None
    acceptance: AcceptanceAnswer


class SearchAnswer(Struct, frozen=True, kw_only=True):
    """A search with its offers. ``wave`` is the newest, from 1; 0 before anybody was asked."""

    id: int
    mode: OfferMode
    status: SearchStatus
    deadline_s: int
    on_exhausted: Exhausted
    ask_again: bool
    wave: int
    started_at: datetime
    ended_at: datetime | None
    offers: list[AskedOffer]


class DeliverySearches(Struct, frozen=True, kw_only=True):
    """The searches of a delivery, newest first, twenty at most."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    transporter_id: int | None
    server_time: datetime
    searches: list[SearchAnswer]


class OfferedDelivery(Struct, frozen=True, kw_only=True):
    """What is offered."""

    id: int
    delivery_uuid: UUID
    tracking_number: str
    pickup_address: str
    pickup_latitude: float | None
    pickup_longitude: float | None
    delivery_address: str
    delivery_latitude: float | None
    delivery_longitude: float | None
    package_weight: float
    fragile: bool
    priority: Priority
    delivery_fee: Decimal
    trip_km: float | None
    requested_pickup_date: datetime | None
    requested_delivery_date: datetime | None


class OpenOffer(Struct, frozen=True, kw_only=True):
    """An open offer. ``distance_km``: from where the transporter was to the pickup."""

    id: int
    status: OfferStatus
    distance_km: float | None
    opens_at: datetime
    deadline: datetime
    delivery: OfferedDelivery


class OpenOffers(Struct, frozen=True, kw_only=True):
    """A transporter's open offers, the one that ends first first, and the server's time, which deadlines go by."""

    server_time: datetime
    offers: list[OpenOffer]
    acceptance: AcceptanceAnswer


class AnsweredOffer(Struct, frozen=True, kw_only=True):
    """An offer that was accepted or declined; ``delivery_status`` as it is now."""

    id: int
    status: OfferStatus
    delivery_id: int
    tracking_number: str
    delivery_status: DeliveryStatus
    transporter_id: int | None


def acceptance_answer(found: Acceptance) -> AcceptanceAnswer:
    """The figures of one transporter."""
    rate = None if found.rate is None else round(found.rate, 3)
    return AcceptanceAnswer(offered=found.offered, accepted=found.accepted, rate=rate)


def searches_answer(
    delivery: Delivery,
    searches: Sequence[OfferSearch],
    names: Mapping[int, str],
    acceptances: Mapping[int, Acceptance],
    now: datetime,
) -> DeliverySearches:
    """The searches of a delivery."""
    return DeliverySearches(
        delivery_id=delivery.id,
        delivery_uuid=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        transporter_id=delivery.transporter_id,
        server_time=now,
        searches=[_search(search, names, acceptances) for search in searches],
    )


def open_offers_answer(offers: Sequence[Offer], acceptance: Acceptance, now: datetime) -> OpenOffers:
    """A transporter's open offers."""
    return OpenOffers(
        server_time=now,
        offers=[
            OpenOffer(
                id=offer.id,
                status=OfferStatus.OPEN,
                distance_km=_rounded(offer.distance_km),
                opens_at=offer.opens_at,
                deadline=offer.deadline,
                delivery=_offered(offer.delivery),
            )
            for offer in offers
        ],
        acceptance=acceptance_answer(acceptance),
    )


def _search(search: OfferSearch, names: Mapping[int, str], acceptances: Mapping[int, Acceptance]) -> SearchAnswer:
    return SearchAnswer(
        id=search.id,
        mode=search.mode,
        status=search.status,
        deadline_s=search.deadline_s,
        on_exhausted=search.on_exhausted,
        ask_again=search.ask_again,
        wave=search.wave,
        started_at=search.started_at,
        ended_at=search.ended_at,
        offers=[
            AskedOffer(
                id=offer.id,
                transporter_id=offer.transporter_id,
                transporter_name=names.get(offer.transporter_id, ""),
                wave=offer.wave,
                status=offer.status,
                decline_reason=offer.decline_reason,
                end_reason=offer.end_reason,
                score=whole_score(offer.score),
                distance_km=_rounded(offer.distance_km),
                opens_at=offer.opens_at,
                deadline=offer.deadline,
                ended_at=offer.ended_at,
                acceptance=acceptance_answer(acceptances.get(offer.transporter_id, NONE_YET)),
            )
            for offer in search.offers
        ],
    )


def _offered(delivery: Delivery) -> OfferedDelivery:
    return OfferedDelivery(
        id=delivery.id,
        delivery_uuid=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        pickup_address=delivery.pickup_address,
        pickup_latitude=delivery.pickup_lat,
        pickup_longitude=delivery.pickup_lon,
        delivery_address=delivery.delivery_address,
        delivery_latitude=delivery.delivery_lat,
        delivery_longitude=delivery.delivery_lon,
        package_weight=float(delivery.package_weight),
        fragile=delivery.fragile,
        priority=delivery.priority,
        delivery_fee=delivery.delivery_fee,
        trip_km=_rounded(delivery.distance_km),
        requested_pickup_date=delivery.requested_pickup_date,
        requested_delivery_date=delivery.requested_delivery_date,
    )


def _rounded(km: float | None) -> float | None:
    return None if km is None else round(km, 2)
