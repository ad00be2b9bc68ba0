"""What the routes of imports are given."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.adapters.sheets.rows import FileLimits
from api.process.resources import Feature, Resources
from api.routes.accounts.services import AccountServices
from api.routes.deliveries.services import DeliveryServices
from api.routes.imports.background import ImportJob
from api.routes.imports.deliveries import DeliveryImporter
from api.routes.imports.importers import Importer
from api.routes.imports.products import ProductImporter
from api.routes.imports.running import MakeImporter
from api.routes.imports.transporters import TransporterImporter
from api.routes.transporters.services import TransporterServices
from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.imports import ImportKind

OVER_HTTP: Final = FileLimits(rows=2_000, bytes=2 << 20, unpacked=8 << 20)
IN_BACKGROUND: Final = FileLimits(rows=20_000, bytes=8 << 20, unpacked=32 << 20)
"""Over HTTP, taken by a job while whoever handed it in looks how far it is."""
BY_COMMAND: Final = FileLimits(rows=200_000, bytes=512 << 20, unpacked=1 << 30)


@dataclass(frozen=True, slots=True)
class ImportServices(Feature):
    """The imports' share of a process. ``turn``: one table at a time is taken over HTTP."""

    accounts: AccountServices
    deliveries: DeliveryServices
    transporters: TransporterServices
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def job(self) -> ImportJob:
        """What takes tables that wait."""

        def make(kind: ImportKind, user: User) -> MakeImporter:
            return self.maker(kind, user, seller=None if user.has(Role.ADMIN) else user)

        return ImportJob(self.database, self.resources.clock, IN_BACKGROUND, make)

    def maker(self, kind: ImportKind, user: User | None, *, seller: User | None = None) -> MakeImporter:
        """What takes the rows of a table for a user, or for an operator (None)."""

        def make(work: Work) -> Importer[Any]:
            if kind is ImportKind.PRODUCTS:
                return ProductImporter(work, seller)
            if kind is ImportKind.TRANSPORTERS:
                return TransporterImporter(work, self.accounts, self.transporters)
            return DeliveryImporter(work, self.deliveries, user)

        return make


GivenServices: TypeAlias = NamedDependency[SkipValidation[ImportServices]]
"""The parts of this feature, as its routes name them."""


def build_import_services(
    resources: Resources, accounts: AccountServices, deliveries: DeliveryServices, transporters: TransporterServices
) -> ImportServices:
    """Join them."""
    return ImportServices(resources, accounts=accounts, deliveries=deliveries, transporters=transporters)
