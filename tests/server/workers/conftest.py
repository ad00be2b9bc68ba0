"""`dispatch serve --workers` as a process, on a database and a Redis of its own."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from api.server.serving import RunningServer
from dispatch.settings import Settings
from tests.server.workers.server_processes import ServerProcesses, serving_with_workers
from tests.support.watching import beside


@pytest.fixture(scope="session")
async def own_settings(server: RunningServer) -> Settings:
    """A database and a Redis that nobody else works on, so that the history is the steward's work alone."""
    settings = beside(server)
    name = f"workers_{uuid4().hex[:8]}"
    connection = await asyncpg.connect(str(settings.database_url).replace("+asyncpg", ""))
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    database_url = str(settings.database_url).replace("/dispatch?", f"/{name}?")
    assert database_url != settings.database_url
    return settings.model_copy(update={"database_url": database_url, "redis_url": f"{settings.redis_url}?db=1"})


@pytest.fixture(scope="module")
async def server_processes(
    own_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ServerProcesses]:
    """Two workers, for the tests that leave the supervisor running."""
    log = tmp_path_factory.mktemp("workers") / "serve.log"
    async with serving_with_workers(own_settings, log, 2) as running:
        yield running
        assert "Traceback" not in running.text, running.text
