"""Estimates of delivery as buyers read them. Amounts in NPR, as text with two decimals."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from api.routes.marketplace.answers import SellerAnswer
from dispatch.assignments.estimates.service import ParcelEstimate, Unknown
from dispatch.carts.models import Cart
from dispatch.catalogue.sums import PriceTerms
from dispatch.money import CURRENCY


class EstimatedMinutes(Struct, frozen=True):
    """From when the seller has it ready until it is at the door, to five minutes."""

    least: int
    most: int


class EstimatedArrival(Struct, frozen=True):
    """A window, to quarters of an hour."""

    earliest: datetime
    latest: datetime


class EstimatedParcel(Struct, frozen=True, kw_only=True):
    """Of one line of the cart. ``weight_kg``: of all of it; ``distance_km``: about how far it is carried."""

    item_id: int
    product_id: int
    product_name: str
    quantity: int
    seller: SellerAnswer
    weight_kg: float | None
    delivery_fee: Decimal
    distance_km: float | None
    way_minutes: EstimatedMinutes | None
    arrival: EstimatedArrival | None
    unknown: list[Unknown]


class CartEstimate(Struct, frozen=True, kw_only=True):
    """What delivery of a cart would cost and when it would come, as of ``at``.

    ``shipping_cost`` is what its buyer pays, ``delivery_fees`` what carrying all parcels would cost.
    """

    cart_id: int
    at: datetime
    currency: str
    shipping_cost: Decimal
    delivery_fees: Decimal
    parcels: list[EstimatedParcel]


def cart_estimate(cart: Cart, prices: PriceTerms, parcels: Sequence[ParcelEstimate], now: datetime) -> CartEstimate:
    """Of a cart with its items, their products and sellers loaded."""
    sums = prices.sums_of((item.product.price * item.quantity, item.product.is_taxed) for item in cart.items)
    return CartEstimate(
        cart_id=cart.id,
        at=now,
        currency=CURRENCY,
        shipping_cost=sums.shipping_cost,
        delivery_fees=sum((one.fee for one in parcels), Decimal("0.00")),
        parcels=[_parcel(one) for one in parcels],
    )


def _parcel(one: ParcelEstimate) -> EstimatedParcel:
    product, way, arrival = one.item.product, one.way, one.arrival
    return EstimatedParcel(
        item_id=one.item.id,
        product_id=product.id,
        product_name=product.name,
        quantity=one.item.quantity,
        seller=SellerAnswer(product.seller_id, product.seller.name),
        weight_kg=None if one.weight_kg is None else float(one.weight_kg),
        delivery_fee=one.fee,
        distance_km=one.distance_km,
        way_minutes=None if way is None else EstimatedMinutes(_minutes(way.least), _minutes(way.most)),
        arrival=None if arrival is None else EstimatedArrival(arrival.earliest, arrival.latest),
        unknown=list(one.unknown),
    )


def _minutes(lasts: timedelta) -> int:
    return lasts // timedelta(minutes=1)
