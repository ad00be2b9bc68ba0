"""A database of these tests' own, and a partner in it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.server.serving import RunningServer
from dispatch.accounts.models import User
from dispatch.database.engine import Database
from dispatch.webhooks.endpoints import WebhookEndpoints
from tests.support.checkout import ShiftedClock
from tests.support.own_database import database_of_its_own
from tests.support.webhook_receiver import receiving
from tests.webhooks.partners import Partner


@pytest.fixture(scope="module")
async def database(server: RunningServer) -> AsyncIterator[Database]:
    async with database_of_its_own(server) as own:
        yield own


@pytest.fixture
async def partner(database: Database) -> AsyncIterator[Partner]:
    async with database.work() as work:
        await work.session.execute(text("DELETE FROM webhook_endpoints"))
        user = User(email=f"{uuid4().hex}@example.com", password_hash="", name="Admin", roles=["admin"])
        work.session.add(user)
        await work.session.flush()
        endpoints = WebhookEndpoints(work, ShiftedClock())
        endpoint = await endpoints.add(user, url="http://x", types=["*"], description="", contact="it@example.com")
    async with receiving() as receiver:
        async with database.work() as work:
            await WebhookEndpoints(work, ShiftedClock()).change(endpoint.id, {"url": receiver.url})
        made = Partner(database, receiver, endpoint)
        yield made
        await made.transport.aclose()
