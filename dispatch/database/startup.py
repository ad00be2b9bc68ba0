"""Why a database cannot be used, in one sentence that says what to do. For starts and commands, not for requests."""

from asyncpg.exceptions import (
    CannotConnectNowError,
    ConnectionDoesNotExistError,
    DiskFullError,
    FeatureNotSupportedError,
    InsufficientPrivilegeError,
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
    PostgresConnectionError,
    ReadOnlySQLTransactionError,
    TooManyConnectionsError,
)
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from dispatch.errors import OperatorError

OLDEST_POSTGRES = 150_000
DEFAULT_PORT = 5432
EXTENSION = "pg_trgm"
"""All that is needed beside PostgreSQL itself; what else it does not support is a defect of ours."""


class DatabaseUnusable(OperatorError):
    """The database cannot be used as it is; the text says why and what to do."""


def place_of(url: URL | None) -> str:
    """Where it is, without user and password."""
    if url is None:
        return "its address"
    host = url.host or url.query.get("host") or "localhost"
    return f"{host}:{url.port or url.query.get('port', DEFAULT_PORT)}"


def unusable(error: BaseException, url: URL | None = None) -> DatabaseUnusable | None:
    """What an operator can do about an error of connecting or migrating; None where it is a defect."""
    cause = error.driver_exception if isinstance(error, DBAPIError) and error.orig else error
    for kinds, text in _SAYINGS:
        if isinstance(cause, kinds) and (kinds is not FeatureNotSupportedError or EXTENSION in str(cause)):
            name, user = (url.database, url.username) if url else ("of the settings", "of the settings")
            return DatabaseUnusable(text.format(at=place_of(url), name=name, user=user, why=_in_words(cause)))
    return None


def too_old(version: int, url: URL) -> DatabaseUnusable | None:
    """``version`` as ``server_version_num`` has it."""
    if version >= OLDEST_POSTGRES:
        return None
    return DatabaseUnusable(f"PostgreSQL at {place_of(url)} is {version // 10_000}; 15 or newer is needed.")


def newer_schema(revision: str, newest: str, url: URL) -> DatabaseUnusable:
    """The database has seen a later release."""
    return DatabaseUnusable(
        f'The database "{url.database}" at {place_of(url)} has the schema {revision}, which is newer than this release '
        f"({newest}): start the release that made it, or let that one take it back: `dispatch migrate --to {newest}`."
    )


def _in_words(cause: BaseException) -> str:
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    said = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return str(said).partition("\n")[0].rstrip(".")[:200]


_CHECK = "Is it running, and does DISPATCH_DATABASE_URL lead there?"
_SAYINGS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (
        InvalidCatalogNameError,
        'There is no database "{name}" at {at}: make it (`createdb {name}`) or correct DISPATCH_DATABASE_URL.',
    ),
    (
        InvalidAuthorizationSpecificationError,
        'PostgreSQL at {at} does not let user "{user}" in ({why}): correct user and password in DISPATCH_DATABASE_URL.',
    ),
    (
        InsufficientPrivilegeError,
        'User "{user}" may not do what is needed in the database "{name}" at {at} ({why}): let it own the database.',
    ),
    (TooManyConnectionsError, "PostgreSQL at {at} has no connection free: raise max_connections, or end others."),
    (ReadOnlySQLTransactionError, "PostgreSQL at {at} takes no writes ({why}): is it a standby?"),
    (
        FeatureNotSupportedError,
        f"PostgreSQL at {{at}} lacks what is needed ({{why}}): install its contrib package, which has {EXTENSION}.",
    ),
    (DiskFullError, "The disk of PostgreSQL at {at} is full ({why}): free space."),
    (CannotConnectNowError, "PostgreSQL at {at} is starting or stopping ({why}): try again."),
    (
        (PostgresConnectionError, ConnectionDoesNotExistError, TimeoutError, OSError),
        "No PostgreSQL answers at {at} ({why}). " + _CHECK,
    ),
)
