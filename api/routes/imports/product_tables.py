"""Products as the tables that are imported have them: one's own, or a table to begin with."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, Literal

from litestar import Controller, Request, Response, get
from litestar.params import QueryParameter
from msgspec.structs import fields
from sqlalchemy import func, select

from api.adapters.sheets.writing import Cell, writer_for
from api.http.described_answers import OtherAnswer, also
from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.imports.products import ProductRow
from api.routes.imports.services import OVER_HTTP
from api.routes.imports.tables import product_cell
from dispatch.accounts.models import Role, User
from dispatch.catalogue.categories import Categories, CategoryPaths
from dispatch.catalogue.models import Product
from dispatch.database.work import Work
from dispatch.errors import Conflict
from dispatch.imports import ImportKind, names_of

COLUMNS: Final = tuple(one.encode_name for one in fields(ProductRow))
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TO_BEGIN_WITH: Final[dict[str, Cell]] = {
    "external_id": "rice-5kg",
    "name": "Organic rice 5 kg",
    "listed_price": "1250.00",
    "stock": 20,
    "weight_kg": 5,
    "tax_class": "standard",
    "is_active": True,
}
Format = Annotated[Literal["csv", "xlsx"], QueryParameter(description="Of the file.")]
Empty = Annotated[bool, QueryParameter(description="A table to begin with, instead of one's own products.")]


class ProductTableController(Controller):
    """``/api/imports/products/table``."""

    path = "/api/imports/products/table"
    tags = ("imports",)

    @get("/", guards=[needs(Role.SELLER)], opt=also(OtherAnswer(200, "The table.", ("text/csv", XLSX))))
    async def table(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        format: Format = "csv",  # noqa: A002
        empty: Empty = False,
    ) -> Response[bytes]:
        """One's own products as a table that an import reads, also those that are not on sale; or one to begin with.

        What has no external id yet is given one. 409 `too_many_products` where there are more than an import takes.
        """
        rows = [[TO_BEGIN_WITH.get(name) for name in COLUMNS]] if empty else await _own_rows(request.user, work)
        content = await asyncio.to_thread(_written, rows, format)
        return as_file(content, "products", format)


def as_file(content: bytes, name: str, format: str) -> Response[bytes]:  # noqa: A002
    """A table as a browser keeps it."""
    media = "text/csv" if format == "csv" else XLSX  # the framework says of text in which signs it is
    headers = {"content-disposition": f'attachment; filename="{name}.{format}"'}
    return Response(content, media_type=media, headers=headers)


async def _own_rows(user: User, work: Work) -> list[list[Cell]]:
    session = work.session
    count = await session.scalar(select(func.count()).where(Product.seller_id == user.id)) or 0
    if count > OVER_HTTP.rows:
        detail = f"These are {count} products, and a table here has at most {OVER_HTTP.rows}: ask an operator for it."
        raise Conflict(detail, code="too_many_products", limit=OVER_HTTP.rows)
    products = (await session.scalars(select(Product).where(Product.seller_id == user.id).order_by(Product.id))).all()
    external = await names_of(session, ImportKind.PRODUCTS, [(user.id, one.id) for one in products])
    paths = CategoryPaths(await Categories(work).all(also_inactive=True))
    return [
        [external[one.id] if name == "external_id" else product_cell(one, name, paths) for name in COLUMNS]
        for one in products
    ]


def _written(rows: Sequence[Sequence[Cell]], format: str) -> bytes:  # noqa: A002
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"products.{format}"
        table = writer_for(path)
        table.add(COLUMNS)
        for row in rows:
            table.add(row)
        table.close()
        return path.read_bytes()
