"""``/metrics`` on a port of its own, for Prometheus and nobody else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import uvicorn

from api.http.middleware.http_rules import HttpRules
from api.http.middleware.security_headers import protective_headers
from api.routes.operations.metrics import create_metrics_app
from api.server.http import HttpProtocol
from api.server.idle_connections import IdleConnections
from api.server.jobs import business_of
from api.server.services import Services
from api.server.uvicorn_server import UvicornServer

STOP_WITHIN_S = 2


@asynccontextmanager
async def metrics_answering(listener: socket.socket | None, services: Services) -> AsyncIterator[None]:
    """Answer there while the body runs; nothing happens without a listener."""
    if listener is None:
        yield
        return
    server = UvicornServer(
        uvicorn.Config(
            HttpRules(
                create_metrics_app(business_of(services), host=services.settings.metrics_host), services.settings
            ),
            loop="none",  # the loop runs already
            http=partial(HttpProtocol, IdleConnections.of(services.settings), protective_headers(services.settings)),  # type: ignore[arg-type]  # it is only called
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            limit_concurrency=16,
            timeout_graceful_shutdown=STOP_WITHIN_S,
            lifespan="off",
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listener]), name="metrics port")
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(running, return_exceptions=True)
