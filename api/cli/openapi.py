"""The description of the API without a server, for clients that are generated: ``python -m api.cli.openapi > …``."""

import sys

from api.http.documentation import description_of
from api.process.resources import Addresses
from api.server.app import create_app
from api.server.services import build_services
from dispatch.settings import Settings


def description() -> bytes:
    """As ``/schema/openapi.json`` says it. Nothing is connected to."""
    nowhere = Addresses(
        database_url="postgresql+asyncpg://127.0.0.1/none",
        redis_url="redis://127.0.0.1/0",
        gateway_url="http://127.0.0.1/api/v2/",
        gateway_key="none",
    )
    return description_of(create_app(build_services(Settings(), nowhere)))


if __name__ == "__main__":
    sys.stdout.buffer.write(description())
