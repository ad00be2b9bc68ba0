"""Webhooks that were not taken: tried by a schedule, given up with a notice, brought again by a replay."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from dispatch.events.payloads.deliveries import DeliveryDelivered
from dispatch.events.retention import EventRetention
from dispatch.jobs.dead_letters import DeadLetters
from dispatch.notifications.models import OutboxMessage
from dispatch.webhooks.dead_webhooks import DEAD_WEBHOOKS
from dispatch.webhooks.endpoints import ReplayWindow, WebhookEndpoints
from dispatch.webhooks.models import EndpointState
from dispatch.webhooks.outcomes import GIVEN_UP_AFTER, SCHEDULE
from tests.support.webhook_receiver import Behaviour
from tests.webhooks.partners import Partner, picked_up


async def test_a_failed_one_is_tried_by_the_schedule_and_is_a_dead_letter_then(partner: Partner) -> None:
    """0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h; what is behind it in its delivery waits, others do not."""
    partner.receiver.behave = lambda event: Behaviour.FAIL if event["type"] == "delivery.picked_up" else Behaviour.TAKE
    first_step = picked_up(7)
    partner.stop_clock()
    behind = DeliveryDelivered(delivery_id=7, delivery_uuid=uuid4(), tracking_number="TRK", transporter_id=1)
    await partner.happen(first_step, behind)
    for pause in SCHEDULE.pauses:
        tries = len(partner.receiver.received)
        partner.clock.ahead += pause - timedelta(seconds=2)
        await partner.send()
        assert len(partner.receiver.received) == tries, f"tried before {pause} were over"
        partner.clock.ahead += timedelta(seconds=4)
        await partner.send()
        assert len(partner.receiver.received) > tries, f"not tried after {pause}"
    first, second = await partner.messages()
    assert (first.status, first.attempts, first.last_error) == ("dead", 8, "It answered 500.")
    assert second.status == "delivered"

    partner.receiver.behave = lambda _: Behaviour.TAKE
    async with partner.database.work() as work:
        letters = DeadLetters([DEAD_WEBHOOKS])
        assert await letters.retry(work, partner.clock, "webhooks", str(first.id)) == "webhook"
    await partner.send()
    assert [message.status for message in await partner.messages()] == ["delivered", "delivered"]


async def test_one_that_is_back_after_a_while_gets_at_once_what_waited(partner: Partner) -> None:
    partner.receiver.behave = lambda _: Behaviour.FAIL
    await partner.happen(*(picked_up(one) for one in (1, 2, 3)))
    for _ in range(3):
        partner.clock.ahead += timedelta(hours=1)
        await partner.send()
    partner.receiver.behave = lambda _: Behaviour.TAKE
    await partner.happen(picked_up(4))
    assert {event["subject"] for event in partner.receiver.taken()} == {f"delivery:{one}" for one in (1, 2, 3, 4)}


async def test_five_days_without_an_answer_end_it_with_a_notice_and_a_replay_brings_what_was_missed(
    partner: Partner,
) -> None:
    partner.receiver.behave = lambda _: Behaviour.FAIL
    await partner.happen(picked_up(1))
    partner.clock.ahead += GIVEN_UP_AFTER
    await partner.happen(picked_up(2))
    endpoint = await partner.endpoint()
    assert endpoint.state is EndpointState.FAILING
    assert "5 days" in endpoint.state_reason
    async with partner.database.work() as work:
        query = select(OutboxMessage).where(OutboxMessage.template == "webhook_given_up")
        notices = [one for one in await work.session.scalars(query) if one.content["endpoint_id"] == partner.id]
    assert [notice.recipient for notice in notices] == ["it@example.com"]

    await partner.happen(picked_up(3))
    partner.receiver.behave = lambda _: Behaviour.TAKE
    async with partner.database.work() as work:
        endpoints = WebhookEndpoints(work, partner.clock)
        await endpoints.change(partner.id, {"is_enabled": True})
        replayed = await endpoints.replay(partner.id, ReplayWindow(after=(await partner.messages())[0].sequence - 1))
    assert len(replayed) == 3
    await partner.send()
    assert sorted(event["sequence"] for event in partner.receiver.taken()) == replayed


async def test_410_ends_it_at_once(partner: Partner) -> None:
    partner.receiver.behave = lambda _: Behaviour.GONE
    await partner.happen(picked_up(1))
    await partner.happen(picked_up(2))
    assert (await partner.endpoint()).state is EndpointState.GONE
    assert len(partner.receiver.received) == 1


async def test_old_events_go_with_what_is_left_of_sending_them_and_young_ones_stay(partner: Partner) -> None:
    await partner.happen(picked_up(1))
    await partner.happen(picked_up(2))
    async with partner.database.connection() as connection:
        await connection.execute(
            "UPDATE events SET recorded_at = now() - interval '91 days' WHERE sequence < $1",
            (await partner.messages())[1].sequence,
        )
    await EventRetention(partner.database, partner.clock, keep_days=0).sweep()
    assert len(await partner.messages()) == 2
    await EventRetention(partner.database, partner.clock, keep_days=90).sweep()
    assert [message.subject for message in await partner.messages()] == ["delivery:2"]
