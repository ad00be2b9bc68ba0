"""All decisions of a time, for dispatchers who look back."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.query_times import WhenQuery, bounds_of
from api.http.schemas import Page, PageNumber, PageSize, page_of_rows
from api.http.security import needs
from dispatch.accounts.models import Role, User
from dispatch.decisions.models import Decision, DecisionKind
from dispatch.decisions.store import DecidedParcel, decided_in, decisions_query

MOST_NAMED = 20


class DecidedAnswer(Struct, frozen=True, kw_only=True):
    """A delivery that was decided on; `GET /api/deliveries/{id}/decision/?at=` says why."""

    delivery_id: int
    tracking_number: str


class ListedDecision(Struct, frozen=True, kw_only=True):
    """A decision. ``online``: how many transporters it was made from; ``deliveries``: about how many it was.

    ``named``: the first twenty of them. ``total`` and ``upper_bound``: sums of scores, null for what was not planned.
    """

    id: int
    made_at: datetime
    kind: DecisionKind
    asked_by: int | None
    run_id: int | None
    online: int
    deliveries: int
    total: float | None
    upper_bound: float | None
    named: list[DecidedAnswer]


def listed_decision(decision: Decision, parcels: list[DecidedParcel]) -> ListedDecision:
    """A decision without what it was made from."""
    return ListedDecision(
        id=decision.id,
        made_at=decision.made_at,
        kind=decision.kind,
        asked_by=decision.asked_by,
        run_id=decision.run_id,
        online=decision.online,
        deliveries=decision.deliveries,
        total=decision.total,
        upper_bound=decision.upper_bound,
        named=[DecidedAnswer(delivery_id=one.delivery_id, tracking_number=one.tracking_number) for one in parcels],
    )


class DecisionListController(Controller):
    """``/api/decisions``."""

    path = "/api/decisions"
    tags = ("assignments",)
    guards = (needs(Role.ADMIN),)

    @get("/")
    async def list_decisions(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        *,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        page: PageNumber = 1,
        page_size: PageSize = 50,
    ) -> Page[ListedDecision]:
        """Decisions of a time, both ends included, newest first, with the first deliveries of each."""
        query = decisions_query(*bounds_of(date_from, date_to))
        found = await page_of_rows(request, work.session, query, page, page_size)
        parcels = await decided_in(work.session, [one.id for one in found.results], MOST_NAMED)
        return found.with_results([listed_decision(one, parcels.get(one.id, [])) for one in found.results])
