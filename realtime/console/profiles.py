"""Who the transporters of a fleet are, read once and looked at again each minute."""

import time
from collections.abc import Collection

from msgspec import Raw
from sqlalchemy import select

from dispatch.accounts.models import User
from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.transporters.models import Transporter
from realtime.console.told import told_profile

# Reading so many holds up the event loop for a few milliseconds.
READ_AT_ONCE = 100
READ_AGAIN_AFTER_S = 60.0


class Profiles:
    """Names and vehicles by transporter, as they are told; ``told`` is shared with who tells them."""

    def __init__(self, database: Database, told: dict[int, Raw]) -> None:
        self._database = database
        self._told = told
        self._vehicles: dict[int, str] = {}
        self._read_at = time.monotonic()

    def vehicle_of(self, transporter_id: int | None) -> str:
        """The vehicle type, empty where it is not known."""
        return "" if transporter_id is None else self._vehicles.get(transporter_id, "")

    async def learn(self, transporter_ids: Collection[int]) -> None:
        """Read those who are not known, and now and then everybody again. Raises SQLAlchemyError."""
        wanted = [who for who in transporter_ids if who not in self._vehicles]
        if time.monotonic() - self._read_at > READ_AGAIN_AFTER_S:
            self._read_at = time.monotonic()
            wanted = [*self._vehicles, *wanted]
        for start in range(0, len(wanted), READ_AT_ONCE):
            await self._read(wanted[start : start + READ_AT_ONCE])

    async def _read(self, transporter_ids: list[int]) -> None:
        query = (
            select(
                Transporter.id,
                User.name,
                Transporter.business_name,
                Transporter.phone,
                Transporter.vehicle_type,
                Transporter.vehicle_number,
                Transporter.capacity_kg,
                Transporter.max_active,
                Transporter.rating,
            )
            .join(User, User.id == Transporter.user_id)
            .where(among(Transporter.id, transporter_ids))
        )
        async with self._database.work() as work:
            for row in await work.session.execute(query):
                told = told_profile(*row)
                before = self._told.get(row.id)
                self._vehicles[row.id] = row.vehicle_type
                if before is None or bytes(before) != told:
                    self._told[row.id] = Raw(told)
        for who in transporter_ids:
            self._vehicles.setdefault(who, "")  # nobody has this id: not asked for again each round
