"""Webhooks to many receivers at once: none of them holds up another, or who changes it."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, text

from dispatch.accounts.models import User
from dispatch.database.engine import Database
from dispatch.events.recording import record_all
from dispatch.webhooks.endpoints import ReplayWindow, WebhookEndpoints
from dispatch.webhooks.fan_out import fan_out
from dispatch.webhooks.sender import AT_ONCE, AT_ONCE_TO_FAILING
from dispatch.webhooks.statements import TAKE
from tests.support.waiting import until
from tests.support.webhook_receiver import Behaviour, receiving
from tests.webhooks.partners import Partner, picked_up


async def _hung_when_taken(partner: Partner, database: Database, *, more_that_hang: int) -> list[int]:
    """How many tries hung so far, at each of a dozen events that another endpoint took beside those that hang."""
    async with receiving() as quick, database.work() as work:
        user = await work.session.scalar(select(User).limit(1))
        assert user is not None
        endpoints = WebhookEndpoints(work, partner.clock)
        for _ in range(more_that_hang):
            await endpoints.add(user, url=partner.receiver.url, types=["*"], description="", contact="")
        if more_that_hang:
            await work.session.execute(text("UPDATE webhook_endpoints SET failing_since = now()"))
        await endpoints.add(user, url=quick.url, types=["*"], description="", contact="")
        await work.commit()
        hung_when_taken: list[int] = []
        partner.receiver.behave = lambda _: Behaviour.HANG

        def note(_: dict[str, Any]) -> Behaviour:
            hung_when_taken.append(len(partner.receiver.received))
            if len(hung_when_taken) == 12:
                partner.receiver.seen_enough.set()
            return Behaviour.TAKE

        quick.behave = note
        await partner.happen(*(picked_up(one) for one in range(1, 13)))
        assert len(quick.taken()) == 12
    return hung_when_taken


async def test_one_that_hangs_holds_nobody_else_up(partner: Partner, database: Database) -> None:
    """It keeps its own places, and the others' messages pass it by in the same round."""
    hung = await _hung_when_taken(partner, database, more_that_hang=0)
    assert max(hung) <= 8, "they waited for the one that hangs"


async def test_many_that_take_nothing_hold_nobody_up(partner: Partner, database: Database) -> None:
    """More of them than there are places: they share half, and whoever takes has the others."""
    hung = await _hung_when_taken(partner, database, more_that_hang=AT_ONCE)
    assert max(hung) <= AT_ONCE_TO_FAILING, "they waited for those that hang"


async def test_a_look_at_what_is_due_does_not_go_through_all_that_waits(partner: Partner) -> None:
    """Two of each of 3,000 deliveries: pages read, which is what a plan gone wrong shows first."""
    waiting = [picked_up(delivery_id) for delivery_id in range(3000) for _ in range(2)]
    async with partner.database.transaction() as connection:
        await record_all(connection, waiting, at=partner.clock.now())
    await fan_out(partner.database, partner.clock)
    now = partner.clock.now()
    async with partner.database.connection() as connection:
        await connection.execute("ANALYZE webhook_messages")  # as the database does by itself after so many rows
        explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {TAKE}"
        (plan,) = await connection.fetchval(explained, now, now + timedelta(minutes=1), 4, 32, 16)
        assert await connection.fetchval("SELECT count(*) FROM webhook_messages WHERE leased_until IS NOT NULL") == 4
    assert plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] < 1000


async def test_what_came_of_a_try_is_written_while_a_person_replays_or_deletes_and_nobody_waits_in_a_circle(
    partner: Partner,
) -> None:
    """Whoever changes an endpoint holds it and goes on to its messages: so must the sender."""
    await partner.happen(picked_up(1), picked_up(2))
    window = ReplayWindow(after=(await partner.messages())[0].sequence - 1)
    partner.receiver.behave = lambda _: Behaviour.FAIL
    for end in ("replay", "delete"):
        async with partner.database.work() as person:
            endpoints = WebhookEndpoints(person, partner.clock)
            await endpoints.replay(partner.id, window)
            await person.commit()
            await endpoints.get(partner.id, lock=True)
            sending = asyncio.create_task(partner.sender.run())
            await until(partial(_somebody_waits, partner.database), "an outcome waits for the endpoint")
            if end == "replay":
                assert len(await endpoints.replay(partner.id, window)) == 2
            else:
                await endpoints.delete(partner.id)
            await person.commit()
        await sending
    assert await partner.messages() == []


async def _somebody_waits(database: Database) -> bool:
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with database.connection() as connection:
        return bool(await connection.fetch(waiting))
