"""The server that a client command works on: whether it answers and is the one of the settings."""

import resource
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
from sqlalchemy.exc import SQLAlchemyError

from api.cli.context import operating
from api.server.backing_services import addresses_in_use
from api.server.services import Services
from api.simulation.accounts.drivers import CHECK_LIFE, Driver, find_or_make_drivers
from api.terminal.errors import CommandError
from dispatch.settings import Settings

ANSWERS_WITHIN_S = 10.0
# Descriptors that are not a client's socket.
OTHER_FILES = 100
_SOCKET_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def base_url(settings: Settings, url: str | None) -> str:
    """The server's address as HTTP has it, the settings' where none is named. Raises CommandError."""
    if url is None:
        # Where it listens; SITE_URL is for the outside and may lead through a proxy.
        return settings.model_copy(update={"site_url": None}).public_url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _SOCKET_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise CommandError(f"--url must be like http://127.0.0.1:8000, and {url!r} is not")
    return url.rstrip("/").replace("ws", "http", 1) if parts.scheme.startswith("ws") else url.rstrip("/")


def socket_url(base: str) -> str:
    """The same server as WebSockets have it."""
    scheme, _, rest = base.partition("://")
    return f"{_SOCKET_SCHEMES[scheme]}://{rest}"


async def check_answers(base: str) -> None:
    """Before anything is made for it: is there a server of ours? Raises CommandError."""
    try:
        async with httpx.AsyncClient(timeout=ANSWERS_WITHIN_S, trust_env=False) as client:
            reply = await client.get(f"{base}/health/live")
    except httpx.HTTPError as error:
        raise CommandError(
            f"No server answers at {base} ({type(error).__name__}). Start one with `dispatch serve`, "
            "or say where it is: --url, or DISPATCH_HOST and DISPATCH_PORT."
        ) from None
    if reply.is_error:
        raise CommandError(f"What answers at {base} is not this server: /health/live says HTTP {reply.status_code}.")


@asynccontextmanager
async def operating_server(settings: Settings, base: str) -> AsyncIterator[Services]:
    """Services over what the answering server stands on. Raises CommandError where the settings lead elsewhere."""
    if addresses_in_use(settings) is None:
        raise CommandError(_other_server(base))
    try:
        async with operating(settings) as services:
            yield services
    except (SQLAlchemyError, OSError) as error:
        raise CommandError(
            f"The server's database went away while accounts were made ({type(error).__name__}). "
            "Nothing was sent; start the command again once the server is up. `dispatch doctor` may know more."
        ) from None


async def sign_in_drivers(
    services: Services, base: str, vehicles: Sequence[str], *, business_name: str
) -> list[Driver]:
    """The vehicles as transporters of the server that answers. Raises CommandError."""
    drivers = await find_or_make_drivers(services, vehicles, business_name=business_name)
    token = drivers[0].token(services.accounts.tokens, CHECK_LIFE)
    async with httpx.AsyncClient(timeout=ANSWERS_WITHIN_S, trust_env=False) as client:
        try:
            reply = await client.get(f"{base}/api/v1/auth/me/", headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            raise CommandError(f"The server at {base} stopped answering ({type(error).__name__}).") from None
    if reply.status_code == httpx.codes.UNAUTHORIZED:
        raise CommandError(_other_server(base))
    if reply.is_error:
        raise CommandError(f"The server at {base} cannot work now: HTTP {reply.status_code}. Try `dispatch doctor`.")
    return drivers


def _other_server(base: str) -> str:
    return (
        f"The server at {base} answers, but the settings here lead to another database or key. Give this command the "
        "server's DISPATCH_DATA_DIR (or its DISPATCH_DATABASE_URL, DISPATCH_REDIS_URL and DISPATCH_SECRET_KEY)."
    )


def allow_sockets(sockets: int) -> int:
    """Raise the limit of open files as far as may be and needed; how many sockets it then allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return sockets
    enough = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
    except (OSError, ValueError):
        enough = soft
    return min(sockets, enough - OTHER_FILES)
