"""A step is refused; what was sent to prove it is kept for whoever has to find out what happened."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
import structlog
from sqlalchemy import func, select

from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.deliveries.carried import keep_picture
from dispatch.deliveries.evidence import evidence_columns
from dispatch.deliveries.handover import Handover
from dispatch.deliveries.happened import identity
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.service import DeliveryKey
from dispatch.errors import Conflict, DispatchError, Forbidden
from dispatch.events.payloads.deliveries import DeliveryProofRefused
from dispatch.events.recording import record
from dispatch.ports import Clock, PhotoStore
from dispatch.proofs.chain import content_hash
from dispatch.proofs.errors import TooFar
from dispatch.proofs.refused import RefusedHandover, RefusedStep

log = structlog.get_logger(__name__)

MOST_KEPT: Final = 5
"""Of one transporter for one delivery; the first ones stay."""
PASSING: Final = frozenset({"too_far", "code_locked"})
"""Refusals that come again at each press of the same button; they leave room for what comes once, and counts more."""
MOST_PASSING: Final = 2


def keeps_proof(refusal: DispatchError) -> bool:
    """Whether what was sent is kept though the step was refused.

    It is for whatever the same phone cannot put right by sending the step again: the delivery stands otherwise, its
    transporter may not, the code is locked, it is too far away. It is not where the answer asks for what lacks or is
    wrong (the step comes again, with all of it), and not for who never had the delivery.
    """
    return isinstance(refusal, Conflict | Forbidden | TooFar)


@dataclass(frozen=True, slots=True)
class SentStep:
    """What came: of which transporter, for which delivery."""

    key: DeliveryKey
    transporter_id: int
    step: RefusedStep
    handover: Handover
    reason: str = ""
    """Of an attempt."""

    @property
    def proves(self) -> bool:
        """Whether there is anything to keep."""
        sent = self.handover
        pictures = sent.photo is not None or sent.signature is not None
        return pictures or sent.place is not None or bool(sent.signed_by or sent.scanned or sent.happened_at)

    @property
    def fingerprint(self) -> str:
        """Of all that was sent, and not of where the transporter was seen meanwhile."""
        sent = self.handover
        told = [
            self.step,
            self.reason,
            sent.happened_at,
            None if sent.place is None else [sent.place.lat, sent.place.lon],
            *(None if one is None else content_hash(one) for one in (sent.photo, sent.signature)),
            sent.signed_by,
            sent.relation,
            sent.scanned,
            sent.notes,
        ]
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


class RefusedHandovers:
    """Keeps them, each in a unit of work of its own: that of the step was rolled back. Lock order: delivery."""

    def __init__(self, database: Database, clock: Clock, photos: PhotoStore) -> None:
        self._database = database
        self._clock = clock
        self._photos = photos

    async def keep(self, sent: SentStep, refusal: DispatchError) -> int | None:
        """The number under which it is kept, and was before where it came again; None where it is not.

        Raises nothing: whoever was refused hears why, whether or not this could be done.
        """
        if not sent.proves:
            return None
        try:
            async with self._database.work() as work:
                return await self._keep(work, sent, refusal)
        except Exception:  # whatever it is, the refusal stands
            log.exception("proof of a refused step could not be kept", delivery=str(sent.key), step=sent.step.value)
            return None

    async def _keep(self, work: Work, sent: SentStep, refusal: DispatchError) -> int | None:
        delivery = await _locked(work, sent.key)
        if delivery is None:
            return None
        of_delivery = RefusedHandover.delivery_id == delivery.id
        mine = select(RefusedHandover.fingerprint, RefusedHandover.number, RefusedHandover.refusal).where(
            of_delivery, RefusedHandover.transporter_id == sent.transporter_id
        )
        rows = (await work.session.execute(mine)).tuples().all()
        known = {fingerprint: number for fingerprint, number, _ in rows}
        passing = [code in PASSING for *_, code in rows]
        full = passing.count(True) >= MOST_PASSING if refusal.code in PASSING else passing.count(False) >= MOST_KEPT
        if sent.fingerprint in known or full:
            return known.get(sent.fingerprint)
        last = await work.session.scalar(select(func.max(RefusedHandover.number)).where(of_delivery))
        kept = await self._row(work, delivery, sent, refusal, (last or 0) + 1)
        work.session.add(kept)
        happened = DeliveryProofRefused(
            **identity(delivery),
            transporter_id=sent.transporter_id,
            number=kept.number,
            step=sent.step.value,
            refusal=refusal.code,
        )
        record(work.session, happened, at=kept.noticed_at)
        return kept.number

    async def _row(
        self, work: Work, delivery: Delivery, sent: SentStep, refusal: DispatchError, number: int
    ) -> RefusedHandover:
        handover, now = sent.handover, self._clock.now()
        at: datetime = handover.happened_at or now
        name = f"refused{number}"
        photo = await keep_picture(work, self._photos, delivery, name, handover.photo)
        signature = await keep_picture(work, self._photos, delivery, f"{name}-signature", handover.signature)
        return RefusedHandover(
            delivery_id=delivery.id,
            number=number,
            transporter_id=sent.transporter_id,
            step=sent.step,
            refusal=refusal.code,
            delivery_status=str(refusal.extra.get("delivery_status", delivery.status.value)),
            photo=photo,
            signature=signature,
            scanned=handover.scanned,
            reason=sent.reason,
            notes=handover.notes,
            happened_at=handover.happened_at,
            noticed_at=now,
            fingerprint=sent.fingerprint,
            **evidence_columns(delivery, handover, at, at_pickup=sent.step is RefusedStep.PICKUP),
        )


async def _locked(work: Work, key: DeliveryKey) -> Delivery | None:
    condition = Delivery.id == key if isinstance(key, int) else Delivery.delivery_id == key
    delivery: Delivery | None = await work.session.scalar(select(Delivery).where(condition).with_for_update())
    return delivery
