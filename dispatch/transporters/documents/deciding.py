"""An admin's word on a document that was handed in, and what it means for the transporter."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import update

from dispatch.accounts.models import User
from dispatch.bikram_sambat import nepal_date
from dispatch.database.work import Work
from dispatch.errors import Conflict, Forbidden
from dispatch.events.payloads.transporters import TransporterDocumentDecided
from dispatch.events.recording import record
from dispatch.ports import Clock
from dispatch.transporters.documents.kinds import UploadState
from dispatch.transporters.documents.messages import tell_decision
from dispatch.transporters.documents.models import DocumentUpload
from dispatch.transporters.documents.service import check_last_day, check_waits, get_upload
from dispatch.transporters.models import Transporter, TransporterDocument
from dispatch.transporters.service import lock_transporter


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about, with whose it is."""

    upload: DocumentUpload
    transporter: Transporter


class DocumentDecisions:
    """Decisions of one unit of work. Lock order: transporter, what was handed in."""

    def __init__(self, work: Work, clock: Clock, *, required: Collection[str]) -> None:
        """``required``: kinds of documents without which nobody is verified."""
        self._work = work
        self._session = work.session
        self._clock = clock
        self._required = frozenset(required)

    async def approve(self, admin: User, upload_id: int, *, version: int | None) -> Decided:
        """The document is as the picture says. ``version``: of the profile that was looked at beside it.

        A verified transporter stays so. One that is not is verified with the last of the required documents, as the
        profile is in ``version``. Raises NotFound, Forbidden, Conflict and Invalid.
        """
        upload, transporter = await self._waiting(admin, upload_id)
        _check_version(transporter, version)
        now = self._clock.now()
        check_last_day(upload.kind, upload.expires_on, nepal_date(now))
        before = update(DocumentUpload).where(
            DocumentUpload.transporter_id == transporter.id,
            DocumentUpload.kind == upload.kind,
            DocumentUpload.state == UploadState.APPROVED,
            DocumentUpload.ended_at.is_(None),
        )
        await self._session.execute(before.values(ended_at=now))
        document = next((one for one in transporter.documents if one.kind == upload.kind), None)
        if document is None:
            document = TransporterDocument(kind=upload.kind.value, number=upload.number)
            transporter.documents.append(document)
        document.number, document.expires_on = upload.number, upload.expires_on
        document.verified_at, document.outdated_at = now, None
        transporter.papers_version += 1
        if transporter.verified_at is not None:
            transporter.verified_version = transporter.papers_version
        elif version is not None and self._is_complete(transporter):
            transporter.verified_at, transporter.verified_version = now, transporter.papers_version
        await self._decide(admin, upload, transporter, UploadState.APPROVED)
        return Decided(upload, transporter)

    async def reject(self, admin: User, upload_id: int, reason: str) -> Decided:
        """It is not taken; the document before stays as it is. Raises NotFound, Forbidden and Conflict."""
        upload, transporter = await self._waiting(admin, upload_id)
        upload.reason, upload.ended_at = reason, self._clock.now()
        await self._decide(admin, upload, transporter, UploadState.REJECTED)
        return Decided(upload, transporter)

    async def _waiting(self, admin: User, upload_id: int) -> tuple[DocumentUpload, Transporter]:
        known = await get_upload(self._session, upload_id)
        transporter = await lock_transporter(self._session, known.transporter_id)
        upload = await get_upload(self._session, upload_id, lock=True)
        if transporter.user_id == admin.id:
            raise Forbidden("Somebody else must look at your own documents.", code="own_document")
        check_waits(upload)
        return upload, transporter

    def _is_complete(self, transporter: Transporter) -> bool:
        """Whether all that is required is there and nothing of what is there is unverified or over."""
        today = nepal_date(self._clock.now())
        good = {one.kind for one in transporter.documents if one.is_good(today)}
        return bool(self._required) and self._required <= good and len(good) == len(transporter.documents)

    async def _decide(self, admin: User, upload: DocumentUpload, transporter: Transporter, state: UploadState) -> None:
        now = self._clock.now()
        upload.state, upload.decided_at, upload.decided_by = state, now, admin.id
        told = TransporterDocumentDecided(
            transporter_id=transporter.id, kind=upload.kind.value, approved=state is UploadState.APPROVED
        )
        record(self._session, told, at=now)
        await self._session.flush()
        await tell_decision(self._work, upload, transporter.user, now)


def _check_version(transporter: Transporter, version: int | None) -> None:
    if version is not None and version != transporter.papers_version:
        raise Conflict(
            "The profile changed after it was looked at. Look at it again.",
            code="papers_changed",
            papers_version=transporter.papers_version,
        )
