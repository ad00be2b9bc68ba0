"""How customers rated a transporter, for itself."""

from datetime import date
from typing import Any

from litestar import Controller, Request, get
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.transporters.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.deliveries.rating_history import rating_history
from dispatch.transporters.service import Transporters


class RatingsOfMonth(Struct, frozen=True, kw_only=True):
    """A month of the Bikram calendar. ``ratings``: how often each of 1 to 5 was given, in this order."""

    name: str
    first_day: date
    last_day: date
    delivered: int
    rated: int
    average: float | None
    ratings: list[int]


class RatingHistory(Struct, frozen=True, kw_only=True):
    """The last twelve months, newest first; ``rating`` (0 to 5) and ``rating_count`` are of all time."""

    rating: float
    rating_count: int
    months: list[RatingsOfMonth]


class RatingController(Controller):
    """``/api/transporters/me/ratings``."""

    path = "/api/transporters/me/ratings"
    tags = ("transporters",)

    @get("/", guards=[needs(Role.TRANSPORTER)])
    async def own_ratings(
        self, request: Request[User, Any, Any], work: GivenWork, services: GivenServices
    ) -> RatingHistory:
        """One's own ratings by the months in which the deliveries were handed over; not who rated which of them."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        months = await rating_history(work.session, transporter.id, services.clock.now())
        return RatingHistory(
            rating=float(transporter.rating),
            rating_count=transporter.rating_count,
            months=[
                RatingsOfMonth(
                    name=one.name,
                    first_day=one.first,
                    last_day=one.last,
                    delivered=one.delivered,
                    rated=one.rated,
                    average=one.average,
                    ratings=list(one.ratings.values()),
                )
                for one in months
            ],
        )
