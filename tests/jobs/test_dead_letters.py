"""What background work gave up stands in one list, and a person has it tried again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update

from api.server.serving import RunningServer
from dispatch.dead_letters import DeadLetterKind
from dispatch.deliveries.unconfirmed_photos import PhotoSweeper
from dispatch.jobs.leased_items import BACKOFF
from dispatch.jobs.models import JobItem
from dispatch.notifications.models import MessageStatus, OutboxMessage
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.payments.settling.sweeper import MOST_TRIES
from tests.support.checkout import Checkout, ShiftedClock
from tests.support.lists import all_pages
from tests.support.waiting import until
from tests.support.world import Person, World, ok

LETTERS = "/api/v1/dead-letters/"


async def change(server: RunningServer, statement: Any) -> None:
    async with server.services.database.work() as work:
        await work.session.execute(statement)


async def listed(admin: Person, kind: str, letter_id: str) -> dict[str, Any] | None:
    """On whichever page it stands: those that failed by a clock that runs ahead come first."""
    rows = await all_pages(admin, LETTERS, kind=kind)
    assert all(row["kind"] == kind for row in rows)
    return next((row for row in rows if row["id"] == letter_id), None)


async def dead_message(server: RunningServer, checkout: Checkout) -> str:
    """A notice of a sale that was given up."""
    paid = await checkout.paid()
    async with server.services.database.work() as work:
        message_id = await work.session.scalar(
            update(OutboxMessage)
            .where(OutboxMessage.key == f"receipt:{paid.transaction_id}")
            .values(status=MessageStatus.DEAD, attempts=8, last_error="The mail server said no.")
            .returning(OutboxMessage.id)
        )
    return str(message_id)


async def dead_refund(server: RunningServer, checkout: Checkout, status: RefundStatus) -> str:
    """A refund of a part that was given up."""
    paid = await checkout.paid()
    payment = await checkout.payment(paid.transaction_id)
    refund_id = uuid4()
    now = server.services.clock.now()
    row = {
        "refund_id": refund_id,
        "payment_id": payment.id,
        "amount_paisa": 1000,
        "reason": "A part",
        "status": status,
        "attempts": 30,
        "next_attempt_at": now + timedelta(days=1),
        "last_error": "The gateway said no.",
    }
    await change(server, insert(Refund).values(row))
    return str(refund_id)


async def dead_payment(server: RunningServer, checkout: Checkout) -> str:
    """An open payment that could not be looked up for a day."""
    opened = await checkout.opened()
    given_up = {"check_failures": MOST_TRIES, "check_error": "The gateway does not answer."}
    await change(
        server,
        update(PaymentTransaction)
        .where(PaymentTransaction.transaction_id == opened.transaction_id)
        .values(**given_up, next_check_at=server.services.clock.now() + timedelta(hours=2)),
    )
    return opened.transaction_id


async def dead_item(server: RunningServer) -> str:
    """An unpaid order that could not be cancelled; there is no such order, so that nothing comes of its retry."""
    item = f"order {uuid4()}"
    now = server.services.clock.now()
    row = {"job": DeadLetterKind.UNPAID_ORDERS, "item": item, "tries": 30, "next_attempt_at": now, "failed_at": now}
    await change(server, insert(JobItem).values(**row, last_error="KeyError at service.py:7", is_dead=True))
    return item


async def test_dead_letters_of_all_kinds_are_listed_and_leave_the_list_when_they_are_tried_again(
    world: World, server: RunningServer, checkout: Checkout
) -> None:
    admin = await world.admin()
    dead = [
        ("messages", await dead_message(server, checkout), 8, "The mail server said no."),
        ("refunds", await dead_refund(server, checkout, RefundStatus.FAILED), 30, "The gateway said no."),
        ("payments", await dead_payment(server, checkout), MOST_TRIES, "The gateway does not answer."),
        ("unpaid-orders", await dead_item(server), 30, "KeyError at service.py:7"),
    ]
    letters = await all_pages(admin, LETTERS)
    assert {(kind, letter_id) for kind, letter_id, *_ in dead} <= {(row["kind"], row["id"]) for row in letters}
    times = [row["failed_at"] for row in letters]
    assert times == sorted(times, reverse=True), "failed last first"
    for kind, letter_id, tries, reason in dead:
        row = await listed(admin, kind, letter_id)
        assert row is not None
        assert (row["tries"], row["last_error"], row["can_retry"]) == (tries, reason, True)
        again = ok(await admin.post(f"{LETTERS}{kind}/{letter_id}/retry/"))
        assert again == {"kind": kind, "id": letter_id}
        assert await listed(admin, kind, letter_id) is None
        twice = await admin.post(f"{LETTERS}{kind}/{letter_id}/retry/")
        assert (twice.status_code, twice.json()["code"]) == (404, "NO_DEAD_LETTER")
        audited = ok(await admin.get("/api/v1/audit/", subject_id=letter_id[:64]))["results"]
        done = [event["action"].rpartition(".")[2] for event in audited]  # also to others of the same number
        assert done.count("retried") == 1


async def test_what_is_tried_again_has_all_its_tries_and_its_turn_at_once(
    world: World, server: RunningServer, checkout: Checkout
) -> None:
    admin, item = await world.admin(), await dead_item(server)
    refund_id, transaction_id = (
        await dead_refund(server, checkout, RefundStatus.FAILED),
        await dead_payment(server, checkout),
    )
    for kind, letter_id in (("unpaid-orders", item), ("refunds", refund_id), ("payments", transaction_id)):
        ok(await admin.post(f"{LETTERS}{kind}/{letter_id}/retry/"))
    async with server.services.database.work() as work:
        known = (await work.session.execute(select(JobItem).where(JobItem.item == item))).scalar_one()
    assert (known.tries, known.is_dead, known.next_attempt_at <= ShiftedClock().now()) == (0, False, True)
    payment = await checkout.payment(transaction_id)
    assert (payment.check_failures, payment.next_check_at, payment.check_error) == (0, None, None)
    await server.services.payments.refunds.run()

    async def sent() -> Refund | None:
        async with server.services.database.work() as work:
            done = select(Refund).where(Refund.refund_id == refund_id, Refund.status == RefundStatus.SUCCEEDED)
            return await work.session.scalar(done)

    refund = await until(sent, "it is sent, by whichever round took it")
    assert refund.attempts == 1


async def test_a_refund_of_more_than_is_left_says_that_it_cannot_be_tried_again_and_is_not(
    world: World, server: RunningServer, checkout: Checkout
) -> None:
    admin, refund_id = await world.admin(), await dead_refund(server, checkout, RefundStatus.FAILED)
    async with server.services.database.work() as work:
        refund = (await work.session.scalars(select(Refund).where(Refund.refund_id == refund_id))).one()
        payment = await work.session.get_one(PaymentTransaction, refund.payment_id)
    # What is asked for beside it leaves just enough, and then a paisa less.
    for paisa, may in ((int(payment.total_amount * 100) - refund.amount_paisa, True), (1, False)):
        due = {"status": RefundStatus.DISPUTED, "next_attempt_at": server.services.clock.now()}
        other = {"refund_id": uuid4(), "payment_id": payment.id, "amount_paisa": paisa, "reason": "Another part"}
        await change(server, insert(Refund).values(other | due))
        row = await listed(admin, "refunds", refund_id)
        assert row is not None
        assert row["can_retry"] is may
    refused = await admin.post(f"{LETTERS}refunds/{refund_id}/retry/")
    assert (refused.status_code, refused.json()["code"]) == (409, "refund_too_large")
    alone = ok(
        await admin.get("/api/v1/payments/refunds/", refund=refund_id)
    )  # what is looked at before it is cleared up
    assert [one["refund_id"] for one in alone["results"]] == [refund_id]
    assert ok(await admin.get("/api/v1/payments/refunds/", refund=refund_id, status="unclear"))["results"] == []


async def test_a_refund_that_was_perhaps_sent_is_listed_and_not_sent_again(
    world: World, server: RunningServer, checkout: Checkout
) -> None:
    admin, refund_id = await world.admin(), await dead_refund(server, checkout, RefundStatus.UNCLEAR)
    row = await listed(admin, "refunds", refund_id)
    assert row is not None
    assert row["can_retry"] is False
    refused = await admin.post(f"{LETTERS}refunds/{refund_id}/retry/")
    assert (refused.status_code, refused.json()["code"]) == (409, "refund_not_failed")
    ok(await admin.post(f"/api/v1/payments/refunds/{refund_id}/resolve/", {"happened": True}))
    assert await listed(admin, "refunds", refund_id) is None


@dataclass
class StoreWithOnePhoto:
    """A store in which a photo that nobody names was left, and that does not drop it while it is ``away``."""

    key: str
    away: bool = True
    dropped: bool = False

    async def save(self, name: str, content: bytes) -> str:
        raise AssertionError(f"nobody saves {name} here: {len(content)}")

    async def confirm(self, key: str) -> None:
        raise AssertionError(f"nobody names {key}")

    async def discard(self, key: str) -> None:
        if self.away:
            raise OSError(f"{key} is on a disk that is away")
        self.dropped = True

    async def read(self, key: str) -> bytes | None:
        raise AssertionError(f"nobody reads {key}")

    async def remove(self, key: str) -> None:
        raise AssertionError(f"nobody removes {key}")

    async def list_unconfirmed(self, *, older_than_s: float) -> list[str]:
        return [] if self.dropped or older_than_s < 60 else [self.key]

    async def check(self) -> None:
        raise AssertionError("nobody asks whether it can be used")


async def test_what_a_job_could_not_do_for_a_day_is_listed_and_done_once_it_is_tried_again(
    world: World, server: RunningServer
) -> None:
    admin, store, clock = (
        await world.admin(),
        StoreWithOnePhoto(f"left-{uuid4().hex}"),
        ShiftedClock(-timedelta(days=2)),
    )
    sweeper = PhotoSweeper(server.services.database, clock, store)
    for _ in range(BACKOFF.most_tries):
        assert await listed(admin, "unconfirmed-photos", store.key) is None
        assert await sweeper.run() == 1
        clock.ahead += timedelta(hours=1, seconds=1)
    row = await listed(admin, "unconfirmed-photos", store.key)
    assert row is not None
    assert row["tries"] == BACKOFF.most_tries
    assert row["last_error"].startswith("OSError at ")
    assert store.key not in row["last_error"]  # what the error says may be anybody's
    store.away = False
    assert await sweeper.run() == 0
    ok(await admin.post(f"{LETTERS}unconfirmed-photos/{store.key}/retry/"))
    clock.ahead = timedelta(seconds=1)
    assert await sweeper.run() == 1
    assert store.dropped
    assert await listed(admin, "unconfirmed-photos", store.key) is None


async def test_dead_letters_are_for_admins_alone(world: World, server: RunningServer) -> None:
    item = await dead_item(server)
    for role in ("customer", "seller"):
        person = await world.person(role)
        assert (await person.get(LETTERS)).status_code == 403
        assert (await person.post(f"{LETTERS}unpaid-orders/{item}/retry/")).status_code == 403
    assert (await world.http.get(LETTERS)).status_code == 401


@pytest.mark.parametrize("path", ["nothing/1/retry/", "refunds/1/retry/", "messages/one/retry/", "messages/%00/retry/"])
async def test_what_cannot_be_a_dead_letter_is_refused_in_words(world: World, path: str) -> None:
    admin = await world.admin()
    refused = await admin.post(f"{LETTERS}{path}")
    assert refused.status_code in {400, 404}
    assert refused.json()["detail"]


async def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(world: World) -> None:
    admin = await world.admin()
    refused = await admin.get(LETTERS, kind="parcels")
    assert refused.status_code == 400
    assert all(kind in refused.text for kind in DeadLetterKind)


async def test_dead_letters_of_a_job_that_only_another_version_knows_are_left_to_it(world: World) -> None:
    admin, item = await world.admin(), uuid4().hex
    gone = {"job": "a job of the next version", "item": item, "tries": 9, "is_dead": True}
    await change(world.server, insert(JobItem).values(gone | {"next_attempt_at": world.server.services.clock.now()}))
    assert item not in {row["id"] for row in await all_pages(admin, LETTERS)}
    for path in ("/metrics", "/api/v1/operations/summary/"):
        assert "next version" not in (await admin.get(path)).text
    refused = await admin.post(f"{LETTERS}a job of the next version/{item}/retry/")
    assert refused.status_code in {400, 404}
