"""Stocks of products: what came, went and was counted, with reasons."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from litestar import Controller, Request, get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.field_rules import Rule
from api.http.injected import GivenWork
from api.http.schemas import BIGINT_MAX, NO_NUL, ONE_LINE, Body, Page, PageNumber, PageSize, PathId, paginate
from api.http.security import acts, needs
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.catalogue.models import StockChange, StockReason
from dispatch.catalogue.service import Catalogue
from dispatch.catalogue.stock import FEWER, MORE, MOST_STOCK, change_stock, changes_query, fitting_reasons

Before = Annotated[
    int | None, QueryParameter(ge=1, le=BIGINT_MAX, description="The number of a change: those before it.")
]
Reason = Literal["received", "returned", "counted", "damaged", "expired", "lost", "other"]


class StockAdjustment(Body, frozen=True, kw_only=True):
    """So many more (or, negative, fewer) of a product, and why: a reason that fits more, or fewer."""

    change: Annotated[int, Meta(ge=-MOST_STOCK, le=MOST_STOCK)]
    reason: Reason
    note: Annotated[str, Meta(max_length=500, pattern=NO_NUL, extra=ONE_LINE)] = ""

    described: ClassVar[Rule] = {
        "anyOf": [
            {"properties": {"change": {"minimum": 1}, "reason": {"enum": [reason.value for reason in MORE]}}},
            {"properties": {"change": {"maximum": -1}, "reason": {"enum": [reason.value for reason in FEWER]}}},
        ]
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.change == 0:
            raise ValueError("`change` must not be 0")
        fitting = fitting_reasons(self.change)
        if self.reason not in fitting:
            words = "more" if self.change > 0 else "fewer"
            raise ValueError(f"`reason` must be one of {', '.join(fitting)} where there are {words} by it")


class StockChangeAnswer(Struct, frozen=True, kw_only=True):
    """One change. ``reason`` is ``set`` where the product's own `stock` was changed."""

    id: int
    at: datetime
    user: int
    change: int
    stock_after: int
    reason: StockReason
    note: str


def _answer(change: StockChange) -> StockChangeAnswer:
    return StockChangeAnswer(
        id=change.id,
        at=change.at,
        user=change.user_id,
        change=change.change,
        stock_after=change.stock_after,
        reason=change.reason,
        note=change.note,
    )


class StockController(Controller):
    """``/api/v1/marketplace/products/{product_id}/stock``."""

    path = "/api/v1/marketplace/products/{product_id:int}/stock"
    tags = ("catalogue",)

    @post("/", guards=[acts(Role.SELLER, Role.ADMIN)])
    async def adjust_stock(
        self, request: Request[User, Any, Any], product_id: PathId, data: JSONBody[StockAdjustment], work: GivenWork
    ) -> StockChangeAnswer:
        """Add to the stock of one's own product, or take away, with a reason. Several at once all count.

        More: `received`, `returned`, `counted`, `other`. Fewer: `counted`, `damaged`, `expired`, `lost`, `other`.
        400 where it would fall below what open payments hold; the answer names how many there are.
        """
        product = await Catalogue(work).own(product_id, request.user)
        reason = StockReason(data.reason)
        noted = await change_stock(work.session, product, request.user, data.change, reason, data.note)
        told = {"change": data.change, "stock": noted.stock_after, "reason": reason.value}
        await record(work.session, actor_of(request), "stock.changed", "product", product_id, told)
        return _answer(noted)

    @get("/", guards=[needs(Role.SELLER, Role.ADMIN)])
    async def stock_history(
        self,
        request: Request[User, Any, Any],
        product_id: PathId,
        work: GivenWork,
        page: PageNumber = 1,
        page_size: PageSize = 20,
        before: Before = None,
    ) -> Page[StockChangeAnswer]:
        """What changed the stock of one's own product, newest first; what was sold stands with the sales.

        `before` goes on after the last change of an answer, whatever has changed since.
        """
        await Catalogue(work).check_own(product_id, request.user)
        query = changes_query(product_id, before=before)
        return await paginate(request, work.session, query, page, page_size, _answer)
