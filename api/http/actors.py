"""Who acts in a request, as the audit log names them."""

from typing import Any

from litestar.connection import ASGIConnection
from structlog.contextvars import get_contextvars

from dispatch.accounts.models import User
from dispatch.audit.models import ActorKind
from dispatch.audit.service import Actor


def client_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The address that the connection comes from; that of the proxy where the server is not told better."""
    return connection.client.host if connection.client else ""


def actor_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    """The signed-in user, or a stranger, with address and request id."""
    user = connection.scope.get("user")
    known = user.id if isinstance(user, User) else None
    kind = ActorKind.STRANGER if known is None else ActorKind.USER
    return Actor(kind, known, client_address(connection), str(get_contextvars().get("request_id", "")))
