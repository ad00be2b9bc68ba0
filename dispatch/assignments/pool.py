"""A snapshot of who could carry something now, as rows and as the arrays that the scoring wants."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dispatch.database.work import Work
from dispatch.deliveries.eta import VEHICLE_TYPES
from dispatch.deliveries.loads import NOTHING, Load, loads_of
from dispatch.deliveries.models import Priority
from dispatch.errors import Invalid
from dispatch.ports import Clock, LivePosition, LivePositions
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import may_carry
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
}

SUGGESTIONS = ["Increase delivery fee", "Change priority to urgent", "Extend pickup time window"]


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates: verified, available, with valid papers, and online. Lists run in the order of the arrays."""

    transporters: list[Transporter]
    positions: list[LivePosition]
    loads: list[Load]

    def rows(self) -> TransporterRows:
        """The candidates as arrays: degrees, rating 0–5, kg, deliveries."""
        return TransporterRows(
            np.array([position.lat for position in self.positions], dtype=float),
            np.array([position.lon for position in self.positions], dtype=float),
            np.array([float(transporter.rating) for transporter in self.transporters], dtype=float),
            np.array(
                [
                    load.shown_free_kg(transporter)
                    for transporter, load in zip(self.transporters, self.loads, strict=True)
                ],
                dtype=float,
            ),
            np.array([load.active for load in self.loads], dtype=np.int64),
            np.array([transporter.max_active for transporter in self.transporters], dtype=np.int64),
            key=np.array([transporter.id for transporter in self.transporters], dtype=np.int64),
        )


async def check_vehicle_type(work: Work, vehicle_type: str | None, *, field: str = "vehicle_type_filter") -> None:
    """Raises Invalid, with the types that fit, for one that no transporter has and that is none of the usual."""
    if vehicle_type is None or vehicle_type in VEHICLE_TYPES:
        return
    known = select(Transporter.vehicle_type).where(Transporter.vehicle_type == vehicle_type).limit(1)
    if await work.session.scalar(known) is None:
        types = await work.session.scalars(select(Transporter.vehicle_type).distinct().limit(MOST_TYPES_NAMED))
        fitting = ", ".join(sorted({*VEHICLE_TYPES, *types}))
        raise Invalid("Nobody has such a vehicle.", fields={field: f"must be one of {fitting}"}, suggestions=[])


async def load_pool(work: Work, live: LivePositions, clock: Clock, *, vehicle_type: str | None = None) -> Pool:
    """Read the snapshot; ends the transaction before Redis is asked."""
    query = (
        select(Transporter)
        .where(*may_carry(clock.now().date()))
        .options(selectinload(Transporter.user))
        .order_by(Transporter.id)
    )
    if vehicle_type is not None:
        query = query.where(Transporter.vehicle_type == vehicle_type)
    found = list(await work.session.scalars(query))
    loads = await loads_of(work.session)
    await work.commit()
    positions = await live.positions_of([transporter.id for transporter in found])
    online = [transporter for transporter in found if transporter.id in positions]
    return Pool(
        online,
        [positions[transporter.id] for transporter in online],
        [loads.get(transporter.id, NOTHING) for transporter in online],
    )


def whole_score(score: float) -> int:
    """A score as people read it; halves go up."""
    return int(Decimal(str(score)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def alternative(transporter: Transporter, score: float) -> dict[str, Any]:
    """A runner-up as it is kept with the decision."""
    return {"transporter_id": transporter.id, "name": transporter.user.name, "score": whole_score(score)}
