"""Taking files in parts. Everything is in the database: any worker of any host takes any part."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select

from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.errors import Conflict, NotFound
from dispatch.ports import Clock
from dispatch.uploads.models import Upload, UploadPart

MOST_BYTES: Final = 5 * 2**20
MOST_OPEN: Final = 10
"""So many of somebody's may wait for parts or for a step at once."""
MOST_A_DAY: Final = 500
KEPT: Final = timedelta(days=1)
AT_ONCE: Final = 500


class Uploads:
    """The uploads of one unit of work. Locks an upload's row, before everything else."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._session = work.session
        self._clock = clock

    async def begin(self, user_id: int, length: int) -> Upload:
        """One that waits for its first part. Raises Conflict where there are too many."""
        now = self._clock.now()
        await self._session.execute(select(func.pg_advisory_xact_lock(_LOCK, user_id % 2**31)))
        mine = select(func.count(), func.count().filter(Upload.used_at.is_(None))).where(
            Upload.user_id == user_id, Upload.expires_at > now
        )
        of_a_day, still_open = (await self._session.execute(mine)).one()
        if still_open >= MOST_OPEN or of_a_day >= MOST_A_DAY:
            raise Conflict(
                f"{still_open} of your uploads are open. Use one or delete one first.",
                code="too_many_uploads",
                most=MOST_OPEN if still_open >= MOST_OPEN else MOST_A_DAY,
            )
        upload = Upload(
            upload_id=uuid4(),
            user_id=user_id,
            length=length,
            received=0,
            created_at=now,
            expires_at=now + KEPT,
        )
        self._session.add(upload)
        await self._session.flush()
        return upload

    async def get(self, user_id: int, upload_id: UUID, *, lock: bool = False) -> Upload:
        """Somebody's own. Raises NotFound, in the same words for others' and for what is over."""
        query = select(Upload).where(
            Upload.upload_id == upload_id, Upload.user_id == user_id, Upload.expires_at > self._clock.now()
        )
        query = query.execution_options(populate_existing=True)
        found: Upload | None = await self._session.scalar(query.with_for_update() if lock else query)
        if found is None:
            raise NotFound("There is no such upload, or it is over.", code="upload_not_found")
        return found

    async def append(self, user_id: int, upload_id: UUID, start: int, content: bytes) -> tuple[Upload, bool]:
        """Add a part where the last one ended, and whether it is new: one that is there already changes nothing.

        Raises NotFound, and Conflict with the present ``offset`` for one that begins elsewhere or goes too far.
        """
        upload = await self.get(user_id, upload_id, lock=True)
        if start < upload.received and await self._is_there(upload, start, content):
            return upload, False
        if start != upload.received:
            raise Conflict("This part does not begin where the last one ended.", code="wrong_offset", **_state(upload))
        if start + len(content) > upload.length:
            raise Conflict("This part goes beyond the length that was told.", code="too_long", **_state(upload))
        if content:
            self._session.add(UploadPart(upload=upload.id, start=start, content=content))
            upload.received += len(content)
            await self._session.flush()
        return upload, bool(content)

    async def _is_there(self, upload: Upload, start: int, content: bytes) -> bool:
        """An answer was lost on its way, and the phone sends the part again."""
        known = await self._session.scalar(
            select(UploadPart.content).where(UploadPart.upload == upload.id, UploadPart.start == start)
        )
        return bool(content) and known == content

    async def use(self, user_id: int, upload_id: UUID) -> bytes:
        """All of a whole one, for a step. It stays until its day is over, so that the step may be told again.

        Raises NotFound, and Conflict where parts are missing.
        """
        upload = await self.get(user_id, upload_id, lock=True)
        if upload.received < upload.length:
            raise Conflict("Parts of this upload are missing.", code="upload_unfinished", **_state(upload))
        upload.used_at = upload.used_at or self._clock.now()
        parts = select(UploadPart.content).where(UploadPart.upload == upload.id).order_by(UploadPart.start)
        return b"".join(await self._session.scalars(parts))

    async def drop(self, user_id: int, upload_id: UUID) -> None:
        """Let go of one. Raises NotFound."""
        upload = await self.get(user_id, upload_id, lock=True)
        await self._session.execute(delete(UploadPart).where(UploadPart.upload == upload.id))
        await self._session.delete(upload)
        await self._session.flush()


_LOCK: Final = 0x75706C64
"""Of the numbers that locks of this kind have."""


def _state(upload: Upload) -> dict[str, int]:
    return {"offset": upload.received, "length": upload.length}


async def forget_old_uploads(database: Database, clock: Clock) -> None:
    """Drop those whose day is over, a portion at a time."""
    now: datetime = clock.now()
    gone = AT_ONCE
    while gone == AT_ONCE:
        async with database.work() as work:
            over = select(Upload.id).where(Upload.expires_at <= now).order_by(Upload.expires_at).limit(AT_ONCE)
            ids = list(await work.session.scalars(over.with_for_update(skip_locked=True)))
            await work.session.execute(delete(UploadPart).where(UploadPart.upload.in_(ids)))
            await work.session.execute(delete(Upload).where(Upload.id.in_(ids)))
            gone = len(ids)
