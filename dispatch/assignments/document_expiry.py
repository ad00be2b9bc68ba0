"""Documents expire without anybody doing anything: what such a transporter has not picked up waits again."""

import structlog
from sqlalchemy import exists, select

from dispatch.assignments.withdrawal import WithdrawalReason, withdraw_open_deliveries
from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.ports import Clock, Publisher
from dispatch.transporters.models import TransporterDocument

log = structlog.get_logger(__name__)


class ExpirySweeper:
    """May run in several processes at once: rows are locked, and what was given back is not found again."""

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    async def sweep(self) -> None:
        """Each transporter in a transaction of its own; one that fails is tried again next time."""
        today = self._clock.now().date()
        expired = exists().where(
            TransporterDocument.transporter_id == Delivery.transporter_id, TransporterDocument.expires_on < today
        )
        async with self._database.work() as work:
            found = await work.session.scalars(
                select(Delivery.transporter_id).where(Delivery.status == DeliveryStatus.ASSIGNED, expired).distinct()
            )
            transporters = [transporter_id for transporter_id in found if transporter_id is not None]
        for transporter_id in transporters:
            try:
                async with self._database.work() as work:
                    await withdraw_open_deliveries(
                        work, self._clock, self._publisher, transporter_id, WithdrawalReason.DOCUMENTS_EXPIRED
                    )
            except Exception:  # the others must not wait for this one
                log.exception("deliveries of an expired transporter stay", transporter=transporter_id)
