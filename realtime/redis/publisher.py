"""Committed changes out to the live side: implements the Publisher port."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
from redis.asyncio import Redis

from dispatch.deliveries.models import DeliveryStatus
from dispatch.ports import (
    AssignmentNotice,
    ChangeNotice,
    DutyNotice,
    OfferEndNotice,
    OfferNotice,
    PriorityNotice,
    StatusChange,
    WithdrawalNotice,
)
from realtime.protocol import (
    AssignmentFrame,
    ChangeFrame,
    DutyFrame,
    OfferEndFrame,
    OfferFrame,
    PriorityFrame,
    WithdrawalFrame,
    encode,
    iso_ms,
)
from realtime.redis.client import load_script
from realtime.redis.control_messages import Recheck, encode_control
from realtime.redis.keys import Keys
from realtime.redis.statuses import KEPT_S, KEPT_STATUSES, StatusUpdate

# So many take Redis and us a millisecond or two each, which nobody else waits longer for.
TOLD_AT_ONCE = 100


class RedisPublisher:
    """Publishes under the zone's offsets, so that statuses and positions have one order."""

    def __init__(self, redis: Redis, keys: Keys, now: Callable[[], float] = time.time) -> None:
        """``now``: seconds since 1970."""
        self._redis = redis
        self._keys = keys
        self._now = now
        self._publish = redis.register_script(load_script("publish"))

    async def status_changed(self, change: StatusChange) -> None:
        """To everyone who watches the delivery, now or when they come back, and to the consoles."""
        await self._announce([(change, None)])

    async def access_changed(self, user_id: int) -> None:
        """To every process that may have sockets of the user."""
        await self._redis.spublish(self._keys.control, encode_control(Recheck(user_id)))

    async def assigned(self, notice: AssignmentNotice) -> None:
        """To the transporter's open connections, ready to be sent."""
        await self._redis.spublish(self._keys.notices(notice.transporter_id), _assignment_frame(notice))

    async def all_assigned(self, given: Sequence[tuple[StatusChange, AssignmentNotice]]) -> None:
        """The statuses and the assignments of many in a few calls, in order."""
        for start in range(0, len(given), TOLD_AT_ONCE):
            await self._announce(given[start : start + TOLD_AT_ONCE])

    async def withdrawn(self, notice: WithdrawalNotice) -> None:
        """The same for an assignment that was taken back."""
        frame = WithdrawalFrame(
            delivery_id=notice.delivery_id, delivery_uuid=notice.delivery_uuid, reason=notice.reason
        )
        await self._redis.spublish(self._keys.notices(notice.transporter_id), encode(frame))

    async def priority_changed(self, notice: PriorityNotice) -> None:
        """To the consoles, which read the delivery anew, and to the transporter's open connections."""
        update = StatusUpdate(
            notice.delivery_id,
            DeliveryStatus(notice.status),
            "",
            notice.changed_at,
            notice.transporter_id,
            notice.tracking_number,
        )
        await self._redis.spublish(self._keys.all_statuses, msgspec.json.encode((0, update)))
        if notice.transporter_id is not None:
            frame = PriorityFrame(notice.delivery_id, notice.delivery_uuid, notice.priority, notice.changed_from)
            await self._redis.spublish(self._keys.notices(notice.transporter_id), encode(frame))

    async def delivery_changed(self, notice: ChangeNotice) -> None:
        """To the transporter's open connections."""
        frame = ChangeFrame(notice.delivery_id, notice.delivery_uuid, notice.what)
        await self._redis.spublish(self._keys.notices(notice.transporter_id), encode(frame))

    async def offered(self, notice: OfferNotice) -> None:
        """To the transporter's open connections, ready to be sent."""
        frame = OfferFrame(
            offer_id=notice.offer_id,
            delivery_id=notice.delivery_id,
            delivery_uuid=notice.delivery_uuid,
            tracking_number=notice.tracking_number,
            pickup_address=notice.pickup_address,
            delivery_address=notice.delivery_address,
            weight_kg=notice.weight_kg,
            delivery_fee=str(notice.delivery_fee),
            distance_km=None if notice.distance_km is None else round(notice.distance_km, 2),
            opens_at=notice.opens_at,
            deadline=notice.deadline,
            server_time=iso_ms(datetime.fromtimestamp(self._now(), UTC)),
        )
        await self._redis.spublish(self._keys.notices(notice.transporter_id), encode(frame))

    async def offer_ended(self, notice: OfferEndNotice) -> None:
        """The same for an offer that is over."""
        frame = OfferEndFrame(notice.offer_id, notice.delivery_id, notice.status, notice.why)
        await self._redis.spublish(self._keys.notices(notice.transporter_id), encode(frame))

    async def duty_changed(self, notice: DutyNotice) -> None:
        """The same for a duty that the server ended."""
        frame = encode(DutyFrame(notice.duty, notice.why))
        await self._redis.spublish(self._keys.notices(notice.transporter_id), frame)

    async def _announce(self, told: Sequence[tuple[StatusChange, AssignmentNotice | None]]) -> None:
        """All by one call: to put together a command for each would cost more than Redis needs for it."""
        keys = self._keys
        histories = [keys.status_history(change.delivery_id) for change, _ in told]
        args: list[str | bytes | int] = [keys.all_statuses, KEPT_STATUSES, KEPT_S]
        for change, notice in told:
            args += [keys.statuses(change.delivery_id), _status(change)]
            args += ["", ""] if notice is None else [keys.notices(notice.transporter_id), _assignment_frame(notice)]
        await self._publish(keys=[keys.offset, *histories], args=args)


def _status(change: StatusChange) -> bytes:
    return msgspec.json.encode(
        StatusUpdate(
            change.delivery_id,
            DeliveryStatus(change.status),
            change.message,
            change.timestamp,
            change.transporter_id,
            change.tracking_number,
            change.previous,
            change.anew,
        )
    )


def _assignment_frame(notice: AssignmentNotice) -> bytes:
    return encode(
        AssignmentFrame(
            delivery_id=notice.delivery_id,
            delivery_uuid=notice.delivery_uuid,
            tracking_number=notice.tracking_number,
            pickup_address=notice.pickup_address,
            delivery_address=notice.delivery_address,
        )
    )
