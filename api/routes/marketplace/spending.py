"""What a customer spent, by months."""

from datetime import date
from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.params import QueryParameter
from msgspec import Struct
from msgspec.structs import asdict

from api.http.injected import GivenWork
from api.http.security import needs
from dispatch.accounts.models import Role, User
from dispatch.analytics.spending import MonthSpent, Spent, spent_by_month, spent_together
from dispatch.database.work import Work
from dispatch.money import CURRENCY

MaxMonths = Annotated[int, QueryParameter(ge=1, le=120, description="How many months are told, the newest.")]


class SpentAnswer(Struct, frozen=True, kw_only=True):
    """What was bought, amounts in NPR as numbers, with tax and shipping. ``spent`` is what is left of ``paid`` after
    refunds.
    """

    orders_count: int
    units_bought: int
    paid: float
    refunded: float
    spent: float


class MonthSpentAnswer(SpentAnswer, frozen=True, kw_only=True):
    """What was spent on what was bought in a month of the Bikram calendar (1 is Baishakh); its days are those of the
    common one.
    """

    month: str
    bikram_year: int
    bikram_month: int
    first_day: date
    last_day: date


class SpendingAnswer(SpentAnswer, frozen=True, kw_only=True):
    """In total, and of the newest months in which something was bought, newest first.

    ``earlier_months`` is how many more such months there are. ``counted_from``: of more than 200 purchases the newest
    are added up, from this day on; null where all are.
    """

    currency: str
    months: list[MonthSpentAnswer]
    earlier_months: int
    counted_from: date | None


class SpendingController(Controller):
    """``/api/marketplace/analytics/spending``."""

    path = "/api/marketplace/analytics/spending"
    tags = ("analytics",)

    @get("/", guards=[needs(Role.CUSTOMER)])
    async def spending(
        self, request: Request[User, Any, Any], work: GivenWork, max_months: MaxMonths = 24
    ) -> SpendingAnswer:
        """What one spent, in total and by the months of Nepal's calendar in which one bought something.

        A refund counts in the month in which what it is for was bought. What was bought in a month is told by
        `…/purchases/` between its days.
        """
        return await _answer(work, request.user, max_months)


async def _answer(work: Work, user: User, max_months: int) -> SpendingAnswer:
    spending = await spent_by_month(work, user)
    months = spending.months
    return SpendingAnswer(
        **_numbers(spent_together(one.spent for one in months)),
        currency=CURRENCY,
        months=[_month(one) for one in months[:max_months]],
        earlier_months=max(0, len(months) - max_months),
        counted_from=spending.counted_from,
    )


def _month(one: MonthSpent) -> MonthSpentAnswer:
    month = one.month
    return MonthSpentAnswer(
        **_numbers(one.spent),
        month=month.name,
        bikram_year=month.year,
        bikram_month=month.month,
        first_day=month.first,
        last_day=month.last,
    )


def _numbers(spent: Spent) -> dict[str, Any]:
    return asdict(
        SpentAnswer(
            orders_count=spent.orders,
            units_bought=spent.units,
            paid=float(spent.paid),
            refunded=float(spent.refunded),
            spent=float(spent.spent),
        )
    )
