"""Committed changes out to the live side: implements the Publisher port."""

from datetime import datetime

import msgspec
from redis.asyncio import Redis

from dispatch.ports import AssignmentNotice, StatusChange
from realtime.keys import Keys
from realtime.protocol import AssignmentFrame, encode
from realtime.redis_client import load_script


class StatusUpdate(msgspec.Struct, frozen=True):
    """A status on its way to the hubs."""

    delivery_id: int
    status: str
    message: str
    timestamp: datetime
    transporter_id: int | None


decode_status = msgspec.json.Decoder(tuple[int, StatusUpdate]).decode


class RedisPublisher:
    """Publishes under the zone's offsets, so that statuses and positions have one order."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._publish = redis.register_script(load_script("publish"))

    async def status_changed(self, change: StatusChange) -> None:
        """To everyone who watches the delivery."""
        update = StatusUpdate(
            change.delivery_id, change.status, change.message, change.timestamp, change.transporter_id
        )
        await self._publish(
            keys=[self._keys.offset],
            args=[self._keys.statuses(change.delivery_id), msgspec.json.encode(update)],
        )

    async def assigned(self, notice: AssignmentNotice) -> None:
        """To the transporter's open connections, ready to be sent."""
        frame = AssignmentFrame(
            delivery_id=notice.delivery_id,
            delivery_uuid=notice.delivery_uuid,
            tracking_number=notice.tracking_number,
            pickup_address=notice.pickup_address,
            delivery_address=notice.delivery_address,
        )
        await self._redis.publish(self._keys.notices(notice.transporter_id), encode(frame))
