"""What lies in the database as the tables that an import reads: of each kind its columns and its rows."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from msgspec.structs import fields
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from api.adapters.sheets.writing import Cell
from api.http.schemas import Body
from api.routes.imports.deliveries import DeliveryRow
from api.routes.imports.fields import NO_CELLS, NOTHING
from api.routes.imports.products import SellersProductRow
from api.routes.imports.transporters import TransporterRow
from dispatch.accounts.models import User
from dispatch.catalogue.categories import Categories, CategoryPaths
from dispatch.catalogue.models import Product
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.imports import OF_THE_HOUSE, ImportKind, names_of
from dispatch.proofs.kinds import in_order
from dispatch.proofs.models import kinds_of
from dispatch.transporters.models import Transporter

AT_ONCE: Final = 500
ROWS: Final[dict[ImportKind, type[Body]]] = {
    ImportKind.PRODUCTS: SellersProductRow,
    ImportKind.TRANSPORTERS: TransporterRow,
    ImportKind.DELIVERIES: DeliveryRow,
}
CALLED: Final = {
    "marketplace_sale_id": "sale_id",
    "pickup_latitude": "pickup_lat",
    "pickup_longitude": "pickup_lon",
    "delivery_latitude": "delivery_lat",
    "delivery_longitude": "delivery_lon",
    "proof_age_minimum": "age_minimum",
}
"""Of deliveries, where they are called otherwise."""
WORDS: Final = {
    "proof_pickup": "pickup_proof",
    "proof_drop_off": "drop_off_proof",
    "proof_return": "return_proof",
}
"""Of deliveries, what is several words; none is said, since an empty cell leaves it to what is usual."""


def table_columns(kind: ImportKind) -> list[str]:
    """The columns of a table of the whole house."""
    return [one.encode_name for one in fields(ROWS[kind]) if one.encode_name not in NO_CELLS]


async def rows_of(work: Work, kind: ImportKind) -> AsyncIterator[list[list[Cell]]]:
    """All rows, some at a time. What has no external id yet is given one, by which an import knows it again.

    Accounts that are deleted are left out, and parcels of whose door nothing is left: none could be made again.
    Ways back come of deliveries, and of no table.
    """
    names, paths = table_columns(kind), CategoryPaths(await Categories(work).all(also_inactive=True))
    async for things, external in _portions(work.session, kind):
        yield [row_cells(thing, names, external[thing.id], paths) for thing in things]


def row_cells(thing: object, names: Sequence[str], external_id: str, paths: CategoryPaths) -> list[Cell]:
    """What stands in these columns of a thing's row."""
    return [external_id if name == "external_id" else _cell(thing, name, paths) for name in names]


async def _portions(session: AsyncSession, kind: ImportKind) -> AsyncIterator[tuple[Sequence[Any], dict[int, str]]]:
    after = 0
    while True:
        things = (await session.scalars(query_of(kind, after).limit(AT_ONCE))).all()
        if not things:
            return
        owned = [(one.seller_id if kind is ImportKind.PRODUCTS else OF_THE_HOUSE, one.id) for one in things]
        yield things, await names_of(session, kind, owned)
        after = things[-1].id
        session.expunge_all()


def query_of(kind: ImportKind, after: int = 0) -> Select[Any]:
    """The things of a table, by their numbers, beyond one."""
    there = select(User.id).where(User.deleted_at.is_(None))
    if kind is ImportKind.PRODUCTS:
        goods = select(Product).where(Product.id > after, Product.seller_id.in_(there))
        return goods.order_by(Product.id).options(selectinload(Product.seller))
    if kind is ImportKind.TRANSPORTERS:
        found = select(Transporter).where(Transporter.id > after, Transporter.user_id.in_(there))
        return found.order_by(Transporter.id).options(selectinload(Transporter.user))
    known = (Delivery.pickup_contact_phone != "", Delivery.delivery_contact_phone != "")
    return select(Delivery).where(Delivery.id > after, Delivery.return_of.is_(None), *known).order_by(Delivery.id)


def product_cell(product: Product, name: str, paths: CategoryPaths) -> Cell:
    """What stands in a column of a product's row; its seller is loaded where that is a column."""
    if name == "seller":
        return product.seller.email
    if name == "category":
        return paths.of(product.category_id)
    if name == "weight_kg":
        return None if product.weight_kg is None else float(product.weight_kg)
    value: Any = getattr(product, name)
    found: Cell = " ".join(value) if name == "images" else value
    return found


def _cell(thing: Any, name: str, paths: CategoryPaths) -> Cell:  # noqa: ANN401  a row of one of three models
    value: Any
    if isinstance(thing, Product):
        return product_cell(thing, name, paths)
    if isinstance(thing, Transporter):
        value = getattr(thing.user if name in {"email", "name"} else thing, name)
    elif name in WORDS:
        value = " ".join(kind.value for kind in in_order(kinds_of(getattr(thing, WORDS[name])))) or NOTHING
    else:
        value = getattr(thing, CALLED.get(name, name))
    found: Cell = value
    return found
