"""Documents that transporters hand in and take back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.models import User
from dispatch.bikram_sambat import nepal_date
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.ports import Clock, PhotoStore
from dispatch.transporters.documents.kinds import ENDLESS, DocumentKind, UploadState
from dispatch.transporters.documents.models import DocumentUpload
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters, lock_transporter

MOST_A_DAY: Final = 20
"""So many may be handed in within a day by one transporter."""
SHOWN: Final = 40
"""Those that their holder is shown: the last ones."""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it is handed in, beside its picture."""

    kind: DocumentKind
    number: str
    expires_on: date | None


def check_last_day(kind: DocumentKind, expires_on: date | None, today: date) -> None:
    """Raises Invalid for a last day that is missing or over."""
    if expires_on is None:
        if kind not in ENDLESS:
            told = {"expires_on": f"is required: a {kind.value} has a last day"}
            raise Invalid("The last day of the document is missing.", fields=told)
    elif expires_on < today:
        raise Invalid("This document is over.", fields={"expires_on": f"must not lie before {today}"})


class DocumentUploads:
    """What is handed in, in one unit of work. Locks the transporter."""

    def __init__(self, work: Work, clock: Clock, store: PhotoStore) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._store = store

    async def hand_in(self, user: User, new: NewDocument, content: bytes) -> DocumentUpload:
        """Keep a document with its picture for an admin to look at; one of its kind that still waits is replaced.

        Raises NotFound, Invalid and Conflict.
        """
        now = self._clock.now()
        check_last_day(new.kind, new.expires_on, nepal_date(now))
        transporter = await self._locked(user)
        await self._check_not_too_many(transporter.id, now)
        mine = DocumentUpload.transporter_id == transporter.id
        waits = (mine, DocumentUpload.kind == new.kind, DocumentUpload.state == UploadState.WAITING)
        await end_uploads(self._session, waits, UploadState.REPLACED, now)
        key = await self._store.save(f"{uuid4().hex}-{new.kind.value}", content)
        self._work.after_commit(partial(self._store.confirm, key))
        self._work.after_rollback(partial(self._store.discard, key))
        upload = DocumentUpload(
            transporter_id=transporter.id,
            kind=new.kind,
            number=new.number,
            expires_on=new.expires_on,
            file=key,
            file_hash=sha256(content).hexdigest(),
            state=UploadState.WAITING,
            handed_in_at=now,
            reason="",
        )
        self._session.add(upload)
        await self._session.flush()
        return upload

    async def withdraw(self, user: User, upload_id: int) -> None:
        """Take back what nobody has looked at yet; its picture is let go of. Raises NotFound and Conflict."""
        transporter = await self._locked(user)
        upload = await get_upload(self._session, upload_id, lock=True)
        if upload.transporter_id != transporter.id:
            raise no_such_document()
        check_waits(upload)
        upload.state = UploadState.WITHDRAWN
        upload.decided_at = upload.ended_at = self._clock.now()
        await self._session.flush()

    async def shown_to(self, user: User) -> tuple[Transporter, Sequence[DocumentUpload]]:
        """A transporter with what it handed in last, newest first. Raises NotFound."""
        transporter = await Transporters(self._work, self._clock).get_of(user)
        mine = select(DocumentUpload).where(DocumentUpload.transporter_id == transporter.id)
        found = await self._session.scalars(mine.order_by(DocumentUpload.id.desc()).limit(SHOWN))
        return transporter, found.all()

    async def _locked(self, user: User) -> Transporter:
        known = await Transporters(self._work, self._clock).get_of(user)
        return await lock_transporter(self._session, known.id)

    async def _check_not_too_many(self, transporter_id: int, now: datetime) -> None:
        since = DocumentUpload.handed_in_at > now - timedelta(days=1)
        count = select(func.count()).where(DocumentUpload.transporter_id == transporter_id, since)
        if (await self._session.scalar(count) or 0) >= MOST_A_DAY:
            raise Conflict(
                f"You have handed in {MOST_A_DAY} documents within a day. Try again tomorrow.",
                code="too_many_documents",
                most=MOST_A_DAY,
            )


def uploads_query(
    *,
    states: Collection[UploadState] = (),
    kinds: Collection[DocumentKind] = (),
    transporter_id: int | None = None,
) -> Select[DocumentUpload]:
    """What was handed in, longest waiting first; an empty filter does not matter."""
    query = select(DocumentUpload).order_by(DocumentUpload.id)
    if states:
        query = query.where(DocumentUpload.state.in_(states))
    if kinds:
        query = query.where(DocumentUpload.kind.in_(kinds))
    if transporter_id is not None:
        query = query.where(DocumentUpload.transporter_id == transporter_id)
    return query


async def get_upload(session: AsyncSession, upload_id: int, *, lock: bool = False) -> DocumentUpload:
    """One that was handed in. Raises NotFound."""
    query = select(DocumentUpload).where(DocumentUpload.id == upload_id).execution_options(populate_existing=True)
    found: DocumentUpload | None = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise no_such_document()
    return found


async def end_uploads(
    session: AsyncSession, which: Sequence[ColumnElement[bool]], state: UploadState, now: datetime
) -> None:
    """What waits is ended so, by nobody's decision."""
    ended = update(DocumentUpload).where(*which, DocumentUpload.state == UploadState.WAITING)
    await session.execute(ended.values(state=state, decided_at=now, ended_at=now))


async def end_all_uploads(session: AsyncSession, transporter_id: int, now: datetime) -> None:
    """Somebody is a transporter no more: nothing stands on what they handed in."""
    mine = DocumentUpload.transporter_id == transporter_id
    await end_uploads(session, [mine], UploadState.WITHDRAWN, now)
    await session.execute(update(DocumentUpload).where(mine, DocumentUpload.ended_at.is_(None)).values(ended_at=now))


def check_waits(upload: DocumentUpload) -> None:
    """Raises Conflict for what is decided."""
    if upload.state is not UploadState.WAITING:
        raise Conflict(
            f"This document is {upload.state.value} already.", code="document_decided", state=upload.state.value
        )


def no_such_document() -> NotFound:
    """In the same words for none and for somebody else's."""
    return NotFound("There is no such document.", code="document_not_found")
