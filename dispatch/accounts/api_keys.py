"""Keys for machines: each with its scopes and an end, shown once, kept as a hash, revocable one by one.

A key acts as the user who made it and is good for no longer than that account and its roles, but only on routes that
name a scope which the key has.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ARRAY, Select, String, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.accounts.models import User
from dispatch.database.base import DateTimeUTC, IdentityBase, reference
from dispatch.database.engine import Database
from dispatch.database.records import columns_of, detached
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound, NotSignedIn
from dispatch.ports import Clock

# Recognisable where one turns up by accident. The number says which it is, the rest is the secret.
PREFIX = "dak_"
FORM = re.compile(r"dak_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
MOST_KEYS = 50
USUAL_LIFE = timedelta(days=365)
LONGEST_LIFE = timedelta(days=5 * 365)
# Compared with where there is no such key, so that the answer takes as long.
NO_HASH = hashlib.sha256(b"").hexdigest()

STANDING_KEY = f"""
SELECT k.secret_hash, k.scopes, {columns_of(User, "u")}
FROM api_keys k JOIN users u ON u.id = k.user_id
WHERE k.key_id = $1 AND k.revoked_at IS NULL AND k.expires_at > $2 AND u.is_active
"""  # noqa: S608  the columns are the model's
# To the minute: a key that is used all the time does not write all the time.
USED = """
UPDATE api_keys SET last_used_at = $2
WHERE key_id = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 minute')
"""


class Scope(StrEnum):
    """What a key may be good for."""

    EVENTS_READ = "events:read"
    WEBHOOKS_WRITE = "webhooks:write"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_WRITE = "deliveries:write"


class ApiKey(IdentityBase):
    """A key. ``key_id`` is the part that may be seen; ``last_used_at`` is exact to the minute."""

    __tablename__ = "api_keys"

    user_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(16), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(32)))
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whom a key acts as, and what it is good for."""

    user: User
    key_id: str
    scopes: frozenset[str]


def secret_hash(secret: str) -> str:
    """What the database keeps: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def identify_key(database: Database, clock: Clock, token: str) -> KeyHolder:
    """Who comes with a key. Raises NotSignedIn in the same words for every key that is not good."""
    found = FORM.fullmatch(token)
    key_id, secret = found.groups() if found else ("", "")
    now = clock.now()
    async with database.connection() as connection:
        row = await connection.fetchrow(STANDING_KEY, key_id, now)
        kept = NO_HASH if row is None else row["secret_hash"]
        if not hmac.compare_digest(secret_hash(secret), kept) or row is None:
            raise NotSignedIn("This key is not good: it is unknown, expired or revoked.", code="api_key_refused")
        await connection.execute(USED, key_id, now)
    _, scopes, *user = row
    return KeyHolder(detached(User, user), key_id, frozenset(scopes))


class ApiKeys:
    """The keys of one unit of work."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._session = work.session
        self._clock = clock

    def list_query(self) -> Select[ApiKey]:
        """Those that are not revoked, newest first, for a page."""
        return select(ApiKey).where(ApiKey.revoked_at.is_(None)).order_by(ApiKey.id.desc())

    async def add(
        self, user: User, name: str, scopes: Iterable[Scope], expires_at: datetime | None
    ) -> tuple[ApiKey, str]:
        """A new key that acts as ``user``, and what nobody can show again. Raises Invalid and Conflict (too many)."""
        now = self._clock.now()
        expires_at = expires_at or now + USUAL_LIFE
        if not now < expires_at <= now + LONGEST_LIFE:
            most = f"must be in the future and within {LONGEST_LIFE.days} days"
            raise Invalid("A key ends some day.", fields={"expires_at": most})
        theirs = select(func.count()).select_from(ApiKey).where(ApiKey.user_id == user.id)
        good = await self._session.scalar(theirs.where(ApiKey.revoked_at.is_(None), ApiKey.expires_at > now))
        if (good or 0) >= MOST_KEYS:
            raise Conflict(f"You have {MOST_KEYS} keys. Revoke one first.", code="too_many_keys")
        key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        key = ApiKey(
            user_id=user.id,
            name=name,
            key_id=key_id,
            secret_hash=secret_hash(secret),
            scopes=sorted({scope.value for scope in scopes}),
            created_at=now,
            expires_at=expires_at,
        )
        self._session.add(key)
        await self._session.flush()
        return key, f"{PREFIX}{key_id}_{secret}"

    async def revoke(self, number: int) -> ApiKey:
        """End a key at once; again changes nothing. Raises NotFound."""
        key: ApiKey | None = await self._session.get(ApiKey, number, with_for_update=True)
        if key is None:
            raise NotFound("There is no such key.")
        key.revoked_at = key.revoked_at or self._clock.now()
        await self._session.flush()
        return key

    async def revoke_all_of(self, user: User) -> int:
        """End all keys of a user; how many that were."""
        ended = await self._session.scalars(
            update(ApiKey)
            .where(ApiKey.user_id == user.id, ApiKey.revoked_at.is_(None))
            .values(revoked_at=self._clock.now())
            .returning(ApiKey.id)
        )
        return len(ended.all())
