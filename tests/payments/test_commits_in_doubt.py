"""A keyed request whose commit was in doubt is done once, however often it is repeated."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from dispatch.carts.models import Cart
from dispatch.database.commits import counted_commits
from dispatch.errors import Conflict
from dispatch.idempotency.answered_requests import AnsweredRequests, Lease
from dispatch.payments.models import PaymentTransaction
from tests.support.checkout import ShiftedClock
from tests.support.losing_postgres import LosingPostgres, losing_postgres
from tests.support.watching import another_world
from tests.support.world import Person, World, initiate_body, ok

HEADER = "Idempotency-Key"
CARTS, INITIATE = "/api/v1/marketplace/carts/", "/api/v1/payments/initiate/"


@pytest.fixture(scope="module")
async def losing(world: World) -> AsyncIterator[tuple[World, LosingPostgres]]:
    """A server whose connections to the database can be broken in a commit."""
    async with (
        losing_postgres(world.server.services.database.engine.url) as (postgres, url),
        another_world(world.server, database_url=url) as other,
    ):
        yield other, postgres


async def _carts(world: World, person: Person) -> int:
    async with world.server.services.database.work() as work:
        found = await work.session.scalar(select(func.count()).where(Cart.user_id == person.user_id))
    return found or 0


@pytest.mark.parametrize("done", [True, False])
async def test_a_repeat_after_a_commit_in_doubt_finds_that_it_was_done_or_does_it(
    world: World, losing: tuple[World, LosingPostgres], done: bool
) -> None:
    (there, postgres), key = losing, uuid4().hex
    buyer = await there.person()
    postgres.lose_commit_after("INSERT INTO carts", done=done)
    doubtful = await buyer.post(CARTS, **{HEADER: key})
    assert (doubtful.status_code, postgres.lost > 0) == (503, True)
    assert "repeat it with the same Idempotency-Key" in doubtful.json()["detail"]
    repeats = [await buyer.post(CARTS, **{HEADER: key}) for _ in range(2)]
    assert await _carts(world, buyer) == 1
    if done:
        assert [(reply.status_code, reply.json()["code"]) for reply in repeats] == [(409, "answer_lost")] * 2
        assert "look at how things stand" in repeats[0].json()["detail"]
        ok(await buyer.post(CARTS, **{HEADER: uuid4().hex}), 201)
    else:
        assert [reply.status_code for reply in repeats] == [201, 201]
        assert repeats[1].headers["idempotency-replayed"] == "true"


async def test_a_payment_whose_first_commit_was_in_doubt_is_not_opened_twice(
    world: World, losing: tuple[World, LosingPostgres]
) -> None:
    (there, postgres), key = losing, uuid4().hex
    seller, buyer = await there.person("seller"), await there.person()
    cart_id = await there.cart(buyer, {await there.product(seller): 1})
    postgres.lose_commit_after("INSERT INTO payment_transactions", done=True)
    assert (await buyer.post(INITIATE, initiate_body(cart_id), **{HEADER: key})).status_code == 503
    repeated = await buyer.post(INITIATE, initiate_body(cart_id), **{HEADER: key})
    assert (repeated.status_code, repeated.json()["error_code"]) == (409, "ANSWER_LOST")
    async with world.server.services.database.work() as work:
        mine = select(func.count()).where(PaymentTransaction.cart_id == cart_id)
        assert await work.session.scalar(mine) == 1


async def test_a_run_whose_server_died_after_its_commit_is_not_run_again(world: World) -> None:
    database, buyer, key = world.server.services.database, await world.person(), uuid4().hex
    requests = AnsweredRequests(database, ShiftedClock())
    lease = await requests.begin(buyer.user_id, key, "same")
    assert isinstance(lease, Lease)
    with counted_commits(requests.mark(lease)):
        async with database.work() as work:
            work.session.add(Cart(user_id=buyer.user_id, generation=0))
    later = AnsweredRequests(database, ShiftedClock(timedelta(minutes=2)))
    with pytest.raises(Conflict, match="done, at least in part"):
        await later.begin(buyer.user_id, key, "same")


async def test_a_run_that_lost_its_lease_commits_nothing(world: World) -> None:
    database, buyer, key = world.server.services.database, await world.person(), uuid4().hex
    requests = AnsweredRequests(database, ShiftedClock())
    lost = await requests.begin(buyer.user_id, key, "same")
    assert isinstance(lost, Lease)
    assert isinstance(
        await AnsweredRequests(database, ShiftedClock(timedelta(minutes=2))).begin(buyer.user_id, key, "same"), Lease
    )

    async def write() -> None:
        async with database.work() as work:
            work.session.add(Cart(user_id=buyer.user_id, generation=0))

    async def write_fixed() -> None:
        async with database.transaction() as connection:
            await connection.execute("UPDATE users SET name = 'late' WHERE id = $1", buyer.user_id)

    for late in (write, write_fixed):
        with counted_commits(requests.mark(lost)) as commits, pytest.raises(Conflict, match="changed nothing"):
            await late()
        assert (commits.done, commits.in_doubt) == (0, False)
    assert await _carts(world, buyer) == 0
    assert ok(await buyer.get("/api/v1/auth/me/"))["name"] != "late"
