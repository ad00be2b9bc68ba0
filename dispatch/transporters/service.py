"""Transporters: their profile and their papers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, ColumnElement, Select, and_, any_, exists, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.errors import Conflict, NotFound
from dispatch.ports import Clock
from dispatch.transporters.documents.kinds import OF_VEHICLE, DocumentKind, UploadState
from dispatch.transporters.documents.models import DocumentUpload
from dispatch.transporters.models import UNRATED, Duty, Transporter, TransporterDocument

Day: TypeAlias = date | BindParameter[date]
"""A day, or the place of one in a statement that is made once."""

# What an admin looks at, beside the documents: customers are told the name and the phone, weights go by the vehicle.
VERIFIED = frozenset({"business_name", "phone", "vehicle_type", "vehicle_number", "capacity_kg"})
VEHICLE = frozenset({"vehicle_type", "vehicle_number"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as its holder hands it in."""

    kind: str
    number: str
    expires_on: date | None


class Transporters:
    """The transporters of one unit of work."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._session = work.session
        self._clock = clock

    async def create(self, user: User, profile: Mapping[str, Any], papers: Sequence[Paper]) -> Transporter:
        """Make the user's transporter profile; an admin must verify it. Raises Conflict where there is one."""
        if await self.find_of(user) is not None:
            raise Conflict("You have a transporter profile already. Change it with PATCH /api/transporters/me/.")
        transporter = Transporter(
            user_id=user.id,
            rating=UNRATED,
            rating_count=0,
            rating_sum=0,
            earned=Decimal(0),
            papers_version=1,
            **profile,
        )
        transporter.documents = [_document(paper) for paper in papers]
        transporter.is_available = True
        transporter.user = user
        self._session.add(transporter)
        try:
            await self._session.flush()
        except IntegrityError:
            raise Conflict("You have a transporter profile already.") from None
        return transporter

    async def find_of(self, user: User) -> Transporter | None:
        """The user's own profile."""
        found: Transporter | None = await self._session.scalar(_with_papers().where(Transporter.user_id == user.id))
        return found

    async def get_of(self, user: User) -> Transporter:
        """Raises NotFound where the user has no profile yet."""
        transporter = await self.find_of(user)
        if transporter is None:
            raise NotFound("You have no transporter profile yet. Make one with POST /api/transporters/.")
        return transporter

    async def get(self, transporter_id: int) -> Transporter:
        """Raises NotFound."""
        transporter = await self._session.scalar(_with_papers().where(Transporter.id == transporter_id))
        if transporter is None:
            raise NotFound("There is no such transporter.")
        return transporter

    async def change(
        self, transporter: Transporter, changes: Mapping[str, Any], papers: Sequence[Paper] | None
    ) -> None:
        """Change a locked profile. Where what an admin verifies becomes another, the verification is withdrawn."""
        seen_otherwise = any(getattr(transporter, field) != changes[field] for field in VERIFIED & changes.keys())
        other_vehicle = any(getattr(transporter, field) != changes[field] for field in VEHICLE & changes.keys())
        if other_vehicle:  # before its documents change: those that come with the change are of the new one
            self._outdate(transporter)
        for field, value in changes.items():
            if field == "is_available":
                if value is not transporter.is_available or transporter.break_until is not None:
                    transporter.go(Duty.ON if value else Duty.OFF)
            else:
                setattr(transporter, field, value)
        changed = set() if papers is None else self._replace_papers(transporter, papers)
        await self._end_uploads(transporter, changed | (set(OF_VEHICLE) if other_vehicle else set()))
        seen_otherwise = seen_otherwise or bool(changed)
        if seen_otherwise:
            transporter.withdraw_verification()
        await self._session.flush()

    def _outdate(self, transporter: Transporter) -> None:
        """Another vehicle needs other documents of it."""
        for document in transporter.documents:
            if document.kind in OF_VEHICLE and document.outdated_at is None:
                document.outdated_at, document.verified_at = self._clock.now(), None

    def _replace_papers(self, transporter: Transporter, papers: Sequence[Paper]) -> set[str]:
        """The kinds of the documents that came, went or changed."""
        wanted = {paper.kind: paper for paper in papers}
        changed = set[str]()
        for document in list(transporter.documents):
            paper = wanted.pop(document.kind, None)
            if paper is None:
                transporter.documents.remove(document)
                changed.add(document.kind)
            elif (document.number, document.expires_on) != (paper.number, paper.expires_on):
                document.number, document.expires_on, document.verified_at = paper.number, paper.expires_on, None
                document.outdated_at = None
                changed.add(document.kind)
        transporter.documents.extend(_document(paper) for paper in wanted.values())
        return changed | wanted.keys()

    async def _end_uploads(self, transporter: Transporter, kinds: Collection[str]) -> None:
        """The documents of these kinds are no longer as an approved picture says."""
        stood = update(DocumentUpload).where(
            DocumentUpload.transporter_id == transporter.id,
            DocumentUpload.kind.in_([kind for kind in DocumentKind if kind in kinds]),
            DocumentUpload.state == UploadState.APPROVED,
            DocumentUpload.ended_at.is_(None),
        )
        if kinds:
            await self._session.execute(stood.values(ended_at=self._clock.now()))

    async def verify(
        self, transporter: Transporter, *, approved: bool, version: int | None = None, required: Collection[str] = ()
    ) -> None:
        """Accept a locked profile and its documents as they are, or withdraw that.

        ``version``: the version that was looked at; None takes whatever is there now. ``required``: kinds of documents
        that must be among them. Raises Conflict.
        """
        if version is not None and version != transporter.papers_version:
            raise Conflict(
                "The profile changed after it was looked at. Look at it again.",
                code="papers_changed",
                papers_version=transporter.papers_version,
            )
        missing = sorted(set(required) - {document.kind for document in transporter.documents})
        if approved and missing:
            raise Conflict(f"Documents are missing: {', '.join(missing)}.", code="documents_missing", missing=missing)
        outdated = sorted(document.kind for document in transporter.documents if document.outdated_at is not None)
        if approved and outdated:
            raise Conflict(
                f"The vehicle is another one. New documents are needed: {', '.join(outdated)}.",
                code="documents_outdated",
                outdated=outdated,
            )
        moment = self._clock.now() if approved else None
        transporter.verified_at = moment
        if approved:
            transporter.verified_version = transporter.papers_version
        for document in transporter.documents:
            document.verified_at = moment
        await self._session.flush()


