"""The error table: from what went wrong to status, shape and words.

The shape is that of the section which was called (`api.http.error_shapes`).
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from asyncpg.exceptions import (
    DataError,
    InsufficientResourcesError,
    InterfaceError,
    LockNotAvailableError,
    OperatorInterventionError,
    PostgresConnectionError,
    PostgresSystemError,
    TransactionRollbackError,
)
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.http.bodies import fields_of
from api.http.error_shapes import shape_of
from api.http.middleware.http_rules import allowed_methods
from api.http.middleware.rate_limit_headers import Allowance, note
from api.http.problems import problems_of
from dispatch.database.commits import present_commits
from dispatch.errors import (
    Conflict,
    DispatchError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    NotSignedIn,
    PartlyDone,
    TooMany,
    Unavailable,
)
from dispatch.idempotency.answered_requests import KeyReused
from dispatch.payments.errors import GatewayFailure, PaymentNotSuccessful
from dispatch.payments.settling.webhook_signatures import WebhookRefused
from dispatch.ports import GatewayError
from dispatch.proofs.errors import Unproved
from realtime.redis.client import is_defect

log = structlog.get_logger(__name__)

STATUS: dict[type[DispatchError], int] = {
    Invalid: 400,
    PaymentNotSuccessful: 400,
    NotSignedIn: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    KeyReused: 422,
    Unproved: 422,
    TooMany: 429,
    WebhookRefused: 401,
    GatewayFailure: 500,
    Unavailable: 503,
}

# Where the status has another name here than in the registry of HTTP.
CODES = {400: "invalid", 401: "not_signed_in", 413: "too_large", 500: "internal_error"}

# The database cannot now, whatever was asked: deadlocks, locks and timeouts, starting up and shutting down, full disks.
NOT_NOW = (
    InsufficientResourcesError,
    LockNotAvailableError,
    OperatorInterventionError,
    PostgresConnectionError,
    PostgresSystemError,
    TransactionRollbackError,
)

AnyRequest = Request[Any, Any, Any]
Handler = Callable[[AnyRequest, Any], Response[Any]]


def answer(
    request: AnyRequest,
    status: int,
    detail: str,
    code: str,
    *,
    fields: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
) -> Response[Any]:
    """An error in the shape of the section that was called; ``extra`` may fill what the shape leaves empty."""
    body: dict[str, object] = msgspec.to_builtins(shape_of(request).of(detail, code))
    if fields:
        body["errors"] = fields
    body |= {key: value for key, value in (extra or {}).items() if body.get(key) in (None, [])}
    return Response(body, status_code=status, headers=headers or {}, media_type="application/json")


def dispatch_error(request: AnyRequest, error: DispatchError) -> Response[Any]:
    """Errors of the business, by the table above."""
    if isinstance(error, PaymentNotSuccessful):
        failure = error.failure
        data = {"khalti_status": error.gateway_status} | failure.data
        data |= {"reason": failure.reason, "pending": failure.pending}
        body = {"status": "failed", "message": error.detail, "error_code": error.code, "data": data}
        return Response(body, status_code=400, media_type="application/json")
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)
    fields = error.fields if isinstance(error, Invalid) else None
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, NotSignedIn) else None
    if isinstance(error, PartlyDone):
        present_commits().may_repeat = True
    if isinstance(error, TooMany | Unavailable):
        headers = {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, TooMany) and error.limit is not None:
        spent = Allowance(error.limit.name, error.limit.quota, error.limit.window_s, 0, error.retry_after_s)
        note(spent)
    return answer(request, status, error.detail, error.code, fields=fields, headers=headers, extra=error.extra)


def http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Errors of the framework: unknown paths, wrong methods, bodies that do not fit."""
    headers = dict(error.headers or {})
    if isinstance(error, ValidationException):
        if any(problem.get("source") == "path" for problem in problems_of(error)):
            return answer(request, 404, "There is no such thing: an id in the path cannot be one.", "not_found")
        return answer(request, 400, "Some fields are missing or wrong.", "invalid", fields=fields_of(error, request))
    status = error.status_code
    detail = error.detail or "This cannot be done."
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        status, detail, headers = _other_method(request, headers)
    if status >= 500:  # noqa: PLR2004
        log.error("framework error", path=request.url.path, detail=detail)
        detail = "Something went wrong on our side. It has been written down."
    return answer(request, status, detail, code_of(status), headers=headers)


