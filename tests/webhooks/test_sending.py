"""Webhooks: every event once or more, in order a delivery, signed, whatever the receiver does."""

import asyncio
import itertools
from collections import Counter, defaultdict
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks import WebhookVerificationError

from dispatch.accounts.models import User
from dispatch.events.payloads.transporters import TransporterOnDuty
from dispatch.events.recording import record_all
from dispatch.webhooks.endpoints import WebhookEndpoints
from dispatch.webhooks.fan_out import fan_out
from dispatch.webhooks.sender import WebhookSender
from tests.support.locks import somebody_waits_in
from tests.support.waiting import until
from tests.support.webhook_receiver import Behaviour
from tests.webhooks.partners import HURRY_S, PATIENCE_S, Partner, PatientWhereHeard, picked_up


async def test_a_receiver_on_a_bad_day_gets_every_event_in_order_a_delivery_and_well_signed(partner: Partner) -> None:
    """It answers 500, hangs, closes, redirects and answers too late, in turns and by delivery, until it is well."""
    await partner.hurry()
    bad = [Behaviour.FAIL, Behaviour.HANG, Behaviour.TAKE, Behaviour.CLOSE, Behaviour.REDIRECT, Behaviour.LATE]
    bad_day = itertools.cycle(bad)
    partner.receiver.behave = lambda _: next(bad_day)
    deliveries = [1001, 1002, 1003]
    for _ in range(3):
        await partner.happen(*(picked_up(one) for one in deliveries))
    for _ in range(2):
        await partner.skip_pauses()
    partner.receiver.behave = lambda _: Behaviour.TAKE
    await partner.hurry(PATIENCE_S)
    for _ in range(2):
        await partner.skip_pauses()

    tried, taken = defaultdict(list), defaultdict(set)
    for request in partner.receiver.received:
        request.check_signature(partner.secret)
        tried[request.event["subject"]].append(request.event["sequence"])
        if request.behaviour is Behaviour.TAKE:
            taken[request.event["subject"]].add(request.event["id"])
    assert tried.keys() == {f"delivery:{one}" for one in deliveries}
    for subject, sequences in tried.items():
        assert sequences == sorted(sequences), f"{subject} came out of order"
    assert [len(ids) for ids in taken.values()] == [3, 3, 3]
    assert {message.status for message in await partner.messages()} == {"delivered"}


async def test_one_that_answers_200_when_it_is_too_late_gets_the_same_again_in_order_a_delivery(
    partner: Partner,
) -> None:
    """It took the event, and nobody heard of it: so it comes once more, under the same id, before any later one."""
    seen: set[str] = set()
    transport = PatientWhereHeard(seen)
    partner.stop_clock()  # or the first would be tried again by itself
    partner.sender = WebhookSender(partner.database, partner.clock, transport)

    def behave(event: dict[str, Any]) -> Behaviour:
        if event["id"] in seen:
            return Behaviour.TAKE
        seen.add(event["id"])
        return Behaviour.LATE

    partner.receiver.behave = behave
    deliveries = [1, 2]
    for _ in range(3):
        await partner.happen(*(picked_up(one) for one in deliveries))
    first = (await partner.messages())[0]
    assert (first.status, first.attempts, first.last_error) == ("pending", 1, f"No answer within {HURRY_S:g} s.")

    async def all_are_taken() -> bool:
        await partner.skip_pauses()
        return {message.status for message in await partner.messages()} == {"delivered"}

    await until(all_are_taken)
    await transport.aclose()
    tries: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for request in partner.receiver.received:
        request.check_signature(partner.secret)
        tries[request.event["subject"]].append((request.event["sequence"], request.event["id"]))
    assert tries.keys() == {f"delivery:{one}" for one in deliveries}
    for subject, tried in tries.items():
        assert tried == sorted(tried), f"{subject} came out of order"
        assert sorted(Counter(tried).values()) == [2, 2, 2], "each once more, under the same id"


async def test_a_tampered_body_and_another_secret_do_not_verify(partner: Partner) -> None:
    await partner.happen(picked_up(1))
    (request,) = partner.receiver.received
    request.check_signature(partner.secret)
    with pytest.raises(WebhookVerificationError):
        request.check_signature("whsec_" + "A" * 44)
    request.body += b" "
    with pytest.raises(WebhookVerificationError):
        request.check_signature(partner.secret)


async def test_both_secrets_sign_for_a_day_after_a_change(partner: Partner) -> None:
    async with partner.database.work() as work:
        renewed = await WebhookEndpoints(work, partner.clock).rotate_secret(partner.id)
    await partner.happen(picked_up(1))
    partner.receiver.received[-1].check_signature(partner.secret)
    partner.receiver.received[-1].check_signature(renewed.secret)
    async with partner.database.work() as work:
        row = await WebhookEndpoints(work, partner.clock).get(partner.id)
        row.old_secret_until = partner.clock.now()
    await partner.happen(picked_up(1))
    partner.receiver.received[-1].check_signature(renewed.secret)
    with pytest.raises(WebhookVerificationError):
        partner.receiver.received[-1].check_signature(partner.secret)


async def test_only_the_types_that_were_asked_for_are_sent(partner: Partner) -> None:
    async with partner.database.work() as work:
        changes = {"types": ["transporter.*", "delivery.delivered"]}
        await WebhookEndpoints(work, partner.clock).change(partner.id, changes)
    await partner.happen(picked_up(1), TransporterOnDuty(transporter_id=5))
    assert [event["type"] for event in partner.receiver.taken()] == ["transporter.on_duty"]


async def test_an_endpoint_that_is_removed_while_events_go_out_holds_nobody_up(partner: Partner) -> None:
    database, clock = partner.database, partner.clock
    async with database.work() as work:
        owner = (await work.session.scalars(select(User))).first()
        assert owner is not None
        endpoints = WebhookEndpoints(work, clock)
        gone = await endpoints.add(owner, url="http://x", types=["*"], description="", contact="it@example.com")
    async with database.transaction() as connection:
        await record_all(connection, [picked_up(77)], at=clock.now())
    async with database.transaction() as removing:
        await removing.execute("DELETE FROM webhook_endpoints WHERE id = $1", gone.id)
        telling = asyncio.create_task(fan_out(database, clock))
        await until(lambda: somebody_waits_in(database), "they meet at the endpoint")
    await telling
    assert [message.subject for message in await partner.messages()] == ["delivery:77"]
