"""A worker process that dies where it is told: ``python -m tests.support.crashing_server``, arguments as JSON on stdin.

Only what the business names as its outside is replaced: the gateway and the mail sender kill the process.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import uvicorn

from api.adapters.khalti import KhaltiClient
from api.process.resources import Addresses
from api.server.app import create_app
from api.server.services import build_services
from api.server.serving import bind
from dispatch.notifications.ports import Mail
from dispatch.ports import Bank, Initiated, InitiateRequest, Lookup
from dispatch.settings import Settings


def die() -> None:
    """As ``kill -9`` does: nothing is flushed, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


class CrashingGateway:
    """The gateway's client, around whose calls the process dies."""

    def __init__(self, inner: KhaltiClient, point: str) -> None:
        self._inner = inner
        self._point = point

    async def initiate(self, request: InitiateRequest) -> Initiated:
        if self._point == "before initiate":
            die()
        opened = await self._inner.initiate(request)
        if self._point == "after initiate":
            die()
        return opened

    async def lookup(self, pidx: str) -> Lookup:
        found = await self._inner.lookup(pidx)
        if self._point == "after lookup":
            die()
        return found

    async def refund(self, transaction_id: str, *, amount_paisa: int | None, mobile: str | None) -> None:
        await self._inner.refund(transaction_id, amount_paisa=amount_paisa, mobile=mobile)
        if self._point == "after refund":
            die()

    async def list_banks(self, payment_type: str) -> list[Bank]:
        return await self._inner.list_banks(payment_type)


class CrashingMail:
    """A mail sender during which the process dies."""

    async def send(self, mail: Mail) -> None:
        del mail
        die()


async def main(told: dict[str, Any]) -> None:
    """Serve until killed; the port is said on standard output."""
    listener, settings = bind(Settings(data_dir=Path(told["data_dir"]), port=0))
    addresses = Addresses(told["database_url"], told["redis_url"], told["gateway_url"], told["gateway_key"])
    gateway = CrashingGateway(KhaltiClient(addresses.gateway_url, addresses.gateway_key), told["point"])
    mail = CrashingMail() if told["point"] == "before notification" else None
    services = build_services(settings, addresses, gateway=gateway, mail=mail)
    server = uvicorn.Server(uvicorn.Config(create_app(services), loop="none", lifespan="on", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110  uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    sys.stdout.write(f"{settings.public_url}\n")
    sys.stdout.flush()
    await serving


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.stdin.readline())))
