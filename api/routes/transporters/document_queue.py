"""Documents that wait for an admin's word."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from api.http.actors import actor_of
from api.http.described_answers import OtherAnswer, also
from api.http.injected import GivenWork
from api.http.schemas import BIGINT_MAX, NO_NUL, ONE_LINE, Body, Page, PageNumber, PageSize, PathId, page_of_rows
from api.http.security import PUBLIC, needs
from api.routes.transporters.document_answers import (
    DecidedDocument,
    DocumentBeside,
    QueuedDocument,
    beside,
    queued,
)
from api.routes.transporters.document_services import PATH
from api.routes.transporters.services import GivenServices, TransporterServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.bikram_sambat import nepal_date
from dispatch.database.work import Work
from dispatch.errors import NotFound
from dispatch.transporters.documents.deciding import Decided
from dispatch.transporters.documents.kinds import DocumentKind, UploadState
from dispatch.transporters.documents.service import get_upload, uploads_query
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters

PICTURE: Final = also(OtherAnswer(200, "The picture.", ("image/webp",), instead=True))


class Approval(Body, frozen=True, kw_only=True):
    """``version``: the profile's `version` that was looked at beside the document."""

    version: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None


class Rejection(Body, frozen=True, kw_only=True):
    """Why it is not taken, in words for its holder."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL, extra=ONE_LINE)]


class DocumentQueueController(Controller):
    """``/api/transporters/documents``: what was handed in, for admins."""

    path = "/api/transporters/documents"
    tags = ("transporters",)
    guards = (needs(Role.ADMIN),)

    @get("/")
    async def list_documents(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        *,
        states: Annotated[list[UploadState] | None, QueryParameter(name="state")] = None,
        kind: FromQuery[list[DocumentKind] | None] = None,
        transporter_id: Annotated[
            int | None, QueryParameter(ge=1, le=BIGINT_MAX, description="Those of one transporter.")
        ] = None,
        page: PageNumber = 1,
        page_size: PageSize = 50,
    ) -> Page[QueuedDocument]:
        """Documents that were handed in, longest waiting first; those that wait where no `state` is named.

        `state` and `kind` may be given several times.
        """
        query = uploads_query(states=states or (UploadState.WAITING,), kinds=kind or (), transporter_id=transporter_id)
        found = await page_of_rows(request, work.session, query, page, page_size)
        holders = (
            select(Transporter)
            .options(selectinload(Transporter.user))
            .where(Transporter.id.in_({one.transporter_id for one in found.results}))
        )
        by_id = {one.id: one for one in await work.session.scalars(holders)}
        return found.with_results([queued(one, by_id[one.transporter_id]) for one in found.results])

    @get("/{document_id:int}/")
    async def look_at(
        self, request: Request[User, Any, Any], document_id: PathId, work: GivenWork, services: GivenServices
    ) -> DocumentBeside:
        """A document with its picture and the profile that it is to fit. Who looked is in the audit log.

        The picture is a link that is good for `DISPATCH_DOCUMENT_LINK_S` seconds.
        """
        upload = await get_upload(work.session, document_id)
        transporter = await Transporters(work, services.clock).get(upload.transporter_id)
        documents = services.documents
        if upload.file is not None:
            await _note(request, work, "document.looked_at", document_id, {"transporter": transporter.id})
        return beside(upload, transporter, documents.required, documents.links, nepal_date(services.clock.now()))

    @post("/{document_id:int}/approve/", status_code=200)
    async def approve(
        self,
        request: Request[User, Any, Any],
        document_id: PathId,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[Approval | None] = None,
    ) -> DecidedDocument:
        """The document is as its picture says; from now on it is the transporter's.

        A verified transporter stays so. One that is not is verified with the last of the kinds of
        `DISPATCH_REQUIRED_DOCUMENTS`, where `version` was sent. 409 where it is decided already, or the profile
        changed.
        """
        version = None if data is None else data.version
        decided = await services.documents.decisions(work).approve(request.user, document_id, version=version)
        return await _decided(request, work, services, "document.approved", decided)

    @post("/{document_id:int}/reject/", status_code=200)
    async def reject(
        self,
        request: Request[User, Any, Any],
        document_id: PathId,
        data: JSONBody[Rejection],
        work: GivenWork,
        services: GivenServices,
    ) -> DecidedDocument:
        """It is not taken; its holder is told why. A document of before stands as it did."""
        decided = await services.documents.decisions(work).reject(request.user, document_id, data.reason)
        return await _decided(request, work, services, "document.rejected", decided)


async def _decided(
    request: Request[User, Any, Any], work: Work, services: TransporterServices, action: str, decided: Decided
) -> DecidedDocument:
    upload, transporter = decided.upload, decided.transporter
    verified = transporter.papers_in_order(nepal_date(services.clock.now()))
    seen = {"transporter": transporter.id, "kind": upload.kind.value, "verified": verified}
    await _note(request, work, action, upload.id, seen | ({"reason": upload.reason} if upload.reason else {}))
    return DecidedDocument(
        document=queued(upload, transporter), is_verified=verified, papers_version=transporter.papers_version
    )


async def _note(
    request: Request[User, Any, Any], work: Work, action: str, document_id: int, detail: Mapping[str, object]
) -> None:
    await record(work.session, actor_of(request), action, "document", document_id, detail)


class DocumentPictureController(Controller):
    """``/api/document-pictures``: for whoever has a link that was made for them."""

    path = PATH
    tags = ("transporters",)

    @get("/{picture:str}", opt=PUBLIC | PICTURE)
    async def show_document_picture(
        self,
        picture: Annotated[str, PathParameter(max_length=120, description="The picture's name in the link.")],
        until: Annotated[int, QueryParameter(ge=0, le=BIGINT_MAX, description="When the link ends.")],
        signature: Annotated[str, QueryParameter(max_length=64, description="What makes the link good.")],
        services: GivenServices,
    ) -> Response[bytes]:
        """A picture of a document, by a link of the document's; 404 once the link has ended."""
        services.documents.links.check(picture, until, signature)
        content = await services.documents.store.read(picture)
        if content is None:
            raise NotFound("This picture is not kept any more.", code="picture_not_found")
        return Response(content, media_type="image/webp")
