"""``dispatch export``: what ``dispatch import`` reads, out of the database."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from msgspec.structs import fields
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from api.adapters.sheets.writing import Cell, writer_for
from api.cli.context import operating
from api.routes.imports.deliveries import DeliveryRow
from api.routes.imports.fields import NO_CELLS
from api.routes.imports.product_tables import product_cell
from api.routes.imports.products import SellersProductRow
from api.routes.imports.transporters import TransporterRow
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.catalogue.categories import Categories, CategoryPaths
from dispatch.catalogue.models import Product
from dispatch.deliveries.models import Delivery
from dispatch.imports import OF_THE_HOUSE, ImportKind, names_of
from dispatch.settings import Settings
from dispatch.transporters.models import Transporter

AT_ONCE: Final = 500
COLUMNS: Final = {
    "marketplace_sale_id": "sale_id",
    "pickup_latitude": "pickup_lat",
    "pickup_longitude": "pickup_lon",
    "delivery_latitude": "delivery_lat",
    "delivery_longitude": "delivery_lon",
}
"""Of deliveries, where they are called otherwise."""
ROWS: Final[dict[ImportKind, Any]] = {
    ImportKind.PRODUCTS: SellersProductRow,
    ImportKind.TRANSPORTERS: TransporterRow,
    ImportKind.DELIVERIES: DeliveryRow,
}


def check_free(file: Path, *, replace: bool) -> None:
    """Raises CommandError for a name that is none of a table, and one that is taken."""
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise CommandError("FILE must end with .csv or .xlsx")
    if file.exists() and not replace:
        raise CommandError(f"{file} exists: --replace writes over it")


async def export_table(settings: Settings, kind: ImportKind, file: Path) -> None:
    """Write the file; what has no external id yet is given one, by which an import knows it again."""
    names = [one.encode_name for one in fields(ROWS[kind]) if one.encode_name not in NO_CELLS]
    with _whole(file) as partial:
        table, count = writer_for(partial), 0
        async with operating(settings) as services, services.database.work() as work:
            paths = CategoryPaths(await Categories(work).all(also_inactive=True))
            table.add(names)
            async for things, external in _portions(work.session, kind):
                for thing in things:
                    table.add(
                        [external[thing.id] if name == "external_id" else _cell(thing, name, paths) for name in names]
                    )
                count += len(things)
        table.close()
    make_console().print(f"{count} {kind.value} in {file}.", markup=False, highlight=False)


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """A name beside the file's, which becomes it once all is written."""
    partial = file.with_name(f".{file.stem}.partial{file.suffix}")
    try:
        yield partial
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


async def _portions(session: AsyncSession, kind: ImportKind) -> AsyncIterator[tuple[Sequence[Any], dict[int, str]]]:
    after = 0
    while True:
        things = (await session.scalars(_query(kind, after).limit(AT_ONCE))).all()
        if not things:
            return
        owned = [(one.seller_id if kind is ImportKind.PRODUCTS else OF_THE_HOUSE, one.id) for one in things]
        yield things, await names_of(session, kind, owned)
        after = things[-1].id
        session.expunge_all()


def _query(kind: ImportKind, after: int) -> Select[Any]:
    if kind is ImportKind.PRODUCTS:
        return select(Product).where(Product.id > after).order_by(Product.id).options(selectinload(Product.seller))
    if kind is ImportKind.TRANSPORTERS:
        found = select(Transporter).where(Transporter.id > after).order_by(Transporter.id)
        return found.options(selectinload(Transporter.user))
    return select(Delivery).where(Delivery.id > after).order_by(Delivery.id)


def _cell(thing: Any, name: str, paths: CategoryPaths) -> Cell:  # noqa: ANN401  a row of one of three models
    value: Any
    if isinstance(thing, Product):
        return product_cell(thing, name, paths)
    if isinstance(thing, Transporter):
        value = getattr(thing.user if name in {"email", "name"} else thing, name)
    else:
        value = getattr(thing, COLUMNS.get(name, name))
    found: Cell = value
    return found
