"""Proof of steps that came too late: kept when the step is refused, and shown to admins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select

from api.routes.deliveries.proof_links import PictureLink, ProofLinks
from api.routes.deliveries.services import DeliveryServices
from api.routes.deliveries.step_answers import Point
from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.deliveries.refused_steps import TOO_LATE, SentStep
from dispatch.errors import Conflict
from dispatch.proofs.kinds import Relation
from dispatch.proofs.refused import RefusedHandover, RefusedStep
from dispatch.transporters.models import Transporter


class RefusedProof(Struct, frozen=True, kw_only=True):
    """What was sent with a step that was not taken. Metres, seconds.

    ``refusal``: why, and ``delivery_status``, how the delivery stood then; ``happened_at``: when it was by the phone's
    word; ``scanned``: what it read on the parcel; ``reason``: of an attempt.
    """

    number: int
    step: RefusedStep
    transporter_id: int
    transporter_name: str
    refusal: str
    delivery_status: str
    happened_at: datetime | None
    noticed_at: datetime
    location: Point | None
    distance_m: float | None
    fix_age_s: float | None
    photo: PictureLink | None
    signature: PictureLink | None
    signed_by: str
    relation: Relation | None
    scanned: str
    reason: str
    notes: str


@asynccontextmanager
async def proof_kept(work: Work, services: DeliveryServices, sent: SentStep) -> AsyncIterator[None]:
    """Around a step: where it comes too late it is undone, its proof is kept, and the refusal says whether it is."""
    try:
        yield
    except Conflict as refusal:
        if refusal.code in TOO_LATE:
            await work.rollback()
            number = await services.refused_handovers.keep(sent, refusal)
            refusal.extra |= {"proof_kept": number is not None, "proof_number": number}
        raise


async def refused_proofs(work: Work, delivery_id: int, links: ProofLinks) -> list[RefusedProof]:
    """Those of a delivery, oldest first."""
    kept = (
        select(RefusedHandover, User.name)
        .join(Transporter, Transporter.id == RefusedHandover.transporter_id)
        .join(User, User.id == Transporter.user_id)
        .where(RefusedHandover.delivery_id == delivery_id)
        .order_by(RefusedHandover.number)
    )
    return [_refused(row, name, links) for row, name in await work.session.execute(kept)]


def _refused(row: RefusedHandover, transporter_name: str, links: ProofLinks) -> RefusedProof:
    return RefusedProof(
        number=row.number,
        step=row.step,
        transporter_id=row.transporter_id,
        transporter_name=transporter_name,
        refusal=row.refusal,
        delivery_status=row.delivery_status,
        happened_at=row.happened_at,
        noticed_at=row.noticed_at,
        location=None if row.lat is None or row.lon is None else Point(row.lat, row.lon),
        distance_m=row.distance_m,
        fix_age_s=row.fix_age_s,
        photo=links.link(row.photo, row.photo_hash),
        signature=links.link(row.signature, row.signature_hash),
        signed_by=row.signed_by,
        relation=row.relation,
        scanned=row.scanned,
        reason=row.reason,
        notes=row.notes,
    )
