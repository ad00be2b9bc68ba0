"""Transporters and deliveries as the tables that are imported have them: all there are, or a table to begin with."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from litestar import Controller, Request, Response, get
from sqlalchemy import func, select

from api.adapters.sheets.writing import Cell, writer_for
from api.http.actors import actor_of
from api.http.described_answers import OtherAnswer, also
from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.imports.product_tables import XLSX, Empty, Format, as_file
from api.routes.imports.services import IN_BACKGROUND
from api.routes.imports.tables import query_of, rows_of, table_columns
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.errors import Conflict
from dispatch.imports import ImportKind

AnyRequest = Request[User, Any, Any]
TO_BEGIN_WITH: Final[dict[ImportKind, dict[str, Cell]]] = {
    ImportKind.TRANSPORTERS: {
        "external_id": "rider-1",
        "email": "ram@example.com",
        "name": "Ram Thapa",
        "phone": "+977-9841234567",
        "vehicle_type": "motorcycle",
        "capacity_kg": 50,
        "business_name": "Quick Transport",
        "vehicle_number": "BA 2 PA 1234",
        "max_active": 5,
    },
    ImportKind.DELIVERIES: {
        "marketplace_sale_id": 1,
        "pickup_address": "Suryabinayak 4, Bhaktapur",
        "pickup_latitude": 27.671,
        "pickup_longitude": 85.4298,
        "pickup_contact_name": "Sita Shrestha",
        "pickup_contact_phone": "+977-9841111111",
        "delivery_address": "Thamel, Kathmandu",
        "delivery_contact_name": "Hari Gurung",
        "delivery_contact_phone": "+977-9841234567",
        "package_weight": 2.5,
        "fragile": False,
        "requires_signature": False,
        "priority": "normal",
        "requested_delivery_date": "2026-11-22T18:00:00+05:45",
        "proof_pickup": "photo",
        "proof_drop_off": "photo code",
        "proof_return": "none",
    },
}
OF_FILE: Final = also(OtherAnswer(200, "The table.", ("text/csv", XLSX)))


class HouseTableController(Controller):
    """``/api/imports/transporters/table`` and ``/api/imports/deliveries/table``."""

    path = "/api/imports"
    tags = ("imports",)
    guards = (needs(Role.ADMIN),)

    @get("/transporters/table/", opt=OF_FILE)
    async def transporters_table(
        self,
        request: AnyRequest,
        work: GivenWork,
        format: Format = "csv",  # noqa: A002
        empty: Empty = False,
    ) -> Response[bytes]:
        """All transporters as a table that an import reads, without accounts that are deleted; or one to begin with.

        What has no external id yet is given one. 409 `too_many_rows` where there are more than an import takes.
        """
        return await _table(request, work, ImportKind.TRANSPORTERS, format, empty=empty)

    @get("/deliveries/table/", opt=OF_FILE)
    async def deliveries_table(
        self,
        request: AnyRequest,
        work: GivenWork,
        format: Format = "csv",  # noqa: A002
        empty: Empty = False,
    ) -> Response[bytes]:
        """All deliveries as a table that an import reads, or one to begin with.

        Ways back are left out, and parcels whose buyer's account is deleted: a table makes neither. What has no
        external id yet is given one. 409 `too_many_rows` where there are more than an import takes.
        """
        return await _table(request, work, ImportKind.DELIVERIES, format, empty=empty)


async def _table(request: AnyRequest, work: Work, kind: ImportKind, format: str, *, empty: bool) -> Response[bytes]:  # noqa: A002
    count = 0
    if not empty:
        count = await work.session.scalar(select(func.count()).select_from(query_of(kind).subquery())) or 0
        if count > IN_BACKGROUND.rows:
            words = f"These are {count} {kind.value}, and a table here has at most {IN_BACKGROUND.rows}"
            raise Conflict(f"{words}: ask an operator for it.", code="too_many_rows", limit=IN_BACKGROUND.rows)
        await record(work.session, actor_of(request), "table.exported", "import", kind.value, {"rows": count})
    names = table_columns(kind)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind.value}.{format}"
        table = writer_for(path)
        table.add(names)
        if empty:
            table.add([TO_BEGIN_WITH[kind].get(name) for name in names])
        else:
            async for rows in rows_of(work, kind):
                await asyncio.to_thread(_add, table.add, rows)
        await asyncio.to_thread(table.close)
        content = await asyncio.to_thread(path.read_bytes)
    return as_file(content, kind.value, format)


def _add(add: Any, rows: list[list[Cell]]) -> None:  # noqa: ANN401  of either writer
    for row in rows:
        add(row)
