"""What a transporter earned: a statement that a person can check line by line."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from litestar import Controller, Request, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from api.http.described_answers import OtherAnswer, also
from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.transporters.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.deliveries.earnings import Earning, Portion, earnings_of, statement
from dispatch.errors import Invalid
from dispatch.money import CURRENCY
from dispatch.payments.invoices.fiscal_year import nepal_date
from dispatch.transporters.service import Transporters

USUAL_DAYS = 30
Day = Annotated[
    str | None, QueryParameter(max_length=10, format="date", description="A day in Nepal, such as 2026-11-22.")
]


class EarningAnswer(Struct, frozen=True, kw_only=True):
    """A delivery that was handed over: what it cost, and what of that is the transporter's. NPR."""

    delivery: int
    tracking_number: str
    delivered_on: date
    delivery_fee: Decimal
    earned: Decimal


class EarningsPortion(Struct, frozen=True, kw_only=True):
    """A day, a week (from Sunday) or a month of the Bikram calendar, as far as it lies within the statement."""

    name: str
    first_day: date
    last_day: date
    deliveries: int
    earned: Decimal
    lines: list[EarningAnswer]


class EarningsStatement(Struct, frozen=True, kw_only=True):
    """``earned`` is the sum of the portions; ``earned_in_all`` that of everything this transporter ever delivered."""

    first_day: date
    last_day: date
    currency: str
    deliveries: int
    earned: Decimal
    earned_in_all: Decimal
    portions: list[EarningsPortion]


class EarningsController(Controller):
    """``/api/transporters/me/earnings``."""

    path = "/api/transporters/me/earnings"
    tags = ("transporters",)

    @get(
        "/",
        guards=[needs(Role.TRANSPORTER)],
        opt=also(OtherAnswer(200, "The deliveries, a line each.", ("text/csv",))),
        responses={200: ResponseSpec(EarningsStatement, generate_examples=False)},
    )
    async def earnings(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        date_from: Day = None,
        date_to: Day = None,
        by: FromQuery[Portion] = Portion.DAY,
        format: FromQuery[Literal["json", "csv"]] = "json",  # noqa: A002  the query parameter's name
    ) -> Response[EarningsStatement | str]:
        """One's own earnings by the days of Nepal, at most 400 of them; the last 30 where none are named."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        last = _day(date_to, "date_to") or nepal_date(services.clock.now())
        first = _day(date_from, "date_from") or last - timedelta(days=USUAL_DAYS - 1)
        lines = await earnings_of(work.session, transporter.id, first, last)
        if format == "csv":
            headers = {"content-disposition": 'attachment; filename="earnings.csv"'}
            return Response(_csv(lines), media_type="text/csv", headers=headers)
        portions = [
            EarningsPortion(
                name=one.name,
                first_day=one.first,
                last_day=one.last,
                deliveries=len(one.lines),
                earned=one.total,
                lines=[_line(line) for line in one.lines],
            )
            for one in statement(lines, first, last, by)
        ]
        whole = EarningsStatement(
            first_day=first,
            last_day=last,
            currency=CURRENCY,
            deliveries=len(lines),
            earned=sum((line.earned for line in lines), Decimal(0)),
            earned_in_all=transporter.earned,
            portions=portions,
        )
        return Response(whole, media_type="application/json")


def _day(text: str | None, name: str) -> date | None:
    try:
        found = None if text is None else date.fromisoformat(text)
    except ValueError:
        found = date.min
    if found is not None and not date(2000, 1, 1) <= found <= date(2040, 1, 1):
        raise Invalid("That is no day.", fields={name: "must be a day from 2000 to 2039, such as 2026-11-22"})
    return found


def _line(line: Earning) -> EarningAnswer:
    return EarningAnswer(
        delivery=line.delivery_id,
        tracking_number=line.tracking_number,
        delivered_on=line.day,
        delivery_fee=line.fee,
        earned=line.earned,
    )


def _csv(lines: list[Earning]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["delivery", "tracking_number", "delivered_on", "delivery_fee", "earned", "currency"])
    for line in lines:
        writer.writerow([line.delivery_id, line.tracking_number, line.day, line.fee, line.earned, CURRENCY])
    return out.getvalue()
