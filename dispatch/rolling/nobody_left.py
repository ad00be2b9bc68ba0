"""That a tick leaves a delivery of a zone without anybody, as an event: once until somebody has had it."""

import asyncio
from collections.abc import Collection

import numpy as np

from dispatch.assignments.exclusions import OF_REASON, counts_of, outside_of
from dispatch.assignments.waiting import WaitingDelivery
from dispatch.database.engine import Database
from dispatch.events.payloads.zones import ZoneExhausted
from dispatch.events.recording import record
from dispatch.rolling.leases import Claim, hold_place
from dispatch.rolling.planning import TickPlan
from dispatch.zones.kept import KnownZone
from scoring import Reason, rank

AT_ONCE = 100
"""So many are told of in a tick; of others in the next."""
TOLD = """
SELECT DISTINCT (e.data->>'delivery_id')::bigint AS id FROM events AS e
WHERE e.subject = $1 AND e.type = 'zone.exhausted' AND (e.data->>'delivery_id')::bigint = ANY ($2::bigint[])
  AND NOT EXISTS (
      SELECT FROM events AS later WHERE later.subject = 'delivery:' || (e.data->>'delivery_id') AND later.id > e.id
      AND later.type IN ('delivery.assigned', 'delivery.reassigned')
  )
"""


class NobodyLeft:
    """Tells it for the ticks of one process; what was told before is read from the events themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: dict[int, frozenset[int]] = {}

    def keep(self, zone_id: int, waiting: Collection[int]) -> None:
        """Forget whatever waits no longer: it is told of again when it comes back and nobody is there."""
        self._told[zone_id] = self._told.get(zone_id, frozenset()) & frozenset(waiting)

    async def tell(self, claim: Claim, zone: KnownZone | None, planned: TickPlan, numbers: Collection[int]) -> None:
        """``numbers``: of the deliveries that the plan of a tick leaves without anybody. Outside of all zones nothing
        is told. Raises Overtaken.
        """
        if zone is None:
            return
        known = self._told.get(zone.id, frozenset())
        new = [number for number in numbers if number not in known]
        if new:
            async with self._database.connection() as driver:
                told = {row["id"] for row in await driver.fetch(TOLD, f"zone:{zone.id}", new)}
            untold = [number for number in new if number not in told][:AT_ONCE]
            if untold:
                await self._record(claim, zone, planned, untold)
            self._told[zone.id] = known | told | frozenset(untold)

    async def _record(self, claim: Claim, zone: KnownZone, planned: TickPlan, numbers: Collection[int]) -> None:
        of_number = {one.id: one for one in planned.deliveries}
        happened = [
            ZoneExhausted(
                zone_id=zone.id,
                zone_name=zone.name,
                delivery_id=number,
                delivery_uuid=of_number[number].uuid,
                tracking_number=of_number[number].tracking_number,
                reasons=await asyncio.to_thread(reasons_of, of_number[number], planned),
            )
            for number in numbers
        ]
        async with self._database.work() as work:
            await hold_place(work.session, claim)
            record(work.session, *happened, at=claim.at)


def reasons_of(one: WaitingDelivery, planned: TickPlan) -> dict[str, int]:
    """How many cannot have it, by what stands against them; ``gave_back`` and ``outbid``: nothing else does, but they
    would not or were given something else.
    """
    pool, rules = planned.pool, planned.rules
    reasons = rank(one.lat, one.lon, one.weight_kg, pool.rows(), rules.params(), top_k=0).reason
    against = np.concatenate([OF_REASON[reasons[reasons != Reason.NONE]], outside_of(pool)[1]])
    counts = {why.value: number for why, number in counts_of(against).items()}
    refused = [who for number, who in planned.problem.refused if number == one.id]
    could = pool.ids[reasons == Reason.NONE]
    gave_back = int(np.isin(could, refused).sum())
    more = {"gave_back": gave_back, "outbid": int(could.size) - gave_back}
    return counts | {why: number for why, number in more.items() if number}
