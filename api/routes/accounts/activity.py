"""What an account is and does, for admins who decide about it."""

from datetime import datetime

from litestar import Controller, get
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api.http.injected import GivenWork
from api.http.schemas import PathId
from api.http.security import needs
from api.routes.accounts.services import GivenServices
from dispatch.accounts.models import Role, SignIn
from dispatch.audit.models import AuditEvent
from dispatch.bikram_sambat import nepal_date
from dispatch.catalogue.models import Product
from dispatch.orders.models import Order
from dispatch.transporters.service import Transporters

SIGNED_IN = "sign_in.opened"


class AccountActivity(Struct, frozen=True, kw_only=True):
    """What an account is and does.

    ``signed_in_at``: when somebody signed in last, as far back as the audit log reaches; ``sign_ins``: so many are
    open now. ``roles_barred``: taken by somebody else, so that only an admin gives them back. ``deleted_at``: its
    person was taken out of it, and it is never opened again. ``transporter``: the number of its profile, and
    ``is_verified`` whether all its papers are accepted and good today; null where it has none. ``orders``: so many it
    has made; ``products``: so many it sells or has sold.
    """

    id: int
    signed_in_at: datetime | None
    sign_ins: int
    roles_barred: list[str]
    deleted_at: datetime | None
    transporter: int | None
    is_verified: bool | None
    orders: int
    products: int


class AccountActivityController(Controller):
    """``/api/v1/users/{id}/activity``."""

    path = "/api/v1/users"
    tags = ("users",)
    guards = (needs(Role.ADMIN),)

    @get("/{user_id:int}/activity/")
    async def activity(self, user_id: PathId, work: GivenWork, services: GivenServices) -> AccountActivity:
        """What an account is and does: its sign-ins, profile, orders and products."""
        user, session, now = await services.of(work).get(user_id), work.session, services.clock.now()
        profile = await Transporters(work, services.clock).find_of(user)
        still_open = (SignIn.user_id == user_id, SignIn.revoked_at.is_(None), SignIn.expires_at > now)
        return AccountActivity(
            id=user.id,
            signed_in_at=await _signed_in_at(session, user_id),
            sign_ins=await session.scalar(select(func.count()).select_from(SignIn).where(*still_open)) or 0,
            roles_barred=list(user.roles_barred),
            deleted_at=user.deleted_at,
            transporter=profile.id if profile else None,
            is_verified=profile.papers_in_order(nepal_date(now)) if profile else None,
            orders=await _count(session, Order.customer_id, user_id),
            products=await _count(session, Product.seller_id, user_id),
        )


async def _signed_in_at(session: AsyncSession, user_id: int) -> datetime | None:
    opened = (
        select(AuditEvent.at)
        .where(AuditEvent.actor_id == user_id, AuditEvent.action == SIGNED_IN)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    found: datetime | None = await session.scalar(opened)
    return found


async def _count(session: AsyncSession, whose: InstrumentedAttribute[int], user_id: int) -> int:
    return await session.scalar(select(func.count()).where(whose == user_id)) or 0
