"""What the server stands on: the services of the settings, or embedded ones started for it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from api.embedded import embedded, running
from api.embedded.errors import explained
from api.process.private_files import private_folder, tighten
from api.process.resources import Addresses
from api.server.sandbox_process import find_sandbox, sandbox_gateway
from dispatch.settings import Settings

__all__ = ["SANDBOX_KEY", "addresses_in_use", "backing", "find_sandbox"]

SANDBOX_KEY = "sandbox-secret-key"
KHALTI_SANDBOX = "https://dev.khalti.com/api/v2/"
KHALTI_PRODUCTION = "https://khalti.com/api/v2/"


@asynccontextmanager
async def backing(settings: Settings, *, pays: bool = True) -> AsyncIterator[Addresses]:
    """Start what is not configured and keep it running, stop it on leaving. Raises EmbeddedError.

    ``pays``: False where nothing will be paid or refunded, so that no sandbox gateway need be started.
    """
    with explained(settings.data_dir):
        tighten(private_folder(settings.data_dir.expanduser()))
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(
            embedded(
                settings.data_dir,
                postgres=settings.database_url is None,
                redis=settings.redis_url is None,
                redis_maxmemory_mb=settings.redis_maxmemory_mb,
            )
        )
        gateway_url, gateway_key = await _gateway(settings, stack, pays=pays)
        yield Addresses(
            database_url=settings.database_url or urls.database_url or "",
            redis_url=settings.redis_url or urls.redis_url or "",
            gateway_url=gateway_url,
            gateway_key=gateway_key,
        )


async def _gateway(settings: Settings, stack: AsyncExitStack, *, pays: bool) -> tuple[str, str]:
    key = settings.khalti_secret_key.get_secret_value() if settings.khalti_secret_key else None
    if settings.khalti_base_url is not None:
        return settings.khalti_base_url, key or SANDBOX_KEY
    if key is not None or not pays:
        return (KHALTI_SANDBOX if settings.debug else KHALTI_PRODUCTION), key or SANDBOX_KEY
    sandbox = await stack.enter_async_context(sandbox_gateway(settings))
    return sandbox.api_url, SANDBOX_KEY


def addresses_in_use(settings: Settings) -> Addresses | None:
    """For commands beside a running server: what it stands on; None where the embedded services are not running."""
    urls = running(settings.data_dir)
    database_url = settings.database_url or (urls.database_url if urls else None)
    redis_url = settings.redis_url or (urls.redis_url if urls else None)
    if database_url is None or redis_url is None:
        return None
    sandbox = find_sandbox(settings)
    key = settings.khalti_secret_key.get_secret_value() if settings.khalti_secret_key else SANDBOX_KEY
    default_url = KHALTI_SANDBOX if settings.debug else KHALTI_PRODUCTION
    gateway_url = settings.khalti_base_url or (
        sandbox.api_url if sandbox and settings.khalti_secret_key is None else default_url
    )
    return Addresses(database_url, redis_url, gateway_url, key)
