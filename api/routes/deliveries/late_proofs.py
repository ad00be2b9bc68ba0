"""Proof of steps that were refused: kept all the same, and shown to admins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec.structs import asdict
from sqlalchemy import select

from api.monitoring import counters
from api.routes.deliveries.evidence import SignedEvidence, signed_evidence_of
from api.routes.deliveries.proof_links import ProofLinks
from api.routes.deliveries.services import DeliveryServices
from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.deliveries.refused_steps import SentStep, keeps_proof
from dispatch.errors import DispatchError
from dispatch.proofs.refused import RefusedHandover, RefusedStep
from dispatch.transporters.models import Transporter


class RefusedProof(SignedEvidence, frozen=True, kw_only=True):
    """What was sent with a step that was not taken.

    ``refusal``: why, and ``delivery_status``, how the delivery stood then; ``happened_at``: when it was by the phone's
    word; ``scanned``: what it read on the parcel; ``reason``: of an attempt.
    """

    step: RefusedStep
    transporter_id: int
    transporter_name: str
    refusal: str
    delivery_status: str
    happened_at: datetime | None
    scanned: str
    reason: str
    notes: str


@asynccontextmanager
async def proof_kept(work: Work, services: DeliveryServices, sent: SentStep) -> AsyncIterator[None]:
    """Around a step: where it is refused it is undone, its proof is kept, and the refusal says whether it is.

    What becomes of it is counted once it has.
    """
    try:
        yield
    except DispatchError as refusal:
        number = None
        if keeps_proof(refusal):
            await work.rollback()
            number = await services.refused_handovers.keep(sent, refusal)
            refusal.extra |= {"proof_kept": number is not None, "proof_number": number}
        _count(sent, "refused" if number is None else "refused_kept")
        raise
    else:
        work.after_commit(lambda: _counted(sent))


async def _counted(sent: SentStep) -> None:
    _count(sent, "taken")


def _count(sent: SentStep, outcome: str) -> None:
    counters.proofs.labels(sent.step.value, outcome).inc()
    if outcome == "refused":
        return
    for picture, content in (("photo", sent.handover.photo), ("signature", sent.handover.signature)):
        if content is not None:
            counters.proof_bytes.labels(picture).inc(len(content))


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
        **asdict(signed_evidence_of(row, links)),
        step=row.step,
        transporter_id=row.transporter_id,
        transporter_name=transporter_name,
        refusal=row.refusal,
        delivery_status=row.delivery_status,
        happened_at=row.happened_at,
        scanned=row.scanned,
        reason=row.reason,
        notes=row.notes,
    )
