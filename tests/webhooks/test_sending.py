"""Webhooks: every event once or more, in order a delivery, signed, whatever the receiver does."""

import asyncio
import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from standardwebhooks import WebhookVerificationError

from api.adapters.webhooks import HttpWebhookTransport
from api.server.serving import RunningServer
from dispatch.accounts.models import User
from dispatch.database.engine import Database
from dispatch.events.payloads.deliveries import DeliveryDelivered, DeliveryPickedUp
from dispatch.events.payloads.transporters import TransporterOnDuty
from dispatch.events.recording import record_all
from dispatch.events.retention import EventRetention
from dispatch.jobs.dead_letters import DeadLetters
from dispatch.notifications.models import OutboxMessage
from dispatch.webhooks.dead_webhooks import DEAD_WEBHOOKS
from dispatch.webhooks.endpoints import ReplayWindow, WebhookEndpoints
from dispatch.webhooks.fan_out import fan_out
from dispatch.webhooks.models import EndpointState, WebhookEndpoint, WebhookMessage
from dispatch.webhooks.outcomes import GIVEN_UP_AFTER, SCHEDULE
from dispatch.webhooks.sender import AT_ONCE, AT_ONCE_TO_FAILING, WebhookSender
from dispatch.webhooks.statements import TAKE
from tests.support.checkout import ShiftedClock, StoppedClock
from tests.support.own_database import database_of_its_own
from tests.support.waiting import until
from tests.support.webhook_receiver import Behaviour, Receiver, receiving

HERE = (ip_network("127.0.0.0/8"),)
# For an answer that comes, and for one that never does.
PATIENCE_S, HURRY_S = 30.0, 1.0
subjects = itertools.count(1)


class PatientWhereHeard:
    """Waits for long for an answer about an event that the receiver has seen before, and for a moment otherwise."""

    def __init__(self, seen: Collection[str]) -> None:
        self._seen = seen
        self._patient = HttpWebhookTransport(HERE, within_s=PATIENCE_S)
        self._hasty = HttpWebhookTransport(HERE, within_s=HURRY_S)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        transport = self._patient if headers["webhook-id"] in self._seen else self._hasty
        return await transport.post(url, headers, body)

    async def aclose(self) -> None:
        await self._patient.aclose()
        await self._hasty.aclose()


class Partner:
    """An endpoint at a receiver, and the job that sends to it, whose clock and pauses the test moves."""

    def __init__(self, database: Database, receiver: Receiver, endpoint: WebhookEndpoint) -> None:
        self.database = database
        self.receiver = receiver
        self.id = endpoint.id
        self.secret = endpoint.secret
        self.clock: ShiftedClock = ShiftedClock()
        self.transport = HttpWebhookTransport(HERE, within_s=PATIENCE_S)
        self.sender = WebhookSender(database, self.clock, self.transport)

    async def hurry(self, within_s: float = HURRY_S) -> None:
        """Where a receiver gives no answer, a test need not wait for it as long as for one that is slow."""
        await self.transport.aclose()
        self.transport = HttpWebhookTransport(HERE, within_s=within_s)
        self.sender = WebhookSender(self.database, self.clock, self.transport)

    def stop_clock(self) -> None:
        """From now on it goes only as far as the test moves it."""
        self.clock = StoppedClock()
        self.sender = WebhookSender(self.database, self.clock, self.transport)

    async def happen(self, *events: Any) -> None:
        """Something happens, and what is due is sent."""
        async with self.database.transaction() as connection:
            await record_all(connection, events, at=self.clock.now())
        await self.send()

    async def send(self) -> None:
        await fan_out(self.database, self.clock)
        await self.sender.run()

    async def skip_pauses(self) -> None:
        """As if all that waits had waited long enough; the clock stays, for signatures are of the present."""
        async with self.database.connection() as connection:
            await connection.execute("UPDATE webhook_messages SET next_attempt_at = $1", self.clock.now())
        await self.send()

    async def endpoint(self) -> WebhookEndpoint:
        async with self.database.work() as work:
            return await WebhookEndpoints(work, self.clock).get(self.id)

    async def messages(self) -> list[WebhookMessage]:
        async with self.database.work() as work:
            query = select(WebhookMessage).where(WebhookMessage.endpoint_id == self.id)
            return list(await work.session.scalars(query.order_by(WebhookMessage.sequence)))


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


def _picked_up(delivery_id: int) -> DeliveryPickedUp:
    return DeliveryPickedUp(
        delivery_id=delivery_id, delivery_uuid=uuid4(), tracking_number="TRK", transporter_id=next(subjects)
    )


async def test_a_receiver_on_a_bad_day_gets_every_event_in_order_a_delivery_and_well_signed(partner: Partner) -> None:
    """It answers 500, hangs, closes, redirects and answers too late, in turns and by delivery, until it is well."""
    await partner.hurry()
    bad = [Behaviour.FAIL, Behaviour.HANG, Behaviour.TAKE, Behaviour.CLOSE, Behaviour.REDIRECT, Behaviour.LATE]
    bad_day = itertools.cycle(bad)
    partner.receiver.behave = lambda _: next(bad_day)
    deliveries = [1001, 1002, 1003]
    for _ in range(3):
        await partner.happen(*(_picked_up(one) for one in deliveries))
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
        await partner.happen(*(_picked_up(one) for one in deliveries))
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


