"""Fixed statements on the pool's own connections: what they share with sessions, and what they leave behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import psutil
import pytest
from litestar.testing import RequestFactory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import selectinload

from api.http.errors import database_error, is_unavailability
from dispatch.database.engine import GRACE_S, Database
from dispatch.payments.invoices.models import InvoiceCounter
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.rows import get_by_transaction_id
from tests.database.counting import COUNT, SERIES, pid_of, years
from tests.support.waiting import until
from tests.support.world import World

# As long as a test can wait for a database that says nothing, and longer than one takes that is just slow.
HASTY_S = 4.0


async def test_connections_that_the_server_closed_are_replaced_before_anybody_uses_them(database: Database) -> None:
    async with database.connection() as first, database.connection() as second, database.connection() as third:
        drivers = [first, second, third]
    async with database.connection() as driver:
        await driver.execute(
            "SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid WHERE pid <> pg_backend_pid()",
            [one.get_server_pid() for one in drivers],
        )
        await until(lambda: sum(one.is_closed() for one in drivers) >= 2)
    async with database.connection() as first, database.connection() as second, database.work() as work:
        assert await first.fetchval("SELECT 1") == await second.fetchval("SELECT 1") == 1
        assert await work.session.scalar(text("SELECT 1")) == 1


async def test_a_transaction_of_fixed_statements_commits_whole_or_not_at_all(database: Database) -> None:
    async with database.transaction() as driver:
        await driver.execute(COUNT, SERIES, 1)
        await driver.execute(COUNT, SERIES, 2)

    async def fail() -> None:
        async with database.transaction() as driver:
            await driver.execute(COUNT, SERIES, 3)
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await fail()
    assert await years(database) == [1, 2]


@pytest.mark.slow
async def test_one_that_is_cut_off_leaves_no_row_no_lock_and_no_connection_behind(database: Database) -> None:
    pids: list[int] = []

    async def hang() -> None:
        async with database.transaction() as driver:
            await driver.execute(COUNT, SERIES, 1)
            pids.append(driver.get_server_pid())
            await driver.execute("SELECT pg_sleep(60)")

    async def sleeps() -> bool:
        """A statement that is cut off before the server has begun it is run to its end: for half a minute, this one."""
        async with database.connection() as driver:
            asleep = "SELECT wait_event FROM pg_stat_activity WHERE pid = $1"
            return bool(pids) and await driver.fetchval(asleep, pids[-1]) == "PgSleep"

    for _ in range(5):  # more often than the pool has connections
        pids.clear()
        task = asyncio.create_task(hang())
        await until(sleeps)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await years(database) == []
    async with database.transaction() as driver:
        await driver.execute(COUNT, SERIES, 1)
    assert await years(database) == [1]


async def test_the_drivers_errors_are_raised_as_those_of_sessions(database: Database) -> None:
    async def count_twice() -> None:
        async with database.transaction() as driver:
            await driver.execute(COUNT, SERIES, 1)
            await driver.execute(COUNT, SERIES, 1)

    with pytest.raises(IntegrityError):
        await count_twice()
    with pytest.raises(DBAPIError) as caught:
        async with database.connection() as driver:
            await driver.fetchval("SELECT length($1) / 0", "top secret")
    assert "top secret" not in str(caught.value)
    with pytest.raises(DBAPIError) as lost:
        async with database.connection() as driver:
            await driver.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert lost.value.connection_invalidated


async def test_a_value_that_no_column_can_hold_is_the_clients_and_costs_no_connection(database: Database) -> None:
    async def by_statement() -> None:
        async with database.connection() as driver:
            await driver.fetchval("SELECT $1::int", 2**40)

    async def by_statement_in_unit_of_work() -> None:
        async with database.work() as work:
            await (await work.driver()).fetchval("SELECT $1::int", 2**40)

    async def by_statement_of_session() -> None:
        async with database.work() as work:
            await work.session.execute(text("SELECT CAST(:n AS int)"), {"n": 2**40})

    before = await pid_of(database)
    for ask in (by_statement, by_statement_in_unit_of_work, by_statement_of_session):
        with pytest.raises(DBAPIError) as caught:
            await ask()
        assert not caught.value.connection_invalidated
        assert database_error(RequestFactory().get("/api/orders/"), caught.value).status_code == 400
    assert await pid_of(database) == before


async def test_a_lock_that_is_not_given_in_time_is_no_bug_but_a_503(database: Database) -> None:
    hasty = Database(database.engine.url.render_as_string(hide_password=False), pool_size=1, timeout_s=HASTY_S)
    await until(partial(_answers, hasty), "it is connected to", despite=(DBAPIError, TimeoutError))
    async with database.transaction() as holder:
        await holder.execute(COUNT, SERIES, 1)
        with pytest.raises(DBAPIError) as caught:
            await _count(hasty, 1)
    await hasty.close()
    reply = database_error(RequestFactory().get("/api/v1/payments/initiate/"), caught.value)
    assert reply.status_code == 503


async def _answers(database: Database) -> bool:
    async with database.connection() as driver:
        return bool(await driver.fetchval("SELECT 1") == 1)


@asynccontextmanager
async def _transaction(database: Database) -> AsyncIterator[Any]:
    async with database.transaction() as driver:
        yield driver


@asynccontextmanager
async def _unit_of_work(database: Database) -> AsyncIterator[Any]:
    async with database.work() as work:
        yield await work.driver()


@asynccontextmanager
async def _savepoint(database: Database) -> AsyncIterator[Any]:
    async with database.work() as work, work.session.begin_nested():
        yield await work.driver()


@pytest.mark.parametrize("begun", [_transaction, _unit_of_work, _savepoint])
async def test_a_database_that_falls_silent_in_a_transaction_is_not_waited_for_again(
    database: Database, begun: Callable[[Database], AbstractAsyncContextManager[Any]]
) -> None:
    hasty = Database(database.engine.url.render_as_string(hide_password=False), pool_size=1, timeout_s=HASTY_S)
    frozen = 0

    async def freeze() -> None:
        nonlocal frozen
        async with begun(hasty) as driver:
            await driver.execute(COUNT, SERIES, 1)
            frozen = driver.get_server_pid()
            os.kill(frozen, signal.SIGSTOP)
            await driver.fetchval("SELECT 1")

    await until(partial(_answers, hasty), "it is connected to", despite=(DBAPIError, TimeoutError))
    try:
        async with asyncio.timeout(2 * (HASTY_S + GRACE_S)):  # once, not once more for a rollback
            with pytest.raises((DBAPIError, TimeoutError)) as caught:
                await freeze()
        assert frozen, "it fell silent, and was not just slow"
        assert is_unavailability(caught.value)
        await until(partial(_answers, hasty), "another connection is there", despite=(DBAPIError, TimeoutError))
    finally:
        if frozen:
            os.kill(frozen, signal.SIGCONT)
        await hasty.close()
    await until(lambda: not psutil.pid_exists(frozen), "what it held of the row is given back")
    assert await years(database) == []


async def test_a_database_that_cannot_be_connected_to_is_told_as_in_sessions(database: Database) -> None:
    nowhere = Database(database.engine.url.set(database="nowhere").render_as_string(hide_password=False))
    with pytest.raises(DBAPIError):
        await _count(nowhere, 1)
    await nowhere.close()


async def _count(database: Database, year: int) -> None:
    async with database.transaction() as driver:
        await driver.execute(COUNT, SERIES, year)


async def test_fixed_statements_in_a_unit_of_work_see_its_changes_and_are_undone_with_it(database: Database) -> None:
    async def fail() -> None:
        async with database.work() as work:
            driver = await work.driver()
            await driver.execute(COUNT, SERIES, 1)
            work.session.add(InvoiceCounter(series=SERIES, fiscal_year=2, last_number=1))
            driver = await work.driver()
            assert await driver.fetchval("SELECT count(*) FROM invoice_counters WHERE series = $1", SERIES) == 2
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await fail()
    assert await years(database) == []


async def test_what_a_fixed_statement_reads_is_what_a_session_loads(world: World, database: Database) -> None:
    bought = await world.bought()
    transaction_id = UUID(bought.transaction_id)
    read = await get_by_transaction_id(database, transaction_id)
    async with database.work() as work:
        query = select(PaymentTransaction).where(PaymentTransaction.transaction_id == transaction_id)
        loaded = (await work.session.execute(query.options(selectinload(PaymentTransaction.items)))).scalar_one()
    assert inspect(read).detached
    for one, other in [(read, loaded), *zip(read.items, loaded.items, strict=True)]:
        for column in one.__table__.columns:
            mine, theirs = getattr(one, column.name), getattr(other, column.name)
            assert (mine, type(mine)) == (theirs, type(theirs)), column.name


async def test_a_process_can_read_rows_before_it_opened_its_first_session() -> None:
    code = """
import dispatch.tables
from dispatch.accounts.models import User
from dispatch.catalogue.models import Product
from dispatch.database.records import detached
columns = User.__table__.columns
user = detached(User, ["en" if column.key == "language" else at for at, column in enumerate(columns, start=1)])
assert Product(name="Rice", seller=user).seller is user
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert (process.returncode, said.decode()) == (0, "")
