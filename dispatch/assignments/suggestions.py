"""What would have helped a delivery that nobody can take, reckoned from what stands against each transporter."""

import math
from collections.abc import Collection

import numpy as np

from dispatch.assignments.exclusions import EXCLUSIONS, OF_REASON, PLACE, Exclusion, outside_of
from dispatch.assignments.pool import ALL_CHANGED, REASON_TEXTS, Pool
from dispatch.assignments.ranked import nobody_of
from dispatch.assignments.results import NoTransporter
from dispatch.deliveries.models import Delivery
from dispatch.geo import great_circles_m
from scoring import Ranking, Reason

FEW = 3
"""The radius that is suggested lets so many more in."""

# By what stands against them: said of one, and of several.
OF_COUNT = {
    Exclusion.NO_SLOT: (
        "1 in reach has as many deliveries as it may: allow it more at once, or wait for one to end",
        "{n} in reach have as many deliveries as they may: allow one of them more at once, or wait for one to end",
    ),
    Exclusion.TOO_HEAVY: (
        "1 in reach has too little free capacity for {kg:g} kg: split the parcel, or wait until it has delivered",
        "{n} in reach have too little free capacity for {kg:g} kg: split the parcel, or wait until one has delivered",
    ),
    Exclusion.OFFLINE: (
        "1 is verified and available but offline: ask it to open the app",
        "{n} are verified and available but offline: ask one of them to open the app",
    ),
    Exclusion.OFF_SHIFT: (
        "1 is outside of its planned shifts: give it by hand, or ask it to change them",
        "{n} are outside of their planned shifts: give it to one by hand, or ask one to change them",
    ),
    Exclusion.NOT_AVAILABLE: (
        "1 has said not to be available: ask it to go on duty",
        "{n} have said not to be available: ask one of them to go on duty",
    ),
    Exclusion.PAPERS: (
        "1 has a document that is expired or not verified: look at it",
        "{n} have a document that is expired or not verified: look at them",
    ),
    Exclusion.NOT_VERIFIED: (
        "1 is not verified: verify it",
        "{n} are not verified: verify one of them",
    ),
}
# Said of one, and of several, who could have it and yet do not get it.
GAVE_BACK = (
    "1 could have it and gave it back before: give it by hand",
    "{n} could have it and gave it back before: give it to one by hand",
)
CHANGED = "Somebody who could have it changed meanwhile: try again"
NOBODY_AT_ALL = "Nobody carries here yet: register a transporter and verify it"
NOBODY_ELSE = "Nobody else carries here yet: register another transporter and verify it"
NO_VEHICLE = "Nobody has such a vehicle yet: ask for any other"


def no_transporter(delivery: Delivery, ranking: Ranking, pool: Pool, gave_back: Collection[int] = ()) -> NoTransporter:
    """Why nobody gets it, and what would have helped. ``gave_back``: whoever had it and did not want it."""
    could = pool.ids[ranking.reason == Reason.NONE]
    back = int(np.isin(could, list(gave_back)).sum())
    found = [GAVE_BACK[back > 1].format(n=back)] if back else []
    if back < could.size:
        found.append(CHANGED)
    found += _suggestions(delivery, ranking, pool)
    why = nobody_of(ranking)
    if could.size:
        why = REASON_TEXTS[Reason.FORBIDDEN] if back == could.size else ALL_CHANGED
    return NoTransporter(why, found or [_nobody_at_all(pool)])


def _nobody_at_all(pool: Pool) -> str:
    if pool.vehicle_type is not None:
        return NO_VEHICLE
    return NOBODY_AT_ALL if pool.but is None else NOBODY_ELSE


def _suggestions(delivery: Delivery, ranking: Ranking, pool: Pool) -> list[str]:
    """What would let somebody take it, what is nearest to success first."""
    kg = float(delivery.package_weight)
    barred = np.flatnonzero(ranking.reason != Reason.NONE)
    against = OF_REASON[ranking.reason[barred]]
    counts = np.bincount(np.concatenate([against, outside_of(pool)[1]]), minlength=len(EXCLUSIONS)).tolist()
    found = _wider_radius(delivery, pool, barred[against == PLACE[Exclusion.TOO_FAR]], kg)
    for why, (of_one, of_several) in OF_COUNT.items():
        number = counts[PLACE[why]]
        if number:
            found.append((of_one if number == 1 else of_several).format(n=number, kg=kg))
    return found


def _wider_radius(
    delivery: Delivery, pool: Pool, far: "np.ndarray[tuple[int], np.dtype[np.intp]]", kg: float
) -> list[str]:
    """How wide the radius would have to be for the nearest few of those whom nothing but the distance bars."""
    if delivery.pickup_lat is None or delivery.pickup_lon is None:
        return []
    columns = pool.candidates
    fit = far[(columns["free_kg"][far] >= kg) & (columns["active"][far] < columns["max_active"][far])]
    if not fit.size:
        return []
    lat, lon = (column[pool.place_rows[fit]] for column in (pool.places.lat, pool.places.lon))
    metres = np.sort(great_circles_m(delivery.pickup_lat, delivery.pickup_lon, lat, lon))
    few = min(FEW, metres.size)
    return [f"Raise the radius to {math.ceil(metres[few - 1] / 100) / 10:.1f} km: {few} more"]
