"""How the server did over the last hours and days, for charts."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, get
from litestar.params import QueryParameter
from msgspec import Struct

from api.http.security import needs
from api.routes.operations.services import GivenServices
from dispatch.accounts.models import Role
from dispatch.analytics.minutes import KEPT, read_history

MOST_HOURS = int(KEPT.total_seconds()) // 3600
Hours = Annotated[int, QueryParameter(ge=1, le=MOST_HOURS, description="So many hours back from now.")]
Values = list[float | None]


class HistoryFigures(Struct, frozen=True, kw_only=True):
    """A value for each stretch of time, null where nothing is known, such as while no server ran.

    Rates are averages of a stretch. ``ack_half_s`` and ``ack_most_s``, within which half and 99 of a hundred batches of
    pings were acknowledged, are those of its worst minute, and what waits is its highest. Of ``eta_known`` deliveries
    that arrived ``eta_error_s`` says how far off the last time was that had been told, ``eta_late_s`` how much too late
    they came (below zero: too early). Seconds.
    """

    pings_per_s: Values
    pings_lost_per_s: Values
    ack_half_s: Values
    ack_most_s: Values
    backlog: Values
    online: Values
    waiting: Values
    messages: Values
    offers_accepted: Values
    offers_declined: Values
    offers_expired: Values
    eta_known: Values
    eta_error_s: Values
    eta_late_s: Values
    solver_runs: Values
    solver_mean_s: Values


class HistoryAnswer(Struct, frozen=True, kw_only=True):
    """Stretches of ``step_s`` seconds, the first of which starts at ``starts_at``; the last may not be over."""

    starts_at: datetime
    step_s: int
    figures: HistoryFigures


class HistoryController(Controller):
    """``/api/v1/operations/history``."""

    path = "/api/v1/operations/history"
    tags = ("operations",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def history(self, services: GivenServices, hours: Hours = 24) -> HistoryAnswer:
        """How the server did, all its processes together, in at most 400 stretches; a week is kept."""
        found = await read_history(services.database, services.clock.now(), hours)
        return HistoryAnswer(
            starts_at=found.starts_at, step_s=found.step_s, figures=HistoryFigures(**dict(found.figures))
        )
