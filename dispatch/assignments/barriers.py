"""What stands against a transporter in a kept decision, and what would have had to be otherwise."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from dispatch.decisions.snapshot import LEFT_OUT, OTHER_VEHICLE
from dispatch.transporters.kept import Standing
from scoring import Params

FULL_TERM = 100.0
MOST_STARS = 5.0


class Verdict(StrEnum):
    """Why a transporter got a delivery or did not, from the nearest to success to the farthest."""

    CHOSEN = "chosen"
    EQUAL = "equal"
    """It would have done as well."""
    OUTBID = "outbid"
    """Somebody scored higher, or in a plan for many its place was worth more for another delivery."""
    CHANGED = "changed"
    """It scored higher and could not take it any more when the assignment was written."""
    BY_HAND = "by_hand"
    """A dispatcher named somebody else."""
    GAVE_BACK = "gave_back"
    """It had had the delivery and given it back."""
    FORBIDDEN = "forbidden"
    """Somebody ruled this pair out."""
    TOO_FAR = "too_far"
    TOO_HEAVY = "too_heavy"
    NO_SLOT = "no_slot"
    LEFT_OUT = "left_out"
    """The deliveries were to go to anybody else."""
    OTHER_VEHICLE = "other_vehicle"
    OFF_SHIFT = "off_shift"
    """It had planned to work at other times."""
    NOT_AVAILABLE = "not_available"
    PAPERS = "papers"
    NOT_VERIFIED = "not_verified"
    ACCOUNT = "account"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Barrier:
    """One thing that stands against somebody, and in words what would have to change."""

    why: Verdict
    words: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A transporter and a parcel as they were. Km, kg, 0 to 5; ``distance_km`` None where the pickup had no place."""

    standing: int
    distance_km: float | None
    rating: float
    free_kg: float
    active: int
    max_active: int
    weight_kg: float


OF_STANDING = {
    Standing.ACCOUNT: Barrier(Verdict.ACCOUNT, "An open account with the role of a transporter."),
    Standing.NOT_VERIFIED: Barrier(Verdict.NOT_VERIFIED, "A verified profile."),
    Standing.PAPERS: Barrier(Verdict.PAPERS, "Verified papers that have not expired."),
    Standing.NOT_AVAILABLE: Barrier(Verdict.NOT_AVAILABLE, "Saying to be available."),
    Standing.OFF_SHIFT: Barrier(Verdict.OFF_SHIFT, "A planned shift at that time, or no planned shifts at all."),
    LEFT_OUT: Barrier(Verdict.LEFT_OUT, "Not being the one that the deliveries were taken from."),
    OTHER_VEHICLE: Barrier(Verdict.OTHER_VEHICLE, "A vehicle of the type that was asked for."),
}


def barriers_of(pair: Pair, radius_km: float) -> list[Barrier]:
    """All that bars the pair, whatever it would score; what bars it for every parcel comes first."""
    found = []
    if pair.standing in OF_STANDING:
        found.append(OF_STANDING[pair.standing])
    if pair.active >= pair.max_active:
        over = pair.active - pair.max_active + 1
        found.append(
            Barrier(
                Verdict.NO_SLOT,
                f"{_deliveries(over)} fewer under way: {pair.active} of {pair.max_active} at most.",
            )
        )
    if pair.weight_kg > pair.free_kg:
        less = _amount(pair.weight_kg - pair.free_kg)
        found.append(
            Barrier(Verdict.TOO_HEAVY, f"{less} kg less, or a vehicle with {_amount(pair.weight_kg)} kg free.")
        )
    if pair.distance_km is not None and pair.distance_km > radius_km:
        found.append(Barrier(Verdict.TOO_FAR, f"{_amount(pair.distance_km - radius_km)} km nearer to the pickup."))
    return found


def ways_to(pair: Pair, points: float, params: Params) -> list[str]:
    """What alone would raise the pair's score by so many points: those ways only that there are."""
    distance, rating, capacity, workload = (weight / params.total_weight for weight in params.weights)
    ways = []
    if distance and pair.distance_km is not None:
        nearer_km = points / distance * params.radius_m / 1000 / FULL_TERM
        if nearer_km <= pair.distance_km:
            ways.append(f"{_amount(nearer_km)} km nearer to the pickup.")
    if workload:
        fewer = ceil(points / workload * max(pair.max_active, 1) / FULL_TERM - 1e-9)
        if fewer <= pair.active:
            ways.append(f"{_deliveries(fewer)} fewer under way.")
    if rating:
        stars = points / rating * MOST_STARS / FULL_TERM
        if pair.rating + stars <= MOST_STARS:
            ways.append(f"A rating of {_amount(pair.rating + stars)} instead of {pair.rating:.2f}.")
    if capacity and pair.free_kg > 0:
        term = min(FULL_TERM, 2 * FULL_TERM * (1 - pair.weight_kg / pair.free_kg)) + points / capacity
        if term <= FULL_TERM:
            ways.append(
                f"{_amount(pair.weight_kg / (1 - term / 2 / FULL_TERM))} kg free instead of {pair.free_kg:.1f}."
            )
    return ways


def _amount(value: float) -> str:
    """Rounded up: with what is said it would have been enough."""
    return f"{ceil(value * 100 - 1e-7) / 100:g}"


def _deliveries(number: int) -> str:
    return "1 delivery" if number == 1 else f"{number} deliveries"
