"""What is said of a request that failed in its midst is true: nothing was done, a part, or nobody knows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from dispatch.accounts.models import User
from dispatch.assignments.bulk import BulkAssignments
from dispatch.assignments.results import BulkFilter
from dispatch.assignments.rules import AssignmentRules
from dispatch.assignments.sets import AssignmentSets
from dispatch.carts.models import Cart
from dispatch.database.commits import counted_commits
from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery
from dispatch.errors import Conflict, PartlyDone
from dispatch.idempotency.answered_requests import Answer, AnsweredRequests, Lease
from dispatch.idempotency.models import AnsweredRequest
from dispatch.payments.models import PaymentMode, PaymentTransaction, TransactionStatus
from dispatch.payments.opening.initiation import NewPayment, PaymentInitiation
from dispatch.ports import Initiated, InitiateRequest
from dispatch.transporters.kept import KeptTransporters
from tests.support.checkout import Checkout, ShiftedClock
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.world import World


@pytest.fixture
async def impatient(world: World) -> AsyncIterator[Database]:
    """The same database, which gives up a row held for two seconds; all else may take as long as it likes."""
    engine = world.server.services.database.engine
    database = Database(engine.url.render_as_string(hide_password=False), pool_size=3)

    def connected(connection: Any, _: object) -> None:
        connection.run_async(lambda driver: driver.execute("SET lock_timeout = '2s'"))

    event.listen(database.engine.sync_engine, "connect", connected)
    yield database
    await database.close()


@asynccontextmanager
async def held(database: Database, rows: Any) -> AsyncIterator[None]:
    """Hold rows, as a backup or a stuck client does."""
    async with database.work() as work:
        await work.session.execute(rows.with_for_update())
        yield


@dataclass
class GatewayBeforeOutage:
    """The real gateway, after whose answer the database no longer takes the payment."""

    checkout: Checkout
    opened: list[Initiated] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    stuck: asyncio.Event = field(default_factory=asyncio.Event)

    async def initiate(self, request: InitiateRequest) -> Initiated:
        answer = await self.checkout.services.payments.gateway.initiate(request)
        self.opened.append(answer)
        self.blocker = asyncio.create_task(self._block(request.purchase_order_id))
        await self.stuck.wait()
        return answer

    async def _block(self, transaction_id: str) -> None:
        rows = select(PaymentTransaction.id).where(PaymentTransaction.transaction_id == transaction_id)
        async with held(self.checkout.services.database, rows):
            self.stuck.set()
            await self.stop.wait()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.checkout.services.payments.gateway, name)


async def test_an_initiation_that_reached_the_gateway_is_not_called_nothing(
    world: World, checkout: Checkout, impatient: Database
) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller)
    cart_id = await world.cart(customer, {product_id: 1})
    gateway, services = GatewayBeforeOutage(checkout), checkout.services
    async with services.database.work() as work:
        user = await work.session.get_one(User, customer.user_id)
    new = NewPayment(cart_id, PaymentMode.KHALTI, None, "https://shop.example/", "Sita", user.email, "9841234567")
    with pytest.raises(PartlyDone, match="The gateway opened the payment") as told:
        await PaymentInitiation(impatient, gateway, services.payments.initiation.terms, services.clock).initiate(
            user, new
        )
    gateway.stop.set()
    await gateway.blocker
    assert told.value.code == "PAYMENT_NOT_RECORDED"
    assert len(gateway.opened) == 1
    await checkout.sweep(ShiftedClock(timedelta(minutes=6)))
    async with services.database.work() as work:
        payment = (
            await work.session.execute(select(PaymentTransaction).where(PaymentTransaction.cart_id == cart_id))
        ).scalar_one()
    assert payment.status is TransactionStatus.FAILED
    assert (await checkout.product(product_id)).reserved == 0


async def test_a_bulk_run_that_is_cut_off_says_what_was_made_and_a_repeat_goes_on(
    world: World, impatient: Database
) -> None:
    here, services = somewhere(), world.server.services
    vehicle_type = f"v{uuid4().hex[:12]}"
    for _ in range(2):
        driver = await world.driver(vehicle_type=vehicle_type)
        await world.online_at(driver, *north_of(here, 500))
    made = await world.deliveries(*[at(here) | {"package_weight": 1.0} for _ in range(4)])
    numbers = [delivery["id"] for delivery in made]

    async def run(database: Database) -> Any:
        async with database.work() as work:
            sets = AssignmentSets(work, services.clock, services.publisher, road_factor=1.3)
            kept, solver = KeptTransporters(database), services.deliveries.solver
            bulk = BulkAssignments(
                work, services.clock, kept, services.live, sets, solver, rules=AssignmentRules(20_000), commit_chunk=1
            )
            return await bulk.assign_many(BulkFilter(vehicle_type=vehicle_type, delivery_ids=numbers), None)

    with pytest.raises(PartlyDone) as told:
        async with held(services.database, select(Delivery.id).where(Delivery.id == numbers[2])):
            await run(impatient)
    assert (told.value.extra["committed"], told.value.extra["left"]) == (2, 2)
    assert "2 assignments were made and stay" in told.value.detail
    assert "Nothing" not in told.value.detail
    repeated = await run(services.database)
    assert {one.delivery_id for one in repeated.assigned} == {numbers[2], numbers[3]}


async def test_what_only_reads_or_is_rolled_back_counts_as_nothing_done(world: World) -> None:
    database, customer = world.server.services.database, await world.person()

    async def change_and_refuse() -> None:
        async with database.work() as work:
            work.session.add(Cart(user_id=customer.user_id, generation=0))
            await work.session.flush()
            raise Conflict("no")

    with counted_commits() as commits:
        async with database.work() as work:
            await work.session.execute(select(User.id).limit(1))
        with pytest.raises(Conflict):
            await change_and_refuse()
    assert (commits.done, commits.in_doubt) == (0, False)


async def test_what_was_committed_counts_however_it_was_written(world: World) -> None:
    database, customer = world.server.services.database, await world.person()
    with counted_commits() as commits:
        async with database.work() as work:
            work.session.add(Cart(user_id=customer.user_id, generation=0))
        async with database.work() as work:
            await work.session.execute(insert(Cart).values(user_id=customer.user_id, generation=0))
        async with database.work() as work:
            await work.session.execute(update(Cart).where(Cart.user_id == customer.user_id).values(generation=1))
        async with database.transaction() as connection:
            await connection.execute("UPDATE carts SET generation = 2 WHERE user_id = $1", customer.user_id)
    assert commits.done == 4


async def test_a_commit_without_an_answer_is_in_doubt(world: World) -> None:
    database, customer = world.server.services.database, await world.person()

    async def lose_the_connection() -> None:
        async with database.work() as work:
            work.session.add(Cart(user_id=customer.user_id, generation=0))
            await work.session.flush()
            backend = await work.session.scalar(text("SELECT pg_backend_pid()"))
            async with database.work() as other:
                await other.session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})

    with counted_commits() as commits, pytest.raises(DBAPIError):
        await lose_the_connection()
    assert commits.in_doubt


async def test_a_repeat_waits_however_long_the_first_takes(world: World) -> None:
    database, customer, clock, key = world.server.services.database, await world.person(), ShiftedClock(), uuid4().hex
    first = AnsweredRequests(database, clock, renew_every_s=0.02)
    lease = await first.begin(customer.user_id, key, "same")
    assert isinstance(lease, Lease)
    async with first.kept(lease):
        for _ in range(3):
            before = clock.now()
            clock.ahead += timedelta(seconds=80)

            async def is_renewed(since: datetime = before) -> bool:
                async with database.work() as work:
                    started = await work.session.scalar(
                        select(AnsweredRequest.started_at).where(AnsweredRequest.key == key)
                    )
                return started is not None and started > since + timedelta(seconds=60)

            await until(is_renewed, "the lease is renewed")
            with pytest.raises(Conflict, match="under way"):
                await first.begin(customer.user_id, key, "same")
    await first.finish(lease, Answer(200, "application/json", b"{}"))
    assert await first.begin(customer.user_id, key, "same") == Answer(200, "application/json", b"{}")


async def test_a_run_that_lost_its_lease_changes_nothing_of_the_next(world: World) -> None:
    database, customer, key = world.server.services.database, await world.person(), uuid4().hex
    late = AnsweredRequests(database, ShiftedClock(timedelta(minutes=2)))
    lost = await AnsweredRequests(database, ShiftedClock()).begin(customer.user_id, key, "same")
    taken = await late.begin(customer.user_id, key, "same")
    assert isinstance(lost, Lease)
    assert isinstance(taken, Lease)
    await late.forget(lost)
    await late.finish(lost, Answer(500, "application/json", b"lost"))
    with pytest.raises(Conflict):
        await late.begin(customer.user_id, key, "same")
    await late.finish(taken, Answer(200, "application/json", b"{}"))
    assert await late.begin(customer.user_id, key, "same") == Answer(200, "application/json", b"{}")
