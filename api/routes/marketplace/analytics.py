"""Figures for sellers and buyers: products, revenue, purchases, inventory, and a sales report as JSON or CSV."""

import asyncio
import csv
import io
from typing import Annotated, Any, Literal

from litestar import Controller, Request, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from msgspec.structs import asdict

from api.http.csv_cells import safe_cell
from api.http.described_answers import OtherAnswer, also
from api.http.injected import GivenWork
from api.http.query_times import WhenQuery, bounds_of
from api.http.schemas import Page, PageNumber, PageSize, QueryId, paginate
from api.http.security import needs
from api.routes.marketplace.sale_answers import (
    ProductTakings,
    PurchaseAnswer,
    RevenueAnswer,
    SalesReport,
    day_takings,
    product_takings,
    purchase_answer,
    takings_answer,
)
from dispatch.accounts.models import Role, User
from dispatch.analytics.periods import Period
from dispatch.analytics.sales import SalesFigures, purchases_query, sum_of
from dispatch.money import CURRENCY

SELLERS = needs(Role.SELLER, Role.ADMIN)


def report_csv(rows: list[ProductTakings]) -> str:
    """The products of a report as CSV, safe to open in a spreadsheet."""
    columns = ["product_id", "product_name", "sales_count", "units_sold", "gross", "refunded", "revenue", "available"]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*columns, "currency"])
    for row in rows:
        writer.writerow([*(safe_cell(getattr(row, column)) for column in columns), CURRENCY])
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
    ) -> list[ProductTakings]:
        """One's own products with sales count, revenue and inventory; an admin sees all."""
        figures = SalesFigures(work, request.user)
        return [product_takings(one) for one in await figures.by_product(Period(*bounds_of(date_from, date_to)))]

    @get("/analytics/revenue/", guards=[SELLERS])
    async def revenue(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        max_days: Annotated[int, QueryParameter(ge=1, le=366, description="How many days are told, the newest.")] = 92,
    ) -> RevenueAnswer:
        """One's own revenue in a period, in total and day by day."""
        found = await SalesFigures(work, request.user).revenue(Period(*bounds_of(date_from, date_to)), max_days)
        return RevenueAnswer(
            **asdict(takings_answer(found.total)),
            currency=CURRENCY,
            days=[day_takings(one) for one in found.days],
            earlier_days=found.earlier_days,
        )

    @get("/analytics/purchases/", guards=[needs(Role.CUSTOMER)])
    async def purchases(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[PurchaseAnswer]:
        """What one bought, newest first."""
        query = purchases_query(request.user, Period(*bounds_of(date_from, date_to)))
        return await paginate(request, work.session, query, page, page_size, purchase_answer)

    @get(
        "/sales/report/",
        guards=[SELLERS],
        opt=also(OtherAnswer(200, "The report.", ("text/csv",))),
        responses={200: ResponseSpec(SalesReport, generate_examples=False)},
    )
    async def report(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        seller_id: QueryId = None,
        format: FromQuery[Literal["json", "csv"]] = "json",  # noqa: A002  the query parameter's name
    ) -> Response[SalesReport | str]:
        """A seller's sales report; an admin may name the seller."""
        figures, period = SalesFigures(work, request.user, seller_id=seller_id), Period(*bounds_of(date_from, date_to))
        found = await figures.by_product(period)
        rows = [product_takings(one) for one in found]
        if format == "csv":
            headers = {"content-disposition": 'attachment; filename="sales-report.csv"'}
            return Response(await asyncio.to_thread(report_csv, rows), media_type="text/csv", headers=headers)
        report = SalesReport(
            currency=CURRENCY,
            date_from=period.start,
            date_to=period.end,
            totals=takings_answer(sum_of([one.takings for one in found])),
            products=rows,
        )
        return Response(report, media_type="application/json")
