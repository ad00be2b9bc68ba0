"""Tables of products, transporters and deliveries, handed in as CSV or XLSX."""

from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import Annotated, Any, BinaryIO, Final

from litestar import Controller, Request, Response, get, post
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromQuery, QueryParameter
from msgspec.structs import asdict
from sqlalchemy import select
from sqlalchemy.orm import defer

from api.adapters.sheets.rows import UnreadableFile
from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import NO_NUL, Page, PageNumber, PageSize, PathId, page_of_rows
from api.http.security import acts, needs
from api.routes.deliveries.runs import ACCEPTED, prefers_async
from api.routes.imports.answers import (
    ImportAnswer,
    ImportDetails,
    TakenImport,
    WrongAnswer,
    import_answer,
    import_details,
)
from api.routes.imports.running import Wish, WrongRow, begun_run, digest_of, run_import
from api.routes.imports.services import IN_BACKGROUND, OVER_HTTP, GivenServices
from dispatch.accounts.models import Role, User
from dispatch.errors import NotFound
from dispatch.imports import ImportKind, ImportRun
from dispatch.waiting_imports import hand_in, progress_of

FileName = Annotated[str, QueryParameter(max_length=200, pattern=NO_NUL, description="What the file is called.")]
AnyRequest = Request[User, Any, Any]