async def test_what_came_of_a_try_is_written_while_a_person_replays_or_deletes_and_nobody_waits_in_a_circle(
    partner: Partner,
) -> None:
    """Whoever changes an endpoint holds it and goes on to its messages: so must the sender."""
    await partner.happen(_picked_up(1), _picked_up(2))
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


async def test_a_tampered_body_and_another_secret_do_not_verify(partner: Partner) -> None:
    await partner.happen(_picked_up(1))
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
    await partner.happen(_picked_up(1))
    partner.receiver.received[-1].check_signature(partner.secret)
    partner.receiver.received[-1].check_signature(renewed.secret)
    async with partner.database.work() as work:
        row = await WebhookEndpoints(work, partner.clock).get(partner.id)
        row.old_secret_until = partner.clock.now()
    await partner.happen(_picked_up(1))
    partner.receiver.received[-1].check_signature(renewed.secret)
    with pytest.raises(WebhookVerificationError):
        partner.receiver.received[-1].check_signature(partner.secret)


async def test_a_failed_one_is_tried_by_the_schedule_and_is_a_dead_letter_then(partner: Partner) -> None:
    """0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h; what is behind it in its delivery waits, others do not."""
    partner.receiver.behave = lambda event: Behaviour.FAIL if event["type"] == "delivery.picked_up" else Behaviour.TAKE
    picked_up = _picked_up(7)
    partner.stop_clock()
    behind = DeliveryDelivered(delivery_id=7, delivery_uuid=uuid4(), tracking_number="TRK", transporter_id=1)
    await partner.happen(picked_up, behind)
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
    await partner.happen(*(_picked_up(one) for one in (1, 2, 3)))
    for _ in range(3):
        partner.clock.ahead += timedelta(hours=1)
        await partner.send()
    partner.receiver.behave = lambda _: Behaviour.TAKE
    await partner.happen(_picked_up(4))
    assert {event["subject"] for event in partner.receiver.taken()} == {f"delivery:{one}" for one in (1, 2, 3, 4)}


async def test_five_days_without_an_answer_end_it_with_a_notice_and_a_replay_brings_what_was_missed(
    partner: Partner,
) -> None:
    partner.receiver.behave = lambda _: Behaviour.FAIL
    await partner.happen(_picked_up(1))
    partner.clock.ahead += GIVEN_UP_AFTER
    await partner.happen(_picked_up(2))
    endpoint = await partner.endpoint()
    assert endpoint.state is EndpointState.FAILING
    assert "5 days" in endpoint.state_reason
    async with partner.database.work() as work:
        query = select(OutboxMessage).where(OutboxMessage.template == "webhook_given_up")
        notices = [one for one in await work.session.scalars(query) if one.content["endpoint_id"] == partner.id]
    assert [notice.recipient for notice in notices] == ["it@example.com"]

    await partner.happen(_picked_up(3))
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
    await partner.happen(_picked_up(1))
    await partner.happen(_picked_up(2))
    assert (await partner.endpoint()).state is EndpointState.GONE
    assert len(partner.receiver.received) == 1


async def test_only_the_types_that_were_asked_for_are_sent(partner: Partner) -> None:
    async with partner.database.work() as work:
        changes = {"types": ["transporter.*", "delivery.delivered"]}
        await WebhookEndpoints(work, partner.clock).change(partner.id, changes)
    await partner.happen(_picked_up(1), TransporterOnDuty(transporter_id=5))
    assert [event["type"] for event in partner.receiver.taken()] == ["transporter.on_duty"]


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
        await partner.happen(*(_picked_up(one) for one in range(1, 13)))
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


async def test_old_events_go_with_what_is_left_of_sending_them_and_young_ones_stay(partner: Partner) -> None:
    await partner.happen(_picked_up(1))
    await partner.happen(_picked_up(2))
    async with partner.database.connection() as connection:
        await connection.execute(
            "UPDATE events SET recorded_at = now() - interval '91 days' WHERE sequence < $1",
            (await partner.messages())[1].sequence,
        )
    await EventRetention(partner.database, partner.clock, keep_days=0).sweep()
    assert len(await partner.messages()) == 2
    await EventRetention(partner.database, partner.clock, keep_days=90).sweep()
    assert [message.subject for message in await partner.messages()] == ["delivery:2"]


async def test_a_look_at_what_is_due_does_not_go_through_all_that_waits(partner: Partner) -> None:
    """Two of each of 3,000 deliveries: pages read, which is what a plan gone wrong shows first."""
    waiting = [_picked_up(delivery_id) for delivery_id in range(3000) for _ in range(2)]
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
