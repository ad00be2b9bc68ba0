"""One bad item never holds up the next, is tried later and later, and ends where a person sees it."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from dispatch.jobs.rounds import each_alone
from dispatch.notifications.models import MessageStatus
from dispatch.notifications.relay import PAUSES_S, OutboxRelay
from dispatch.notifications.templates import Templates
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.payments.refunds.sender import MOST_TRIES as MOST_REFUND_TRIES
from dispatch.payments.refunds.sender import RefundSender
from dispatch.payments.settling.sweeper import MOST_TRIES, PaymentSweeper
from dispatch.ports import Bank, GatewayRefused, Initiated, InitiateRequest, Lookup, PaymentGateway
from tests.payments.outbox import Carrier, only_message, outbox_row
from tests.payments.refunding import nameless_refund, refund_of
from tests.support.checkout import Checkout, StoppedClock
from tests.support.world import ok

HELD = "/api/v1/payments/held/"


@dataclass
class Spoilt:
    """The gateway, but for some sessions."""

    real: PaymentGateway
    raises: dict[str, Exception] = field(default_factory=dict)
    nameless: set[str] = field(default_factory=set)
    looked_up: list[str] = field(default_factory=list)

    async def initiate(self, request: InitiateRequest) -> Initiated:
        return await self.real.initiate(request)

    async def lookup(self, pidx: str) -> Lookup:
        self.looked_up.append(pidx)
        if pidx in self.raises:
            raise self.raises[pidx]
        found = await self.real.lookup(pidx)
        return replace(found, transaction_id=None) if pidx in self.nameless else found

    async def refund(self, transaction_id: str, *, amount_paisa: int | None, mobile: str | None) -> None:
        await self.real.refund(transaction_id, amount_paisa=amount_paisa, mobile=mobile)

    async def list_banks(self, payment_type: str) -> list[Bank]:
        return await self.real.list_banks(payment_type)


async def test_a_refund_whose_transaction_nobody_named_holds_up_no_other_and_ends_with_a_person(
    quiet: Checkout, capfd: pytest.CaptureFixture[str]
) -> None:
    bad, good = await nameless_refund(quiet), await nameless_refund(quiet)
    gateway = Spoilt(quiet.services.payments.gateway, nameless={bad.pidx})
    clock = StoppedClock(timedelta(hours=1))
    carrier = RefundSender(quiet.services.database, gateway, clock)
    await carrier.run()
    assert (await refund_of(quiet, good)).status is RefundStatus.SUCCEEDED  # its lookup names the transaction
    capfd.readouterr()
    waiting = await refund_of(quiet, bad)
    assert (waiting.status, waiting.last_error) == (
        RefundStatus.REQUESTED,
        "The gateway has named no transaction for this payment.",
    )
    assert waiting.next_attempt_at > clock.now()
    for _ in range(MOST_REFUND_TRIES):
        clock.ahead += timedelta(hours=3)
        await carrier.run()
    assert "Traceback" not in "".join(capfd.readouterr())
    assert (await refund_of(quiet, bad)).status is RefundStatus.FAILED
    admin = await quiet.world.admin()
    failed = ok(await admin.get("/api/v1/payments/refunds/", status="failed"))["results"]
    refund_id = next(row["refund_id"] for row in failed if row["payment_transaction_id"] == bad.transaction_id)
    again = ok(await admin.post(f"/api/v1/payments/refunds/{refund_id}/retry/", {}))
    assert again["status"] == "succeeded"


async def test_a_refund_that_meets_a_defect_is_tried_later_and_given_up_as_unclear_once_it_was_sent(
    checkout: Checkout,
) -> None:
    paid = await nameless_refund(checkout)
    refund = await refund_of(checkout, paid)
    async with checkout.services.database.work() as work:
        sent = update(Refund).where(Refund.id == refund.id).values(status=RefundStatus.SENT)
        await work.session.execute(sent)
    clock = StoppedClock(timedelta(hours=1))
    gateway = Spoilt(checkout.services.payments.gateway, raises={paid.pidx: KeyError("a defect")})
    carrier = RefundSender(checkout.services.database, gateway, clock)
    for _ in range(MOST_REFUND_TRIES):
        await carrier.try_one(refund.id)
        clock.ahead += timedelta(hours=3)
    ended = await refund_of(checkout, paid)
    assert (ended.status, ended.attempts) == (RefundStatus.UNCLEAR, MOST_REFUND_TRIES)
    assert "KeyError" in (ended.last_error or "")
    assert "a defect" not in (ended.last_error or "")


@pytest.mark.parametrize("error", [RuntimeError("a defect"), GatewayRefused("The gateway does not know it.")])
async def test_a_payment_that_cannot_be_reconciled_holds_up_no_other_and_ends_with_a_person(
    quiet: Checkout, error: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    bad, good = await quiet.opened(), await quiet.opened()
    for opened in (bad, good):
        await quiet.world.at_gateway(opened.pidx, "completed")
    clock = StoppedClock(timedelta(minutes=3))
    gateway = Spoilt(quiet.services.payments.gateway, raises={bad.pidx: error})
    sweeper = PaymentSweeper(quiet.services.database, gateway, clock)
    await sweeper.run()
    assert (await quiet.payment(good.transaction_id)).status.value == "completed"
    await sweeper.run()
    assert gateway.looked_up.count(bad.pidx) == 1  # it waits
    capfd.readouterr()
    for _ in range(MOST_TRIES + 2):
        clock.ahead += timedelta(hours=3)
        await sweeper.run()
    assert gateway.looked_up.count(bad.pidx) == MOST_TRIES
    assert "Traceback" not in "".join(capfd.readouterr())
    admin = await quiet.world.admin()
    listed = {row["transaction_id"]: row for row in ok(await admin.get(HELD, page_size=100))["results"]}
    assert (listed[bad.transaction_id]["payment_status"], listed[bad.transaction_id]["tries"]) == (
        "processing",
        MOST_TRIES,
    )
    assert good.transaction_id not in listed
    assert ok(await admin.post(f"{HELD}{bad.transaction_id}/retry/"))["payment_status"] == "completed"
    assert bad.transaction_id not in {
        row["transaction_id"] for row in ok(await admin.get(HELD, page_size=100))["results"]
    }


async def test_a_message_whose_template_has_a_defect_ends_among_the_dead(quiet: Checkout, tmp_path: Path) -> None:
    (tmp_path / "sale_notice.txt").write_text("Sold\n{{ 1 // 0 }}")
    clock, carrier = StoppedClock(), Carrier()
    relay = OutboxRelay(quiet.services.database, clock, Templates(tmp_path, {"site_url": "x"}), carrier, None)
    async with only_message(quiet, clock) as key:
        for pause_s in (*PAUSES_S, 0):
            assert await relay.run() == 1
            clock.ahead += timedelta(seconds=pause_s + 1)
        row = await outbox_row(quiet, key)
        assert (row.status, carrier.sent) == (MessageStatus.DEAD, [])
        assert "ZeroDivisionError" in (row.last_error or "")


async def test_a_round_does_each_item_and_a_slow_one_holds_up_only_its_own_place() -> None:
    released, done = asyncio.Event(), list[int]()

    async def work(item: int) -> None:
        if item == 0:
            await released.wait()
        done.append(item)
        if len(done) == 19:
            released.set()

    await each_alone(range(20), work, at_once=2)
    assert (done[-1], sorted(done)) == (0, list(range(20)))


async def test_what_is_no_item_s_fault_ends_the_round_and_is_raised() -> None:
    begun = list[int]()

    async def work(item: int) -> None:
        begun.append(item)
        await asyncio.sleep(0)
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError):
        await each_alone(range(20), work, at_once=3)
    assert begun == [0, 1, 2]
