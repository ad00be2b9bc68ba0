"""Documents expire without anybody doing anything: what such a transporter has not picked up waits again."""

from datetime import datetime, time, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, func, select

from dispatch.assignments.withdrawal import WithdrawalReason, withdraw_open_deliveries
from dispatch.bikram_sambat import NEPAL_TIME, nepal_date
from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.jobs.leased_items import LeasedItemJob
from dispatch.ports import Clock, Publisher
from dispatch.transporters.models import TransporterDocument

BATCH = 100


class DocumentExpiry(LeasedItemJob[int]):
    """Withdraws deliveries of transporters whose documents are over; rows are locked and looked at again."""

    name: ClassVar[str] = "expired-documents"
    at_once: ClassVar[int] = 1

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        super().__init__(database, clock)
        self._publisher = publisher

    async def find(self, after: int | None) -> list[int]:
        """Transporters who may not carry any more and have something to carry."""
        query = select(Delivery.transporter_id).join(*self._documents()).where(*self._is_due())
        query = query.where(Delivery.transporter_id > (after or 0)).distinct().order_by(Delivery.transporter_id)
        async with self._database.work() as work:
            found = await work.session.scalars(query.limit(BATCH))
            return [transporter_id for transporter_id in found if transporter_id is not None]

    async def do_key(self, key: int) -> None:
        """All that one transporter has not picked up."""
        async with self._database.work() as work:
            await withdraw_open_deliveries(work, self._clock, self._publisher, key, WithdrawalReason.DOCUMENTS_EXPIRED)

    async def oldest_due(self) -> datetime | None:
        """The beginning of the first day on which a document was over."""
        query = select(func.min(TransporterDocument.expires_on)).select_from(Delivery).join(*self._documents())
        async with self._database.work() as work:
            day = await work.session.scalar(query.where(*self._is_due()))
        return None if day is None else datetime.combine(day + timedelta(days=1), time.min, NEPAL_TIME)

    def _documents(self) -> tuple[type[TransporterDocument], ColumnElement[bool]]:
        return TransporterDocument, TransporterDocument.transporter_id == Delivery.transporter_id

    def _is_due(self) -> list[ColumnElement[bool]]:
        today = nepal_date(self._clock.now())
        return [Delivery.status == DeliveryStatus.ASSIGNED, TransporterDocument.expires_on < today]
