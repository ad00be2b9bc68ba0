"""A seller's fiscal year, as JSON or CSV."""

import csv
import io
from datetime import date
from typing import Annotated, Any, Literal

from litestar import Controller, Request, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from msgspec.structs import asdict

from api.http.csv_cells import safe_cell
from api.http.described_answers import OtherAnswer, also
from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.marketplace.sale_answers import TakingsAnswer, takings_answer
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.analytics.fiscal_year import MonthTakings, takings_by_month
from dispatch.analytics.sales import SalesFigures
from dispatch.bikram_sambat import KNOWN_YEARS, fiscal_year_name, fiscal_year_of
from dispatch.money import CURRENCY
from dispatch.payments.invoices.fiscal_year import nepal_date

Year = Annotated[
    int | None,
    QueryParameter(ge=KNOWN_YEARS.start, le=KNOWN_YEARS.stop - 1, description="2083 is 2083/84. Default: the present."),
]
COLUMNS = ("month", "first_day", "last_day", "sales_count", "units_sold", "gross", "refunded", "revenue")


class MonthTakingsAnswer(TakingsAnswer, frozen=True, kw_only=True):
    """The takings of a month of the Bikram calendar; its days are those of the common one."""

    month: str
    first_day: date
    last_day: date


class FiscalYearReport(TakingsAnswer, frozen=True, kw_only=True):
    """Takings of a fiscal year in Nepal, Shrawan to Ashadh, in total and month by month."""

    fiscal_year: str
    currency: str
    first_day: date
    last_day: date
    months: list[MonthTakingsAnswer]


class FiscalYearController(Controller):
    """``/api/marketplace/analytics/fiscal-year``."""

    path = "/api/marketplace/analytics/fiscal-year"
    tags = ("analytics",)

    @get(
        "/",
        guards=[needs(Role.SELLER, Role.ADMIN)],
        opt=also(OtherAnswer(200, "The report.", ("text/csv",))),
        responses={200: ResponseSpec(FiscalYearReport, generate_examples=False)},
    )
    async def fiscal_year(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        fiscal_year: Year = None,
        format: FromQuery[Literal["json", "csv"]] = "json",  # noqa: A002  the query parameter's name
    ) -> Response[FiscalYearReport | str]:
        """What one sold in a fiscal year of Nepal, month by month; an admin sees what all sold."""
        year = fiscal_year or fiscal_year_of(nepal_date(services.clock.now()))
        months = [_month(one) for one in await takings_by_month(SalesFigures(work, request.user), year)]
        if format == "csv":
            headers = {"content-disposition": f'attachment; filename="sales-{year}.csv"'}
            return Response(_csv(months), media_type="text/csv", headers=headers)
        return Response(_whole(year, months), media_type="application/json")


def _month(one: MonthTakings) -> MonthTakingsAnswer:
    month, takings = one.month, asdict(takings_answer(one.takings))
    return MonthTakingsAnswer(**takings, month=month.name, first_day=month.first, last_day=month.last)


def _whole(year: int, months: list[MonthTakingsAnswer]) -> FiscalYearReport:
    return FiscalYearReport(
        fiscal_year=fiscal_year_name(year),
        currency=CURRENCY,
        first_day=months[0].first_day,
        last_day=months[-1].last_day,
        sales_count=sum(one.sales_count for one in months),
        units_sold=sum(one.units_sold for one in months),
        gross=round(sum(one.gross for one in months), 2),
        refunded=round(sum(one.refunded for one in months), 2),
        revenue=round(sum(one.revenue for one in months), 2),
        months=months,
    )


def _csv(months: list[MonthTakingsAnswer]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, "currency"])
    for month in months:
        writer.writerow([*(safe_cell(getattr(month, column)) for column in COLUMNS), CURRENCY])
    return out.getvalue()
