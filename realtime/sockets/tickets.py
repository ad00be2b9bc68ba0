"""One-time tickets: how a browser, which cannot set headers on a socket, comes in without showing its token.

A ticket is good once and for seconds. Redis keeps a hash of it, so that reading Redis lets nobody in.
"""

import hashlib
import secrets
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from realtime.redis.keys import Keys

TICKET_S = 30


class TicketHolder(msgspec.Struct, frozen=True):
    """Whom a ticket lets in, and until when (seconds since 1970)."""

    user_id: int
    sign_in_id: UUID
    expires_at: float


_decode = msgspec.json.Decoder(TicketHolder).decode


class Tickets:
    """The tickets of one zone."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def issue(self, holder: TicketHolder) -> str:
        """A new ticket, of characters that a subprotocol may have."""
        ticket = secrets.token_urlsafe(24)
        await self._redis.set(self._key(ticket), msgspec.json.encode(holder), ex=TICKET_S)
        return ticket

    async def redeem(self, ticket: str) -> TicketHolder | None:
        """Whom it lets in; None where it was never issued, was used before or is too old."""
        found = await self._redis.getdel(self._key(ticket))
        return None if found is None else _decode(found)

    def _key(self, ticket: str) -> str:
        return self._keys.ticket(hashlib.sha256(ticket.encode()).hexdigest())
