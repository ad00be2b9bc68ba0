"""A delivery goes to another door than was said, by its buyer, its seller or a dispatcher. Lock order: delivery."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias

from dispatch.accounts.models import User
from dispatch.addresses.models import SavedAddress
from dispatch.database.work import Work
from dispatch.deliveries.changers import Changer, changer_of, check_not_too_often
from dispatch.deliveries.eta import road_distance_km
from dispatch.deliveries.expected_times import ExpectedTimes
from dispatch.deliveries.fees import DeliveryFees, Tariff
from dispatch.deliveries.happened import identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import ABOARD, Delivery
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict, Invalid
from dispatch.events.payloads.deliveries import DeliveryAddressChanged
from dispatch.geo import beyond_words, great_circle_m
from dispatch.money import round_amount
from dispatch.ports import ChangeNotice, LivePositions, Publisher

ADDRESS_CHANGED: Final = "Delivery address changed"
MOST_SIGNS: Final = 300
"""Of an address in one line."""
Point: TypeAlias = tuple[float, float]
"""Latitude and longitude, degrees."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a parcel goes, and who is found there; degrees, None where no point is known."""

    delivery_address: str
    delivery_lat: float | None
    delivery_lon: float | None
    delivery_contact_name: str
    delivery_contact_phone: str
    delivery_instructions: str

    @classmethod
    def of_address(cls, columns: Mapping[str, Any]) -> "Door":
        """Of an address as orders have them. Raises Invalid where it is too long for one line."""
        told = SavedAddress(**columns).full_address
        if len(told) > MOST_SIGNS:
            words = f"has at most {MOST_SIGNS} signs together with landmark, city, district, province and zip code"
            raise Invalid("The address is too long.", fields={"address": words})
        return cls(
            delivery_address=told,
            delivery_lat=columns["lat"],
            delivery_lon=columns["lon"],
            delivery_contact_name=columns["customer_name"],
            delivery_contact_phone=columns["phone_number"],
            delivery_instructions=columns["delivery_instructions"],
        )

    @classmethod
    def of_delivery(cls, delivery: Delivery) -> "Door":
        """Where it goes now."""
        return cls(*(getattr(delivery, name) for name in cls.__slots__))

    @property
    def point(self) -> Point | None:
        """Latitude and longitude."""
        return point_of(self.delivery_lat, self.delivery_lon)


@dataclass(frozen=True, slots=True)
class Readdressed:
    """A delivery with its door; ``changed_by`` is None where it went there already."""

    delivery: Delivery
    changed_by: Changer | None


class Readdressing:
    """The changes of one unit of work."""

    def __init__(
        self,
        work: Work,
        publisher: Publisher,
        live: LivePositions,
        deliveries: Deliveries,
        expected: ExpectedTimes,
        *,
        fees: DeliveryFees,
        most_km: float,
    ) -> None:
        """``most_km``: so far from the door before may a buyer or a seller put another one."""
        self._work = work
        self._publisher = publisher
        self._live = live
        self._deliveries = deliveries
        self._expected = expected
        self._fees = fees
        self._most_km = most_km

    async def change(self, key: DeliveryKey, user: User, door: Door) -> Readdressed:
        """Let a delivery go to another door; to the same one again changes nothing. Its transporter is told.

        Its buyer and its seller may until it is picked up, an admin until it has ended. What the buyer paid stays; the
        fee grows with the way and never falls. Raises NotFound for a delivery of others, Invalid, Conflict.
        """
        seen = await self._deliveries.get(key)
        changer = changer_of(seen, user)
        # What its like costs now; it ends the work's transaction.
        tariff = await self._fees.at(self._work, seen.pickup_lat, seen.pickup_lon)
        positions = {}
        if seen.transporter_id is not None:
            positions = await self._live.positions_of([seen.transporter_id])
        delivery = await self._deliveries.get(key, lock=True)
        before = Door.of_delivery(delivery)
        if before == door:
            return Readdressed(delivery, None)
        _check_status(delivery, changer)
        check_not_too_often(delivery, changer, ADDRESS_CHANGED)
        if changer is not Changer.DISPATCHER:
            check_near(before.point, door.point, self._most_km, {"delivery_status": delivery.status.value})
        carrier = delivery.transporter
        errands = () if carrier is None else await self._expected.errands_of(carrier)
        for name in Door.__slots__:
            setattr(delivery, name, getattr(door, name))
        self._reckon(delivery, tariff)
        if carrier is not None:
            self._expected.expect(delivery, carrier, positions.get(carrier.id), errands)
        self._tell(delivery, changer)
        await self._work.session.flush()
        return Readdressed(delivery, changer)

    def _reckon(self, delivery: Delivery, tariff: Tariff) -> None:
        """Distance and fee anew."""
        known = delivery.distance_km
        delivery.distance_km = road_distance_km(
            delivery.pickup_lat,
            delivery.pickup_lon,
            delivery.delivery_lat,
            delivery.delivery_lon,
            self._expected.road_factor,
        )
        if known is None or delivery.distance_km is None or delivery.distance_km <= known:
            return
        more = tariff.fees.per_km * (Decimal(str(delivery.distance_km)) - Decimal(str(known)))
        delivery.delivery_fee = max(delivery.delivery_fee, min(tariff.most, round_amount(delivery.delivery_fee + more)))

    def _tell(self, delivery: Delivery, changer: Changer) -> None:
        """Everybody who follows it; nobody is told a door who may not see it, so none is told here."""
        happened = DeliveryAddressChanged(
            **identity(delivery),
            changed_by=changer.value,
            estimated_delivery_at=delivery.estimated_delivery_time,
        )
        self._deliveries.record(delivery, DeliveryAct.CHANGE_ADDRESS, ADDRESS_CHANGED, happened=[happened])
        if delivery.transporter_id is not None:
            notice = ChangeNotice(delivery.transporter_id, delivery.id, str(delivery.delivery_id), "address")
            self._work.after_commit(partial(self._publisher.delivery_changed, notice))


def point_of(lat: float | None, lon: float | None) -> Point | None:
    """A point, where both of it are known."""
    return None if lat is None or lon is None else (lat, lon)


def check_near(before: Point | None, after: Point | None, most_km: float, told: Mapping[str, str]) -> None:
    """That a door is near the one that was paid for, where that is known. ``told``: what a refusal says beside it.

    Raises Invalid where nobody knows where the new door is, Conflict.
    """
    if before is None:
        return
    if after is None:
        words = f"a point or a full Plus Code is required, within {most_km:g} km of the door before"
        raise Invalid("Nobody knows where the new door is.", fields={"latitude": words})
    away_km = great_circle_m(*before, *after) / 1000
    if away_km > most_km:
        away, most = beyond_words(away_km * 1000, most_km * 1000)
        raise Conflict(
            f"The new door is {away} from the one before, and may be {most} from it. "
            "Cancel the order and order anew, or ask a dispatcher.",
            code="door_too_far",
            **told,
            away_km=round(away_km, 1),
            most_km=most_km,
        )


def _check_status(delivery: Delivery, changer: Changer) -> None:
    status = delivery.status.value
    if not LIFE.allows(DeliveryAct.CHANGE_ADDRESS, delivery.status):
        raise Conflict(
            f"A delivery that is {status} goes to no other door.", code="wrong_status", delivery_status=status
        )
    if delivery.status in ABOARD and changer is not Changer.DISPATCHER:
        raise Conflict(
            "The parcel was picked up already: a dispatcher can still change where it goes.",
            code="parcel_aboard",
            delivery_status=status,
        )
