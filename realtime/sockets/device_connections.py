"""Which connection is a device's: the newest, wherever it is. All that connect in one moment are one step in Redis."""

from collections.abc import Callable, Sequence

from redis.asyncio import Redis

from realtime.gathering import Gathering
from realtime.ingest.runs import Source
from realtime.redis.control_messages import Replaced, encode_control
from realtime.redis.keys import Keys, device_stream
from realtime.redis.replicated import Replicated

# A device's connection is remembered for so long after it said hello; a week is longer than any token.
REMEMBER_S = 7 * 86_400
# The script blocks Redis while it runs: this many devices take it a millisecond.
AT_ONCE = 200
_TOLD = 3
"""Values that the script tells of a device."""


class DeviceConnections:
    """Notes the newest connection of each device, and tells where the device left off."""

    def __init__(self, redis: Redis, keys: Keys, *, replicas: int, end_own: Callable[[str], bool]) -> None:
        """``replicas``: as for the ingest. ``end_own``: ends a connection of this process, or is False."""
        self._redis = redis
        self._keys = keys
        self._script = Replicated(redis, keys, replicas=replicas).script("resume", held=True)
        self._end_own = end_own
        self._take: Gathering[tuple[Source, str], int] = Gathering(self._take_all, most=AT_ONCE)

    async def take(self, source: Source, connection_id: str) -> int:
        """The connection is the device's now; an older one is closed. Brings ``source`` up to what is stored of it.

        The highest safely stored seq of its numbering, 0 if none. Raises RedisError, OSError.
        """
        return await self._take((source, connection_id))

    async def _take_all(self, devices: Sequence[tuple[Source, str]]) -> list[int]:
        keys = self._keys
        args: list[str | int] = [keys.last_seq, keys.trail, keys.device_connection(""), REMEMBER_S]
        for source, connection_id in devices:
            device = device_stream(source.transporter_id, source.device, "")
            args += [source.member, source.numbering, device, connection_id]
        found = await self._script(keys=[keys.ingest_state], args=args)
        replaced = [before.decode() for before in found[_TOLD - 1 :: _TOLD] if before is not None]
        elsewhere = tuple(before for before in replaced if not self._end_own(before))
        if elsewhere:
            await self._redis.spublish(keys.control, encode_control(Replaced(elsewhere)))
        return [
            source.pick_up(last_seq, trail)
            for (source, _), last_seq, trail in zip(devices, found[::_TOLD], found[1::_TOLD], strict=True)
        ]
