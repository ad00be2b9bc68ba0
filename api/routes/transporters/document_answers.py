"""Documents that were handed in, as their holder and admins see them. Days; times UTC."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from api.routes.deliveries.proof_links import PictureLink, ProofLinks
from dispatch.transporters.documents.kinds import DocumentKind, UploadState
from dispatch.transporters.documents.models import DocumentUpload
from dispatch.transporters.models import Transporter, TransporterDocument

SOON: Final = timedelta(days=30)


class DocumentState(StrEnum):
    """How a document of a profile stands today."""

    GOOD = "good"
    ENDS_SOON = "ends_soon"
    """Within 30 days."""
    EXPIRED = "expired"
    OUTDATED = "outdated"
    """It is of a vehicle that the transporter has no more."""
    UNVERIFIED = "unverified"
    MISSING = "missing"
    """It is required and not there."""


class StandingDocument(Struct, frozen=True, kw_only=True):
    """A document of the profile, or one that is required and not there."""

    kind: str
    required: bool
    number: str
    expires_on: date | None
    state: DocumentState


class HandedIn(Struct, frozen=True, kw_only=True):
    """A document that was handed in. ``picture``: None where it is kept no more; ``reason``: why it was rejected."""

    id: int
    kind: DocumentKind
    number: str
    expires_on: date | None
    state: UploadState
    handed_in_at: datetime
    decided_at: datetime | None
    reason: str
    picture: PictureLink | None


class DocumentRoom(Struct, frozen=True, kw_only=True):
    """One's own documents: how each stands, and what was handed in, newest first.

    ``in_order``: whether profile and documents let deliveries come; ``missing``: what must be handed in before.
    """

    in_order: bool
    required: list[str]
    missing: list[str]
    vehicle_type: str
    vehicle_number: str
    documents: list[StandingDocument]
    handed_in: list[HandedIn]


class QueuedDocument(Struct, frozen=True, kw_only=True):
    """A document that was handed in, with whose it is. No picture: that is looked at one by one."""

    id: int
    kind: DocumentKind
    number: str
    expires_on: date | None
    state: UploadState
    handed_in_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    reason: str
    transporter_id: int
    name: str
    vehicle_number: str


class DocumentBeside(Struct, frozen=True, kw_only=True):
    """A document that is looked at: its picture, the profile that it is to fit, and the one before of its kind.

    ``version``: of the profile, to be sent with the approval.
    """

    document: QueuedDocument
    picture: PictureLink | None
    version: int
    phone: str
    business_name: str
    vehicle_type: str
    is_verified: bool
    stands: StandingDocument | None


class DecidedDocument(Struct, frozen=True, kw_only=True):
    """What was decided; ``is_verified``: whether deliveries may come now, ``papers_version``: of the profile now."""

    document: QueuedDocument
    is_verified: bool
    papers_version: int


def standing(document: TransporterDocument, required: Collection[str], today: date) -> StandingDocument:
    """How a document stands."""
    if document.outdated_at is not None:
        state = DocumentState.OUTDATED
    elif document.expires_on is not None and document.expires_on < today:
        state = DocumentState.EXPIRED
    elif document.verified_at is None:
        state = DocumentState.UNVERIFIED
    elif document.expires_on is not None and document.expires_on <= today + SOON:
        state = DocumentState.ENDS_SOON
    else:
        state = DocumentState.GOOD
    return StandingDocument(
        kind=document.kind,
        required=document.kind in required,
        number=document.number,
        expires_on=document.expires_on,
        state=state,
    )


def handed_in(upload: DocumentUpload, links: ProofLinks) -> HandedIn:
    """As its holder sees it."""
    return HandedIn(
        id=upload.id,
        kind=upload.kind,
        number=upload.number,
        expires_on=upload.expires_on,
        state=upload.state,
        handed_in_at=upload.handed_in_at,
        decided_at=upload.decided_at,
        reason=upload.reason,
        picture=links.link(upload.file, upload.file_hash),
    )


def document_room(
    transporter: Transporter, uploads: Sequence[DocumentUpload], required: Sequence[str], links: ProofLinks, today: date
) -> DocumentRoom:
    """All of one's own."""
    there = [standing(document, required, today) for document in transporter.documents]
    absent = sorted(set(required) - {document.kind for document in there})
    there += [
        StandingDocument(kind=kind, required=True, number="", expires_on=None, state=DocumentState.MISSING)
        for kind in absent
    ]
    bad = (DocumentState.EXPIRED, DocumentState.OUTDATED, DocumentState.MISSING)
    return DocumentRoom(
        in_order=transporter.papers_in_order(today),
        required=list(required),
        missing=sorted({document.kind for document in there if document.state in bad}),
        vehicle_type=transporter.vehicle_type,
        vehicle_number=transporter.vehicle_number,
        documents=there,
        handed_in=[handed_in(upload, links) for upload in uploads],
    )


def queued(upload: DocumentUpload, transporter: Transporter) -> QueuedDocument:
    """As admins see it."""
    return QueuedDocument(
        id=upload.id,
        kind=upload.kind,
        number=upload.number,
        expires_on=upload.expires_on,
        state=upload.state,
        handed_in_at=upload.handed_in_at,
        decided_at=upload.decided_at,
        decided_by=upload.decided_by,
        reason=upload.reason,
        transporter_id=transporter.id,
        name=transporter.user.name,
        vehicle_number=transporter.vehicle_number,
    )


def beside(
    upload: DocumentUpload, transporter: Transporter, required: Collection[str], links: ProofLinks, today: date
) -> DocumentBeside:
    """All that is needed to decide."""
    known = next((one for one in transporter.documents if one.kind == upload.kind), None)
    return DocumentBeside(
        document=queued(upload, transporter),
        picture=links.link(upload.file, upload.file_hash),
        version=transporter.papers_version,
        phone=transporter.phone,
        business_name=transporter.business_name,
        vehicle_type=transporter.vehicle_type,
        is_verified=transporter.papers_in_order(today),
        stands=None if known is None else standing(known, required, today),
    )
