"""What each seller shows of its parcels, as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.among import among
from dispatch.database.base import IdentityAuditBase, reference
from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery
from dispatch.errors import Invalid
from dispatch.sales.models import Sale
from dispatch.tracking.privacy import Element, Privacy, Shown

# Once it has ended nothing is under way and nothing comes near.
AFTER_END: Final = (Shown.ALWAYS, Shown.NEVER, Shown.CODE)


class TrackingPrivacy(IdentityAuditBase):
    """A seller's choices by element; what is not in them follows the defaults."""

    __tablename__ = "tracking_privacy"

    seller_id: Mapped[int] = mapped_column(reference("users.id"), unique=True)
    chosen: Mapped[dict[str, str]] = mapped_column(JSONB)


def privacy_with(chosen: TrackingPrivacy | None, usual: Privacy) -> Privacy:
    """A seller's choices over the defaults of this server."""
    if chosen is None:
        return usual
    return replace(usual, **{name: Shown(value) for name, value in chosen.chosen.items()})


async def find_choices(session: AsyncSession, seller_id: int) -> TrackingPrivacy | None:
    """What a seller has chosen, if anything."""
    found: TrackingPrivacy | None = await session.scalar(
        select(TrackingPrivacy).where(TrackingPrivacy.seller_id == seller_id).execution_options(populate_existing=True)
    )
    return found


async def choose(session: AsyncSession, seller_id: int, chosen: Mapping[str, Shown | None]) -> TrackingPrivacy:
    """Change some of a seller's choices; None goes back to the default. Raises Invalid."""
    wrong = chosen.get(Element.AFTER_END)
    if wrong is not None and wrong not in AFTER_END:
        raise Invalid(
            "These choices do not fit.", fields={Element.AFTER_END.value: f"must be one of {', '.join(AFTER_END)}"}
        )
    given = {name: value for name, value in chosen.items() if value is not None}
    new = insert(TrackingPrivacy).values(seller_id=seller_id, chosen=given)
    kept = func.jsonb_strip_nulls(TrackingPrivacy.chosen.concat(literal(dict(chosen), JSONB)))
    changed = {"chosen": kept, "updated_at": func.now()}
    await session.execute(new.on_conflict_do_update(index_elements=["seller_id"], set_=changed))
    found = await find_choices(session, seller_id)
    assert found is not None  # noqa: S101  it was written just now, and rows are never deleted
    return found


async def privacy_of(session: AsyncSession, delivery_id: int, usual: Privacy) -> Privacy:
    """What is shown of a delivery."""
    return (await _privacies(session, [delivery_id], usual)).get(delivery_id, usual)


async def current_privacies(database: Database, delivery_ids: Sequence[int], usual: Privacy) -> dict[int, Privacy]:
    """The same of many, in one query."""
    async with database.work() as work:
        return await _privacies(work.session, delivery_ids, usual)


async def _privacies(session: AsyncSession, delivery_ids: Sequence[int], usual: Privacy) -> dict[int, Privacy]:
    rows = await session.execute(
        select(Delivery.id, TrackingPrivacy)
        .join(Sale, Sale.id == Delivery.sale_id)
        .outerjoin(TrackingPrivacy, TrackingPrivacy.seller_id == Sale.seller_id)
        .where(among(Delivery.id, delivery_ids))
        .execution_options(populate_existing=True)
    )
    return {delivery_id: privacy_with(chosen, usual) for delivery_id, chosen in rows}