@dataclass
class WithFile(Operation):
    """The body is a file, which the description cannot know of a handler that reads it whole."""

    def __post_init__(self) -> None:
        file = OpenAPIMediaType(Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        words = (
            "CSV (UTF-8) or XLSX, of at most 2 MiB and 2,000 rows, with `Prefer: respond-async` 8 MiB and 20,000; "
            "what it is, is decided by its content."
        )
        self.request_body = RequestBody(content={"application/octet-stream": file}, description=words, required=True)


OF_FILE: Final[dict[str, Any]] = {
    "status_code": 200,
    "request_max_body_size": IN_BACKGROUND.bytes,
    "operation_class": WithFile,
    "responses": {
        ACCEPTED: ResponseSpec(
            TakenImport, description="The table waits; its address is in `Location`.", generate_examples=False
        )
    },
}


class ImportController(Controller):
    """``/api/imports``. The body is the file itself: CSV (UTF-8) or XLSX of at most 2 MiB and 2,000 rows.

    With `Prefer: respond-async` of at most 8 MiB and 20,000; a job takes it, and the answer is 202 with where to ask
    how far it is. The same file that waits already is that one.
    """

    path = "/api/imports"
    tags = ("imports",)

    @post("/products/", guards=[acts(Role.SELLER, Role.ADMIN)], **OF_FILE)
    async def products(
        self,
        request: AnyRequest,
        services: GivenServices,
        dry_run: FromQuery[bool] = True,
        skip_bad_rows: FromQuery[bool] = False,
        file_name: FileName = "",
    ) -> Response[TakenImport]:
        """Put the products of a table on sale, or change those that it brought before (`external_id`).

        The body is the file: CSV (UTF-8) or XLSX. Columns: `external_id`, `name`, `listed_price`, and as wished
        `discounted_price`, `stock`, `description`, `tax_class`, `images`, `category` (such as `Food / Grain`),
        `is_active`; an admin's has `seller` too. What the table has no column for stays as it is.
        It is a dry run unless `dry_run=false`. Where a row is wrong nothing is written, unless `skip_bad_rows=true`.
        """
        seller = None if request.user.has(Role.ADMIN) else request.user
        return await _taken(request, services, ImportKind.PRODUCTS, Wish(dry_run, skip_bad_rows, file_name), seller)

    @post("/transporters/", guards=[needs(Role.ADMIN)], **OF_FILE)
    async def transporters(
        self,
        request: AnyRequest,
        services: GivenServices,
        dry_run: FromQuery[bool] = True,
        skip_bad_rows: FromQuery[bool] = False,
        file_name: FileName = "",
    ) -> Response[TakenImport]:
        """Make accounts and profiles of transporters, or change profiles that such a table brought.

        Columns: `external_id`, `email`, `name`, `phone`, `vehicle_type`, `capacity_kg`, and as wished `business_name`,
        `vehicle_number`, `max_active`. They choose a password by "forgotten", and are verified as all are.
        """
        return await _taken(request, services, ImportKind.TRANSPORTERS, Wish(dry_run, skip_bad_rows, file_name))

    @post("/deliveries/", guards=[needs(Role.ADMIN)], **OF_FILE)
    async def deliveries(
        self,
        request: AnyRequest,
        services: GivenServices,
        dry_run: FromQuery[bool] = True,
        skip_bad_rows: FromQuery[bool] = False,
        file_name: FileName = "",
    ) -> Response[TakenImport]:
        """Make the deliveries of sales. Columns are the fields of `POST /api/deliveries/create/`, and `external_id`.

        A sale that has its delivery is `unchanged`.
        """
        return await _taken(request, services, ImportKind.DELIVERIES, Wish(dry_run, skip_bad_rows, file_name))

    @get("/", guards=[needs(Role.SELLER, Role.ADMIN)])
    async def list_imports(
        self,
        request: AnyRequest,
        work: GivenWork,
        kind: FromQuery[ImportKind | None] = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[ImportAnswer]:
        """One's own tables and what came of them, newest first; an admin sees all."""
        query = select(ImportRun).options(defer(ImportRun.told)).order_by(ImportRun.id.desc())
        if not request.user.has(Role.ADMIN):
            query = query.where(ImportRun.user_id == request.user.id)
        if kind is not None:
            query = query.where(ImportRun.kind == kind)
        found = await page_of_rows(request, work.session, query, page, page_size)
        waiting = await progress_of(work.session, [run.id for run in found.results])
        return found.with_results([import_answer(run, waiting.get(run.id)) for run in found.results])

    @get("/{import_id:int}/", guards=[needs(Role.SELLER, Role.ADMIN)])
    async def show(self, request: AnyRequest, import_id: PathId, work: GivenWork) -> ImportDetails:
        """What came of one's own table, row by row."""
        run = await work.session.get(ImportRun, import_id)
        if run is None or (run.user_id != request.user.id and not request.user.has(Role.ADMIN)):
            raise NotFound("There is no such import.")
        return import_details(run, (await progress_of(work.session, [run.id])).get(run.id))


async def _taken(
    request: AnyRequest, services: GivenServices, kind: ImportKind, wish: Wish, seller: User | None = None
) -> Response[TakenImport]:
    later = prefers_async(request)
    with TemporaryFile() as file:
        await _receive(request, file, (IN_BACKGROUND if later else OVER_HTTP).bytes)
        if later:
            return await _waiting(request, services, kind, wish, file)
        wrong: list[WrongRow] = []
        wish = replace(wish, named=wrong.append)
        make = services.maker(kind, request.user, seller=seller)
        async with services.turn:
            run = await run_import(services.database, make, file, OVER_HTTP, actor_of(request), wish)
    named = [WrongAnswer(one.row, one.external_id, one.title) for one in wrong]
    return Response(TakenImport(**asdict(import_details(run)), wrong=named), status_code=200)


async def _receive(request: AnyRequest, file: BinaryIO, most: int) -> None:
    """The body into a file, never held whole. Raises RequestEntityTooLarge."""
    size = 0
    async for content in request.stream():
        size += len(content)
        if size > most:
            raise RequestEntityTooLarge
        file.write(content)


async def _waiting(
    request: AnyRequest, services: GivenServices, kind: ImportKind, wish: Wish, file: BinaryIO
) -> Response[TakenImport]:
    file.seek(0)
    if not file.read(1):
        raise UnreadableFile("it is empty: the first row names the columns")
    async with services.database.work() as work:
        run = await hand_in(work.session, begun_run(kind, digest_of(file), request.user.id, wish), file)
        waiting = (await progress_of(work.session, [run.id])).get(run.id)
        answer = TakenImport(**asdict(import_details(run, waiting)), wrong=[])
    headers = {"Location": f"/api/imports/{run.id}/", "Preference-Applied": "respond-async"}
    return Response(answer, status_code=ACCEPTED, headers=headers)
