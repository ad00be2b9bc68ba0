"""Figures for sellers and buyers: products, revenue, purchases, inventory, and a sales report as JSON or CSV."""

import asyncio
import csv
import io
from typing import Annotated, Any, Literal

from litestar import Controller, Request, Response, get
from litestar.params import FromQuery, QueryParameter

from api.http.csv_cells import safe_cell
from api.http.injected import GivenWork
from api.http.schemas import Page, PageNumber, PageSize, WhenQuery, end_of, number, paginate, start_of
from api.http.security import needs
from dispatch.accounts.models import Role, User
from dispatch.analytics.sales import Period, ProductFigures, SalesFigures, Takings, purchases_query
from dispatch.money import CURRENCY
from dispatch.sales.models import Sale

SELLERS = needs(Role.SELLER, Role.ADMIN)
BIGINT_MAX = 2**63 - 1


def _period(date_from: str | None, date_to: str | None) -> Period:
    return Period(start_of(date_from, "date_from"), end_of(date_to, "date_to"))


def _takings(takings: Takings) -> dict[str, Any]:
    return {
        "sales_count": takings.sales,
        "units_sold": takings.units,
        "gross": number(takings.gross),
        "refunded": number(takings.refunded),
        "revenue": number(takings.revenue),
    }


def _product(figures: ProductFigures) -> dict[str, Any]:
    product = figures.product
    return {
        "product_id": product.id,
        "product_name": product.name,
        "stock": product.stock,
        "reserved": product.reserved,
        "available": product.available,
        "is_active": product.is_active,
        **_takings(figures.takings),
    }


def _purchase(sale: Sale) -> dict[str, Any]:
    return {
        "sale_id": sale.id,
        "order_number": sale.order_number,
        "order_id": sale.order_id,
        "product_id": sale.product_id,
        "product_name": sale.product_name,
        "quantity": sale.quantity,
        "total_amount": sale.total_amount,
        "status": sale.status,
        "payment_status": sale.payment_status,
        "transaction_id": sale.transaction_id,
        "bought_at": sale.created_at,
    }


def report_csv(rows: list[dict[str, Any]]) -> str:
    """The products of a report as CSV, safe to open in a spreadsheet."""
    columns = ["product_id", "product_name", "sales_count", "units_sold", "gross", "refunded", "revenue", "available"]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*columns, "currency"])
    for row in rows:
        writer.writerow([*(safe_cell(row[column]) for column in columns), CURRENCY])
    return out.getvalue()


class AnalyticsController(Controller):
    """``/api/marketplace/analytics`` and ``/api/marketplace/sales/report``."""

    path = "/api/marketplace"
    tags = ("analytics",)

    @get("/analytics/products/", guards=[SELLERS])
    async def products(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
    ) -> list[dict[str, Any]]:
        """One's own products with sales count, revenue and inventory; an admin sees all."""
        figures = SalesFigures(work, request.user)
        return [_product(one) for one in await figures.by_product(_period(date_from, date_to))]

    @get("/analytics/revenue/", guards=[SELLERS])
    async def revenue(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
    ) -> dict[str, Any]:
        """One's own revenue, in total and day by day."""
        figures, period = SalesFigures(work, request.user), _period(date_from, date_to)
        days = await figures.by_day(period)
        return {
            "currency": CURRENCY,
            **_takings(await figures.takings(period)),
            "days": [{"day": one.day, **_takings(one.takings)} for one in days],
        }

    @get("/analytics/purchases/", guards=[needs(Role.CUSTOMER)])
    async def purchases(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page:
        """What one bought, newest first."""
        query = purchases_query(request.user, _period(date_from, date_to))
        return await paginate(
            request, work.session, query, page, page_size, lambda rows: [_purchase(row) for row in rows]
        )

    @get("/sales/report/", guards=[SELLERS])
    async def report(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        seller_id: Annotated[int | None, QueryParameter(ge=1, le=BIGINT_MAX)] = None,
        format: FromQuery[Literal["json", "csv"]] = "json",  # noqa: A002  the query parameter's name
    ) -> Response[Any]:
        """A seller's sales report; an admin may name the seller."""
        figures, period = SalesFigures(work, request.user, seller_id=seller_id), _period(date_from, date_to)
        rows = [_product(one) for one in await figures.by_product(period)]
        if format == "csv":
            headers = {"content-disposition": 'attachment; filename="sales-report.csv"'}
            return Response(await asyncio.to_thread(report_csv, rows), media_type="text/csv", headers=headers)
        answer = {
            "currency": CURRENCY,
            "date_from": period.start,
            "date_to": period.end,
            "totals": _takings(await figures.takings(period)),
            "products": rows,
        }
        return Response(answer, media_type="application/json")
