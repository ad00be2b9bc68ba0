"""A pool of its own on the test run's database, and none of the rows that a test counts."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from api.server.serving import RunningServer
from dispatch.database.engine import Database
from tests.database.counting import SERIES


@pytest.fixture
async def database(server: RunningServer) -> AsyncIterator[Database]:
    """Of three connections."""
    database = Database(server.services.database.engine.url.render_as_string(hide_password=False), pool_size=3)
    yield database
    async with database.work() as work:
        await work.session.execute(text("DELETE FROM invoice_counters WHERE series = :series"), {"series": SERIES})
    await database.close()
