"""Who had a delivery, one after the other, and who or what decided it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from litestar import Controller, get
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.deliveries.deliveries import KeyPath, delivery_key
from api.routes.deliveries.hand_deciders import TAKEN_BACK, Beside, How
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.changes.models import Refusal
from dispatch.assignments.models import Assignment
from dispatch.audit.models import AuditEvent
from dispatch.database.among import among
from dispatch.events.models import Event
from dispatch.events.payloads.deliveries import (
    DeliveryAccepted,
    DeliveryAssigned,
    DeliveryReassigned,
    DeliveryUnassigned,
)
from dispatch.offers.models import Offer, OfferStatus
from dispatch.transporters.models import Transporter

OF_HANDS: Final = tuple(
    kind.type for kind in (DeliveryAssigned, DeliveryAccepted, DeliveryReassigned, DeliveryUnassigned)
)
MOST: Final = 500


class Hand(Struct, frozen=True, kw_only=True):
    """One change of hands, as it happened: the event's type, who has it by it (or had it, where it was taken back).

    ``how``: what decided it, and ``by``: which dispatcher; null where that is not known or nobody did.
    """

    at: datetime
    event: str
    transporter: int
    transporter_name: str
    taken_from: int | None
    taken_from_name: str | None
    reason: str | None
    how: How | None
    by: int | None
    by_name: str | None


class KeptAssignment(Struct, frozen=True, kw_only=True):
    """A decision: by which strategy, with which score of 100, by whom (None: an operator, or by itself)."""

    at: datetime
    transporter: int
    transporter_name: str
    strategy: str
    total_score: float | None
    assigned_by: int | None
    assigned_by_name: str | None


class GivenBack(Struct, frozen=True, kw_only=True):
    """A transporter gave it back; each stands here once, with the last time."""

    at: datetime
    transporter: int
    transporter_name: str
    reason: str
    note: str


class AssignmentHistory(Struct, frozen=True, kw_only=True):
    """Each list oldest first. ``hands`` reaches back as far as events are kept."""

    hands: list[Hand]
    decisions: list[KeptAssignment]
    given_back: list[GivenBack]


class AssignmentHistoryController(Controller):
    """``/api/deliveries/{id}/assignments``."""

    path = "/api/deliveries"
    tags = ("assignments",)

    @get("/{delivery_id:str}/assignments/", guards=[needs(Role.ADMIN)])
    async def hands(self, delivery_id: KeyPath, work: GivenWork, services: GivenServices) -> AssignmentHistory:
        """Through whose hands a delivery went, what was decided about it, and who gave it back."""
        session = work.session
        number = (await services.deliveries(work).get(delivery_key(delivery_id))).id
        events = await session.scalars(
            select(Event)
            .where(Event.subject == f"delivery:{number}", Event.type.in_(OF_HANDS))
            .order_by(Event.id)
            .limit(MOST)
        )
        decided = await session.scalars(
            select(Assignment).where(Assignment.delivery_id == number).order_by(Assignment.id).limit(MOST)
        )
        refused = await session.scalars(
            select(Refusal).where(Refusal.delivery_id == number).order_by(Refusal.refused_at).limit(MOST)
        )
        taken = await session.scalars(
            select(Offer).where(Offer.delivery_id == number, Offer.status == OfferStatus.ACCEPTED).limit(MOST)
        )
        hands, decisions = events.all(), decided.all()
        acts = await _acts(session, number, {int(one.data["transporter_id"]) for one in hands})
        return await _told(session, hands, Beside(decisions, taken.all(), acts), refused.all())


async def _acts(session: AsyncSession, number: int, carriers: set[int]) -> Sequence[AuditEvent]:
    """What dispatchers did so that somebody lost the delivery, each by itself or all of a transporter's at once."""
    of_delivery = (AuditEvent.subject_kind == "delivery") & (AuditEvent.subject_id == str(number))
    of_carrier = (AuditEvent.subject_kind == "transporter") & among(
        AuditEvent.subject_id, [str(one) for one in sorted(carriers)]
    )
    found = await session.scalars(
        select(AuditEvent)
        .where(of_delivery | of_carrier, AuditEvent.action.in_(TAKEN_BACK))
        .order_by(AuditEvent.id)
        .limit(MOST)
    )
    return found.all()


async def _told(
    session: AsyncSession, events: Sequence[Event], beside: Beside, refused: Sequence[Refusal]
) -> AssignmentHistory:
    decided = beside.decisions
    numbers = {int(event.data["transporter_id"]) for event in events}
    numbers |= {int(event.data["taken_from"]) for event in events if event.data.get("taken_from")}
    numbers |= {one.transporter_id for one in decided} | {one.transporter_id for one in refused}
    carriers = await _carriers(session, numbers)
    by = {event.id: beside.of(event, events) for event in events}
    deciders = {one.assigned_by for one in decided} | {one.by for one in by.values()}
    people = await _people(session, {one for one in deciders if one is not None})
    hands = [
        Hand(
            at=event.at,
            event=event.type,
            transporter=event.data["transporter_id"],
            transporter_name=carriers.get(event.data["transporter_id"], ""),
            taken_from=event.data.get("taken_from"),
            taken_from_name=carriers.get(event.data.get("taken_from") or 0),
            reason=event.data.get("reason"),
            how=by[event.id].how,
            by=by[event.id].by,
            by_name=people.get(by[event.id].by or 0),
        )
        for event in events
    ]
    decisions = [
        KeptAssignment(
            at=one.created_at,
            transporter=one.transporter_id,
            transporter_name=carriers.get(one.transporter_id, ""),
            strategy=one.strategy,
            total_score=None if one.total_score is None else round(one.total_score, 2),
            assigned_by=one.assigned_by,
            assigned_by_name=people.get(one.assigned_by) if one.assigned_by is not None else None,
        )
        for one in decided
    ]
    given_back = [
        GivenBack(
            at=one.refused_at,
            transporter=one.transporter_id,
            transporter_name=carriers.get(one.transporter_id, ""),
            reason=one.reason.value,
            note=one.note,
        )
        for one in refused
    ]
    return AssignmentHistory(hands=hands, decisions=decisions, given_back=given_back)


async def _people(session: AsyncSession, numbers: set[int]) -> dict[int, str]:
    found = await session.execute(select(User.id, User.name).where(among(User.id, sorted(numbers))))
    return dict(found.tuples().all())


async def _carriers(session: AsyncSession, numbers: set[int]) -> dict[int, str]:
    query = select(Transporter.id, User.name).join(User, User.id == Transporter.user_id)
    found = await session.execute(query.where(among(Transporter.id, sorted(numbers))))
    return dict(found.tuples().all())
