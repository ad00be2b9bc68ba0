"""Transporters on duty of whom nothing was heard for a while."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.database.engine import Database
from dispatch.events.payloads.transporters import TransporterStale
from dispatch.events.recording import record_all
from dispatch.ports import Clock, LivePosition, LivePositions, Presence

KNOWN = "SELECT transporter_id FROM silent_transporters ORDER BY transporter_id"
# Who went off duty meanwhile is silent by right.
FORGET = """
DELETE FROM silent_transporters AS s USING transporters AS t
WHERE t.id = s.transporter_id AND (s.transporter_id = ANY ($1::bigint[]) OR NOT t.is_available)
"""
TELL = """
WITH silent AS (
    SELECT t.id FROM transporters AS t WHERE t.id = ANY ($1::bigint[]) AND t.is_available
    ORDER BY t.id FOR NO KEY UPDATE SKIP LOCKED
), told AS (
    INSERT INTO silent_transporters (transporter_id, at) SELECT id, $2 FROM silent
    ON CONFLICT DO NOTHING RETURNING transporter_id
)
SELECT told.transporter_id, (
    SELECT count(*) FROM deliveries AS d
    WHERE d.transporter_id = told.transporter_id AND d.status IN ('assigned', 'picked_up', 'in_transit')
) AS deliveries
FROM told ORDER BY told.transporter_id
"""


@dataclass(frozen=True, slots=True)
class SilentTransporters:
    """Looks at everybody who is on the map."""

    database: Database
    clock: Clock
    live: LivePositions

    async def tell(self) -> None:
        """Whoever fell silent since the last round. Several processes may look at once."""
        # In this order: whom another round forgets in between was heard of, and is not taken for silent anew.
        async with self.database.connection() as driver:
            known = [row["transporter_id"] for row in await driver.fetch(KNOWN)]
        presences = await self.live.presences()
        stale = [who for who, presence in presences.items() if presence is Presence.STALE]
        if not (stale or known):
            return
        new = sorted(set(stale).difference(known))
        last = await self.live.last_known(new)
        heard_again = [who for who in known if presences.get(who) is Presence.ONLINE]
        now = self.clock.now()
        async with self.database.transaction() as driver:
            if known:
                await driver.execute(FORGET, heard_again)
            rows = await driver.fetch(TELL, new, now) if new else []
            happened = [
                TransporterStale(
                    transporter_id=row["transporter_id"],
                    last_position_at=_at(last.get(row["transporter_id"])),
                    deliveries=row["deliveries"],
                )
                for row in rows
            ]
            await record_all(driver, happened, at=now)


def _at(position: LivePosition | None) -> datetime | None:
    return None if position is None else position.recorded_at
