"""A connection that is kept for calls that come one after the other without end.

To take a connection out of the pool, look whether it is good and put it back takes longer than to send a command over
it and to read the answer.
"""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ResponseError
from redis.typing import EncodableT


class HeldConnection:
    """One connection of a client's pool, taken with the first call; after an error the next call takes another."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._connection: AbstractConnection | None = None
        self.is_busy = False
        """Whether a call is under way: another has to go elsewhere."""

    async def call(self, *command: EncodableT) -> Any:  # noqa: ANN401  # whatever the command replies
        """Send a command and read its reply, without trying again. Raises RedisError; it may have run all the same."""
        self.is_busy = True
        try:
            if self._connection is None:
                self._connection = await self._redis.connection_pool.get_connection()  # type: ignore[no-untyped-call]
            await self._connection.send_command(*command)
            return await self._connection.read_response()
        except ResponseError:
            raise  # an answer: the connection is good
        except BaseException:
            await self._let_go()
            raise
        finally:
            self.is_busy = False

    async def give_back(self) -> None:
        """Let others of the pool have it; the next call takes one again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._redis.connection_pool.release(connection)

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)
            await self._redis.connection_pool.release(connection)
