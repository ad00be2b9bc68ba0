"""Transporters out of a table: an account and a profile for each, which an admin then verifies."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import select

from api.http.field_checks import Given
from api.http.schemas import Body, Email, Kilograms, PersonName, Phone
from api.routes.accounts.services import AccountServices
from api.routes.imports.fields import FieldCheck
from api.routes.imports.importers import Importer, Outcome, Taken
from api.routes.imports.products import ExternalId
from api.routes.transporters.services import TransporterServices
from api.routes.transporters.transporters import BusinessName, Parcels, VehicleNumber, VehicleType
from dispatch.accounts.models import Role, User
from dispatch.accounts.passwords import hash_password
from dispatch.accounts.service import NewUser
from dispatch.assignments.withdrawal import lock_all_with_open_deliveries
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.imports import OF_THE_HOUSE, ImportKind, Name
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters


class TransporterRow(Body, frozen=True, kw_only=True):
    """A transporter. It has no password until it asks for a link to make one; its profile waits to be verified."""

    external_id: ExternalId
    email: Email
    name: PersonName
    phone: Phone
    vehicle_type: VehicleType
    capacity_kg: Kilograms
    business_name: BusinessName = ""
    vehicle_number: VehicleNumber = ""
    max_active: Parcels | UnsetType = UNSET


PROFILE = ("phone", "vehicle_type", "business_name", "vehicle_number")
_COLUMNS = [getattr(Transporter, name) for name in (*PROFILE, "capacity_kg", "max_active")]


def _profile_of(row: TransporterRow) -> dict[str, Any]:
    profile: dict[str, Any] = {name: getattr(row, name) for name in PROFILE}
    profile["capacity_kg"] = Decimal(str(row.capacity_kg)).quantize(Decimal("0.001"))
    if row.max_active is not UNSET:
        profile["max_active"] = row.max_active
    return profile


class TransporterImporter(Importer[TransporterRow]):
    """Accounts and profiles."""

    kind = ImportKind.TRANSPORTERS
    row = TransporterRow

    def __init__(self, work: Work, accounts: AccountServices, transporters: TransporterServices) -> None:
        super().__init__(work)
        self._accounts = accounts
        self._services = transporters
        self._no_password = ""
        self._changed: set[int] = set()

    @property
    def check(self) -> FieldCheck:
        """No more deliveries at once than anybody may have."""

        async def check(given: Given) -> None:
            self._services.profile_changes(self._work).check_grant(given.get("max_active"))

        return check

    def name_of(self, row: TransporterRow) -> Name:
        """A name of the house."""
        return (OF_THE_HOUSE, row.external_id)

    async def look_ahead(self, portions: AsyncIterator[Sequence[TransporterRow]]) -> None:
        """Hold whom the table changes, with what they were given, in the order of plans and steps; until the end.

        Who stays as they are may be given deliveries meanwhile, and is not looked at again.
        """
        changed: set[int] = set()
        async for rows in portions:
            await self._find_known([self.name_of(row) for row in rows])
            numbers = set(self._known.values())
            query = select(Transporter.id, *_COLUMNS).where(among(Transporter.id, numbers))
            known = {one.id: one for one in await self._work.session.execute(query)}
            for row in rows:
                one = known.get(self._known.get(self.name_of(row), 0))
                if one is not None and self._changes(_profile_of(row), one):
                    changed.add(one.id)
        await lock_all_with_open_deliveries(self._work.session, changed)
        self._changed = changed

    def _changes(self, profile: dict[str, Any], known: object) -> dict[str, Any]:
        """What the table has a column for, and is otherwise."""
        return {
            name: value for name, value in profile.items() if name in self.columns and getattr(known, name) != value
        }

    def title_of(self, row: TransporterRow) -> str:
        """What they drive: what is told is kept, and names and number plates go with an account that is deleted."""
        return row.vehicle_type

    async def take(self, row: TransporterRow) -> Taken:
        """Make account and profile, or change the profile that there is."""
        profile = _profile_of(row)
        known = self._known.get(self.name_of(row))
        return await self._make(row, profile) if known is None else await self._change(known, profile)

    async def _make(self, row: TransporterRow, profile: dict[str, Any]) -> Taken:
        if row.max_active is not UNSET:
            self._services.profile_changes(self._work).check_max_active(row.max_active)
        if not self._no_password:  # of something that nobody knows: one for all, since making one is slow on purpose
            self._no_password = await hash_password(token_urlsafe(32))
        user = await self._accounts.of(self._work).register(
            NewUser(row.email, "", row.name, (Role.TRANSPORTER,), row.phone, self._no_password, is_proved=False)
        )
        profile.setdefault("max_active", self._services.settings.max_active_deliveries)
        made = await Transporters(self._work, self._services.clock).create(user, profile, [])
        self._new[self.name_of(row)] = made.id
        return Taken(Outcome.MADE)

    async def _change(self, transporter_id: int, profile: dict[str, Any]) -> Taken:
        if transporter_id not in self._changed:
            return Taken(Outcome.UNCHANGED)
        session = self._work.session
        transporter = await session.get_one(Transporter, transporter_id, populate_existing=True)
        user = await session.get_one(User, transporter.user_id)
        changes = self._changes(profile, transporter)
        if not changes or user.deleted_at is not None:  # of whoever has gone nothing is written down again
            return Taken(Outcome.UNCHANGED)
        await self._services.profile_changes(self._work).change(user, changes, None)
        return Taken(Outcome.CHANGED, tuple(sorted(changes)))
