"""Documents that transporters hand in: licence, vehicle registration, insurance, identity."""

from datetime import date
from typing import Annotated, Any, Final

from litestar import Controller, Request, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta

from api.http.field_checks import Given, also_checked, was_sent
from api.http.injected import GivenWork
from api.http.schemas import NO_NUL, ONE_LINE, Body, PathId
from api.http.security import acts, needs
from api.routes.deliveries.proofs import Base64, remade_document
from api.routes.deliveries.sent_pictures import with_uploads
from api.routes.transporters.document_answers import DocumentRoom, HandedIn, document_room, handed_in
from api.routes.transporters.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.bikram_sambat import nepal_date
from dispatch.errors import Invalid, raise_together
from dispatch.transporters.documents.kinds import DocumentKind
from dispatch.transporters.documents.service import NewDocument, check_last_day

MAX_BODY_BYTES: Final = 8 * 2**20


class HandedInBody(Body, frozen=True, kw_only=True):
    """A document with its picture, a JPEG, PNG or WebP of up to 5 MiB and 25 million pixels.

    ``expires_on``: its last day; only an identity document may have none.
    """

    kind: DocumentKind
    number: Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL, extra=ONE_LINE)]
    expires_on: date | None = None
    image: Base64


async def _check(request: Request[User, Any, Any], given: Given) -> None:
    if "kind" in given and not (was_sent(request, "expires_on") and "expires_on" not in given):
        today = nepal_date(request.app.state.services.clock.now())
        check_last_day(given["kind"], given.get("expires_on"), today)


async def _fitting(data: HandedInBody, image: str | bytes, today: date) -> bytes:
    """The picture made anew. Raises Invalid, naming all that does not fit."""
    found: list[Invalid] = []
    content = b""
    try:
        check_last_day(data.kind, data.expires_on, today)
    except Invalid as error:
        found.append(error)
    try:
        content = await remade_document("image", image)
    except Invalid as error:
        found.append(error)
    raise_together(found)
    return content


class DocumentController(Controller):
    """``/api/transporters/me/documents``."""

    path = "/api/transporters/me/documents"
    tags = ("transporters",)

    @get("/", guards=[needs(Role.TRANSPORTER)])
    async def own_documents(
        self, request: Request[User, Any, Any], work: GivenWork, services: GivenServices
    ) -> DocumentRoom:
        """How one's own documents stand, what is missing, and what was handed in last.

        Pictures are links that whoever has them can open for `DISPATCH_DOCUMENT_LINK_S` seconds.
        """
        documents = services.documents
        transporter, uploads = await documents.uploads(work).shown_to(request.user)
        today = nepal_date(services.clock.now())
        return document_room(transporter, uploads, documents.required, documents.links, today)

    @post("/", guards=[acts(Role.TRANSPORTER)], request_max_body_size=MAX_BODY_BYTES, opt=also_checked(_check))
    async def hand_in(
        self, request: Request[User, Any, Any], data: JSONBody[HandedInBody], work: GivenWork, services: GivenServices
    ) -> HandedIn:
        """Hand in a document for an admin to look at; one of its kind that still waits is replaced.

        What is kept is made anew from the picture's pixels, at most 2,400 wide and high: nothing else of the file that
        came stays. A PDF is not taken. Until it is approved, the document before stands. At most 20 a day.
        """
        sent = await with_uploads(work, services.clock, request.user, image=data.image)
        content = await _fitting(data, sent["image"] or "", nepal_date(services.clock.now()))
        new = NewDocument(data.kind, data.number, data.expires_on)
        upload = await services.documents.uploads(work).hand_in(request.user, new, content)
        return handed_in(upload, services.documents.links)

    @delete("/{document_id:int}/", guards=[acts(Role.TRANSPORTER)])
    async def take_back(
        self, request: Request[User, Any, Any], document_id: PathId, work: GivenWork, services: GivenServices
    ) -> None:
        """Take back what nobody has looked at yet; its picture is let go of within the hour."""
        await services.documents.uploads(work).withdraw(request.user, document_id)
