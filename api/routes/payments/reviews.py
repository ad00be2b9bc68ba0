"""Reviews of unusual payments, for admins."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import NO_NUL, ONE_LINE, Body, Page, PageNumber, PageSize, PathId, paginate
from api.http.security import needs
from api.routes.payments.refund_answers import ReviewAnswer, review_answer
from api.routes.payments.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.payments.opening.models import ReviewStatus
from dispatch.payments.opening.screening import PaymentReviews


class ReviewNote(Body, frozen=True, kw_only=True):
    """Why it was decided so."""

    note: Annotated[str, Meta(max_length=300, pattern=NO_NUL, extra=ONE_LINE)] = ""


class ReviewController(Controller):
    """``/api/v1/payments/reviews``."""

    path = "/reviews"
    tags = ("reviews",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def list_reviews(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        status: FromQuery[ReviewStatus | None] = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[ReviewAnswer]:
        """Payments that were held, newest first, and why."""
        query = PaymentReviews(work, services.clock).list_query(status)
        return await paginate(request, work.session, query, page, page_size, review_answer)

    @post("/{review_id:int}/approve/", guards=[needs(Role.ADMIN)], status_code=200)
    async def approve(
        self,
        request: Request[User, Any, Any],
        review_id: PathId,
        data: JSONBody[ReviewNote],
        work: GivenWork,
        services: GivenServices,
    ) -> ReviewAnswer:
        """Let the buyer pay up to the amount that was held."""
        reviews = PaymentReviews(work, services.clock)
        await record(work.session, actor_of(request), "review.approved", "review", review_id, {"note": data.note})
        return review_answer(await reviews.decide(review_id, request.user, ReviewStatus.APPROVED, data.note))

    @post("/{review_id:int}/deny/", guards=[needs(Role.ADMIN)], status_code=200)
    async def deny(
        self,
        request: Request[User, Any, Any],
        review_id: PathId,
        data: JSONBody[ReviewNote],
        work: GivenWork,
        services: GivenServices,
    ) -> ReviewAnswer:
        """Do not let the buyer pay for this."""
        reviews = PaymentReviews(work, services.clock)
        await record(work.session, actor_of(request), "review.denied", "review", review_id, {"note": data.note})
        return review_answer(await reviews.decide(review_id, request.user, ReviewStatus.DENIED, data.note))
