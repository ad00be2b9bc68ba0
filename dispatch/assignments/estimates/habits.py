"""How sellers sent their goods lately: from where, and how long after they were paid."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import ARRAY, BigInteger, bindparam, text

from dispatch.database.work import Work

Point = tuple[float, float]
NEWEST_SALES: Final = 30
"""So many of each seller are looked at: a bound on what one question costs."""
LEAST_SENT: Final = 3
"""Of fewer parcels nobody knows how long a seller takes."""

_LATELY = text("""
SELECT wanted.id AS seller_id, count(d.id) AS sent,
       (array_agg(d.pickup_lat ORDER BY d.id DESC) FILTER (WHERE d.pickup_lat IS NOT NULL))[1] AS lat,
       (array_agg(d.pickup_lon ORDER BY d.id DESC) FILTER (WHERE d.pickup_lon IS NOT NULL))[1] AS lon,
       percentile_cont(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY extract(epoch FROM greatest(
           d.created_at, d.ready_at, CASE WHEN d.ready_at IS NULL THEN d.requested_pickup_date END
       ) - s.created_at)) AS quartiles_s
FROM unnest(:sellers) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT id, created_at FROM sales WHERE seller_id = wanted.id ORDER BY id DESC LIMIT :newest
) AS s
JOIN deliveries AS d ON d.sale_id = s.id AND d.return_of IS NULL
GROUP BY wanted.id
""").bindparams(bindparam("sellers", type_=ARRAY(BigInteger)))


@dataclass(frozen=True, slots=True)
class Habits:
    """Where a seller's newest parcel was fetched, in degrees, and from the quickest quarter of the newest to the
    slowest how long after its payment one could be fetched; None where that is not known.
    """

    pickup: Point | None = None
    preparation: tuple[timedelta, timedelta] | None = None


NOTHING_SENT: Final = Habits()


async def habits_of(work: Work, seller_ids: Collection[int]) -> dict[int, Habits]:
    """Of those who sent anything lately, by their numbers."""
    rows = await work.session.execute(_LATELY, {"sellers": sorted(seller_ids), "newest": NEWEST_SALES})
    found = {}
    for row in rows:
        quick, slow = (timedelta(seconds=max(0.0, float(one))) for one in row.quartiles_s)
        pickup = None if row.lat is None else (row.lat, row.lon)
        found[row.seller_id] = Habits(pickup, (quick, slow) if row.sent >= LEAST_SENT else None)
    return found
