"""Vehicles as transporters: accounts made by the operator, in the database of the server."""

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from api.server.services import Services
from dispatch.accounts.models import Role, SignIn, User
from dispatch.accounts.passwords import hash_password
from dispatch.accounts.service import Accounts
from dispatch.accounts.tokens import Tokens
from dispatch.database.work import Work
from dispatch.transporters.models import Transporter

# A domain that exists nowhere (RFC 2606): no mail ever leaves for these accounts.
DOMAIN = "replay.invalid"
VEHICLES_A_TRANSACTION = 500
CHECK_LIFE = timedelta(minutes=1)
"""Life of a token that is used once, to see whether the server takes it."""
ADVISORY_LOCK = 7_274_002
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Driver:
    """A vehicle that can sign in as a transporter."""

    vehicle: str
    transporter_id: int
    user_id: int
    sign_in_id: UUID

    def token(self, tokens: Tokens, life: timedelta) -> str:
        """A fresh access token; needs no database, so it can be had while the server is down."""
        return tokens.access(self.user_id, self.sign_in_id, life=life)


TokenOf = Callable[[Driver, timedelta], str]
"""Gives a fresh access token of a driver, which lives so long."""


def token_maker(services: Services) -> TokenOf:
    """Makes the drivers' tokens, also after the services are closed."""
    tokens = services.accounts.tokens
    return lambda driver, life: driver.token(tokens, life)


def email_of(vehicle: str) -> str:
    """Every vehicle's own address: two names never share one, whatever is in them."""
    if _PLAIN.fullmatch(vehicle):
        return f"{vehicle}@{DOMAIN}"
    readable = re.sub(r"[^a-z0-9]+", "-", vehicle.lower())[:32].strip("-")
    digest = hashlib.blake2s(vehicle.encode(), digest_size=8).hexdigest()
    return f"{readable or 'vehicle'}.{digest}@{DOMAIN}"


async def find_or_make_drivers(
    services: Services, vehicles: Sequence[str], *, business_name: str = "Replayed trace"
) -> list[Driver]:
    """Transporters of these names, verified and signed in; those of an earlier replay are found again."""
    drivers: list[Driver] = []
    # One hash for all: argon2 is slow on purpose, nobody knows the password, and nobody needs to.
    password_hash = await hash_password(secrets.token_urlsafe(32))
    for start in range(0, len(vehicles), VEHICLES_A_TRANSACTION):
        some = vehicles[start : start + VEHICLES_A_TRANSACTION]
        async with services.database.work() as work:
            # Two replays of one file at once must not make the same accounts.
            await work.session.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            drivers += await _drivers(services, work, some, password_hash, business_name)
    return drivers


async def _drivers(
    services: Services, work: Work, vehicles: Sequence[str], password_hash: str, business_name: str
) -> list[Driver]:
    users, made = await _users(work, vehicles, password_hash)
    transporters = await _transporters(services, work, users, made, business_name)
    sign_ins = await _sign_ins(services, work, users)
    return [
        Driver(vehicle, transporters[user.id].id, user.id, sign_ins[user.id])
        for vehicle, user in zip(vehicles, users, strict=True)
    ]


async def _users(work: Work, vehicles: Sequence[str], password_hash: str) -> tuple[list[User], set[int]]:
    """The accounts, and the ids of those made now."""
    emails = [email_of(vehicle) for vehicle in vehicles]
    rows = await work.session.scalars(select(User).where(func.lower(User.email).in_(emails)))
    known = {user.email: user for user in rows}
    found = {user.id for user in known.values()}
    for vehicle, email in zip(vehicles, emails, strict=True):
        if email not in known:
            known[email] = User(
                email=email,
                password_hash=password_hash,
                name=vehicle[:120],
                roles=[Role.TRANSPORTER],
                is_active=True,
                email_verified_at=func.now(),
            )
            work.session.add(known[email])
    await work.session.flush()
    users = [known[email] for email in emails]
    return users, {user.id for user in users} - found


async def _transporters(
    services: Services, work: Work, users: Sequence[User], made: set[int], business_name: str
) -> dict[int, Transporter]:
    ids = [user.id for user in users]
    rows = await work.session.scalars(select(Transporter).where(Transporter.user_id.in_(ids)))
    known = {transporter.user_id: transporter for transporter in rows}
    for user in users:
        if user.id not in known:
            known[user.id] = Transporter(
                user_id=user.id,
                business_name=business_name,
                phone="",
                vehicle_type="van",
                vehicle_number=user.name[:32],
                capacity_kg=Decimal(500),
                max_active=services.settings.max_active_deliveries,
                is_available=True,
                # Somebody may have registered the address: a profile that a person could use is not vouched for.
                verified_at=services.clock.now() if user.id in made else None,
                verified_version=1 if user.id in made else None,
            )
            work.session.add(known[user.id])
    await work.session.flush()
    return known


async def _sign_ins(services: Services, work: Work, users: Sequence[User]) -> dict[int, UUID]:
    """The sign-in of an earlier replay, or a new one."""
    ids = [user.id for user in users]
    rows = await work.session.execute(
        select(SignIn.user_id, SignIn.sign_in_id).where(SignIn.user_id.in_(ids), SignIn.revoked_at.is_(None))
    )
    known: dict[int, UUID] = {row.user_id: row.sign_in_id for row in rows}
    accounts = Accounts(work, services.accounts.tokens, services.clock)
    for user in users:
        if user.id not in known:
            opened = accounts.open_sign_in(user)
            known[user.id] = services.accounts.tokens.read_access(opened.access).sign_in_id
    return known
