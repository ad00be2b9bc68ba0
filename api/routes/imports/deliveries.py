"""Deliveries out of a table. A sale has one delivery, so a row whose sale has it already changes nothing."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import UNSET
from sqlalchemy import select

from api.http.field_checks import Given
from api.routes.deliveries.deliveries import DeliveryOfSale
from api.routes.deliveries.proof_bodies import Age, AtTheDoor, Plain, WantedProofs
from api.routes.deliveries.services import DeliveryServices
from api.routes.imports.fields import FieldCheck
from api.routes.imports.importers import Importer, Outcome, Taken
from api.routes.imports.products import ExternalId
from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.errors import Invalid
from dispatch.imports import OF_THE_HOUSE, ImportKind, Name

PROOFS: Final = {
    "proof_pickup": "pickup",
    "proof_drop_off": "drop_off",
    "proof_return": "returned",
    "proof_age_minimum": "age_minimum",
}
"""Columns of what is required as proof, and the fields of the body's ``proof``; where one is empty, what is usual."""


class DeliveryRow(DeliveryOfSale, frozen=True, kw_only=True):
    """A delivery of a sale, with the columns of ``POST /api/deliveries/create/``; its ``proof`` is four of them."""

    external_id: ExternalId | None = None
    proof_pickup: Plain | None = None
    proof_drop_off: AtTheDoor | None = None
    proof_return: Plain | None = None
    proof_age_minimum: Age | None = None

    def details(self) -> dict[str, Any]:
        """The columns of the delivery."""
        known = super().details()
        said = {field: known.pop(column) for column, field in PROOFS.items()}
        wanted = WantedProofs(**{field: UNSET if value is None else value for field, value in said.items()})
        return known | {"proof": wanted.required()}


class DeliveryImporter(Importer[DeliveryRow]):
    """For an admin, or an operator (``user`` None)."""

    kind = ImportKind.DELIVERIES
    row = DeliveryRow

    def __init__(self, work: Work, services: DeliveryServices, user: User | None) -> None:
        super().__init__(work)
        self._services = services
        self._user = user
        self._of_sales: dict[int, int] = {}

    @property
    def check(self) -> FieldCheck:
        """Amounts are not too high."""

        async def check(given: Given) -> None:
            self._services.delivery_limits.check(given)

        return check

    def name_of(self, row: DeliveryRow) -> Name:
        """A name of the house; without one, that of its sale."""
        return (OF_THE_HOUSE, row.external_id or f"sale {row.marketplace_sale_id}")

    async def prepare(self, rows: Sequence[DeliveryRow]) -> None:
        """Look for names, and for sales that have their delivery."""
        await super().prepare(rows)
        sales = {row.marketplace_sale_id for row in rows}
        query = select(Delivery.sale_id, Delivery.id).where(Delivery.sale_id.in_(sales), Delivery.return_of.is_(None))
        self._of_sales = dict((await self._work.session.execute(query)).tuples().all())

    def title_of(self, row: DeliveryRow) -> str:
        """Of which sale; where it goes is its buyer's, and what is told is kept."""
        return f"sale {row.marketplace_sale_id}"

    async def take(self, row: DeliveryRow) -> Taken:
        """Make it, unless it is there."""
        if self.name_of(row) in self._known or row.marketplace_sale_id in self._of_sales:
            return Taken(Outcome.UNCHANGED)
        details = row.details()
        details.pop("external_id")
        making = self._services.making(self._work)
        try:
            made = await making.create(row.marketplace_sale_id, self._user, details)
        except Invalid as error:  # a column has no parts
            fields = {name.replace("proof.", "proof_"): why for name, why in error.fields.items()}
            raise Invalid(error.detail, code=error.code, fields=fields) from None
        self._new[self.name_of(row)] = made.id
        return Taken(Outcome.MADE)
