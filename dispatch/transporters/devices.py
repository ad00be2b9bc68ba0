"""Tokens for phones that speak a protocol of their own: shown once, kept as hashes, revocable one by one."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, any_, literal, select, update
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.accounts.models import Role, User
from dispatch.database.base import DateTimeUTC, IdentityBase, reference
from dispatch.database.work import Work
from dispatch.errors import Conflict, NotFound, NotSignedIn
from dispatch.ports import Clock
from dispatch.transporters.models import Transporter
from dispatch.transporters.senders import not_verified

# Recognisable where one turns up by accident, typed into a phone without trouble.
TOKEN_PREFIX = "dpt-"  # noqa: S105  # a prefix, not a token
MAX_DEVICES = 20


class SpeedUnit(StrEnum):
    """In what a device's queries and forms give the speed; ``AUTO`` tells by who sends it."""

    AUTO = "auto"
    KNOTS = "knots"
    KMH = "kmh"
    MPS = "mps"


class TransporterDevice(IdentityBase):
    """A phone or tracker that may send fixes as one transporter, and nothing else."""

    __tablename__ = "transporter_devices"
    __table_args__ = (CheckConstraint("speed_unit IN ('auto', 'knots', 'kmh', 'mps')", name="known_speed_unit"),)

    transporter_id: Mapped[int] = mapped_column(reference("transporters.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    speed_unit: Mapped[str] = mapped_column(String(8), default=SpeedUnit.AUTO, server_default="auto")


def token_hash(token: str) -> str:
    """What the database keeps: 160 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class Devices:
    """The devices of one unit of work."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._session = work.session
        self._clock = clock

    async def add(
        self, transporter: Transporter, name: str, speed_unit: SpeedUnit = SpeedUnit.AUTO
    ) -> tuple[TransporterDevice, str]:
        """A new device and its token, which nobody can show again. Raises Conflict where there are too many."""
        if len(await self.list_of(transporter)) >= MAX_DEVICES:
            raise Conflict(f"You have {MAX_DEVICES} devices. Revoke one first.", code="too_many_devices")
        token = f"{TOKEN_PREFIX}{secrets.token_hex(20)}"
        device = TransporterDevice(
            transporter_id=transporter.id,
            name=name,
            token_hash=token_hash(token),
            created_at=self._clock.now(),
            speed_unit=speed_unit,
        )
        self._session.add(device)
        await self._session.flush()
        return device, token

    async def list_of(self, transporter: Transporter) -> Sequence[TransporterDevice]:
        """The devices that may send, oldest first."""
        found = await self._session.scalars(
            select(TransporterDevice)
            .where(TransporterDevice.transporter_id == transporter.id, TransporterDevice.revoked_at.is_(None))
            .order_by(TransporterDevice.id)
        )
        return found.all()

    async def change(
        self, transporter: Transporter, device_id: int, *, name: str | None, speed_unit: SpeedUnit | None
    ) -> TransporterDevice:
        """Change what is given. Raises NotFound."""
        device = await self._own(transporter, device_id)
        if device.revoked_at is not None:
            raise _no_such_device()
        if name is not None:
            device.name = name
        if speed_unit is not None:
            device.speed_unit = speed_unit
        await self._session.flush()
        return device

    async def revoke(self, transporter: Transporter, device_id: int) -> None:
        """End a device's token at once. Raises NotFound."""
        device = await self._own(transporter, device_id)
        device.revoked_at = device.revoked_at or self._clock.now()

    async def revoke_all_of(self, user: User) -> int:
        """End the tokens of all devices of a user; how many that were."""
        of_user = select(Transporter.id).where(Transporter.user_id == user.id).scalar_subquery()
        ended = await self._session.scalars(
            update(TransporterDevice)
            .where(TransporterDevice.transporter_id == of_user, TransporterDevice.revoked_at.is_(None))
            .values(revoked_at=self._clock.now())
            .returning(TransporterDevice.id)
        )
        return len(ended.all())

    async def _own(self, transporter: Transporter, device_id: int) -> TransporterDevice:
        device = await self._session.get(TransporterDevice, device_id)
        if device is None or device.transporter_id != transporter.id:
            raise _no_such_device()
        return device

    async def identify(self, token: str) -> TransporterDevice:
        """The device of a token, whose transporter may send positions.

        Raises NotSignedIn, in the same words for every token that is none, and Forbidden where the transporter is not
        verified.
        """
        row = (
            await self._session.execute(
                select(TransporterDevice, Transporter.verified_at)
                .join(Transporter, Transporter.id == TransporterDevice.transporter_id)
                .join(User, User.id == Transporter.user_id)
                .where(
                    TransporterDevice.token_hash == token_hash(token),
                    TransporterDevice.revoked_at.is_(None),
                    User.is_active,
                    literal(Role.TRANSPORTER.value) == any_(User.roles),
                )
            )
        ).first()
        if row is None:
            raise NotSignedIn("The device token is unknown or revoked.", code="device_token_invalid")
        device, verified_at = row
        if verified_at is None:
            raise not_verified()
        return device


def _no_such_device() -> NotFound:
    return NotFound("You have no such device.", code="device_not_found")
