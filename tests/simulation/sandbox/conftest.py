"""The sandbox gateway as a server in the test's loop and as a process, and clients of it."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from api.adapters.khalti import KhaltiClient
from api.simulation.sandbox.server import serve
from dispatch.ports import GatewayLine, InitiateRequest
from tests.support.gateway_tester import GATEWAY_KEY, PATIENCE_S, GatewayProcess, GatewayTester, KhaltiScript


@pytest_asyncio.fixture(scope="session")
async def gateway_base_url() -> AsyncIterator[str]:
    """A sandbox gateway served on a real socket by the test's own loop."""
    stop = asyncio.Event()
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(secret_key=GATEWAY_KEY, stop=stop, on_listening=listening.set_result))
    either: set[asyncio.Future[Any]] = {listening, task}
    await asyncio.wait(either, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    if not listening.done():
        task.cancel()
        await task
    yield listening.result()
    stop.set()
    await asyncio.wait_for(task, PATIENCE_S)


@pytest_asyncio.fixture(scope="session")
async def gateway_session(gateway_base_url: str) -> AsyncIterator[GatewayTester]:
    """The tester, for tests that cannot have a fixture of their own per example."""
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
        yield GatewayTester(gateway_base_url, http)


@pytest_asyncio.fixture
async def gateway(gateway_session: GatewayTester) -> AsyncIterator[GatewayTester]:
    """The tester; faults that a test leaves behind are cleared."""
    yield gateway_session
    await gateway_session.http.delete(f"{gateway_session.base_url}/sandbox/faults/")


@pytest.fixture
def gateway_process(tmp_path: Path) -> Iterator[GatewayProcess]:
    """A gateway process, not started yet, with a journal in the test's folder."""
    process = GatewayProcess(tmp_path)
    yield process
    process.end(signal.SIGKILL)


@pytest_asyncio.fixture
async def khalti_script() -> AsyncIterator[Callable[..., Awaitable[KhaltiScript]]]:
    """Starts scripted gateways: ``await khalti_script(answer, answer, ...)``."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(*answers: object) -> KhaltiScript:
            script = KhaltiScript(list(answers))
            server = await asyncio.start_server(script.take, "127.0.0.1", 0)
            stack.push_async_callback(server.wait_closed)
            stack.callback(server.close)
            stack.callback(script.released.set)
            script.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/v2/"
            return script

        yield start


@pytest_asyncio.fixture
async def khalti_clients() -> AsyncIterator[Callable[..., KhaltiClient]]:
    """Makes clients with short pauses, and closes them."""
    async with contextlib.AsyncExitStack() as stack:

        def make(base_url: str, key: str = GATEWAY_KEY, **options: Any) -> KhaltiClient:
            client = KhaltiClient(base_url, key, **({"timeout_s": PATIENCE_S, "backoff_s": 0.001} | options))
            stack.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
def khalti(khalti_clients: Callable[..., KhaltiClient], gateway: GatewayTester) -> KhaltiClient:
    """The KPG-2 client against the sandbox gateway."""
    return khalti_clients(f"{gateway.base_url}/api/v2/")


@pytest.fixture
def khalti_request() -> Callable[..., InitiateRequest]:
    """Makes what a checkout of 2925.00 rupees sends, with changes."""

    def make(**changes: Any) -> InitiateRequest:
        given: dict[str, Any] = {
            "amount_paisa": 292500,
            "purchase_order_id": "PMT-1",
            "purchase_order_name": "Order PMT-1",
            "return_url": "http://shop.test/return",
            "website_url": "http://shop.test/",
            "customer_name": "Sita Rai",
            "customer_email": "sita@shop.test",
            "customer_phone": "+977-9841234567",
            "mode": "KHALTI",
            "lines": (GatewayLine("50", "Organic Rice", 2, 125000, 250000),),
            "breakdown": (("Items", 250000), ("Tax", 32500), ("Shipping", 10000)),
        }
        return InitiateRequest(**(given | changes))

    return make
