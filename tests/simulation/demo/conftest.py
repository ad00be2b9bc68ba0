"""One running demo for all tests, and people who use it over HTTP."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.simulation.demo.newcomer import Person, SignIn
from tests.support.demo_process import DemoProcess
from tests.support.waiting import PATIENCE_S


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    """A demo that runs; a test that stops it starts it again. It ends with its tests: it takes a third of a core."""
    process = DemoProcess(tmp_path_factory.mktemp("demo"))
    try:
        process.start()
        yield process
    finally:
        process.end()


@pytest_asyncio.fixture
async def sign_in(demo: DemoProcess) -> AsyncIterator[SignIn]:
    """Signs a role in, or an account: ``await sign_in("admin")``."""
    people: list[Person] = []

    async def as_(who: str | dict[str, Any]) -> Person:
        account = demo.summary["accounts"][who] if isinstance(who, str) else who
        person = httpx.AsyncClient(base_url=demo.base_url, trust_env=False, timeout=PATIENCE_S)
        people.append(person)
        credentials = {"email": account["email"], "password": account["password"]}
        reply = await person.post("/api/v1/auth/token/", json=credentials)
        assert reply.status_code == 200, reply.text
        person.headers["Authorization"] = f"Bearer {reply.json()['access']}"
        return person

    yield as_
    for person in people:
        await person.aclose()
