"""People and parcels as the plan of a tick wants them, made of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from dispatch.assignments.pool import Pool
from dispatch.assignments.waiting import WaitingDelivery
from dispatch.keyed_columns import KeyedColumns
from dispatch.ports import LivePosition


@dataclass(frozen=True)
class _Places:
    """Where everybody is."""

    transporter_ids: npt.NDArray[np.int64]
    lat: npt.NDArray[np.float64]
    lon: npt.NDArray[np.float64]

    def position(self, row: int) -> LivePosition:
        raise NotImplementedError(row)


def pool_of(everybody: Sequence[tuple[float, float, float, float, int]]) -> Pool:
    """Latitude, longitude, rating, free kg and deliveries under way of each, three at most, by motorcycle."""
    ids, rows = np.arange(1, len(everybody) + 1), np.arange(len(everybody))
    lat, lon, rating, free_kg = (np.array([one[at] for one in everybody], dtype=np.float64) for at in range(4))
    columns = {
        "rating": rating,
        "free_kg": free_kg,
        "active": np.array([one[4] for one in everybody], dtype=np.int64),
        "max_active": np.full(rows.size, 3),
        "vehicle_type": np.array(["motorcycle"] * rows.size, dtype=object),
    }
    candidates = KeyedColumns(ids, columns)
    return Pool(candidates, candidates, _Places(ids, lat, lon), rows, 0, rows, rows)


def parcels_of(wanted: Sequence[tuple[float, float, float, int]], first: int = 1) -> list[WaitingDelivery]:
    """Latitude, longitude, kg and urgency of each; numbered from ``first``."""
    return [
        WaitingDelivery(first + at, UUID(int=0), "", lat, lon, weight_kg, float(urgency))
        for at, (lat, lon, weight_kg, urgency) in enumerate(wanted)
    ]
