"""A snapshot of who could carry something now, as the arrays that the scoring wants."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from dispatch.assignments.shifts import within_shifts
from dispatch.bikram_sambat import nepal_date
from dispatch.database.work import Work
from dispatch.deliveries.eta import VEHICLE_TYPES
from dispatch.deliveries.models import Priority
from dispatch.errors import Invalid
from dispatch.keyed_columns import KeyedColumns
from dispatch.ports import Clock, LivePlaces, LivePosition, LivePositions
from dispatch.transporters.kept import KeptTransporters, Standing
from dispatch.transporters.models import Transporter
from scoring import Reason
from scoring import Transporters as TransporterRows

MOST_TYPES_NAMED = 30
URGENCY = {Priority.LOW: 0.0, Priority.NORMAL: 1.0, Priority.HIGH: 2.0, Priority.URGENT: 3.0}

NO_TRANSPORTER_FOUND = "No available transporters found for this delivery"
"""What the contract answers wherever nobody can take a delivery; why is told beside it, by the table below."""

REASON_TEXTS = {
    Reason.NO_TRANSPORTERS: "Nobody is online, available and verified.",
    Reason.UNAVAILABLE: "Nobody is online, available and verified.",
    Reason.TOO_FAR: "Nobody is within the assignment radius of the pickup.",
    Reason.TOO_HEAVY: "Nobody in reach has enough free capacity for the package.",
    Reason.NO_SLOT: "All in reach have as many deliveries as they may.",
    Reason.OUTBID: "All in reach were given deliveries that score higher.",
    Reason.NO_ROOM: "Those in reach have no room left beside what they were given.",
    Reason.FORBIDDEN: "All who could have it gave it back before or were ruled out.",
}
ALL_CHANGED = "Those who could have it changed meanwhile."


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Candidates: verified, available, within their shifts, with valid papers, and online. Columns run in one order,
    that of the ids.

    ``everybody``: the columns of all transporters that there are, and ``today`` the day on which papers must be valid,
    counted from 1970. ``online``, ``online_places``: the rows of those who are on the map, in ``everybody`` and in
    ``places``. ``vehicle_type``: the only one that was asked for; ``but``: who was left out.
    """

    candidates: KeyedColumns
    everybody: KeyedColumns
    places: LivePlaces
    place_rows: npt.NDArray[np.int64]
    today: int
    online: npt.NDArray[np.int64]
    online_places: npt.NDArray[np.int64]
    vehicle_type: str | None = None
    but: int | None = None

    def __len__(self) -> int:
        return len(self.candidates)

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        """Of the transporters, ascending."""
        return self.candidates.keys

    def rows(self) -> TransporterRows:
        """The candidates as arrays: degrees, rating 0–5, kg, deliveries."""
        return TransporterRows(
            self.places.lat[self.place_rows],
            self.places.lon[self.place_rows],
            self.candidates["rating"],
            self.candidates["free_kg"],
            self.candidates["active"],
            self.candidates["max_active"],
            key=self.ids,
        )

    def id(self, row: int) -> int:
        """Whose row it is."""
        return int(self.ids[row])

    def name(self, row: int) -> str:
        """Their name."""
        return str(self.candidates["name"][row])

    def position(self, row: int) -> LivePosition:
        """Where they are."""
        return self.places.position(int(self.place_rows[row]))

    def without(self, rows: npt.NDArray[np.int64], weights_kg: npt.NDArray[np.float64]) -> "Pool":
        """The same as if these rows had not been given these parcels."""
        return self._with(rows, -weights_kg, -1)

    def _with(self, rows: npt.NDArray[np.int64], weights_kg: npt.NDArray[np.float64], more: int) -> "Pool":
        active, free_kg = self.candidates["active"].copy(), self.candidates["free_kg"].copy()
        np.add.at(active, rows, more)
        np.subtract.at(free_kg, rows, weights_kg)
        columns = {**self.candidates.columns, "active": active, "free_kg": np.maximum(free_kg, 0.0)}
        changed = np.unique(rows)
        everybody = self.everybody.with_rows(
            self.ids[changed], {name: column[changed] for name, column in columns.items()}
        )
        return replace(self, candidates=KeyedColumns(self.ids, columns), everybody=everybody)

    def find(self, transporter_id: int) -> int | None:
        """The row of a transporter; None for one that is no candidate."""
        return self.candidates.find(transporter_id)


async def check_vehicle_type(work: Work, vehicle_type: str | None, *, field: str = "vehicle_type_filter") -> None:
    """Raises Invalid, with the types that fit, for one that no transporter has and that is none of the usual."""
    if vehicle_type is None or vehicle_type in VEHICLE_TYPES:
        return
    known = select(Transporter.vehicle_type).where(Transporter.vehicle_type == vehicle_type).limit(1)
    if await work.session.scalar(known) is None:
        types = await work.session.scalars(select(Transporter.vehicle_type).distinct().limit(MOST_TYPES_NAMED))
        fitting = ", ".join(sorted({*VEHICLE_TYPES, *types}))
        raise Invalid("Nobody has such a vehicle.", fields={field: f"must be one of {fitting}"}, suggestions=[])


async def load_pool(
    work: Work,
    kept: KeptTransporters,
    live: LivePositions,
    clock: Clock,
    *,
    vehicle_type: str | None = None,
    but: int | None = None,
) -> Pool:
    """Who could carry something now. Ends the transaction before: the kept columns are read with their own.

    ``vehicle_type``: only those; ``but``: a transporter that is left out.
    """
    await work.commit()
    now = clock.now()
    # Two servers are asked, and neither needs what the other says.
    known, places = await asyncio.gather(kept.read(), live.places())
    everybody = _with_shifts(known, now)
    today = (nepal_date(now) - date(1970, 1, 1)).days
    fits = (everybody["standing"] == Standing.FITS) & (everybody["papers_until"] >= today)
    if vehicle_type is not None:
        fits &= everybody["vehicle_type"] == vehicle_type
    if but is not None:
        fits &= everybody.keys != but
    place_rows, is_online = KeyedColumns(places.transporter_ids, {}).places_of(everybody.keys)
    rows = np.flatnonzero(fits & is_online)
    online = np.flatnonzero(is_online)
    return Pool(
        everybody.take(rows), everybody, places, place_rows[rows], today, online, place_rows[online], vehicle_type, but
    )


def _with_shifts(everybody: KeyedColumns, now: datetime) -> KeyedColumns:
    """What stands against those who are outside of their shifts, and against nothing else of whom anything stands."""
    standing = everybody["standing"]
    off = (standing == Standing.FITS) & ~within_shifts(everybody["week"], now)
    if not off.any():
        return everybody
    barred = np.where(off, np.int8(Standing.OFF_SHIFT), standing)
    return KeyedColumns(everybody.keys, {**everybody.columns, "standing": barred})


def whole_score(score: float) -> int:
    """A score as people read it; halves go up."""
    return int(Decimal(str(score)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def alternative(pool: Pool, row: int, score: float) -> dict[str, Any]:
    """A runner-up as it is kept with the decision."""
    return {"transporter_id": pool.id(row), "name": pool.name(row), "score": whole_score(score)}
