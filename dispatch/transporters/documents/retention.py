"""Letting go of pictures of documents: nothing of them is kept longer than the docs say."""

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, and_, func, or_, select

from dispatch.bikram_sambat import nepal_date
from dispatch.database.engine import Database
from dispatch.jobs.leased_items import LeasedItemJob
from dispatch.jobs.unconfirmed import UnconfirmedSweeper
from dispatch.ports import Clock, PhotoStore
from dispatch.transporters.documents.kinds import UploadState
from dispatch.transporters.documents.models import DocumentUpload
from dispatch.transporters.documents.service import get_upload

BATCH = 100
AT_ONCE = (UploadState.REPLACED, UploadState.WITHDRAWN)
"""What nobody looked at: there is no reason to keep it."""


class DocumentRetention(LeasedItemJob[int]):
    """Drops the pictures of documents on which nothing stands any more; rows keep what was decided."""

    name: ClassVar[str] = "ended-documents"

    def __init__(self, database: Database, clock: Clock, store: PhotoStore, *, keep_days: int) -> None:
        super().__init__(database, clock)
        self._store = store
        self._keep_days = keep_days

    async def find(self, after: int | None) -> list[int]:
        """What is kept long enough."""
        query = select(DocumentUpload.id).where(DocumentUpload.id > (after or 0), self._is_due())
        async with self._database.work() as work:
            return list(await work.session.scalars(query.order_by(DocumentUpload.id).limit(BATCH)))

    async def do_key(self, key: int) -> None:
        """Drop one picture: the file first, so that a server that stops in between does it again."""
        async with self._database.work() as work:
            found = await work.session.scalar(
                select(DocumentUpload.file).where(DocumentUpload.id == key, self._is_due()).with_for_update()
            )
            if found is None:
                return
            await self._store.remove(found)
            upload = await get_upload(work.session, key)
            upload.file, upload.removed_at = None, self._clock.now()

    async def oldest_due(self) -> datetime | None:
        """When the first of them ended."""
        query = select(func.min(DocumentUpload.ended_at)).where(self._is_due())
        async with self._database.work() as work:
            found: datetime | None = await work.session.scalar(query)
        return found

    def _is_due(self) -> ColumnElement[bool]:
        now = self._clock.now()
        before = now - timedelta(days=self._keep_days)
        over = and_(DocumentUpload.state == UploadState.APPROVED, DocumentUpload.expires_on < nepal_date(before))
        ended = or_(
            DocumentUpload.ended_at < before,
            and_(DocumentUpload.state.in_(AT_ONCE), DocumentUpload.ended_at <= now),
        )
        return and_(DocumentUpload.file.is_not(None), or_(ended, over))


class UnconfirmedDocuments(UnconfirmedSweeper):
    """Pictures of documents that a server which stopped in between left unconfirmed."""

    name: ClassVar[str] = "unconfirmed-documents"

    async def is_named(self, key: str) -> bool:
        """See UnconfirmedSweeper."""
        async with self._database.work() as work:
            found = await work.session.scalar(select(DocumentUpload.id).where(DocumentUpload.file == key))
        return found is not None