def code_of(status: int) -> str:
    """The code of an error that has no code of its own: its status, in words."""
    try:
        return CODES.get(status) or HTTPStatus(status).name.lower()
    except ValueError:
        return "invalid"


def _other_method(request: AnyRequest, headers: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    """What to do instead: the methods that the path has, or a socket where it has none."""
    allowed = ", ".join(allowed_methods(headers.get("allow", "")))
    if not allowed:
        detail = "This address is a WebSocket: connect to it as to one."
        return 426, detail, {"Upgrade": "websocket", "Connection": "Upgrade"}
    return 405, f"{request.method} is not possible here; possible are {allowed}.", {"Allow": allowed}


def database_error(request: AnyRequest, error: SQLAlchemyError) -> Response[Any]:
    """The database says no: a value beyond its types is the client's, a lost connection or lock is ours."""
    cause = _cause(error)
    # A value that the driver cannot even send is an InterfaceError of its own.
    if isinstance(cause, DataError) or (isinstance(cause, InterfaceError) and isinstance(cause, ValueError)):
        return answer(request, 400, "A value is outside what can be stored.", "invalid")
    if is_unavailability(error):
        log.warning("database not available", path=request.url.path, error=type(cause).__name__)
        return _try_again(request, f"The database is busy or restarting. {_what_was_done()}")
    return unexpected(request, error)


def is_unavailability(error: Exception) -> bool:
    """Whether something that the server stands on does not answer now: nobody's defect, and over some time later."""
    if isinstance(error, RedisError):
        return not is_defect(error)
    if isinstance(error, OSError | GatewayError | Unavailable | PoolTimeout):
        return True
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(_cause(error), (*NOT_NOW, OSError))


def _cause(error: Exception) -> BaseException:
    """What the driver said, where it did."""
    return error.driver_exception if isinstance(error, DBAPIError) and error.orig else error


def connection_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """Redis or the database does not answer at all, or not now."""
    if not is_unavailability(error):
        return unexpected(request, error)
    log.warning("a backing service does not answer", path=request.url.path, error=type(error).__name__)
    return _try_again(request, f"A part of the service is restarting. {_what_was_done()}")


def gateway_error(request: AnyRequest, error: GatewayError) -> Response[Any]:
    """The gateway has no answer to a lookup: nothing is decided, the sweeper asks again."""
    log.warning("gateway has no answer", path=request.url.path, reason=error.reason)
    return _try_again(request, f"The payment gateway does not answer: {error.reason}", code="GATEWAY_UNAVAILABLE")


def _what_was_done() -> str:
    """What is true of the request that failed: nothing, a part, or nobody knows."""
    commits = present_commits()
    if commits.in_doubt:
        again = "repeat it with the same Idempotency-Key, and it is not done twice"
        look = "look at how things stand before you try again"
        return f"Whether this was done is not known: {look if commits.mark is None else again}."
    if commits.done:
        return "A part of this was done and stays: look at how things stand, then try again for the rest."
    return "Nothing was changed; try again."


def _try_again(request: AnyRequest, detail: str, *, code: str = "unavailable") -> Response[Any]:
    return answer(request, 503, detail, code, headers={"Retry-After": "2"})


def unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    """A bug: logged whole, told in one sentence."""
    log.error("unexpected error", path=request.url.path, method=request.method, exc_info=error)
    return answer(request, 500, "Something went wrong on our side. It has been written down.", "internal_error")


EXCEPTION_HANDLERS: dict[Any, Handler] = {
    DispatchError: dispatch_error,
    HTTPException: http_error,
    SQLAlchemyError: database_error,
    RedisError: connection_error,
    OSError: connection_error,
    GatewayError: gateway_error,
    Exception: unexpected,
}
