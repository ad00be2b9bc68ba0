"""Files in parts, over networks that break off: begin, send parts, ask how far it came, use it in a step."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta, Struct

from api.http.injected import GivenWork
from api.http.schemas import Body
from api.http.security import acts
from api.monitoring import counters
from api.process.resources import Feature
from api.routes.deliveries.sent_pictures import PREFIX
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.uploads.models import Upload
from dispatch.uploads.service import MOST_BYTES, Uploads

MOST_PART_BYTES: Final = 2**20
AnyRequest = Request[User, Any, Any]
UploadPath = Annotated[UUID, PathParameter(description="The id of one's own upload.")]


class NewUpload(Body, frozen=True, kw_only=True):
    """How many bytes the file has."""

    length: Annotated[int, Meta(ge=1, le=MOST_BYTES)]


class UploadAnswer(Struct, frozen=True, kw_only=True):
    """How far it came: the next part begins at ``offset``. ``picture``: what a step says once all is there."""

    id: UUID
    offset: int
    length: int
    part_bytes: int
    picture: str
    expires_at: datetime


@dataclass
class WithPart(Operation):
    """The body is a part, which the description cannot know of a handler that reads it whole."""

    def __post_init__(self) -> None:
        part = OpenAPIMediaType(Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        words = "The bytes of the part, at most 1 MiB."
        self.request_body = RequestBody(content={"application/octet-stream": part}, description=words, required=True)


class UploadController(Controller):
    """``/api/uploads``: one's own."""

    path = "/api/uploads"
    tags = ("deliveries",)
    guards = (acts(Role.TRANSPORTER),)

    @post("/")
    async def begin_upload(
        self, request: AnyRequest, data: JSONBody[NewUpload], work: GivenWork, services: GivenServices
    ) -> UploadAnswer:
        """Begin a file of at most 5 MiB that is sent in parts. It is kept for a day; at most 10 wait at once."""
        upload = await _uploads(work, services).begin(request.user.id, data.length)
        _count(work, "begun")
        return _answer(upload)

    @patch("/{upload_id:uuid}/", request_max_body_size=MOST_PART_BYTES, operation_class=WithPart)
    async def send_part(
        self,
        request: AnyRequest,
        upload_id: UploadPath,
        work: GivenWork,
        services: GivenServices,
        offset: Annotated[int, QueryParameter(ge=0, le=MOST_BYTES, description="Where the part begins.")],
    ) -> UploadAnswer:
        """Send the next part. 409 `wrong_offset` says with `offset` where it has to begin.

        A part that is there already may be sent again: whoever lost an answer need not ask first.
        """
        content = await request.body()
        upload, is_new = await _uploads(work, services).append(request.user.id, upload_id, offset, content)
        if is_new:
            _count(work, "whole" if upload.received == upload.length else "", len(content))
        return _answer(upload)

    @get("/{upload_id:uuid}/")
    async def show_upload(
        self, request: AnyRequest, upload_id: UploadPath, work: GivenWork, services: GivenServices
    ) -> UploadAnswer:
        """How far it came, for whoever goes on after a break."""
        return _answer(await _uploads(work, services).get(request.user.id, upload_id))

    @delete("/{upload_id:uuid}/")
    async def drop_upload(
        self, request: AnyRequest, upload_id: UploadPath, work: GivenWork, services: GivenServices
    ) -> None:
        """Let go of it."""
        await _uploads(work, services).drop(request.user.id, upload_id)
        _count(work, "dropped")


def _uploads(work: Work, services: Feature) -> Uploads:
    return Uploads(work, services.clock)


def _count(work: Work, outcome: str, received: int = 0) -> None:
    async def once_committed() -> None:
        counters.upload_bytes.inc(received)
        if outcome:
            counters.uploads.labels(outcome).inc()

    work.after_commit(once_committed)


def _answer(upload: Upload) -> UploadAnswer:
    return UploadAnswer(
        id=upload.upload_id,
        offset=upload.received,
        length=upload.length,
        part_bytes=MOST_PART_BYTES,
        picture=f"{PREFIX}{upload.upload_id}",
        expires_at=upload.expires_at,
    )
