"""Why a transporter cannot be given a delivery, in a code and in words that say what would have to change."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatch.assignments.pool import Pool
from dispatch.bikram_sambat import nepal_date
from dispatch.deliveries.loads import Load
from dispatch.deliveries.models import ABOARD, Delivery
from dispatch.geo import distance_words
from dispatch.keyed_columns import KeyedColumns
from dispatch.ports import Clock
from dispatch.transporters.kept import Standing
from dispatch.transporters.models import Transporter
from scoring import Reason


class Exclusion(StrEnum):
    """What stands against a transporter, from what is nearest to success to what is farthest from it."""

    TOO_FAR = "too_far"
    """Beyond the assignment radius of the pickup; a dispatcher may give it all the same."""
    OFFLINE = "offline"
    """Not heard of for long; a dispatcher may give it all the same."""
    NO_SLOT = "no_slot"
    TOO_HEAVY = "too_heavy"
    OFF_SHIFT = "off_shift"
    """It has planned to work at other times; a dispatcher may give it all the same."""
    NOT_AVAILABLE = "not_available"
    PAPERS = "papers"
    NOT_VERIFIED = "not_verified"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Room:
    """What somebody may still take: free kg, and deliveries under way of the most there may be."""

    free_kg: float
    active: int
    max_active: int


GIVEN_ALL_THE_SAME = frozenset({Exclusion.TOO_FAR, Exclusion.OFFLINE, Exclusion.OFF_SHIFT})
"""What stops nobody whom a dispatcher names, as long as there is room."""
EXCLUSIONS = tuple(Exclusion)
PLACE = {one: place for place, one in enumerate(EXCLUSIONS)}
_STANDINGS = {
    Standing.FITS: Exclusion.OFFLINE,
    Standing.ACCOUNT: Exclusion.ACCOUNT,
    Standing.NOT_VERIFIED: Exclusion.NOT_VERIFIED,
    Standing.PAPERS: Exclusion.PAPERS,
    Standing.NOT_AVAILABLE: Exclusion.NOT_AVAILABLE,
    Standing.OFF_SHIFT: Exclusion.OFF_SHIFT,
}
_NUMBERS = range(max(_STANDINGS) + 1)
OF_STANDING = np.array([PLACE[_STANDINGS.get(number, Exclusion.OFFLINE)] for number in _NUMBERS])
"""By ``Standing``: what it is to a dispatcher; whoever fits and is outside is not on the map."""
UNLESS_EXPIRED = np.array(
    [number in {Standing.FITS, Standing.NOT_AVAILABLE, Standing.OFF_SHIFT} for number in _NUMBERS]
)

_OF_RANKING = {
    Reason.TOO_FAR: Exclusion.TOO_FAR,
    Reason.TOO_HEAVY: Exclusion.TOO_HEAVY,
    Reason.NO_SLOT: Exclusion.NO_SLOT,
    Reason.UNAVAILABLE: Exclusion.NOT_AVAILABLE,
}
OF_REASON = np.array([PLACE.get(_OF_RANKING.get(Reason(code), Exclusion.TOO_FAR), 0) for code in range(len(Reason))])
"""By ``Reason`` of a ranking, of those that stand against somebody."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody who is no candidate. Km and kg; None where it is not known or does not matter."""

    transporter_id: int
    name: str
    vehicle_type: str
    why: Exclusion
    words: str
    distance_km: float | None = None
    free_kg: float | None = None
    active: int = 0
    max_active: int = 0
    can_be_given: bool = False
    """By a dispatcher, all the same."""


def words_of(why: Exclusion, room: Room, delivery: Delivery, distance_km: float | None) -> str:
    """The reason in words about this transporter."""
    if why is Exclusion.TOO_HEAVY:
        return f"Has {room.free_kg:g} kg free; the package weighs {float(delivery.package_weight):g} kg."
    if why is Exclusion.NO_SLOT:
        return f"Has {room.active} deliveries under way, of {room.max_active} at most."
    if why is Exclusion.TOO_FAR and distance_km is not None:
        place = "whoever has the parcel" if delivery.status in ABOARD else "the pickup"
        return f"Is {distance_words(distance_km * 1000)} from {place}, beyond the assignment radius."
    return WORDS[why]


WORDS = {
    Exclusion.TOO_FAR: "Is beyond the assignment radius of the pickup.",
    Exclusion.OFFLINE: "Is offline.",
    Exclusion.OFF_SHIFT: "Is outside of its planned shifts.",
    Exclusion.NOT_AVAILABLE: "Has said not to be available.",
    Exclusion.PAPERS: "Has a document that is expired or not verified.",
    Exclusion.NOT_VERIFIED: "Is not verified.",
    Exclusion.ACCOUNT: "The account is closed or no longer a transporter's.",
}


def outside_of(pool: Pool) -> tuple[KeyedColumns, npt.NDArray[np.int64]]:
    """Everybody who was asked for and is not in the pool, and the first thing that stands against each, as a place in
    ``EXCLUSIONS``. Whoever has another vehicle, or was left out, may lack nothing.
    """
    asked_for = ~pool.candidates.places_of(pool.everybody.keys)[1]
    if pool.vehicle_type is not None:
        asked_for &= pool.everybody["vehicle_type"] == pool.vehicle_type
    if pool.but is not None:
        asked_for &= pool.everybody.keys != pool.but
    outside = pool.everybody.take(asked_for)
    standing = outside["standing"]
    against = OF_STANDING[standing]
    against[(outside["papers_until"] < pool.today) & UNLESS_EXPIRED[standing]] = PLACE[Exclusion.PAPERS]
    return outside, against


def counts_of(against: npt.NDArray[np.integer[Any]]) -> dict[Exclusion, int]:
    """How often each stands against somebody; ``against``: places in ``EXCLUSIONS``."""
    numbers = np.bincount(against, minlength=len(EXCLUSIONS)).tolist()
    return {why: number for why, number in zip(EXCLUSIONS, numbers, strict=True) if number}


def exclusion_of(transporter: Transporter, load: Load, delivery: Delivery, clock: Clock) -> Exclusion | None:
    """What forbids giving a delivery to a transporter, whatever a dispatcher wants; its user and papers are loaded."""
    if not transporter.account_in_order:
        return Exclusion.ACCOUNT
    if transporter.verified_at is None:
        return Exclusion.NOT_VERIFIED
    if not transporter.papers_in_order(nepal_date(clock.now())):
        return Exclusion.PAPERS
    if not transporter.is_available:
        return Exclusion.NOT_AVAILABLE
    return no_room(Room(load.shown_free_kg(transporter), load.active, transporter.max_active), delivery)


def no_room(room: Room, delivery: Delivery) -> Exclusion | None:
    """Why a parcel is one too much for somebody, None where it is not."""
    if float(delivery.package_weight) > room.free_kg:
        return Exclusion.TOO_HEAVY
    return Exclusion.NO_SLOT if room.active >= room.max_active else None