def may_carry(today: Day) -> list[ColumnElement[bool]]:
    """The conditions of a query for transporters who may be given deliveries: available, and all in order.

    The account is open and a transporter's, the profile verified as it is, no document unverified or expired.
    """
    good_account = (
        exists()
        .where(User.id == Transporter.user_id, User.is_active, literal(Role.TRANSPORTER.value) == any_(User.roles))
        .correlate(Transporter)  # also where the query around it has the users for something else
    )
    return [Transporter.is_available.is_(True), is_in_order(today), good_account]


def is_in_order(today: Day) -> ColumnElement[bool]:
    """``Transporter.papers_in_order`` as a condition of a query."""
    return and_(Transporter.verified_at.is_not(None), ~has_bad_paper(today))


def has_bad_paper(today: Day) -> ColumnElement[bool]:
    """The condition that some document is unverified or expired."""
    return exists().where(
        TransporterDocument.transporter_id == Transporter.id,
        or_(TransporterDocument.verified_at.is_(None), TransporterDocument.expires_on < today),
    )


def _with_papers() -> Select[Transporter]:
    return select(Transporter).options(selectinload(Transporter.user), selectinload(Transporter.documents))


def _document(paper: Paper) -> TransporterDocument:
    return TransporterDocument(kind=paper.kind, number=paper.number, expires_on=paper.expires_on)


async def lock_transporter(session: AsyncSession, transporter_id: int) -> Transporter:
    """The transporter's row, held until the end of the transaction, so that its free capacity is counted once."""
    transporter = await session.scalar(
        _with_papers()
        .where(Transporter.id == transporter_id)
        .with_for_update(of=Transporter)
        .execution_options(populate_existing=True)
    )
    if transporter is None:
        raise NotFound("There is no such transporter.")
    return transporter
